/** Two databases of a stack with the same location for data: an error as soon as both locations are known. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checkInputs } from "../../../provider/components/inputs";
import type { DockerHost } from "../../../provider/components/dockerHost";
import { eachInItsStack } from "../support/mockedStack";

const nextStack = eachInItsStack();

/** The error of a database of this name; empty if there is none. */
async function errorOf(name: string, args: object, dockerHost?: DockerHost): Promise<string> {
    try {
        const { spec } = checkInputs({ kind: "RedisDatabase", name }, args, dockerHost);
        await (spec.resolved as unknown as { promise(): Promise<unknown> }).promise();
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

test("the second database's error names the first one", async () => {
    expect(await errorOf("one", { data: { volume: "redis-data" } })).toBe("");
    expect(await errorOf("other", { data: { volume: "redis-data" } })).toBe(
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
])("a conflicting directory at %s", async (hostPath, problem) => {
    await errorOf("one", { data: { hostPath: "/srv/redis" } });
    const message = await errorOf("other", { data: { hostPath } });
    expect(message).toContain(problem === "" ? "" : `data.hostPath: ${problem} the database "one" has its data`);
    expect(message === "").toBe(problem === "");
});

test("locations are compared if they are Outputs, and if other arguments are", async () => {
    expect(await errorOf("one", { data: { volume: pulumi.output("redis-data") } })).toBe("");
    expect(await errorOf("three", { data: { volume: "redis-data" }, memoryMb: pulumi.output(64) })).toContain(
        "data-shared",
    );
    expect(await errorOf("four", { data: { volume: "another" }, memoryMb: pulumi.output(64) })).toBe("");
});

test("locations on other Docker hosts or of other stacks in the same process do not conflict", async () => {
    const far = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    const args = { data: { volume: "redis-data" } };
    expect(await errorOf("one", args)).toBe("");
    expect(await errorOf("one", args, far)).toBe("");
    expect(await errorOf("two", args, far)).toContain("data-shared");
    nextStack();
    expect(await errorOf("one", args)).toBe("");
});

test("an invalid location has a finding of its own, and does not conflict with another", async () => {
    expect(await errorOf("one", { data: { volume: "redis-data", hostPath: "/srv" } })).toContain("data-in-two-places");
    expect(await errorOf("other", { data: { volume: "redis-data" } })).toBe("");
});
