/** One stack with components in process, in two versions of the plugin, and in two processes of one version. */
import { existsSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import schema from "../../provider/plugin/schema.json";
import { Client } from "./support/docker";
import { takePairs } from "./support/ports";
import { TestStack } from "./support/stack";
import type { StackResource } from "./support/stackState";

const otherVersion = "99.0.0";

describe("components of one stack in several processes", () => {
    let stack: TestStack;
    let client: Client;
    /** Exists once the other version has run. */
    let started: string;

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("plugin-coexistence");
        const plugin = stack.addPlugin(otherVersion);
        started = join(plugin, "started");
        const executable = join(plugin, "pulumi-resource-redis-database");
        writeFileSync(executable, readFileSync(executable, "utf8").replace("exec ", `touch ${started}\nexec `));
        await stack
            .program(
                `const inProcess = components("inProcess").RedisDatabase;
                const throughPlugin = components("throughPlugin").RedisDatabase;
                class Provider extends pulumi.ProviderResource {}
                const explicit = new Provider("redis-database", "explicit", {}, { version: "${schema.version}" });
                const pairs = ${JSON.stringify(takePairs(4))};
                const args = () => {
                    const pair = pairs.shift();
                    return { memoryMb: 64, version: "8.0", ports: { plaintext: 2 * pair, tls: 2 * pair + 1 } };
                };
                const create = (group, RedisDatabase, opts) => new RedisDatabase("db", args(),
                    { ...opts, parent: new pulumi.ComponentResource("my:index:" + group, group) });
                exports.urls = [
                    new inProcess("db", args()),
                    create("default", throughPlugin, {}),
                    create("other-version", throughPlugin, { version: "${otherVersion}" }),
                    create("explicit", throughPlugin, { provider: explicit }),
                ].map(({ url }) => url);`,
            )
            .up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("have the same name under different parents, and work", async () => {
        for (const url of await stack.value<string[]>("urls")) expect(client.redis(url, ["PING"])).toBe("PONG");
        const { resources } = await stack.state();
        const versions = resources
            .filter(({ type }) => type === "pulumi:providers:redis-database")
            .map(({ inputs }) => inputs?.version);
        expect(versions.sort()).toEqual([schema.version, schema.version, otherVersion]);
        expect(existsSync(started)).toBe(true);
    });

    test("have hooks with different names, which are the same in the next update", async () => {
        const { resources } = await stack.state();
        const components = resources.filter(({ type }) => type === "redis-database:index:RedisDatabase");
        expect(components).toHaveLength(4);
        const hooks = components.map(({ urn }) => {
            const own = resources.filter((each) => each.urn === urn || (each as Child).parent === urn);
            return [...new Set(own.flatMap(hooksOf))];
        });
        for (const names of hooks) expect(names.length).toBeGreaterThan(4);
        expect(new Set(hooks.flat()).size).toBe(hooks.flat().length);
        await stack.expectNoChanges();
    });
});

interface Child extends StackResource {
    readonly parent?: string;
    readonly resourceHooks?: Readonly<Record<string, readonly string[] | null>>;
}

const hooksOf = ({ resourceHooks = {} }: Child) => Object.values(resourceHooks).flatMap((names) => names ?? []);
