/** Two databases of one stack on one place for data: found when the program runs, as soon as both places are known. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checkInputs } from "../../../provider/components/inputs";
import type { DockerHost } from "../../../provider/components/dockerHost";
import { eachInItsStack } from "../support/mockedStack";

const nextStack = eachInItsStack();

/** What is wrong with a database of this name; nothing where nothing is. */
async function wrong(name: string, args: object, dockerHost?: DockerHost): Promise<string> {
    try {
        const { spec } = checkInputs({ kind: "RedisDatabase", name }, args, dockerHost);
        await (spec.whole as unknown as { promise(): Promise<unknown> }).promise();
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

test("the second is told which database has the place", async () => {
    expect(await wrong("one", { data: { volume: "redis-data" } })).toBe("");
    expect(await wrong("other", { data: { volume: "redis-data" } })).toBe(
        [
            'RedisDatabase "other": 1 problem in its arguments; nothing was touched.',
            '  data.volume: is "redis-data", where the database "one" has its data',
            "    → give each database its own location [redis-database/data-shared]",
        ].join("\n"),
    );
});

test.each([
    ["/srv/redis/", 'is "/srv/redis/", where'],
    ["/srv//./x/../redis", 'is "/srv//./x/../redis", where'],
    ["/srv/redis/appendonlydir", 'is "/srv/redis/appendonlydir", below "/srv/redis", where'],
    ["/srv", 'is "/srv", above "/srv/redis", where'],
    ["/.", 'is "/.", above "/srv/redis", where'],
    ["/srv/redis2", ""],
    ["/srv/other", ""],
])("a directory is found at %s", async (hostPath, problem) => {
    await wrong("one", { data: { hostPath: "/srv/redis" } });
    const message = await wrong("other", { data: { hostPath } });
    expect(message).toContain(problem === "" ? "" : `data.hostPath: ${problem} the database "one" has its data`);
    expect(message === "").toBe(problem === "");
});

test("one that is known from an Output counts, and one beside Outputs", async () => {
    expect(await wrong("one", { data: { volume: pulumi.output("redis-data") } })).toBe("");
    expect(await wrong("three", { data: { volume: "redis-data" }, memoryMb: pulumi.output(64) })).toContain(
        "data-shared",
    );
    expect(await wrong("four", { data: { volume: "another" }, memoryMb: pulumi.output(64) })).toBe("");
});

test("another Docker host, and another stack of the same process, has places of its own", async () => {
    const far = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    const args = { data: { volume: "redis-data" } };
    expect(await wrong("one", args)).toBe("");
    expect(await wrong("one", args, far)).toBe("");
    expect(await wrong("two", args, far)).toContain("data-shared");
    nextStack();
    expect(await wrong("one", args)).toBe("");
});

test("what is no place has a finding of its own, and takes none", async () => {
    expect(await wrong("one", { data: { volume: "redis-data", hostPath: "/srv" } })).toContain("data-in-two-places");
    expect(await wrong("other", { data: { volume: "redis-data" } })).toBe("");
});
