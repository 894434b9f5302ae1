/**
 * Runs every available version in every flavor, from the first update to the removal. Checks that common clients accept
 * the URLs unchanged, which protocols the TLS port speaks, which files are on the disk, which data survives a kill and a
 * restart, and whether clients notice a new certificate and a new password. `make test-versions` runs all versions;
 * `make test` runs the oldest and the newest before 6.0, and a few later ones. The results go into docs/versions.md.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Redis from "ioredis";
import { defaultProtocols, tlsProtocols } from "../../provider/model/catalog/tlsProtocols";
import { type Flavor, flavorNames, type Release, versions } from "../../provider/model/catalog/versions";
import { present } from "../support/present";
import { Clients, type LineProcess, opensslVersion, pythonProcess } from "./support/clients";
import { Client, docker, handshake, spokenProtocols, until } from "./support/docker";
import { type Kept, beginObservations, observe, observeServer, observedBy } from "./support/observations";
import { provided, usual } from "./support/releases";
import { TestStack } from "./support/stack";
import { TlsTraffic } from "./support/traffic";

type Args = Readonly<Record<string, unknown>>;

const chosen = process.env.TEST_VERSIONS ? provided : usual;

/** One stack per group, so that the logs stay readable. */
const groups: readonly (readonly [string, readonly Release[]])[] = (
    [
        ["Redis before 6.0", ({ nativeTls }) => !nativeTls],
        ["Redis from 6.0", ({ engine, nativeTls }) => engine === "redis" && nativeTls],
        ["Valkey", ({ engine }) => engine === "valkey"],
    ] satisfies [string, (facts: (typeof versions)[Release]) => boolean][]
)
    .map(([group, belongs]) => [group, chosen.filter((release) => belongs(versions[release]))] as const)
    .filter(([, releases]) => releases.length > 0);

interface Database {
    readonly url: string;
    readonly tlsUrl: string;
    readonly tlsPort: number;
    readonly caCertPem: string;
    readonly containerName: string;
    /** The container that listens on the TLS port. */
    readonly front: string;
}

interface Row {
    readonly name: string;
    readonly release: Release;
    readonly flavor: Flavor;
}

/** What each flavor promises for a key in a dump, and for a key that was written after it. */
const afterKill: Readonly<Record<Flavor, Kept>> = {
    aof: { dumped: true, written: true },
    rdb: { dumped: true, written: false },
    nordb: { dumped: false, written: false },
};
const afterRestart: Readonly<Record<Flavor, Kept>> = { ...afterKill, rdb: { dumped: true, written: true } };

let probe: LineProcess;

beforeAll(async () => {
    beginObservations();
    probe = pythonProcess("sslHello.py");
    observedBy([await probe.line(), opensslVersion()]);
});

afterAll(() => {
    probe.close();
});

test("the probe connects in SSLv2 and SSLv3 to a server that speaks them", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ssl-"));
    const [certificate, key] = [join(directory, "tls.crt"), join(directory, "tls.key")];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", certificate], { stdio: "ignore" });
    expect(await probe.ask("SSLv2", "control", certificate, key)).toBe("spoken: SSL 2.0");
    expect(await probe.ask("SSLv3", "control", certificate, key)).toBe("spoken: SSL 3.0");
    rmSync(directory, { recursive: true });
});

