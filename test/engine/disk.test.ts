/** A disk that is full, or too small for what a change needs: refused with the reason, and nothing is lost. */
import { Client, docker, until } from "./support/docker";
import { TestStack, reasonIn } from "./support/stack";

describe("a disk of 64 MiB", () => {
    const volume = `redis-disk-${process.pid}`;
    let client: Client;
    let stack: TestStack;
    let digest: string;
    const base = { version: "8.0", memoryMb: 256, data: { volume } };

    const redis = async (...command: string[]) => client.redis(await stack.value("url"), command);
    // By a container of its own: what is in this file system's memory counts for whoever wrote it.
    const onDisk = (script: string) =>
        docker("run", "--rm", "-v", `${volume}:/data`, "redis:8.0", "sh", "-c", `${script} 2>&1 || true`);
    const fill = (free: string) =>
        onDisk(`fallocate -l $(($(df -Pk /data | awk 'NR == 2 { print $4 }') - ${free}))k /data/filler`);
    const freeAll = () => {
        onDisk("rm -f /data/filler");
    };

    beforeAll(async () => {
        client = new Client();
        const options = ["type=tmpfs", "device=tmpfs", "o=size=64m"].flatMap((option) => ["--opt", option]);
        docker("volume", "create", ...options, volume);
        stack = await TestStack.create("disk");
        await stack.database({ ...base, flavor: "rdb" }).up();
        const keys = "for i = 1, 12 do redis.call('SET', 'mb:' .. i, string.rep(tostring(i % 10), 1000000)) end";
        await redis("CONFIG", "SET", "rdbcompression", "no");
        await redis("EVAL", keys, "0");
        digest = client.digest(await stack.value("url"));
    });

    // A server that cannot dump does not let itself be stopped.
    afterEach(freeAll);

    afterAll(async () => {
        client.close();
        await stack.close();
        docker("volume", "rm", volume);
    });

    async function refused(args: object): Promise<string> {
        const [container, settings] = [await stack.value("containerName"), await redis("CONFIG", "GET", "*")];
        const reason = reasonIn(await stack.database({ ...base, ...args }).failure("up"));
        expect(await stack.value("containerName")).toBe(container);
        expect(await redis("CONFIG", "GET", "*")).toBe(settings);
        expect(client.digest(await stack.value("url"))).toBe(digest);
        return reason.replace(/\d+(?= MiB are free| MiB of disk)/g, "N");
    }

    async function corrected(args: object): Promise<void> {
        await stack.database({ ...base, ...args }).up();
        expect(client.digest(await stack.value("url"))).toBe(digest);
        expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
    }

    test("has no room for the append-only file of another flavor: rdb goes on", async () => {
        fill("4096");
        expect(await refused({ flavor: "aof" })).toMatchInlineSnapshot(
            `"refused: the append-only file could not be written, most likely for want of disk space (N MiB are free); the server's log has the reason [redis-database/append-only-file-not-written]"`,
        );
        expect(await redis("SET", "while", "refused")).toBe("OK");
        await redis("DEL", "while");
        freeAll();
        // The very same change, now that there is room.
        await corrected({ flavor: "aof" });
    });

    test("has no room for the last dump of a server that must be replaced: that one goes on", async () => {
        await corrected({ flavor: "rdb" });
        fill("4096");
        expect(await refused({ flavor: "rdb", config: { databases: 17 } })).toMatchInlineSnapshot(
            `"refused: the dump could not be written, most likely for want of disk space (N MiB are free); the server's log has the reason [redis-database/dump-not-written]"`,
        );
        freeAll();
        await corrected({ flavor: "rdb", config: { databases: 17 } });
        await corrected({ flavor: "aof" });
    });

    test("is full under a running server: it refuses writes, and goes on when there is room", async () => {
        fill("0");
        let reply = "";
        await until(async () => (reply = await redis("SET", "too-much", "x".repeat(100_000))) !== "OK");
        expect(reply).toMatch(/MISCONF/);
        await redis("DEL", "too-much");
        freeAll();
        await until(async () => (await redis("DEL", "too-much")).match(/^\d$/) !== null);
        const container = await stack.value("containerName");
        docker("restart", container);
        await until(async () => (await redis("PING")) === "PONG");
        expect(client.digest(await stack.value("url"))).toBe(digest);
    });

    test("cannot take over what a memory-only server holds: that one goes on", async () => {
        await corrected({ flavor: "nordb" });
        fill("4096");
        expect(await refused({ flavor: "nordb", config: { databases: 17 } })).toMatchInlineSnapshot(
            `"refused: the server must be replaced and keeps its data in memory only; handing it over takes up to N MiB of disk, but 4 are free; free some, or change what replaces the server later [redis-database/disk-too-full-for-hand-over]"`,
        );
        freeAll();
        await corrected({ flavor: "nordb", config: { databases: 17 } });
        expect(onDisk("ls /data")).toBe("");
    });
});
