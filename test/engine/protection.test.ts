/** A protected database survives every way of removing it, and goes when the protection is lifted. */
import { Client, belongings, docker } from "./support/docker";
import { TestStack } from "./support/stack";

describe("deletion protection", () => {
    let stack: TestStack;
    let client: Client;
    let containers: string;

    const args = { version: "8.0", memoryMb: 64, deletionProtection: true };
    const redis = async (...command: string[]) => client.redis(await stack.value("url"), command);
    const running = () => docker("ps", "-q", "--no-trunc", "--filter", "name=^/db-");

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("protection");
        await stack.database(args).up();
        await redis("SET", "kept", "yes");
        containers = running();
    });

    afterAll(async () => {
        client.close();
        await stack.database({ ...args, deletionProtection: false }).up();
        await stack.close();
        expect(belongings(["db"])).toEqual([]);
    });

    // Automation API previews nothing before `up` and `destroy`: what is refused too late would be half removed.
    test.each(["preview", "up", "destroy"] as const)(
        "%s without the database is refused, and nothing is touched",
        async (command) => {
            const url = await stack.value("url");
            const errors = await stack.program("").failure(command);
            expect(errors).toMatch(/db-deletion-protection" cannot be deleted/);
            expect(errors).toContain("protect");
            expect(running()).toBe(containers);
            expect(client.redis(url, ["GET", "kept"])).toBe("yes");
            await stack.database(args).up();
            expect(running()).toBe(containers);
        },
    );

    test("what replaces the server, and all that is live, goes through", async () => {
        const { summary } = await stack.database({ ...args, config: { databases: 32 }, passwordVersion: 2 }).up();
        expect(summary).toMatchObject({ replace: 3 });
        expect(await redis("GET", "kept")).toBe("yes");
        containers = running();
        expect((await stack.up()).summary).toEqual({ same: 14 });
    });

    test("lifting it touches nothing by itself", async () => {
        const { summary } = await stack
            .database({ ...args, config: { databases: 32 }, passwordVersion: 2, deletionProtection: false })
            .up();
        expect(Object.keys(summary).filter((operation) => !["same", "update"].includes(operation))).toEqual([]);
        expect(running()).toBe(containers);
        await stack.database({ ...args, config: { databases: 32 }, passwordVersion: 2 }).up();
    });
});
