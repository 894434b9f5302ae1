/** A new database starts with data from a dump, an append-only directory, another server or a backup. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, until } from "./support/docker";
import { TestStack, findingsIn } from "./support/stack";

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

const password = "pass/w@rd %";

describe("restoreFrom", () => {
    let client: Client;
    let stack: TestStack;
    let source: string;
    let url: string;
    let expected: string;
    let directory: string;

    const content = (of: string) => client.redis(of, ["EVAL", describeAll, "0"]);
    const ofSource = (...command: string[]) =>
        docker("exec", "-e", `REDISCLI_AUTH=${password}`, source, "redis-cli", "--raw", ...command);
    const program = (databases: Readonly<Record<string, object>>) =>
        stack.program(
            Object.entries(databases)
                .map(
                    ([name, args]) =>
                        `exports["${name}"] = new RedisDatabase("${name}", ${JSON.stringify({ version: "8.6", memoryMb: 64, ...args })}).url;`,
                )
                .join("\n"),
        );

    beforeAll(async () => {
        client = new Client("redis:8.6");
        stack = await TestStack.create("restore");
        directory = mkdtempSync(join(tmpdir(), "redis-restore-"));
        source = docker(
            ...["run", "-d", "-v", `${directory}:/data`, "redis:8.6"],
            ...["redis-server", "--appendonly", "yes", "--save", "", "--requirepass", password],
        );
        await until(() => ofSource("PING") === "PONG");
        ofSource("EVAL", seed, "0");
        ofSource("SAVE");
        expected = ofSource("EVAL", describeAll, "0");
        const address = docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", source);
        url = `redis://:${encodeURIComponent(password)}@${address}:6379`;
    });

    afterAll(async () => {
        docker("rm", "-f", "-v", source);
        rmSync(directory, { recursive: true });
        await stack.close();
        client.close();
    });

    test("takes the data of a file, a directory or another server, with every flavor, once", async () => {
        const rdbFile = join(directory, "dump.rdb");
        const databases = {
            "dump": { restoreFrom: { rdbFile } },
            "dump-in-memory": { flavor: "nordb", restoreFrom: { rdbFile } },
            "log": { flavor: "rdb", restoreFrom: { appendOnlyDir: directory } },
            "server": { restoreFrom: { url } },
            "old-server": { version: "8.6", flavor: "rdb", restoreFrom: { url } },
        };
        await program(databases).up();
        for (const name of Object.keys(databases)) {
            expect([name, content(await stack.value(name))]).toEqual([name, expected]);
        }
        await stack.expectNoChanges();
        // Leaving it out removes the container that restored, and nothing else.
        const { restoreFrom: _restoreFrom, ...rest } = databases["dump-in-memory"];
        client.redis(await stack.value("dump-in-memory"), ["SET", "later", "1"]);
        const planned = await program({ ...databases, "dump-in-memory": rest }).plannedSteps();
        expect(planned.steps).toEqual({});
        expect(planned.explanations).toEqual([]);
    });

    test("is refused before anything is created", async () => {
        const refused = {
            "no-file": { restoreFrom: { rdbFile: "/nowhere/dump.rdb" } },
            "no-dump": { restoreFrom: { rdbFile: "/etc/hostname" } },
            "no-log": { restoreFrom: { appendOnlyDir: "/etc" } },
            "too-old": { version: "7.0", restoreFrom: { url } },
            "wrong-login": { restoreFrom: { url: url.replace(":6379", "").replace(/:[^:@]*@/, ":wrong@") } },
            "unreachable": { restoreFrom: { url: "redis://127.0.0.1:1" } },
            "no-volume": { restoreFrom: { repository: { volume: "no-such-volume-of-backups" } } },
        };
        const output = await program(refused).failure("preview");
        expect(findingsIn(output)).toMatchInlineSnapshot(`
            "RedisDatabase "wrong-login": 1 problem in its arguments; nothing was touched.
              restoreFrom.url: 172.17.0.3:6379 rejects the user or the password (NOAUTH Authentication required.)
                → Correct the user and the password in the URL, and encode special characters. [redis-database/restore-url-login-refused]"
        `);
        expect(output).not.toContain("wrong@");
    });
});
