/** What is rotated goes in steps that break no client: passwords have a time of grace, CAs one in which both are published. */
import { present } from "../../support/present";
import { until } from "../support/docker";
import { TestDatabase } from "../support/testDatabase";

describe("rotation", () => {
    let db: TestDatabase;
    /** Twelve seconds, in hours. */
    const passwordGraceHours = 12 / 3600;

    beforeAll(async () => {
        const users = [{ name: "orders", rules: "+ping" }];
        db = await TestDatabase.create("rotation", { version: "8.0", memoryMb: 64, passwordGraceHours, users });
    });

    afterAll(() => db.close());

    test("of the password: the old one opens the door for the time of grace, then the agent drops it by itself", async () => {
        const { client } = db;
        const urlOfUser = async () => (await db.stack.value<{ orders: { url: string } }>("users")).orders.url;
        const [old, oldOfUser] = [await db.url(), await urlOfUser()];
        const connection = client.pipe(old);
        let printed = "";
        connection.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        connection.stdin.write("PING\n");
        await until(() => printed.includes("PONG"));

        await db.up({ passwordVersion: 2 });
        const now = await db.url();
        expect(now).not.toBe(old);
        expect(client.redis(now, ["PING"])).toBe("PONG");
        for (const url of [old, oldOfUser, await urlOfUser()]) expect(client.redis(url, ["PING"])).toBe("PONG");
        expect(await urlOfUser()).not.toBe(oldOfUser);

        await until(() => client.redis(old, ["PING"]).includes("WRONGPASS"));
        for (const url of [now, await urlOfUser()]) expect(client.redis(url, ["PING"])).toBe("PONG");
        expect(client.redis(oldOfUser, ["PING"])).toContain("WRONGPASS");
        expect(
            client
                .redis(now, ["ACL", "LIST"])
                .match(/^user app .*/m)?.[0]
                .match(/#/g),
        ).toHaveLength(1);
        // Who was in is still in.
        connection.stdin.write("ECHO still-here\n");
        await until(() => printed.includes("still-here"));
        connection.stdin.end();
        expect(printed).not.toMatch(/ERR|WRONGPASS|lost/);
        await db.stack.expectEmptyPreview();
    });

    test("of the CA: in each step, who has the step before's caCertPem still verifies", async () => {
        const { client } = db;
        let published = await db.caCertPem();
        const certificates = (pem: string) => pem.match(/BEGIN CERTIFICATE/g)?.length;
        for (const [caVersions, count] of [
            [[1, 2], 2],
            [[2, 1], 2],
            [[2], 1],
        ] as const) {
            await db.up({ passwordVersion: 2, tls: { caVersions } });
            const url = await db.tlsUrl();
            expect(client.redis(url, ["PING"], { caCertPem: published })).toBe("PONG");
            published = await db.caCertPem();
            expect(certificates(published)).toBe(count);
            expect(client.redis(url, ["PING"], { caCertPem: published })).toBe("PONG");
        }
    });

    test("of the password ends in time where an update stops before the server, which stays watched until it is replaced", async () => {
        const { client } = db;
        const old = await db.url();
        const password = "another-password-of-the-program";
        const now = old.replace(/:[^:@]+@/, `:${password}@`);
        const container = await db.serverId();
        client.redis(old, ["SET", "kept", "yes"]);
        // Prepared for the server that comes: it reads what this one hands over, and has more databases.
        const args = { password, flavor: "nordb", config: { databases: 17 }, tls: { caVersions: [2] } };
        const { resources } = await db.stack.state();
        const { urn } = present(resources.find((resource) => resource.urn.endsWith("::db-agent")));
        await db.with(args).up("--target", urn);
        expect(client.redis(now, ["CONFIG", "SET", "maxmemory-policy", "allkeys-random"])).toBe("OK");
        expect(client.redis(old, ["PING"])).toBe("PONG");
        await until(() => client.redis(old, ["PING"]).includes("WRONGPASS"));
        await until(() => client.redis(now, ["CONFIG", "GET", "maxmemory-policy"]).endsWith("noeviction"));
        expect(client.redis(now, ["CONFIG", "GET", "save"])).toBe("save\n2147483647 2147483647");
        expect(await db.serverId()).toBe(container);
        await db.up(args);
        expect(await db.serverId()).not.toBe(container);
        expect(client.redis(now, ["GET", "kept"])).toBe("yes");
    });

    test("is not repeated for a state that was exported and imported: nothing changes", async () => {
        await db.stack.replaceState(await db.stack.state());
        await db.stack.expectNoChanges();
    });
});
