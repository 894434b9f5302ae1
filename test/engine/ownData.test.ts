/** Data that was there before the database: adopted in place, whatever wrote it, or refused with the reason. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, uniqueName, until } from "./support/docker";
import { TestStack, findingsIn } from "./support/stack";
import { present } from "../support/present";

const prefix = uniqueName("redis-own-data");
/** The same 500 keys everywhere. */
const keys = "for i = 1, 500 do redis.call('SET', 'key:' .. i, 'value ' .. i) end";

/** A shell on a place with data. */
const inPlace = (place: string, script: string) =>
    docker("run", "--rm", "-v", `${place}:/data`, "--entrypoint", "sh", "redis:8.0", "-c", script);
const listing = (place: string) => inPlace(place, "cd /data && find . -type f -exec sha1sum {} + | sort");

/** Has a plain server of some version write the keys there, into an append-only file or a dump. */
function write(place: string, version: string, kind: "aof" | "rdb"): void {
    const server = docker(
        ...["run", "-d", "-v", `${place}:/data`, "--user", "999:999", "--network", "none", `redis:${version}`],
        ...["redis-server", "--save", "", "--appendonly", kind === "aof" ? "yes" : "no"],
    );
    execFileSync("sh", ["-c", `until docker exec ${server} redis-cli ping >/dev/null 2>&1; do sleep 0.1; done`]);
    const redis = (...command: string[]) => docker("exec", server, "redis-cli", ...command);
    redis("EVAL", keys, "0");
    if (kind === "rdb") redis("SAVE");
    docker("stop", server);
    docker("rm", server);
}

