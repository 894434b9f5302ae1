/** An update whose plugin is killed, or that is cancelled: it ends with an error, and the next one converges. */
import { TestDatabase } from "./support/testDatabase";

describe("a database that a plugin creates", () => {
    let db: TestDatabase;
    let digest: string;

    beforeAll(async () => {
        db = await TestDatabase.create("plugin-interruptions", { version: "8.0", memoryMb: 64 }, "throughPlugin");
        await db.redis("EVAL", "for i = 1, 1000 do redis.call('SET', 'key:' .. i, i) end", "0");
        digest = await db.digest();
    });

    afterAll(async () => {
        // Pulumi needs neither the program nor the plugin to remove it.
        db.stack.program("throw new Error('this program must not run')");
        await db.close();
    });

    const all = [
        [
            "its plugin is killed while the server is replaced",
            { config: { databases: 17 } },
            /db-server delet/,
            "plugin",
        ],
        ["its plugin is killed while the agent is created", { passwordVersion: 2 }, /db-agent creat/, "plugin"],
        ["the update is cancelled while the agent is created", { passwordVersion: 3 }, /db-agent creat/, "CLI"],
        [
            "the update is cancelled while the server is replaced",
            { config: { databases: 18 } },
            /db-server delet/,
            "CLI",
        ],
    ] as const;

    test.each(all.filter((_each, index) => process.env.TEST_ALL || index === 0))(
        "has its data after the next update if %s",
        async (_moment, args, line, receiver) => {
            db.with(args);
            await db.stack.disturbedUp(line, receiver, receiver === "CLI" ? "SIGINT" : "SIGKILL");
            await db.stack.up();
            expect(await db.digest()).toBe(digest);
            const containers = db.stack.containers().map((name) => name.replace(/-[0-9a-f]+$/, ""));
            expect(containers.sort()).toEqual(["db-agent", "db-server"]);
            await db.stack.expectNoChanges();
        },
    );
});
