/**
 * What a change of the program does to the running server: settings are applied live, other changes replace it on its
 * volume.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docker, handshake, until } from "./support/docker";
import { TestDatabase } from "./support/testDatabase";
import { TlsTraffic } from "./support/traffic";
import { present } from "../support/present";

describe("a change of the program", () => {
    let db: TestDatabase;
    let container: string;
    let traffic: TlsTraffic;
    const redis = (...command: string[]) => db.redis(...command);

    /** Applies the change, and asserts that the server was not replaced and still has its data. */
    async function live(args: object): Promise<void> {
        const { summary } = await db.up(args);
        expect(summary).not.toHaveProperty("create");
        expect(await db.serverId()).toBe(container);
        expect(await redis("GET", "kept")).toBe("yes");
    }

    beforeAll(async () => {
        db = await TestDatabase.create("changes", { version: "7.0", memoryMb: 64 });
        container = await db.serverId();
        await redis("SET", "kept", "yes");
        traffic = new TlsTraffic(await db.tlsUrl(), await db.caCertPem());
    });

    afterAll(() => db.close());

    test("sets a directive on the running server, and resets it to the default once it is removed", async () => {
        await live({ config: { "timeout": 300, "client-output-buffer-limit": "pubsub 64mb 16mb 90" } });
        expect(await redis("CONFIG", "GET", "timeout")).toBe("timeout\n300");
        expect(await redis("CONFIG", "GET", "client-output-buffer-limit")).toContain("pubsub 67108864 16777216 90");
        await live({});
        expect(await redis("CONFIG", "GET", "timeout")).toBe("timeout\n0");
        expect(await redis("CONFIG", "GET", "client-output-buffer-limit")).toContain("pubsub 33554432 8388608 60");
    });

    test("sets maxmemoryPolicy on the running server", async () => {
        await live({ maxmemoryPolicy: "allkeys-lru" });
        expect(await redis("CONFIG", "GET", "maxmemory-policy")).toBe("maxmemory-policy\nallkeys-lru");
    });

    test("resizes the running container and maxmemory with memoryMb", async () => {
        await live({ memoryMb: 128 });
        expect(docker("inspect", "-f", "{{.HostConfig.Memory}}", container)).toBe(String(128 * 2 ** 20));
        expect(await redis("CONFIG", "GET", "maxmemory")).toBe(`maxmemory\n${40 * 2 ** 20}`);
    });

    test("has a new host in the certificate of the next handshake", async () => {
        await live({ tls: { hosts: ["redis.example.com"] } });
        const { text } = handshake("localhost", await db.tlsPort(), await db.caCertPem(), [
            "-verify_hostname",
            "redis.example.com",
        ]);
        expect(text).toContain("Verified peername: redis.example.com");
    });

    test("renews a certificate within its renewal window in the next update", async () => {
        const fingerprint = async () => {
            const { text } = handshake("localhost", await db.tlsPort(), await db.caCertPem());
            return new X509Certificate(/-----BEGIN[^]*?END CERTIFICATE-----/.exec(text)?.[0] ?? "").fingerprint256;
        };
        await live({});
        const oldFingerprint = await fingerprint();
        // As if a year had passed: the state says that the certificate expires tomorrow.
        const state = await db.stack.state();
        const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
        for (const { type, outputs } of state.resources) {
            if (type.startsWith("tls:") && type.endsWith(":LocallySignedCert"))
                present(outputs).validityEndTime = tomorrow;
        }
        await db.stack.replaceState(state);
        await live({});
        expect(await fingerprint()).not.toBe(oldFingerprint);
    });

    test("replaces nothing for values that are unresolved in the preview, neither there nor in the update", async () => {
        const unresolved = `(() => {
            const random32 = (name) => new random.RandomPassword(name, { length: 32, special: false }).result;
            const number = new random.RandomId("number", { byteLength: 1 }).dec;
            return {
                password: random32("own"),
                users: [{ name: "orders", rules: "+ping", password: random32("orders") }],
                config: { timeout: number.apply((known) => 300 + Number(known)) },
            };
        })()`;
        const { steps, output } = await db.with({}, unresolved).plannedSteps();
        expect(steps).toEqual({
            "own": "create",
            "orders": "create",
            "number": "create",
            "db-password": "delete",
            "db": "update",
            "db-agent": "replace",
            "db-completed": "update",
        });
        expect(output).toContain(
            "config.timeout, password, users[0].password: their values are known only during the update",
        );
        const { summary } = await db.stack.up("--skip-preview=false");
        expect(summary).toMatchObject({ create: 3, replace: 1, delete: 1 });
        expect(await db.serverId()).toBe(container);
        expect(await redis("GET", "kept")).toBe("yes");
        expect(await redis("CONFIG", "GET", "timeout")).toMatch(/^timeout\n[345]\d\d$/);
        expect(await redis("ACL", "LIST")).toContain("user orders on");
    });

    test("accepts only the new password without a grace period, and keeps established connections and other users", async () => {
        await redis("ACL", "SETUSER", "reporting", "on", ">their own", "~*", "+get");
        const oldUrl = await db.url();
        await live({ password: "a new: one/with@everything%#?", passwordGraceHours: 0 });
        expect(db.client.redis(oldUrl, ["PING"])).toContain("WRONGPASS");
        expect(await redis("ACL", "LIST")).toContain("user reporting on");
    });

    test("keeps connected clients connected, and loses no write", async () => {
        // alone/table.test.ts asserts that no request fails at all.
        const { reconnects, lost } = await traffic.stop();
        expect({ reconnects, lost }).toEqual({ reconnects: 0, lost: 0 });
        expect((await db.stack.up()).summary).toEqual({ same: 14 });
    });

    test("keeps users that were created at run time across a restart", async () => {
        docker("restart", await db.server());
        await until(async () => (await redis("PING")) === "PONG");
        expect(await redis("ACL", "LIST")).toContain("user reporting on");
        // Back to a random password.
        await db.up();
    });

    const flavorChanges: [from: string, to: string, files: string[]][] = [
        ["rdb", "aof", ["appendonlydir", "dump.rdb"]],
        ["aof", "nordb", []],
        ["nordb", "rdb", ["dump.rdb"]],
        ["aof", "rdb", ["dump.rdb"]],
        ["rdb", "nordb", []],
        ["nordb", "aof", ["appendonlydir"]],
    ];
    // `make test-all` tries them all. The first three cover a change to and from each flavor.
    test.each(process.env.TEST_ALL ? flavorChanges : flavorChanges.slice(0, 3))(
        "keeps the data from flavor %s to %s, and only the files of the new flavor",
        async (from, to, files) => {
            await live({ flavor: from });
            await live({ flavor: to });
            expect(docker("exec", container, "ls", "/data").split("\n").filter(Boolean)).toEqual(files);
            if (to !== "nordb") {
                docker("kill", "-s", "KILL", container);
                docker("start", container);
                await until(async () => (await redis("PING")) === "PONG");
                expect(await redis("GET", "kept")).toBe("yes");
            }
        },
    );

    test("replaces the server on its volume for a directive that cannot change at run time", async () => {
        const { summary } = await db.up({ config: { databases: 32 } });
        expect(summary).toMatchObject({ replace: 2 });
        expect(await db.serverId()).not.toBe(container);
        expect(await redis("CONFIG", "GET", "databases")).toBe("databases\n32");
        expect(await redis("GET", "kept")).toBe("yes");
    });

    test("upgrades to a later version with the same data", async () => {
        await db.up({ version: "8.0" });
        expect(await redis("INFO", "server")).toContain("redis_version:8.0");
        expect(await redis("GET", "kept")).toBe("yes");
        await db.stack.expectNoChanges();
    });

    test("closes the plaintext port, and removes its URL from the outputs", async () => {
        const { port } = new URL(await db.url());
        await db.up({ version: "8.0", plaintext: false });
        expect((await db.url()) as string | null | undefined).toBeFalsy();
        expect(await db.stack.value("connectionUrls")).toEqual({ tls: await db.tlsUrl() });
        expect(db.client.run(["redis-cli", "-p", port, "PING"]).text).toContain("Connection refused");
        expect(db.client.redis(await db.tlsUrl(), ["GET", "kept"], { caCertPem: await db.caCertPem() })).toBe("yes");
    });

    test("renames a database by an alias, and keeps its server, URL and CA, also with `protect`", async () => {
        const kept = async () => [await db.tlsUrl(), await db.caCertPem(), await db.serverId()];
        await db.up({ version: "8.0" });
        const before = await kept();
        // A test's stack assigns ports by the name of the child.
        const file = join(db.stack.directory, "ports.json");
        const ports = JSON.parse(readFileSync(file, "utf8")) as { free: number[]; taken: Record<string, number> };
        const taken = { ...ports.taken, "renamed-port": ports.taken["db-port"] };
        writeFileSync(file, JSON.stringify({ ...ports, taken }));
        const renamed = (opts: object) =>
            db.stack.program(
                `const { tlsUrl, caCertPem, containerName } = new RedisDatabase(
                    "renamed",
                    { version: "8.0", memoryMb: 64, config: { timeout: 99 } },
                    ${JSON.stringify({ aliases: [{ name: "db" }], ...opts })},
                );
                module.exports = { tlsUrl, caCertPem, containerName };`,
            );
        const { steps, explanations } = await renamed({ protect: true }).plannedSteps();
        expect(
            Object.keys(steps)
                .filter((child) => steps[child] === "replace")
                .sort(),
        ).toEqual(["db-agent", "renamed-agent"]);
        expect(explanations).toEqual([
            expect.stringContaining("name db → renamed; data, passwords, ports and CA stay the same"),
        ]);
        await db.stack.up();
        expect(await kept()).toEqual(before);
        expect(await db.stack.failure("destroy")).toContain("is protected");
        await renamed({}).up();
        expect((await db.stack.up()).summary).toEqual({ same: 15 });
    });
});