describe("data that was there before", () => {
    let client: Client;
    let stack: TestStack;
    let digest: string;
    let volumes: string[] = [];

    function volume(name: string): string {
        volumes.push(docker("volume", "create", `${prefix}-${name}`));
        return present(volumes.at(-1));
    }

    /** Databases of these names and arguments, whose URLs and containers are the stack's outputs. */
    const program = (databases: Readonly<Record<string, object>>) =>
        stack.program(
            Object.entries(databases)
                .map(
                    ([name, args]) =>
                        `{ const { url, containerName } = new RedisDatabase("${name}", ` +
                        `${JSON.stringify({ memoryMb: 64, ...args })}); exports["${name}"] = { url, containerName }; }`,
                )
                .join("\n"),
        );
    const of = (name: string) => stack.value<{ url: string; containerName: string }>(name);

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("own-data");
        await program({ plain: { version: "8.0" } }).up();
        const { url } = await of("plain");
        client.redis(url, ["EVAL", keys, "0"]);
        digest = client.digest(url);
    });

    afterEach(async () => {
        await stack.program("").up();
        // A database that is gone leaves what was not its own.
        expect(docker("volume", "ls", "-q", "--filter", `name=${prefix}`).split("\n").filter(Boolean).sort()).toEqual(
            [...volumes].sort(),
        );
        for (const name of volumes) docker("volume", "rm", name);
        volumes = [];
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("is adopted, of whatever version and kind, and survives what the flavor promises", async () => {
        const adoptions = [
            ["6.0", "aof", "6.0", "aof"],
            ["6.0", "aof", "8.0", "rdb"],
            ["6.0", "rdb", "8.0", "aof"],
            ["7.0", "aof", "8.0", "aof"],
            ["8.0", "rdb", "8.0", "aof"],
            ["8.0", "aof", "8.0", "rdb"],
        ] as const;
        const databases = Object.fromEntries(
            adoptions.map(([wrote, kind, version, flavor]) => {
                const name = `${kind}-of-${wrote}-as-${flavor}-by-${version}`.replaceAll(".", "");
                const place = volume(name);
                write(place, wrote, kind);
                return [name, { version, flavor, data: { volume: place } }];
            }),
        );
        await program(databases).up();
        expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
        for (const name of Object.keys(databases)) {
            const { url, containerName } = await of(name);
            expect([name, client.digest(url)]).toEqual([name, digest]);
            docker("kill", "-s", "KILL", containerName);
            docker("start", containerName);
            await until(() => client.redis(url, ["PING"]) === "PONG");
            expect([name, client.digest(url)]).toEqual([name, digest]);
        }
    });

    test("in a directory of the host's is adopted, and stays", async () => {
        const hostPath = mkdtempSync(join(tmpdir(), "redis-own-data-"));
        execFileSync("chown", ["999:999", hostPath]);
        write(hostPath, "7.0", "rdb");
        await program({ db: { version: "8.0", data: { hostPath } } }).up();
        expect(client.digest((await of("db")).url)).toBe(digest);
        await stack.program("").up();
        expect(readdirSync(hostPath)).toContain("appendonlydir");
        rmSync(hostPath, { recursive: true });
    });

    test("is refused, untouched and with the whole reason, where it cannot be adopted", async () => {
        const both = volume("both");
        write(both, "8.0", "aof");
        write(both, "8.0", "rdb");
        const later = volume("later");
        const several = volume("several");
        const dump = volume("dump");
        const letter = volume("letter");
        write(later, "8.0", "rdb");
        write(several, "7.0", "aof");
        write(dump, "8.0", "rdb");
        inPlace(letter, "echo hello >/data/letter.txt");
        const databases = {
            "of-both-kinds": { version: "8.0", data: { volume: both } },
            "of-a-later-version": { version: "7.0", data: { volume: later } },
            "of-several-files": { version: "6.0", data: { volume: several } },
            "of-another-kind": { version: "8.0", data: { volume: dump, files: "aof" } },
            "in-memory-only": { version: "8.0", flavor: "nordb", data: { volume: dump } },
            "not-of-redis": { version: "8.0", data: { volume: letter } },
        };
        const places = Object.values(databases).map(({ data }) => data.volume);
        const before = places.map(listing);
        const output = await program(databases).failure("up");
        const reasons = Object.keys(databases).map(
            (name) => new RegExp(`error: ${name}-agent: (refused: .*)`).exec(output)?.[1],
        );
        expect(reasons.join("\n").replaceAll(prefix, "VOLUME")).toMatchInlineSnapshot(`
            "refused: data: VOLUME-both has both a dump and an append-only file; say in data.files which of them holds the data [redis-database/data-files-ambiguous]
            refused: data: VOLUME-later was written by a later Redis (format 12), which 7.0 cannot read; give a later version [redis-database/data-newer-than-version]
            refused: data: VOLUME-several was written by Redis 7.0 or later, which 6.0 cannot read [redis-database/data-newer-than-version]
            refused: data.files: is "aof", but VOLUME-dump has no appendonlydir and no appendonly.aof [redis-database/data-files-missing]
            refused: flavor: "nordb" keeps nothing, but VOLUME-dump has data; bring it up with "aof" or "rdb" [redis-database/flavor-would-discard-data]
            refused: data: VOLUME-letter has files, but neither dump.rdb nor an append-only file; give a place that is empty or has data of Redis [redis-database/data-not-redis]"
        `);
        expect(places.map(listing)).toEqual(before);

        await program({ db: { version: "8.0", data: { volume: both, files: "aof" } } }).up();
        expect(client.digest((await of("db")).url)).toBe(digest);
        expect(inPlace(both, "ls /data/before-adoption").trim()).toBe("dump.rdb");
    });

    test("belongs to one database, which goes on when another one reaches for it or its place is changed", async () => {
        const place = volume("owned");
        write(place, "8.0", "rdb");
        const args = { version: "8.0", memoryMb: 64, data: { volume: place } };
        await program({ db: args }).up();
        const { url } = await of("db");
        const other = await TestStack.create("own-data-thief");
        const errors = await other.program(`new RedisDatabase("thief", ${JSON.stringify(args)});`).failure("up");
        expect(errors.replaceAll(place, "VOLUME")).toContain(
            "refused: data: VOLUME belongs to the database engine-test/test/db; give another place, or, if that database is gone, delete .redis-database there [redis-database/data-belongs-to-another]",
        );
        expect(client.digest(url)).toBe(digest);
        await other.close();

        const findings = findingsIn(await program({ db: { version: "8.0" } }).failure("preview"));
        expect(findings.replaceAll(place, "VOLUME")).toMatchInlineSnapshot(`
            "RedisDatabase "db": 1 problem in its arguments; nothing was touched.
              data: names the database's own volume, but the data is on VOLUME and would stay behind
                → leave it as it was; to move data, make a second database and copy it [redis-database/data-moved]"
        `);
        expect(client.digest(url)).toBe(digest);
    });
});
