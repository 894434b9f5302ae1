/** An update that is killed at any moment: the next one converges, and no acknowledged write is lost. */
import { docker, until } from "./support/docker";
import { TestDatabase } from "./support/testDatabase";
import { flavorNames } from "../../provider/model/catalog/versions";
import { present } from "../support/present";

/** `make test-all` kills twenty updates, enough to hit the rare moments. */
const kills = process.env.TEST_ALL ? 20 : 3;

describe("a killed update", () => {
    let db: TestDatabase;
    let digest: string;

    beforeAll(async () => {
        db = await TestDatabase.create("interruptions", { version: "8.0", memoryMb: 64 });
        await db.redis("EVAL", "for i = 1, 1000 do redis.call('SET', 'key:' .. i, i) end", "0");
        digest = await db.digest();
    });

    afterAll(() => db.close());

    /** The next update succeeds, leaves one agent, one server and all data, and the preview after it is empty. */
    async function converges(): Promise<void> {
        await db.stack.up();
        expect(await db.digest()).toBe(digest);
        const containers = db.stack.containers().map((name) => name.replace(/-[0-9a-f]+$/, ""));
        expect(containers.sort()).toEqual(["db-agent", "db-server"]);
        await db.stack.expectEmptyPreview();
    }

    test.each([
        ["while the old agent is removed", { passwordVersion: 2 }, /db-agent deleting/, 0],
        ["between the agents", { passwordVersion: 3 }, /db-agent deleted/, 0],
        [
            "when Docker has created the new agent and Pulumi has not recorded it",
            { passwordVersion: 4 },
            /db-agent creating/,
            400,
        ],
        ["while a certificate is replaced", { tls: { hosts: ["one.example.com"] } }, /db-certificate creat/, 0],
        ["between a certificate and the agent", { tls: { hosts: ["two.example.com"] } }, /db-agent del/, 0],
        ["while the old server stops", { config: { databases: 17 } }, /db-server deleting/, 0],
        ["between the servers", { config: { databases: 18 } }, /db-server deleted/, 0],
        [
            "when Docker has created the new server and Pulumi has not recorded it",
            { config: { databases: 19 } },
            /db-server creat/,
            400,
        ],
    ])("%s", async (_moment, args, line, delayMs) => {
        expect(await db.with(args).killedUp(line, delayMs)).toBe(true);
        await converges();
    });

    test.each(flavorNames.filter((flavor) => process.env.TEST_ALL || flavor !== "rdb"))(
        "keeps the data of a server of flavor %s that Pulumi has not recorded",
        async (flavor) => {
            const databases = 20 + flavorNames.indexOf(flavor);
            await db.up({ flavor });
            expect(await db.digest()).toBe(digest);
            await db.with({ flavor, config: { databases } }).killedUp(/db-server creat/, 400);
            // The next update may start long after the server is ready.
            await until(healthy);
            expect(await db.digest()).toBe(digest);
            await converges();
            if (flavor !== "nordb") return;
            expect(docker("exec", await db.server(), "ls", "/data").trim()).toBe("");
        },
    );

    const healthy = () =>
        db.stack
            .containers()
            .filter((name) => name.startsWith("db-server-"))
            // A container that has not been started yet has no health.
            .some((name) => docker("inspect", "-f", "{{with .State.Health}}{{.Status}}{{end}}", name) === "healthy");

    test(`converges in the next update, ${kills} times at random moments`, async () => {
        await db.up();
        const changes = [
            { passwordVersion: 2 },
            { flavor: "rdb" },
            { config: { databases: 24 }, tls: { hosts: ["redis.example.com"] } },
            { flavor: "aof", memoryMb: 96, passwordVersion: 3 },
            { config: { databases: 25 }, maxmemoryPolicy: "allkeys-lru" },
        ];
        const attempts: string[] = [];
        for (let kill = 0; kill < kills; kill++) {
            const args = present(changes[kill % changes.length]);
            // Counted from the first progress message. A complete update takes about as long as the longest delay.
            const delayMs = Math.round(Math.random() * 4000);
            const killed = await db.with(args).killedUp(/Updating|@ updating|db/, delayMs);
            attempts.push(`${JSON.stringify(args)} ${killed ? "killed" : "finished"} after ${delayMs} ms`);
            try {
                await converges();
            } catch (error) {
                throw new Error(attempts.join("\n"), { cause: error });
            }
        }
        console.log(attempts.join("\n"));
    });
});
