/**
 * Rotation breaks no client: a replaced password has a grace period, and both CAs are published while one replaces the
 * other.
 */
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

    test("accepts the old password during the grace period, then removes it without another update", async () => {
        const { client } = db;
        const urlOfUser = async () => (await db.stack.value<{ orders: { url: string } }>("users")).orders.url;
        const [oldUrl, oldUrlOfUser] = [await db.url(), await urlOfUser()];
        const connection = client.pipe(oldUrl);
        let printed = "";
        connection.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        connection.stdin.write("PING\n");
        await until(() => printed.includes("PONG"));

        await db.up({ passwordVersion: 2 });
        const newUrl = await db.url();
        expect(newUrl).not.toBe(oldUrl);
        expect(client.redis(newUrl, ["PING"])).toBe("PONG");
        for (const url of [oldUrl, oldUrlOfUser, await urlOfUser()]) expect(client.redis(url, ["PING"])).toBe("PONG");
        expect(await urlOfUser()).not.toBe(oldUrlOfUser);

        await until(() => client.redis(oldUrl, ["PING"]).includes("WRONGPASS"));
        for (const url of [newUrl, await urlOfUser()]) expect(client.redis(url, ["PING"])).toBe("PONG");
        expect(client.redis(oldUrlOfUser, ["PING"])).toContain("WRONGPASS");
        expect(
            client
                .redis(newUrl, ["ACL", "LIST"])
                .match(/^user app .*/m)?.[0]
                .match(/#/g),
        ).toHaveLength(1);
        // The connection that logged in with the old password is still open.
        connection.stdin.write("ECHO still-here\n");
        await until(() => printed.includes("still-here"));
        connection.stdin.end();
        expect(printed).not.toMatch(/ERR|WRONGPASS|lost/);
        await db.stack.expectEmptyPreview();
    });

    test("rotates the CA in steps: in each one, a client with the previous caCertPem still verifies the certificate", async () => {
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

    test("removes the old password in time after an update of the agent alone, which still restores the server's settings", async () => {
        const { client } = db;
        const oldUrl = await db.url();
        const password = "another-password-of-the-program";
        const newUrl = oldUrl.replace(/:[^:@]+@/, `:${password}@`);
        const container = await db.serverId();
        client.redis(oldUrl, ["SET", "kept", "yes"]);
        // The arguments replace the server: the new one is memory-only, reads the dump that this one leaves, and has
        // more databases.
        const args = { password, flavor: "nordb", config: { databases: 17 }, tls: { caVersions: [2] } };
        const { resources } = await db.stack.state();
        const { urn } = present(resources.find((resource) => resource.urn.endsWith("::db-agent")));
        await db.with(args).up("--target", urn);
        expect(client.redis(newUrl, ["CONFIG", "SET", "maxmemory-policy", "allkeys-random"])).toBe("OK");
        expect(client.redis(oldUrl, ["PING"])).toBe("PONG");
        await until(() => client.redis(oldUrl, ["PING"]).includes("WRONGPASS"));
        await until(() => client.redis(newUrl, ["CONFIG", "GET", "maxmemory-policy"]).endsWith("noeviction"));
        expect(client.redis(newUrl, ["CONFIG", "GET", "save"])).toBe("save\n2147483647 2147483647");
        expect(await db.serverId()).toBe(container);
        await db.up(args);
        expect(await db.serverId()).not.toBe(container);
        expect(client.redis(newUrl, ["GET", "kept"])).toBe("yes");
    });

    test("changes nothing for a state that was exported and imported", async () => {
        await db.stack.replaceState(await db.stack.state());
        await db.stack.expectNoChanges();
    });
});
