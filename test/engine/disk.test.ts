/** A disk that is full, or too small for a change: the change is refused with the reason, and no data is lost. */
import { docker, uniqueName, until } from "./support/docker";
import { reasonIn } from "./support/stack";
import { TestDatabase } from "./support/testDatabase";

describe("a disk of 64 MiB", () => {
    const volume = uniqueName("redis-disk");
    let db: TestDatabase;
    let digest: string;

    const redis = (...command: string[]) => db.redis(...command);
    // In a separate container: tmpfs pages count towards the memory limit of the container that wrote them.
    const onDisk = (script: string) =>
        docker("run", "--rm", "-v", `${volume}:/data`, "redis:8.0", "sh", "-c", `${script} 2>&1 || true`);
    const fill = (free: string) =>
        onDisk(`fallocate -l $(($(df -Pk /data | awk 'NR == 2 { print $4 }') - ${free}))k /data/filler`);
    const freeAll = () => {
        onDisk("rm -f /data/filler");
    };

    beforeAll(async () => {
        const options = ["type=tmpfs", "device=tmpfs", "o=size=64m"].flatMap((option) => ["--opt", option]);
        docker("volume", "create", ...options, volume);
        db = await TestDatabase.create("disk", { version: "8.0", memoryMb: 256, data: { volume }, flavor: "rdb" });
        const keys = "for i = 1, 12 do redis.call('SET', 'mb:' .. i, string.rep(tostring(i % 10), 1000000)) end";
        await redis("CONFIG", "SET", "rdbcompression", "no");
        await redis("EVAL", keys, "0");
        digest = await db.digest();
    });

    // A server that cannot write its dump refuses to stop.
    afterEach(freeAll);

    afterAll(async () => {
        await db.close();
        docker("volume", "rm", volume);
    });

    async function refused(args: object): Promise<string> {
        const [container, settings] = [await db.server(), await redis("CONFIG", "GET", "*")];
        const reason = reasonIn(await db.with(args).failure("up"));
        expect(await db.server()).toBe(container);
        expect(await redis("CONFIG", "GET", "*")).toBe(settings);
        expect(await db.digest()).toBe(digest);
        return reason.replace(/\d+(?= MiB are free| MiB of disk)/g, "N");
    }

    async function corrected(args: object): Promise<void> {
        await db.up(args);
        expect(await db.digest()).toBe(digest);
        await db.stack.expectEmptyPreview();
    }

    test("without room for the append-only file refuses flavor aof, and the server keeps flavor rdb", async () => {
        fill("4096");
        expect(await refused({ flavor: "aof" })).toMatchInlineSnapshot(
            `"refused: the append-only file could not be written, most likely for lack of disk space (N MiB are free); the server's log has the reason [redis-database/append-only-file-not-written]"`,
        );
        expect(await redis("SET", "while", "refused")).toBe("OK");
        await redis("DEL", "while");
        freeAll();
        // The same change succeeds once there is room.
        await corrected({ flavor: "aof" });
    });

    test("without room for the last dump refuses to replace the server, which keeps running", async () => {
        await corrected({ flavor: "rdb" });
        fill("4096");
        expect(await refused({ flavor: "rdb", config: { databases: 17 } })).toMatchInlineSnapshot(
            `"refused: the dump could not be written, most likely for lack of disk space (N MiB are free); the server's log has the reason [redis-database/dump-not-written]"`,
        );
        freeAll();
        await corrected({ flavor: "rdb", config: { databases: 17 } });
        await corrected({ flavor: "aof" });
    });

    test("makes a running server refuse writes when it is full, and accept them again when there is room", async () => {
        fill("0");
        let reply = "";
        await until(async () => (reply = await redis("SET", "too-much", "x".repeat(100_000))) !== "OK");
        expect(reply).toMatch(/MISCONF/);
        await redis("DEL", "too-much");
        freeAll();
        await until(async () => (await redis("DEL", "too-much")).match(/^\d$/) !== null);
        docker("restart", await db.server());
        await until(async () => (await redis("PING")) === "PONG");
        expect(await db.digest()).toBe(digest);
    });

    test("without room for the hand-over refuses to replace a memory-only server, which keeps running", async () => {
        await corrected({ flavor: "nordb" });
        fill("4096");
        expect(await refused({ flavor: "nordb", config: { databases: 17 } })).toMatchInlineSnapshot(
            `"refused: the server must be replaced and keeps its data in memory only; the hand-over takes up to N MiB of disk, but 4 are free; free some space, or undo the change that replaces the server [redis-database/disk-too-full-for-hand-over]"`,
        );
        freeAll();
        await corrected({ flavor: "nordb", config: { databases: 17 } });
        expect(onDisk("ls /data")).toBe("");
    });
});
