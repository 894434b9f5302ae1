/**
 * The two sets of rules in the README, on plain servers of several versions: what they permit, and whether clients can
 * connect.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Redis from "ioredis";
import { programUsers } from "../../provider/model/render/acl";
import { type Release, versions } from "../../provider/model/catalog/versions";
import { codeBlocks } from "../support/codeBlocks";
import { present } from "../support/present";
import { Clients } from "./support/clients";
import { docker, until } from "./support/docker";
import { runnable } from "./support/releases";

const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
const block = present(codeBlocks(readme, "ts").find((code) => code.includes("users:")));
const [application = "", readOnly = ""] = [...block.matchAll(/rules:\s*"(.*)"/g)].map(([, rules]) => rules);

/** Commands that clients send when they connect. */
const connecting = [
    "PING",
    "SELECT 1",
    "SELECT 0",
    "COMMAND COUNT",
    "INFO server",
    "CLIENT SETNAME me",
    "CLIENT GETNAME",
    "CLIENT ID",
];
const reads = ["GET key", "EXISTS key", "TTL key", "SCAN 0", "DBSIZE", "TYPE key", "HGETALL h", "ZRANGE z 0 -1"];
const data = ["SET a 1", "INCR a", "EXPIRE a 100", "HSET h a 1", "ZADD z 1 a", "XADD s * a 1", "PFADD p a", "UNLINK a"];
const scripts = ["EVAL return(1) 0", "PUBLISH c message", "PUBSUB CHANNELS"];
const transaction = ["WATCH key", "MULTI", "GET key", "EXEC"];
const administration = [
    "SHUTDOWN NOSAVE",
    "REPLICAOF 127.0.0.1 1",
    "SLAVEOF 127.0.0.1 1",
    "FLUSHALL",
    "FLUSHDB",
    "SWAPDB 0 1",
    "KEYS *",
    "ACL LIST",
    "ACL WHOAMI",
    "ACL SETUSER user +@all",
    "CONFIG GET maxmemory",
    "CONFIG SET timeout 1",
    "MODULE LIST",
    "MODULE LOAD x",
    "DEBUG SLEEP 0",
    "SAVE",
    "BGSAVE",
    "BGREWRITEAOF",
    "CLIENT KILL TYPE normal",
    "CLIENT LIST",
    "CLIENT PAUSE 1",
    "SLOWLOG GET",
    "LATENCY LATEST",
    "MIGRATE h 1 k 0 1",
    "RESTORE k 0 x",
    "REPLCONF a b",
    "SORT key",
    "ROLE",
];

const testedReleases = ["6.0", "6.2", "7.0", "8.6", "valkey-9.1"];
const withUsers = runnable.filter(
    (release) => versions[release].acl && (process.env.TEST_ALL || testedReleases.includes(release)),
);
let clients: Clients;
const servers = new Map<Release, string>();

beforeAll(async () => {
    clients = await new Clients(false).open();
    for (const release of withUsers) {
        const server = ["redis-server", "--save", "", "--protected-mode", "no"];
        servers.set(release, docker("run", "-d", "--rm", "--network", "bridge", versions[release].image, ...server));
    }
});

afterAll(() => {
    clients.close();
    for (const server of servers.values()) docker("rm", "-f", "-v", server);
});

test("the README has two sets of rules, and the releases to test them on are available", () => {
    expect([application, readOnly]).toEqual([expect.stringContaining("+@all"), expect.stringContaining("+@read")]);
    expect(withUsers.length).toBeGreaterThanOrEqual(testedReleases.length);
});

describe.each(withUsers)("%s", (release) => {
    let server: string;
    let url: string;
    let client: Redis;

    beforeAll(async () => {
        server = present(servers.get(release));
        url = `redis://user:secret@${docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", server)}:6379`;
        await until(() => docker("exec", server, "sh", "-c", "redis-cli ping || true").includes("PONG"));
        docker("exec", server, "redis-cli", "SET", "key", "1");
    });

    /** Sets the user's rules, and connects as the user. */
    async function become(rules: string): Promise<void> {
        const supported = versions[release].channelPermissions ? rules : rules.replace(" &*", "");
        const [, name = "", ...words] = programUsers(release, [{ name: "user", rules: supported, password: "secret" }])
            .trim()
            .split(" ");
        expect(docker("exec", server, "redis-cli", "ACL", "SETUSER", name, "reset", ...words)).toBe("OK");
        const replies = await clients.ping(url);
        expect(replies).toEqual(Object.fromEntries(Object.keys(replies).map((name) => [name, "PONG"])));
        expect(Object.keys(replies).length).toBeGreaterThan(3);
        // ioredis also sends INFO when it connects.
        client = new Redis(url, { retryStrategy: () => null });
    }

    const ask = (command: string) => {
        const [name = "", ...words] = command.split(" ");
        return client.call(name, ...words).catch(String);
    };
    const refused = async (commands: readonly string[]) => {
        const replies = await Promise.all(commands.map(ask));
        return commands.filter((_command, index) => /^ReplyError/.test(String(replies[index])));
    };

    afterEach(() => {
        client.disconnect();
    });

    test("the application's rules allow data, transactions, scripts and pub/sub, but no administration", async () => {
        await become(application);
        expect(await refused([...connecting, ...reads, ...data, ...scripts])).toEqual([]);
        expect(await Promise.all(transaction.map(ask))).toEqual(["OK", "OK", "QUEUED", ["1"]]);
        expect(await refused(administration)).toEqual(administration);
        expect(await client.subscribe("channel")).toBe(1);
    });

    test("the read-only rules allow no writes", async () => {
        await become(readOnly);
        expect(await refused([...connecting, ...reads])).toEqual([]);
        expect(await Promise.all(transaction.map(ask))).toEqual(["OK", "OK", "QUEUED", ["1"]]);
        const forbidden = [...data, ...scripts, "DEL key", "GETSET key 2", "RENAME key other", ...administration];
        expect(await refused(forbidden)).toEqual(forbidden);
    });
});
