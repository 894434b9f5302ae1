/** A protected database survives every way of removing it, and goes when the protection is lifted. */
import { docker } from "./support/docker";
import { TestDatabase } from "./support/testDatabase";

describe("deletion protection", () => {
    let db: TestDatabase;
    let containers: string;

    const running = () =>
        docker("inspect", "-f", "{{.Id}} {{.State.Status}} {{.State.StartedAt}}", ...db.stack.containers().sort());

    beforeAll(async () => {
        db = await TestDatabase.create("protection", { version: "8.0", memoryMb: 64, deletionProtection: true });
        await db.redis("SET", "kept", "yes");
        containers = running();
    });

    afterAll(async () => {
        await db.up({ deletionProtection: false });
        await db.close();
    });

    // Automation API previews nothing before `up` and `destroy`: what is refused too late would be half removed.
    test.each(["preview", "up", "destroy"] as const)(
        "%s without the database is refused, and nothing is touched",
        async (command) => {
            const url = await db.url();
            const errors = await db.stack.program("").failure(command);
            expect(errors).toMatch(/db-deletion-protection" cannot be deleted/);
            expect(errors).toContain("protect");
            expect(running()).toBe(containers);
            expect(db.client.redis(url, ["GET", "kept"])).toBe("yes");
        },
    );

    test("what was refused changes nothing later either", async () => {
        await db.with().expectNoChanges();
        expect(running()).toBe(containers);
    });

    test("what replaces the server, and all that is live, goes through", async () => {
        const { summary } = await db.up({ config: { databases: 32 }, passwordVersion: 2 });
        expect(summary).toMatchObject({ replace: 3 });
        expect(await db.redis("GET", "kept")).toBe("yes");
        containers = running();
        expect((await db.stack.up()).summary).toEqual({ same: 14 });
    });

    test("lifting it touches nothing by itself", async () => {
        const args = { config: { databases: 32 }, passwordVersion: 2 };
        const { summary } = await db.up({ ...args, deletionProtection: false });
        expect(Object.keys(summary).filter((operation) => !["same", "update"].includes(operation))).toEqual([]);
        expect(running()).toBe(containers);
        await db.up(args);
    });
});
