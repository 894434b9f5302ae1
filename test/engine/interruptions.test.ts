/** An up that is killed, at any moment: the next one converges, and what was acknowledged is there. */
import { Client, docker, until } from "./support/docker";
import { TestStack } from "./support/stack";
import { flavorNames } from "../../provider/model/catalog/versions";
import { present } from "../support/present";

/** `make test-all` kills twenty times, as often as it takes to meet the rare moments. */
const kills = process.env.TEST_ALL ? 20 : 3;

describe("an up that is killed", () => {
    let stack: TestStack;
    let client: Client;
    let digest: string;
    const base = { version: "8.0", memoryMb: 64 };

    const redis = async (...command: string[]) => client.redis(await stack.value("url"), command);
    const containers = () => docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=^/db-").split("\n");

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("interruptions");
        await stack.database(base).up();
        await redis("EVAL", "for i = 1, 1000 do redis.call('SET', 'key:' .. i, i) end", "0");
        digest = client.digest(await stack.value("url"));
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    /** The next up goes through, leaves one agent and one server, the data, and nothing for the one after it. */
    async function converges(): Promise<void> {
        await stack.up();
        expect(client.digest(await stack.value("url"))).toBe(digest);
        expect(containers().map((name) => name.replace(/-[0-9a-f]+$/, ""))).toEqual(
            expect.arrayContaining(["db-agent", "db-server"]),
        );
        expect(containers()).toHaveLength(2);
        expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
    }

    test.each([
        ["while the old agent goes", { passwordVersion: 2 }, /db-agent deleting/, 0],
        ["between the agents", { passwordVersion: 3 }, /db-agent deleted/, 0],
        ["when Docker has made the new agent, unknown to Pulumi", { passwordVersion: 4 }, /db-agent creating/, 400],
        ["while a certificate is changed", { tls: { hosts: ["one.example.com"] } }, /db-certificate creat/, 0],
        ["between a certificate and the agent", { tls: { hosts: ["two.example.com"] } }, /db-agent del/, 0],
        ["while the old server stops", { config: { databases: 17 } }, /db-server deleting/, 0],
        ["between the servers", { config: { databases: 18 } }, /db-server deleted/, 0],
        [
            "when Docker has made the new server, unknown to Pulumi",
            { config: { databases: 19 } },
            /db-server creat/,
            400,
        ],
    ])("%s", async (_moment, args, line, delayMs) => {
        expect(await stack.database({ ...base, ...args }).killedUp(line, delayMs)).toBe(true);
        await converges();
    });

    test.each(flavorNames.filter((flavor) => process.env.TEST_ALL || flavor !== "rdb"))(
        "a server of flavor %s that nobody knows of hands its data over",
        async (flavor) => {
            const databases = 20 + flavorNames.indexOf(flavor);
            await stack.database({ ...base, flavor }).up();
            expect(client.digest(await stack.value("url"))).toBe(digest);
            await stack.database({ ...base, flavor, config: { databases } }).killedUp(/db-server creat/, 400);
            // It may be up to its last moment before anybody looks again.
            await until(() => containers().some((name) => name.startsWith("db-server")) && healthy());
            expect(client.digest(await stack.value("url"))).toBe(digest);
            await converges();
            if (flavor !== "nordb") return;
            expect(docker("exec", await stack.value("containerName"), "ls", "/data").trim()).toBe("");
        },
    );

    const healthy = () => docker("ps", "--format", "{{.Status}}", "--filter", "name=^/db-server").includes("(healthy)");

    test(`${kills} times at random: each time the next up converges`, async () => {
        await stack.database(base).up();
        const changes = [
            { passwordVersion: 2 },
            { flavor: "rdb" },
            { config: { databases: 24 }, tls: { hosts: ["redis.example.com"] } },
            { flavor: "aof", memoryMb: 96, passwordVersion: 3 },
            { config: { databases: 25 }, maxmemoryPolicy: "allkeys-lru" },
        ];
        const met: string[] = [];
        for (let kill = 0; kill < kills; kill++) {
            const args = { ...base, ...present(changes[kill % changes.length]) };
            // From when it begins to work; a whole up takes about as long as the longest.
            const delayMs = Math.round(Math.random() * 4000);
            const killed = await stack.database(args).killedUp(/Updating|@ updating|db/, delayMs);
            met.push(`${JSON.stringify(args)} ${killed ? "killed" : "was done"} after ${delayMs} ms`);
            try {
                await converges();
            } catch (error) {
                throw new Error(met.join("\n"), { cause: error });
            }
        }
        console.log(met.join("\n"));
    });
});
