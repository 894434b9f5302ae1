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
            expect(errors).toMatch(
                /db-deletion-protection--first-set-deletionProtection-to-false-and-run-pulumi-up" cannot/,
            );
            expect(errors).toContain("protect");
            expect(running()).toBe(containers);
            expect(db.client.redis(url, ["GET", "kept"])).toBe("yes");
        },
    );

    test("what was refused changes nothing later either", async () => {
        // Without a preview Pulumi has removed the record of the last completed update, which is nothing but state.
        const { summary } = await db.up();
        expect(Object.keys(summary).sort()).toEqual(["create", "same"]);
        await db.with().expectNoChanges();
        expect(running()).toBe(containers);
    });

    test("what replaces the server, and all that is live, goes through", async () => {
        const { summary } = await db.up({ config: { databases: 32 }, passwordVersion: 2 });
        expect(summary).toMatchObject({ replace: 3 });
        expect(await db.redis("GET", "kept")).toBe("yes");
        containers = running();
        expect((await db.stack.up()).summary).toEqual({ same: 15 });
    });

    test("what Pulumi's own advice has left of it, `pulumi up` makes whole again: data, URLs and CA", async () => {
        const before = [await db.url(), await db.tlsUrl(), await db.caCertPem()];
        const state = await db.stack.state();
        const resources = state.resources.map(({ urn, ...others }) =>
            urn.includes("db-deletion-protection") ? { urn, ...others, protect: false } : { urn, ...others },
        );
        await db.stack.replaceState({ ...state, resources });
        expect(await db.stack.failure("destroy")).toMatch(/db-data" cannot be deleted/);
        expect(db.stack.containers()).toEqual([]);
        const { summary } = await db.up({ config: { databases: 32 }, passwordVersion: 2 });
        expect(summary).toMatchObject({ create: 4 });
        expect([await db.url(), await db.tlsUrl(), await db.caCertPem()]).toEqual(before);
        expect(await db.redis("GET", "kept")).toBe("yes");
        containers = running();
    });

    test("lifting it touches nothing by itself", async () => {
        const args = { config: { databases: 32 }, passwordVersion: 2 };
        const { summary } = await db.up({ ...args, deletionProtection: false });
        expect(Object.keys(summary).filter((operation) => !["same", "update"].includes(operation))).toEqual([]);
        expect(running()).toBe(containers);
        await db.up(args);
    });
});
