/** What cannot be is refused with its reason, leaves the server serving, and is forgotten once it is corrected. */
import { createServer } from "node:net";
import { docker, until } from "./support/docker";
import { TestStack, findingsIn, reasonIn } from "./support/stack";
import { TestDatabase } from "./support/testDatabase";

describe("a refusal", () => {
    let db: TestDatabase;

    const redis = (...command: string[]) => db.redis(...command);

    beforeAll(async () => {
        db = await TestDatabase.create("refusals", { version: "7.0", memoryMb: 64 });
        await redis("SET", "kept", "yes");
    });

    afterAll(() => db.close());

    /** Ups the arguments, which must fail, and returns the errors; everything is as it was afterwards. */
    async function refused(args: object): Promise<string> {
        const [settings, users, container] = [
            await redis("CONFIG", "GET", "*"),
            await redis("ACL", "LIST"),
            await db.serverId(),
        ];
        const digest = await db.digest();
        const errors = await db.with(args).failure("up");
        expect(await db.serverId()).toBe(container);
        expect(await redis("CONFIG", "GET", "*")).toBe(settings);
        expect(await redis("ACL", "LIST")).toBe(users);
        expect(await db.digest()).toBe(digest);
        return errors;
    }

    async function corrected(args: object = {}): Promise<void> {
        await db.up(args);
        expect(await redis("GET", "kept")).toBe("yes");
    }

    test("a value that only the server can judge fails the up with the server's own words", async () => {
        const errors = await refused({ config: { "timeout": 77, "notify-keyspace-events": "nonsense" } });
        expect(errors).toContain(
            "db-agent: refused: Redis 7.0.15 does not accept these settings: 'notify-keyspace-events nonsense': Invalid event class character. Use 'Ag$lshzxeKEtmdn'. [redis-database/configuration-not-accepted]",
        );
        await corrected({ config: { "timeout": 77, "notify-keyspace-events": "Ex" } });
        expect(await redis("CONFIG", "GET", "timeout")).toBe("timeout\n77");
    });

    test("an image of another version than the program says", async () => {
        const errors = await refused({ image: "redis:8.0" });
        expect(errors).toMatch(
            /db-agent: refused: the image runs Redis 8\.0\.\d+, but `version` says 7\.0; make them agree \[redis-database\/image-version-mismatch\]/,
        );
        await corrected();
    });

    test("a version that cannot read what the present one wrote: in the preview already", async () => {
        const errors = await refused({ version: "6.0" });
        expect(findingsIn(errors)).toMatchInlineSnapshot(`
            "RedisDatabase "db": 1 problem in its arguments; nothing was touched.
              version: is "6.0", but Redis 7.0 wrote the data, which 6.0 cannot read
                → go back to "7.0" or a later version; to leave 7.0, copy the data to a new database [redis-database/version-downgrade]"
        `);
        expect(findingsIn(await db.stack.failure("preview"))).toBe(findingsIn(errors));
    });

    test("another place for the data, which would stay behind: in the preview already", async () => {
        const errors = await refused({ data: { hostPath: "/srv/redis" } });
        expect(findingsIn(errors)).toMatchInlineSnapshot(`
            "RedisDatabase "db": 1 problem in its arguments; nothing was touched.
              data: names /srv/redis, but the data is on the database's own volume and would stay behind
                → leave it as it was; to move data, make a second database and copy it [redis-database/data-moved]"
        `);
    });

    test("a memory limit below the data in use, unless an evicting policy may make room", async () => {
        await redis(
            "EVAL",
            "for i = 1, 15 do redis.call('SET', 'mb:' .. i, string.rep('x', 1000000)) collectgarbage() end",
            "0",
        );
        const errors = await refused({ memoryMb: 40, maxmemoryPolicy: "allkeys-lru" });
        expect(reasonIn(errors)).toMatchInlineSnapshot(
            `"refused: memoryMb: 40 with flavor aof leaves 10 MiB for data, but 17 MiB are in use; give at least 55, or allow eviction (evictToFit and a maxmemoryPolicy that evicts) [redis-database/memory-too-small-for-data]"`,
        );
        // What was refused does not come to be by a reboot.
        const digest = await db.digest();
        docker("restart", db.agent(), await db.server());
        await until(async () => (await redis("PING")) === "PONG");
        expect(await db.digest()).toBe(digest);
        await corrected();
        expect(reasonIn(await refused({ memoryMb: 40, maxmemoryPolicy: "volatile-lru", evictToFit: true }))).toMatch(
            /finds no more keys to evict \[redis-database\/eviction-frees-too-little\]$/,
        );
        expect(await db.digest()).toBe(digest);
        await redis("EVAL", "for i = 1, 15 do redis.call('EXPIRE', 'mb:' .. i, 100000) end", "0");
        await corrected({ memoryMb: 40, maxmemoryPolicy: "volatile-lru", evictToFit: true });
        await corrected();
    });

    test("fewer databases than have keys, with which a start would end at once", async () => {
        await redis("-n", "9", "SET", "there", "too");
        expect(reasonIn(await refused({ config: { databases: 4 } }))).toMatchInlineSnapshot(
            `"refused: config["databases"]: is 4, but database 9 has keys; give at least 10 [redis-database/databases-below-use]"`,
        );
        await redis("-n", "9", "FLUSHDB");
        await corrected();
    });

    test("a port that somebody else listens on is named", async () => {
        const listener = createServer().listen(0, "127.0.0.1");
        await new Promise((resolve) => listener.once("listening", resolve));
        const { port } = listener.address() as { port: number };
        const other = await TestStack.create("busy-port");
        const args = { ports: { plaintext: port, tls: port === 65535 ? port - 1 : port + 1 } };
        expect(await other.database(args).failure("up")).toContain(`port 127.0.0.1:${port} is taken`);
        await new Promise((resolve) => listener.close(resolve));
        await other.up();
        expect(db.client.redis(await other.value("url"), ["PING"])).toBe("PONG");
        await other.close();
    });

    test("five mistakes are five findings, and nothing is touched", async () => {
        const other = await TestStack.create("mistakes");
        other.database({
            version: "7.3",
            memoryMb: "512",
            bindAdress: "0.0.0.0",
            tls: { hosts: ["bad host"] },
            config: { maxmemmory: "1gb" },
        });
        for (const command of ["preview", "up"] as const) {
            const errors = await other.failure(command);
            expect(errors).toContain('RedisDatabase "db": 5 problems in its arguments; nothing was touched.');
            for (const path of ["version", "memoryMb", "bindAdress", "tls.hosts[0]", 'config["maxmemmory"]']) {
                expect(errors).toContain(`  ${path}: `);
            }
            expect(errors).not.toContain("    at ");
        }
        expect((await other.state()).resources.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toEqual([]);
        await other.close();
    });

    test("what is wrong in an Output is found as soon as it is known", async () => {
        const other = await TestStack.create("outputs");
        other.program(
            'new RedisDatabase("db", { memoryMb: pulumi.output(8), password: pulumi.secret("tell\\nnobody") });',
        );
        const errors = await other.failure("up");
        expect(errors).toContain('RedisDatabase "db": 2 problems in its arguments');
        expect(errors).toContain("memoryMb: is 8");
        expect(errors).not.toContain("nobody");
        expect((await other.state()).resources.filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
        await other.close();
    });
});
