/** Checks the directive data against the Redis and Valkey images on this machine, so that the two cannot diverge. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directivesOf } from "../../provider/model/catalog/directives";
import { versions } from "../../provider/model/catalog/versions";
import { docker, until } from "./support/docker";
import { provided, runnable } from "./support/releases";

test("runs every release that set-up provides", () => {
    expect(runnable).toEqual(expect.arrayContaining(provided));
});

describe.each(runnable)("%s", (version) => {
    let server: string;
    const redis = (...command: string[]) => docker("exec", server, "redis-cli", "--raw", ...command);

    beforeAll(async () => {
        server = docker(
            "run",
            "-d",
            "--rm",
            "--network",
            "none",
            versions[version].image,
            "redis-server",
            "--save",
            "",
        );
        await until(() => docker("exec", server, "sh", "-c", "redis-cli ping || true").includes("PONG"));
    });

    afterAll(() => {
        docker("rm", "-f", "-v", server);
    });

    test("is the minor version from which the data was recorded", () => {
        const { server: recorded } = JSON.parse(
            readFileSync(join(__dirname, `../../provider/model/catalog/directives/${version}.json`), "utf8"),
        ) as { server: string };
        expect(redis("INFO", "server")).toMatch(
            new RegExp(`(redis|valkey)_version:${recorded.split(".").slice(0, 2).join("\\.")}\\.`),
        );
    });

    test("has exactly the directives of the data", () => {
        const lines = redis("CONFIG", "GET", "*").split("\n");
        // Names and values alternate.
        const names = lines.filter((_, index) => index % 2 === 0);
        expect(names.sort()).toEqual(Object.keys(directivesOf(version)).sort());
    });

    test("can change exactly the directives at run time that the data marks as live", () => {
        const loop = `for name; do
            value=$(redis-cli --raw CONFIG GET "$name" | sed 1d)
            redis-cli --raw CONFIG SET "$name" "$value" | grep -Eqi "immutable|Unsupported CONFIG" || echo "$name"
        done`;
        const directives = Object.entries(directivesOf(version));
        const names = directives.map(([name]) => name);
        const live = docker("exec", server, "sh", "-c", loop, "sh", ...names).split("\n");
        expect(live).toEqual(directives.filter(([, directive]) => directive.live).map(([name]) => name));
    });
});
