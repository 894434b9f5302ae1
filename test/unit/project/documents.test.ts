/** What README.md and the guides state about the code. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { type Flavor, defaultVersions, versionsOf } from "../../../provider/model/catalog/versions";
import { allProblems } from "../../../provider/model/problems";
import { maxmemoryOf } from "../../../provider/model/sizing/memory";
import { present } from "../../support/present";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const readme = read("README.md");
const guides = readdirSync(join(root, "docs/guides")).map((file) => [file, read(`docs/guides/${file}`)] as const);

/** The rows of the table under a heading, without the heading row. */
function tableRows(text: string, heading: string): string[][] {
    const section = present(text.split(`\n## ${heading}\n`)[1]).split("\n## ")[0];
    const rows = present(section)
        .split("\n")
        .filter((line) => line.startsWith("|"));
    return rows.slice(2).map((row) =>
        row
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim()),
    );
}

const inCode = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => present(code));

test("the README has at most 150 lines", () => {
    expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("the README lists every output, and no other", () => {
    const properties = present(/### RedisDatabase\n.*?#### Properties\n(.*?)\n\*\*\*/s.exec(read("docs/api.md"))?.[1]);
    const outputs = [...properties.matchAll(/<\/a> `(\w+)`/g)].map(([, name]) => present(name));
    const listed = tableRows(readme, "Outputs").flatMap(([names]) => inCode(present(names)));
    expect(outputs.length).toBeGreaterThan(20);
    expect([...listed].sort()).toEqual([...outputs].sort());
});

test("the README names the oldest and the latest version of each engine", () => {
    const [redis, valkey] = [versionsOf("redis"), versionsOf("valkey")];
    const range = `Redis ${redis[0] ?? ""} to ${redis.at(-1) ?? ""} and Valkey ${valkey[0] ?? ""} to ${valkey.at(-1) ?? ""}`;
    expect(readme).toContain(range);
});

test("the upgrade guide names the default versions", () => {
    expect(read("docs/guides/upgrade.md")).toContain(
        `Redis ${defaultVersions.redis} or Valkey ${defaultVersions.valkey}`,
    );
});

test("the sizes in the memory guide are those that the component computes", () => {
    const rows = tableRows(read("docs/guides/memory-and-disk.md"), "Choose the memory");
    expect(rows.length).toBeGreaterThan(5);
    for (const [memoryMb, ...shown] of rows.map((row) => row.map(Number))) {
        const computed = ([["aof"], ["nordb"], ["rdb", 1]] as const).map(([flavor, replicas = 0]) =>
            maxmemoryFor(present(memoryMb), flavor, replicas),
        );
        expect([memoryMb, ...shown]).toEqual([memoryMb, ...computed]);
    }
});

function maxmemoryFor(memoryMb: number, flavor: Flavor, replicas: number): number {
    return maxmemoryOf(present(resolveArguments({ memoryMb, flavor, replicas }).spec));
}

test.each(guides)("%s begins with its task and ends with what can go wrong", (_file, text) => {
    expect(text).toMatch(/^# [A-Z].+\n\nThis guide [^\n]+/);
    expect(text.match(/^## .+$/gm)?.at(-1)).toBe("## What can go wrong");
});

test("the guide to backups has the results of the last run of the matrix", () => {
    const results = JSON.parse(read("docs/restored.json")) as readonly {
        readonly [column: string]: string | number;
    }[];
    const text = read("docs/guides/backups.md").replace(/ +/g, " ");
    expect(results).toHaveLength(21);
    for (const { version, flavor, keys, ...as } of results) {
        const restored = ["volume", "path", "s3"].map((kind) => `\`${as[kind]}\``);
        expect(text).toContain(`| ${[version, `\`${flavor}\``, keys, ...restored].join(" | ")} |`);
    }
});

test.each(guides)("%s names codes that exist", (_file, text) => {
    const known = new Set(allProblems().map(({ code }) => code.replace("redis-database/", "")));
    const section = present(text.split("\n## What can go wrong\n")[1]);
    const codes = [...section.matchAll(/^\| ((?:`[a-z]+(?:-[a-z]+)+`(?:, )?)+)/gm)].flatMap(([, cell]) =>
        inCode(present(cell)),
    );
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
});
