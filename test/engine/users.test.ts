/** The two ready-made rules of the README, on bare servers of several versions: what they permit, and that clients connect. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/** What a client sends when it connects; what 6.x and 7.0 lack is answered with an error that clients ignore. */
const connecting = ["PING", "HELLO 3", "HELLO 2", "SELECT 1", "SELECT 0", "COMMAND COUNT", "INFO server"];
const named = ["CLIENT SETNAME me", "CLIENT GETNAME", "CLIENT ID"];
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

const enough = ["6.0", "6.2", "7.0", "8.0", "valkey-8.1"];
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
    const server = () => present(servers.get(release));
    const login = "redis-cli --raw --user user --pass secret --no-auth-warning";
    const shell = (script: string, lines: readonly string[]) =>
        docker("exec", server(), "sh", "-c", script, "sh", ...lines);
    /** The first line of what it says to each command, each in a connection of its own. */
    const ask = (commands: readonly string[]) =>
        shell(`for line; do echo "$line" | timeout 2 ${login} 2>&1 | head -n 1; done`, commands)
            .split("\n")
            .map((reply, index) => [commands[index], reply] as const);
    const refused = (commands: readonly string[]) =>
        ask(commands)
            .filter(([, reply]) => /^(NOPERM|ERR|\(error)/.test(reply))
            .map(([command]) => command);

    const become = (rules: string) => {
        const known = versions[release].channelPermissions ? rules : rules.replace(" &*", "");
        const [, name = "", ...words] = programUsers(release, [{ name: "user", rules: known, password: "secret" }])
            .trim()
            .split(" ");
        expect(docker("exec", server(), "redis-cli", "ACL", "SETUSER", name, "reset", ...words)).toBe("OK");
    };

    beforeAll(async () => {
        await until(() => docker("exec", server(), "sh", "-c", "redis-cli ping || true").includes("PONG"));
        docker("exec", server(), "redis-cli", "SET", "there", "1");
    });

    test("an application has its data, transactions, scripts and pub/sub, and administers nothing", async () => {
        become(application);
        expect(refused([...connecting, ...named, ...reads, ...data, ...scripts])).toEqual([]);
        expect(shell(`printf '%s\\n' "$@" | ${login}`, transaction)).toBe("OK\nOK\nQUEUED\n1");
        expect(refused(administration)).toEqual(administration);
        await connects();
    });

    test("a user that reads writes nothing", async () => {
        become(readOnly);
        expect(refused([...connecting, ...named, ...reads])).toEqual([]);
        const writes = [...data, ...scripts, "DEL there", "GETSET there 2", "RENAME there other"];
        expect(refused([...writes, ...administration])).toEqual([...writes, ...administration]);
        await connects();
    });

    async function connects(): Promise<void> {
        const address = docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", server());
        const said = await clients.ping(`redis://user:secret@${address}:6379`);
        expect(said).toEqual(Object.fromEntries(Object.keys(said).map((client) => [client, "PONG"])));
        expect(Object.keys(said).length).toBeGreaterThan(3);
    }
});
