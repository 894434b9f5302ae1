/** What is rotated goes in steps that break no client: passwords have a time of grace, CAs one in which both are published. */
import { Client, until } from "./support/docker";
import { TestStack } from "./support/stack";

describe("rotation", () => {
    let stack: TestStack;
    let client: Client;
    const base = { version: "8.0", memoryMb: 64 };
    /** A quarter of a minute, in hours. */
    const grace = 15 / 3600;

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("rotation");
        await stack.database({ ...base, passwordGraceHours: grace }).up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("of the password: the old one opens the door for the time of grace, then the agent drops it by itself", async () => {
        const old = await stack.value("url");
        const connection = client.pipe(old);
        let printed = "";
        connection.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        connection.stdin.write("PING\n");
        await until(() => printed.includes("PONG"));

        await stack.database({ ...base, passwordGraceHours: grace, passwordVersion: 2 }).up();
        const now = await stack.value("url");
        expect(now).not.toBe(old);
        expect(client.redis(now, ["PING"])).toBe("PONG");
        expect(client.redis(old, ["PING"])).toBe("PONG");

        await until(() => client.redis(old, ["PING"]).includes("WRONGPASS"));
        expect(client.redis(now, ["PING"])).toBe("PONG");
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
        expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
    });

    test("of the CA: in each step, who has the step before's caCertPem still verifies", async () => {
        let published = await stack.value("caCertPem");
        const certificates = (pem: string) => pem.match(/BEGIN CERTIFICATE/g)?.length;
        for (const [caVersions, count] of [
            [[1, 2], 2],
            [[2, 1], 2],
            [[2], 1],
        ] as const) {
            await stack.database({ ...base, passwordVersion: 2, tls: { caVersions } }).up();
            const url = await stack.value("tlsUrl");
            expect(client.redis(url, ["PING"], { caCertPem: published })).toBe("PONG");
            published = await stack.value("caCertPem");
            expect(certificates(published)).toBe(count);
            expect(client.redis(url, ["PING"], { caCertPem: published })).toBe("PONG");
        }
    });

    test("is not repeated for a state that was exported and imported: nothing changes", async () => {
        await stack.replaceState(await stack.state());
        expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
    });
});
