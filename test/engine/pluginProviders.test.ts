/** Components in a plugin use the Docker hosts of the program's providers, and recognize which of them share one. */
import { defaultVersion } from "../../provider/model/catalog/versions";
import { Client, until, uniqueName } from "./support/docker";
import { SecondEngine } from "./support/secondEngine";
import { TestStack, findingsIn } from "./support/stack";

// Unit tests cover how the plugin passes providers on.
(process.env.TEST_ALL ? describe : describe.skip)("Docker hosts of components in a plugin", () => {
    const volume = uniqueName("plugin-providers");
    let engine: SecondEngine;
    let stack: TestStack;
    let client: Client;
    /** The program of the update, with a replica and a database on the other Docker host. */
    let deployed: string;

    beforeAll(async () => {
        client = new Client();
        engine = await SecondEngine.start(`redis:${defaultVersion}`);
        stack = await TestStack.create("plugin-providers");
        deployed = `
            const other = new docker.Provider("other", { host: "${engine.host}" });
            const there = { name: "there", provider: other, bindAddress: "${engine.address}" };
            const db = new RedisDatabase("db", { memoryMb: 64, bindAddress: "${engine.localAddress}", replicas: [there] });
            const alone = new RedisDatabase("alone", { memoryMb: 64, bindAddress: "${engine.address}" }, { provider: other });
            Object.assign(exports, { url: db.url, replicas: db.replicaUrls, alone: alone.url });`;
        await stack.program(deployed).create("throughPlugin").up();
    });

    afterAll(async () => {
        client.close();
        await stack.program(deployed).create("throughPlugin").close();
        expect(engine.docker("ps", "-aq")).toBe("");
        expect(engine.docker("volume", "ls", "-q")).toBe("");
        await engine.close();
    });

    test("a database and a replica of another database run on the other host", async () => {
        const url = await stack.value("url");
        const [replica = ""] = await stack.value<string[]>("replicas");
        const alone = await stack.value("alone");
        expect([url, replica, alone].map((each) => new URL(each).hostname)).toEqual([
            engine.localAddress,
            engine.address,
            engine.address,
        ]);
        await until(() => client.redis(url, ["SET", "key", "copied"]) === "OK");
        await until(() => client.redis(replica, ["GET", "key"]) === "copied");
        const containers = stack.containers(engine.host).map((name) => name.replace(/-[0-9a-f]{7}$/, ""));
        expect(containers.sort()).toEqual(["alone-agent", "alone-server", "db-there-agent", "db-there-server"]);
        await stack.expectNoChanges();
    });

    /** Databases on both hosts, whose `ports` and `data` are the same, and a replica on its database's host. */
    const sameOnBoth = (again: string) => `
        const other = new docker.Provider("other", { host: "${engine.host}" });
        const args = { memoryMb: 64, ports: { plaintext: 17001, tls: 17002 }, data: { volume: "${volume}" } };
        const first = new RedisDatabase("first", args, { provider: other });
        new RedisDatabase("second", args, { dependsOn: first, ${again} });
        new RedisDatabase("third", { memoryMb: 64, replicas: [{ provider: other }] }, { providers: [other] });`;

    describe.each(["throughPlugin", "inProcess"] as const)("%s", (place) => {
        test("each host has its own ports and data, and a replica on its database's host needs no address", async () => {
            const planned = Object.entries(await stack.program(sameOnBoth("")).create(place).plannedResources());
            const providerOf = (name: string) => planned.find(([urn]) => urn.endsWith(`::${name}`))?.[1].provider;
            const servers = ["first", "second", "third", "third-replica-1"].map((name) => `${name}-server`);
            const byDefault = expect.stringMatching(/^default/) as unknown;
            expect(servers.map(providerOf)).toEqual(["other", byDefault, "other", "other"]);
        });

        test("two databases cannot have the same ports and data on one host", async () => {
            const output = await stack.program(sameOnBoth("provider: other")).create(place).failure("preview");
            expect(findingsIn(output)).toMatch(/^RedisDatabase "second": 3 problems/);
            expect(findingsIn(output)).toContain(
                'ports.tls: is 17002 on 127.0.0.1, which conflicts with ports.tls of RedisDatabase "first"',
            );
            expect(findingsIn(output)).toContain(
                `data.volume: is "${volume}", where the database "first" has its data`,
            );
        });
    });

    test.each(["socket", "TLS"])(
        "the preview finds a port that is in use on the other host, with a provider that connects by %s",
        async (transport) => {
            const provider = transport === "TLS" ? engine.overTls : { host: engine.host };
            const port = Number(new URL(await stack.value("alone")).port);
            const stray = `const again = new docker.Provider("again", ${JSON.stringify(provider)});
                new RedisDatabase("stray", { memoryMb: 64, bindAddress: "${engine.address}", plaintext: false, ports: { tls: ${port} } }, { provider: again });`;
            const output = await stack
                .program(deployed + stray)
                .create("throughPlugin")
                .failure("preview");
            expect(findingsIn(output)).toMatch(
                new RegExp(`ports.tls: ${port} is taken on ${engine.address} by the container "alone-server-`),
            );
        },
    );
});
