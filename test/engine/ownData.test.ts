/** Data that was there before the database: adopted in place, whatever wrote it, or refused with the reason. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, until } from "./docker";
import { TestStack, findingsIn, reasonIn } from "./stack";

describe("data that was there before", () => {
    const volume = `redis-own-data-${process.pid}`;
    let client: Client;
    let stack: TestStack;
    let digest: string;

    const url = () => stack.value("url");
    const inVolume = (...command: string[]) =>
        docker("run", "--rm", "-v", `${volume}:/data`, "--entrypoint", "sh", "redis:8.0", "-c", ...command);

    /** Has a plain server of some version write 500 keys into the place, by an append-only file or a dump. */
    function written(version: string, kind: "aof" | "rdb", place = volume): void {
        const server = docker(
            ...["run", "-d", "-v", `${place}:/data`, "--user", "999:999", "--network", "none", `redis:${version}`],
            ...["redis-server", "--save", "", "--appendonly", kind === "aof" ? "yes" : "no"],
        );
        const redis = (...command: string[]) => docker("exec", server, "redis-cli", ...command);
        execFileSync("sh", ["-c", `until docker exec ${server} redis-cli ping; do sleep 0.1; done`]);
        redis("EVAL", "for i = 1, 500 do redis.call('SET', 'key:' .. i, 'value ' .. i) end", "0");
        if (kind === "rdb") redis("SAVE");
        docker("stop", server);
        docker("rm", server);
    }

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("own-data");
        await stack.database({ version: "8.0", memoryMb: 64 }).up();
        const fill = "for i = 1, 500 do redis.call('SET', 'key:' .. i, 'value ' .. i) end";
        client.redis(await url(), ["EVAL", fill, "0"]);
        digest = client.digest(await url());
        await stack.program("").up();
    });

    beforeEach(() => {
        docker("volume", "create", volume);
    });

    afterEach(async () => {
        await stack.program("").up();
        // A database that is gone leaves what was not its own.
        expect(docker("volume", "ls", "-q", "--filter", `name=${volume}`)).toBe(volume);
        docker("volume", "rm", volume);
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    /** The whole reason; the data is as it was. */
    async function refused(args: object): Promise<string> {
        const listing = inVolume("cd /data && find . -type f -exec sha1sum {} + | sort");
        const errors = await stack.database({ memoryMb: 64, data: { volume }, ...args }).failure("up");
        expect(inVolume("cd /data && find . -type f -exec sha1sum {} + | sort")).toBe(listing);
        return reasonIn(errors).replaceAll(volume, "VOLUME");
    }

    const adoptions = [
        ["6.0", "aof", "8.0", "rdb"],
        ["6.0", "rdb", "8.0", "aof"],
        ["7.0", "aof", "8.0", "aof"],
        ["6.0", "aof", "6.0", "aof"],
        ["8.0", "rdb", "8.0", "aof"],
        ["8.0", "aof", "8.0", "rdb"],
    ] as const;
    // `make test-all` tries them all; the first three have everything that can go wrong.
    test.each(process.env.TEST_ALL ? adoptions : adoptions.slice(0, 3))(
        "of %s as %s is adopted by %s as %s, and survives what the flavor promises",
        async (...[wrote, kind, version, flavor]) => {
            written(wrote, kind);
            await stack.database({ version, flavor, memoryMb: 64, data: { volume } }).up();
            expect(client.digest(await url())).toBe(digest);
            // The agent settles it in the background: only then is the database healthy, and the up done.
            expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
            const container = await stack.value("containerName");
            docker("kill", "-s", "KILL", container);
            docker("start", container);
            const reached = await url();
            await until(() => client.redis(reached, ["PING"]) === "PONG");
            expect(client.digest(await url())).toBe(digest);
        },
    );

    test("a directory of the host's is adopted, and stays", async () => {
        const hostPath = mkdtempSync(join(tmpdir(), "redis-own-data-"));
        execFileSync("chown", ["999:999", hostPath]);
        written("7.0", "rdb", hostPath);
        await stack.database({ version: "8.0", memoryMb: 64, data: { hostPath } }).up();
        expect(client.digest(await url())).toBe(digest);
        await stack.program("").up();
        expect(readdirSync(hostPath)).toContain("appendonlydir");
        rmSync(hostPath, { recursive: true });
    });

    test("of both kinds needs a word about which of them holds the data; the other one is set aside", async () => {
        written("8.0", "aof");
        inVolume("redis-server --daemonize yes --save '' --dir /tmp; redis-cli save; cp /tmp/dump.rdb /data/dump.rdb");
        expect(await refused({ version: "8.0" })).toMatchInlineSnapshot(
            `"refused: data: VOLUME has both a dump and an append-only file; say in data.files which of them holds the data"`,
        );
        await stack.database({ version: "8.0", memoryMb: 64, data: { volume, files: "aof" } }).up();
        expect(client.digest(await url())).toBe(digest);
        expect(inVolume("ls /data/before-adoption").trim()).toBe("dump.rdb");
    });

    test("that a later version wrote is refused", async () => {
        written("8.0", "rdb");
        expect(await refused({ version: "7.0" })).toMatchInlineSnapshot(
            `"refused: data: VOLUME was written by a later Redis (format 12), which 7.0 cannot read; give a later version"`,
        );
        expect(await refused({ version: "6.0" })).toMatchInlineSnapshot(
            `"refused: data: VOLUME was written by a later Redis (format 12), which 6.0 cannot read; give a later version"`,
        );
    });

    test("in several files that an older version would not see is refused", async () => {
        written("7.0", "aof");
        expect(await refused({ version: "6.0" })).toMatchInlineSnapshot(
            `"refused: data: VOLUME was written by Redis 7.0 or later, which 6.0 cannot read"`,
        );
    });

    test("of another kind than the program says is refused", async () => {
        written("8.0", "rdb");
        expect(await refused({ version: "8.0", data: { volume, files: "aof" } })).toMatchInlineSnapshot(
            `"refused: data.files: is "aof", but VOLUME has no appendonlydir and no appendonly.aof"`,
        );
        expect(await refused({ version: "8.0", flavor: "nordb" })).toMatchInlineSnapshot(
            `"refused: flavor: "nordb" keeps nothing, but VOLUME has data; bring it up with "aof" or "rdb""`,
        );
    });

    test("that is not of Redis is refused", async () => {
        inVolume("echo hello >/data/letter.txt");
        expect(await refused({ version: "8.0" })).toMatchInlineSnapshot(
            `"refused: data: VOLUME has files, but neither dump.rdb nor an append-only file; give a place that is empty or has data of Redis"`,
        );
    });

    test("that belongs to another database is refused, while that one goes on", async () => {
        written("8.0", "rdb");
        const args = { version: "8.0", memoryMb: 64, data: { volume } };
        await stack.database(args).up();
        const other = await TestStack.create("own-data-thief");
        other.program(`new RedisDatabase("thief", ${JSON.stringify(args)});`);
        expect(reasonIn(await other.failure("up")).replaceAll(volume, "VOLUME")).toMatchInlineSnapshot(
            `"refused: data: VOLUME belongs to the database engine-test/test/db; give another place, or, if that database is gone, delete .redis-database there"`,
        );
        expect(client.digest(await url())).toBe(digest);
        await other.close();
    });

    test("cannot be exchanged for other data behind the database's back", async () => {
        written("8.0", "rdb");
        await stack.database({ version: "8.0", memoryMb: 64, data: { volume } }).up();
        const errors = await stack.database({ version: "8.0", memoryMb: 64 }).failure("preview");
        expect(findingsIn(errors).replaceAll(volume, "VOLUME")).toMatchInlineSnapshot();
        await stack.database({ version: "8.0", memoryMb: 64, data: { volume } }).up();
        expect(client.digest(await url())).toBe(digest);
    });
});
