/** Holds the directive data against the real servers that run here, so that it cannot drift. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directivesOf } from "../../provider/model/catalog/directives";
import { versions } from "../../provider/model/catalog/versions";
import { docker, until } from "./support/docker";
import { provided, runnable } from "./support/releases";

test("all that set-up provides run here", () => {
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

    test("is the point release that the data came from", () => {
        const { server: recorded } = JSON.parse(
            readFileSync(join(__dirname, `../../provider/model/catalog/directives/${version}.json`), "utf8"),
        ) as { server: string };
        expect(redis("INFO", "server")).toMatch(
            new RegExp(`(redis|valkey)_version:${recorded.split(".").slice(0, 2).join("\\.")}\\.`),
        );
    });

    test("has just the directives that the data lists", () => {
        const lines = redis("CONFIG", "GET", "*").split("\n");
        // Names and values alternate; a name is what CONFIG GET finds again.
        const names = lines.filter((_, index) => index % 2 === 0);
        expect(names.sort()).toEqual(Object.keys(directivesOf(version)).sort());
    });

    test("takes just those live that the data says it does", () => {
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
