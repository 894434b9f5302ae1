/** The two ready-made rules of the README, on bare servers of several versions: what they permit, and that clients connect. */
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

/** What clients send when they connect. */
const connecting = [
    ...["PING", "SELECT 1", "SELECT 0", "COMMAND COUNT", "INFO server"],
    ...["CLIENT SETNAME me", "CLIENT GETNAME", "CLIENT ID"],
];
const reads = [
    "GET there",
    "EXISTS there",
    "TTL there",
    "SCAN 0",
    "DBSIZE",
    "TYPE there",
    "HGETALL h",
    "ZRANGE z 0 -1",
];
const data = ["SET a 1", "INCR a", "EXPIRE a 100", "HSET h a 1", "ZADD z 1 a", "XADD s * a 1", "PFADD p a", "UNLINK a"];
const scripts = ["EVAL return(1) 0", "PUBLISH c message", "PUBSUB CHANNELS"];
const transaction = ["WATCH there", "MULTI", "GET there", "EXEC"];
const administration = [
    ...[
        "SHUTDOWN NOSAVE",
        "REPLICAOF 127.0.0.1 1",
        "SLAVEOF 127.0.0.1 1",
        "FLUSHALL",
        "FLUSHDB",
        "SWAPDB 0 1",
        "KEYS *",
    ],
    ...["ACL LIST", "ACL WHOAMI", "ACL SETUSER user +@all", "CONFIG GET maxmemory", "CONFIG SET timeout 1"],
    ...["MODULE LIST", "MODULE LOAD x", "DEBUG SLEEP 0", "SAVE", "BGSAVE", "BGREWRITEAOF", "CLIENT KILL TYPE normal"],
    ...["CLIENT LIST", "CLIENT PAUSE 1", "SLOWLOG GET", "LATENCY LATEST", "MIGRATE h 1 k 0 1", "RESTORE k 0 x"],
    ...["REPLCONF a b", "SORT there", "ROLE"],
];

const enough = ["6.0", "6.2", "7.0", "8.6", "valkey-9.1"];
const withUsers = runnable.filter(
    (release) => versions[release].acl && (process.env.TEST_ALL || enough.includes(release)),
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

test("the README has them", () => {
    expect([application, readOnly]).toEqual([expect.stringContaining("+@all"), expect.stringContaining("+@read")]);
    expect(withUsers.length).toBeGreaterThanOrEqual(enough.length);
});

describe.each(withUsers)("%s", (release) => {
    let server: string;
    let url: string;
    let client: Redis;

    beforeAll(async () => {
        server = present(servers.get(release));
        url = `redis://user:secret@${docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", server)}:6379`;
        await until(() => docker("exec", server, "sh", "-c", "redis-cli ping || true").includes("PONG"));
        docker("exec", server, "redis-cli", "SET", "there", "1");
    });

    /** Makes the one user anew, with these rules. */
    async function become(rules: string): Promise<void> {
        const known = versions[release].channelPermissions ? rules : rules.replace(" &*", "");
        const [, name = "", ...words] = programUsers(release, [{ name: "user", rules: known, password: "secret" }])
            .trim()
            .split(" ");
        expect(docker("exec", server, "redis-cli", "ACL", "SETUSER", name, "reset", ...words)).toBe("OK");
        const said = await clients.ping(url);
        expect(said).toEqual(Object.fromEntries(Object.keys(said).map((each) => [each, "PONG"])));
        expect(Object.keys(said).length).toBeGreaterThan(3);
        // Its connection asks for INFO, too.
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

    test("an application has its data, transactions, scripts and pub/sub, and administers nothing", async () => {
        await become(application);
        expect(await refused([...connecting, ...reads, ...data, ...scripts])).toEqual([]);
        expect(await Promise.all(transaction.map(ask))).toEqual(["OK", "OK", "QUEUED", ["1"]]);
        expect(await refused(administration)).toEqual(administration);
        expect(await client.subscribe("channel")).toBe(1);
    });

    test("a user that reads writes nothing", async () => {
        await become(readOnly);
        expect(await refused([...connecting, ...reads])).toEqual([]);
        expect(await Promise.all(transaction.map(ask))).toEqual(["OK", "OK", "QUEUED", ["1"]]);
        const others = [...data, ...scripts, "DEL there", "GETSET there 2", "RENAME there other", ...administration];
        expect(await refused(others)).toEqual(others);
    });
});
