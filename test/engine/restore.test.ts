/** A new database starts with data from a dump, an append-only directory, another server or a backup. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, uniqueName } from "./support/docker";
import { TestStack } from "./support/stack";

/** Keys of every type, in two databases, with and without a time to live. */
const seed = `
for i = 1, 300 do redis.call('SET', 'key:' .. i, 'value ' .. i) end
redis.call('HSET', 'hash', 'a', '1', 'b', '2'); redis.call('RPUSH', 'list', 'x', 'y', 'x')
redis.call('SADD', 'set', 'm', 'n'); redis.call('ZADD', 'sorted', '1.5', 'one', '2', 'two')
redis.call('SET', 'short-lived', 'v', 'EX', '86400'); redis.call('SELECT', '3'); redis.call('SET', 'in-3', '\\0binary\\r\\n')`;

const describeAll = `
local text = {}
for _, db in ipairs({'0', '3'}) do
    redis.call('SELECT', db)
    local keys = redis.call('KEYS', '*'); table.sort(keys)
    for _, key in ipairs(keys) do
        local ttl = redis.call('TTL', key)
        text[#text + 1] = db .. key .. (ttl > 0 and ' expires ' or ' ') .. redis.sha1hex(redis.call('DUMP', key))
    end
end
return text`;

describe("restoreFrom", () => {
    let client: Client;
    let stack: TestStack;
    let source: string;
    let expected: string;
    const directory = mkdtempSync(join(tmpdir(), "redis-restore-"));

    const redisOf = (url: string, ...command: string[]) => client.redis(url, command);
    const content = (url: string) => redisOf(url, "EVAL", describeAll, "0");

    beforeAll(async () => {
        client = new Client("redis:8.6");
        stack = await TestStack.create("restore");
        source = docker("run", "-d", "-v", `${directory}:/data`, "--name", uniqueName("restore-source"), "redis:8.6", "redis-server", "--appendonly", "yes", "--save", "");
        execFileSync("sh", ["-c", `until docker exec ${source} redis-cli ping >/dev/null 2>&1; do sleep 0.1; done`]);
        docker("exec", source, "redis-cli", "EVAL", seed, "0");
        docker("exec", source, "redis-cli", "SAVE");
        expected = docker("exec", source, "redis-cli", "--raw", "EVAL", describeAll, "0");
    });

    afterAll(async () => {
        docker("rm", "-f", "-v", source);
        await stack.close();
        client.close();
        rmSync(directory, { recursive: true });
    });

    const address = () => docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", source);

    test("each source", async () => {
        const databases = {
            "rdb-aof": { version: "8.6", restoreFrom: { rdbFile: join(directory, "dump.rdb") } },
            "rdb-nordb": { version: "8.6", flavor: "nordb", restoreFrom: { rdbFile: join(directory, "dump.rdb") } },
            "log-rdb": { version: "8.6", flavor: "rdb", restoreFrom: { appendOnlyDir: directory } },
            "url-aof": { version: "8.6", restoreFrom: { url: `redis://${address()}:6379` } },
        };
        const program = (all: Readonly<Record<string, object>>) =>
            stack.program(
                Object.entries(all)
                    .map(([name, args]) => `exports["${name}"] = new RedisDatabase("${name}", ${JSON.stringify({ memoryMb: 64, ...args })}).url;`)
                    .join("\n"),
            );
        await program(databases).up();
        for (const name of Object.keys(databases)) expect([name, content(await stack.value(name))]).toEqual([name, expected]);
        await stack.expectNoChanges();
    });
});
