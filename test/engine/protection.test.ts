/** A protected database survives every attempt to remove it, and can be removed once the protection is off. */
import { docker } from "./support/docker";
import { unchanged } from "./support/stack";
import { TestDatabase } from "./support/testDatabase";

describe("deletion protection", () => {
    let db: TestDatabase;
    let containers: string;

    const running = () =>
        docker("inspect", "-f", "{{.Id}} {{.State.Status}} {{.State.StartedAt}}", ...db.stack.containers().sort());

    beforeAll(async () => {
        db = await TestDatabase.create("protection", {
            version: "8.0",
            memoryMb: 64,
            deletionProtection: true,
            replicas: 1,
        });
        await db.redis("SET", "kept", "yes");
        containers = running();
    });

    afterAll(async () => {
        await db.up({ deletionProtection: false });
        await db.close();
    });

    // The Automation API runs `up` and `destroy` without a preview. A refusal that comes too late would leave half of
    // the database, or none of its replicas, which have no protection of their own.
    test.each(["preview", "up", "destroy"] as const)(
        "refuses %s without the database, and changes nothing",
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

    test("changes nothing after a refusal either", async () => {
        // Without a preview, Pulumi has removed the record of the last completed update. That resource exists only in
        // the state.
        const { summary } = await db.up();
        expect(Object.keys(summary).sort()).toEqual(["create", "same"]);
        await db.with().expectNoChanges();
        expect(running()).toBe(containers);
    });

    test("allows updates, including ones that replace the server", async () => {
        const { summary } = await db.up({ config: { databases: 32 }, passwordVersion: 2 });
        expect(summary).toMatchObject({ replace: 7 });
        expect(await db.redis("GET", "kept")).toBe("yes");
        containers = running();
        expect((await db.stack.up()).summary).toEqual(unchanged());
    });

    test("lets `pulumi up` restore the database, with its data, URLs and CA, after `pulumi state unprotect` and `destroy`", async () => {
        const before = [await db.url(), await db.tlsUrl(), await db.caCertPem()];
        const state = await db.stack.state();
        const resources = state.resources.map(({ urn, ...properties }) =>
            urn.includes("db-deletion-protection") ? { urn, ...properties, protect: false } : { urn, ...properties },
        );
        await db.stack.replaceState({ ...state, resources });
        expect(await db.stack.failure("destroy")).toMatch(/db-data" cannot be deleted/);
        expect(db.stack.containers()).toEqual([]);
        const { summary } = await db.up({ config: { databases: 32 }, passwordVersion: 2 });
        expect(summary).toMatchObject({ create: 18 });
        expect([await db.url(), await db.tlsUrl(), await db.caCertPem()]).toEqual(before);
        expect(await db.redis("GET", "kept")).toBe("yes");
        containers = running();
    });

    test("changes nothing else when it is turned off", async () => {
        const args = { config: { databases: 32 }, passwordVersion: 2 };
        const { summary } = await db.up({ ...args, deletionProtection: false });
        expect(Object.keys(summary).filter((operation) => !["same", "update"].includes(operation))).toEqual([]);
        expect(running()).toBe(containers);
        await db.up(args);
    });
});