describe.each(groups)("%s", (group, releases) => {
    const rows: Row[] = releases.flatMap((release) =>
        flavorNames.map((flavor) => ({ name: `matrix-${release.replace(".", "")}-${flavor}`, release, flavor })),
    );
    const names = rows.map(({ name }) => name);
    /** From 6.0 on there is no terminator, and a server can accept two passwords. */
    const before6 = !versions[present(releases[0])].acl;
    const allUnchanged = { same: 1 + rows.length * (before6 ? 15 : 14) };

    let stack: TestStack;
    let client: Client;
    let clients: Clients;
    let outputs: Readonly<Record<string, Database>> = {};
    const of = (name: string) => present(outputs[name]);

    /** Updates all databases, each with the arguments in `more`. */
    async function up(more: Args = {}): Promise<Readonly<Record<string, number>>> {
        stack.program(
            rows
                .map(({ name, release, flavor }) => {
                    const { engine, version } = versions[release];
                    const args = JSON.stringify({ engine, version, flavor, memoryMb: 64, ...more });
                    return `{ const { url, tlsUrl, tlsPort, caCertPem, containerName, nodes } = new RedisDatabase("${name}", ${args});
                        const front = (nodes.terminator ?? nodes.server).name;
                        exports["${name}"] = { url, tlsUrl, tlsPort, caCertPem, containerName, front }; }`;
                })
                .join("\n"),
        );
        const { summary } = await stack.up();
        outputs = (await stack.outputs()) as typeof outputs;
        return summary;
    }

    async function redis<T>(name: string, work: (redis: Redis) => Promise<T>): Promise<T> {
        const { url } = of(name);
        const connection = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
        connection.on("error", () => undefined);
        try {
            return await work(connection);
        } finally {
            connection.disconnect();
        }
    }

    const answers = (name: string) => redis(name, (connection) => connection.ping()).catch(() => "");
    const kept = (name: string) =>
        redis(name, async (connection): Promise<Kept> => {
            const [dumped, written] = await connection.mget("dumped", "written");
            return { dumped: dumped === "1", written: written === "1" };
        });

    /**
     * Stops every server with `command` and starts it again. Each has one key in a dump and one written after the dump.
     */
    async function comeBack(...command: string[]): Promise<Map<string, Kept>> {
        for (const { name, flavor } of rows) {
            await redis(name, async (connection) => {
                await connection.flushall();
                await connection.set("dumped", "1");
                if (flavor !== "nordb") await connection.save();
                await connection.set("written", "1");
            });
        }
        // Longer than a second, so that `appendfsync everysec` has synced.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const containers = names.map((name) => of(name).containerName);
        docker(...command, ...containers);
        docker("start", ...containers);
        const found = new Map<string, Kept>();
        for (const name of names) {
            await until(async () => (await answers(name)) === "PONG");
            found.set(name, await kept(name));
        }
        return found;
    }

    beforeAll(async () => {
        client = new Client();
        clients = await new Clients(before6).open();
        observedBy(clients.versions);
        stack = await TestStack.create(`matrix-${group.replaceAll(" ", "-")}`);
        await up();
    });

    afterAll(async () => {
        client.close();
        clients.close();
        await stack.close();
    });

    test.each(releases)("%s is the server that verified the catalog", async (release) => {
        const info = await redis(present(rows.find((row) => row.release === release)).name, (it) => it.info("server"));
        // Valkey also reports the Redis version with which it is compatible.
        const server = present((/^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info))?.[1]);
        observeServer(release, server);
        expect(server).toBe(versions[release].verifiedWith);
    });

    test.each(rows)("$name answers five clients on both ports, which take its URLs unchanged", async (row) => {
        const { url, tlsUrl, caCertPem } = of(row.name);
        const replies = { plaintext: await clients.ping(url), tls: await clients.ping(tlsUrl, caCertPem) };
        const answered = (by: Readonly<Record<string, string>>) =>
            Object.keys(by).filter((name) => by[name] === "PONG");
        observe(row.release, row.flavor, { plaintext: answered(replies.plaintext), tls: answered(replies.tls) });
        const all = Object.fromEntries(
            ["redis-cli", "redis-py", "ioredis", "node-redis", "Jedis"].map((name) => [name, "PONG"]),
        );
        expect(replies).toEqual({ plaintext: all, tls: all });
    });

    test("none of the five clients accepts a certificate of another CA", async () => {
        const [one, other] = [of(present(names[0])), of(present(names[1]))];
        const replies = await clients.ping(one.tlsUrl, other.caCertPem);
        for (const reply of Object.values(replies)) expect(reply).toMatch(/certificate|PKIX/i);
    });

    test.each(names)("%s refuses a client without a password", (name) => {
        expect(client.run(["redis-cli", "-p", new URL(of(name).url).port, "PING"]).text).toContain("NOAUTH");
    });

    /** Which of SSLv2, SSLv3 and plaintext the TLS port refuses. */
    async function refused({ tlsPort }: Database): Promise<string[]> {
        const replies: Record<string, string> = {
            SSLv2: await probe.ask("SSLv2", "localhost", String(tlsPort)),
            SSLv3: await probe.ask("SSLv3", "localhost", String(tlsPort)),
            plaintext: client.run(["redis-cli", "-p", String(tlsPort), "PING"]).text,
        };
        return Object.keys(replies).filter((protocol) => /^refused|closed|reset/i.test(replies[protocol] ?? ""));
    }
    const insecure = ["SSLv2", "SSLv3", "plaintext"];

    test.each(rows)("$name speaks TLS 1.2 and 1.3 and nothing older, with a certificate for its host", async (row) => {
        const { tlsPort, caCertPem } = of(row.name);
        const protocols = spokenProtocols("localhost", tlsPort, caCertPem);
        const refusals = await refused(of(row.name));
        observe(row.release, row.flavor, { protocols });
        expect(protocols).toEqual(defaultProtocols);
        expect(refusals).toEqual(insecure);
        const { status, text } = handshake("localhost", tlsPort, caCertPem, [
            "-verify_hostname",
            "localhost",
            "-x509_strict",
        ]);
        expect(text).toContain("Verified peername: localhost");
        expect(status).toBe(0);
    });

    describe("after a kill", () => {
        let found: ReadonlyMap<string, Kept>;
        beforeAll(async () => {
            found = await comeBack("kill", "-s", "KILL");
        });

        test.each(rows)("$name has the data that its flavor promises", ({ name, release, flavor }) => {
            const kill = present(found.get(name));
            observe(release, flavor, { kill });
            expect(kill).toEqual(afterKill[flavor]);
            // The same over TLS: the terminator has reconnected to the server.
            const { tlsUrl, caCertPem } = of(name);
            expect(client.redis(tlsUrl, ["EXISTS", "written"], { caCertPem })).toBe(kill.written ? "1" : "0");
        });

        test.each(rows)("$name has the files and the default save points of its flavor", async (row) => {
            const { name, release, flavor } = row;
            const files = docker("exec", of(name).containerName, "ls", "/data").split("\n").filter(Boolean);
            expect(files).toEqual(
                { aof: [versions[release].aofLayout, "dump.rdb"], rdb: ["dump.rdb"], nordb: [] }[flavor],
            );
            expect(await redis(name, (it) => it.config("GET", "save"))).toEqual([
                "save",
                flavor === "nordb" ? "" : "900 1 300 10 60 10000",
            ]);
        });
    });

    describe("after a restart", () => {
        let found: ReadonlyMap<string, Kept>;
        beforeAll(async () => {
            found = await comeBack("stop");
        });

        test.each(rows)("$name has the data that its flavor promises", ({ name, release, flavor }) => {
            const restart = present(found.get(name));
            observe(release, flavor, { restart });
            expect(restart).toEqual(afterRestart[flavor]);
        });
    });

    /**
     * Updates while a client of each database sends commands over TLS. Returns, by database, whether the client noticed
     * nothing.
     */
    async function underTraffic(more: Args): Promise<Map<string, boolean>> {
        const servers = names.flatMap((name) => [of(name).containerName, of(name).front]);
        const ids = () => docker("inspect", "-f", "{{.Id}}", ...servers);
        const before = ids();
        const traffic = rows.map(({ name }) => new TlsTraffic(of(name).tlsUrl, of(name).caCertPem));
        await up(more);
        const reports = await Promise.all(traffic.map((each) => each.stop()));
        expect(ids()).toBe(before);
        for (const { requests } of reports) expect(requests).toBeGreaterThan(50);
        return new Map(
            reports.map(({ failures, reconnects, lost }, index) => [
                present(names[index]),
                failures + reconnects + lost === 0,
            ]),
        );
    }

    const hosts = ["redis.example.com"];

    // `make test` covers this in alone/table.test.ts, for two versions with TLS, and in alone/unnoticed.test.ts.
    const rotating = process.env.TEST_VERSIONS ? describe : describe.skip;

    rotating("with a new certificate and a new password", () => {
        let oldOutputs: Readonly<Record<string, Database>>;
        let unnoticed: ReadonlyMap<string, boolean>;
        beforeAll(async () => {
            oldOutputs = outputs;
            unnoticed = await underTraffic({ tls: { hosts }, passwordVersion: 2 });
        });

        test.each(rows)("$name sends the certificate to new clients, and connected clients notice nothing", (row) => {
            const { tlsPort, caCertPem } = of(row.name);
            const { text } = handshake("localhost", tlsPort, caCertPem, ["-verify_hostname", "redis.example.com"]);
            observe(row.release, row.flavor, { certificate: { unnoticed: present(unnoticed.get(row.name)) } });
            expect(text).toContain("Verified peername: redis.example.com");
            expect(unnoticed.get(row.name)).toBe(true);
        });

        test.each(rows)(
            `$name accepts the new password, and ${before6 ? "no longer the old one" : "the old one during the grace period"}`,
            async (row) => {
                const rotation = {
                    unnoticed: present(unnoticed.get(row.name)),
                    oldPasswordOpens: client.redis(present(oldOutputs[row.name]).url, ["PING"]) === "PONG",
                };
                observe(row.release, row.flavor, { rotation });
                expect(rotation).toEqual({ unnoticed: true, oldPasswordOpens: !before6 });
                expect(await answers(row.name)).toBe("PONG");
            },
        );
    });

    describe("with all of tls.protocols", () => {
        const args = { tls: { hosts, protocols: tlsProtocols }, passwordVersion: 2 };
        beforeAll(async () => {
            await up(args);
        });

        test.each(rows)("$name also speaks TLS 1.0 and 1.1, but neither SSL nor plaintext", async (row) => {
            const { tlsPort, caCertPem } = of(row.name);
            const protocolsOptIn = spokenProtocols("localhost", tlsPort, caCertPem);
            const refusals = await refused(of(row.name));
            observe(row.release, row.flavor, { protocolsOptIn, refused: refusals });
            expect(protocolsOptIn).toEqual(tlsProtocols);
            expect(refusals).toEqual(insecure);
        });

        test("changes nothing in a second update, nor after a refresh", async () => {
            expect(await up(args)).toEqual(allUnchanged);
            expect(await stack.refresh()).toEqual(allUnchanged);
            expect(await stack.preview()).toEqual(allUnchanged);
        });
    });
});
