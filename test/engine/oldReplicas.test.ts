/**
 * Replicas before 6.0, which follow their primary through a tunnel. replicas.test.ts tests what all versions have in
 * common.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OpenSsl } from "../unit/support/openssl";
import { present } from "../support/present";
import { Client, docker, handshake, until } from "./support/docker";
import { SecondEngine } from "./support/secondEngine";
import { TestStack } from "./support/stack";

interface Server {
    readonly url: string;
    readonly password: string;
    readonly containerName: string;
    readonly agent: string;
    readonly tunnel?: string;
}
interface Primary extends Server {
    readonly terminator: string;
    readonly tlsPort: number;
    readonly caCertPem: string;
    readonly replicas: readonly Server[];
}

/** The newest version before 6.0; `make test-all` also runs older ones. */
const all = [
    { name: "oldrepl-aof", version: "5.0", flavor: "aof" },
    { name: "oldrepl-nordb", version: "5.0", flavor: "nordb" },
    ...(process.env.TEST_ALL
        ? [
              { name: "oldrepl-28-nordb", version: "2.8", flavor: "nordb" },
              { name: "oldrepl-30-rdb", version: "3.0", flavor: "rdb" },
              { name: "oldrepl-32-aof", version: "3.2", flavor: "aof" },
          ]
        : []),
];
const memoryOnly = all.filter(({ flavor }) => flavor === "nordb").map(({ name }) => name);
const names = all.map(({ name }) => name);
const otherReplicas = ["oldrepl-elsewhere", "oldrepl-lost"];

/** The default image of HAProxy, and a newer one that `transform` sets. */
const haproxy = { standard: "haproxy:2.6", newer: "haproxy:3.2" };
const withNewerHaproxy = "oldrepl-nordb";

describe("replicas before 6.0", () => {
    const openssl = new OpenSsl();
    let engine: SecondEngine;
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<string, Primary>> = {};
    /** The ID of the container with the newer HAProxy, before its certificate is replaced. */
    let terminatorBefore: string;
    const of = (name: string) => present(outputs[name]);
    const replicaOf = (name: string) => present(of(name).replicas[0]);

    /** A program with all databases, each with the arguments that `args` returns, followed by `more`. */
    function program(args: (name: string) => object, more = ""): TestStack {
        const serverOf =
            "({ url, password, containerName, nodes }) => ({ url, password, containerName, agent: nodes.agent.name, tunnel: nodes.tunnel?.name })";
        const databases = all.map(({ name, version, flavor }) => {
            const own = JSON.stringify({ version, flavor, memoryMb: 64, ...args(name) });
            return `databases["${name}"] = new RedisDatabase("${name}", ${name === withNewerHaproxy ? `newer(${own})` : own});
                exports["${name}"] = { ...primaryOf(databases["${name}"]), replicas: databases["${name}"].replicas.map(serverOf) };`;
        });
        const primaryOf =
            "(db) => ({ ...serverOf(db), terminator: db.nodes.terminator.name, tlsPort: db.tlsPort, caCertPem: db.caCertPem })";
        const image = `(args) => ({ ...args, image: "${haproxy.newer}" })`;
        const newer = `({ replicas, ...args }) => ({ ...args, transform, ...(replicas && { replicas: [{ transform }] }) })`;
        return stack.program(
            [
                `const serverOf = ${serverOf};`,
                `const primaryOf = ${primaryOf};`,
                `const transform = { terminator: ${image}, tunnel: ${image} };`,
                `const newer = ${newer};`,
                "const databases = {};",
                ...databases,
                more,
            ].join("\n"),
        );
    }

    async function up(args: (name: string) => object, more = ""): Promise<Readonly<Record<string, number>>> {
        const { summary } = await program(args, more).up();
        outputs = (await stack.outputs()) as typeof outputs;
        return summary;
    }

    const redis = ({ url }: Pick<Server, "url">, ...command: string[]) => client.redis(url, command);
    const info = ({ url }: Pick<Server, "url">, field: string) => client.info(url, field);
    const idOf = ({ containerName }: Server) => docker("inspect", "-f", "{{.Id}}", containerName);
    const caughtUp = (name: string) =>
        until(
            () =>
                info(replicaOf(name), "master_link_status") === "up" &&
                info(of(name), "master_repl_offset") === info(replicaOf(name), "slave_repl_offset"),
        );
    /** The primary's connections to its replicas. */
    const replicaConnections = (name: string) =>
        redis(of(name), "CLIENT", "LIST")
            .split("\n")
            .filter((line) => / flags=\w*S/.test(line))
            .map((line) => /^id=\d+/.exec(line)?.[0]);
    const remoteReplica = async () => ({ url: await stack.value("elsewhere") });
    /** Like an out-of-memory kill after which Docker restarts the server. */
    const crash = (server: Server) => {
        docker("kill", "-s", "KILL", server.containerName);
        docker("start", server.containerName);
    };
    const health = (server: Server) => {
        try {
            return docker("exec", server.containerName, "sh", "/settings/current/health.sh");
        } catch (error) {
            return String((error as { stdout?: string }).stdout);
        }
    };

    /** One replica on this Docker host, and access for a replica on the second one. */
    const replicated = (name: string) => ({
        replicas: 1,
        ...(name === "oldrepl-aof" && { replicationAccess: otherReplicas, bindAddress: engine.localAddress }),
    });
    const rotated = (name: string) => ({
        ...replicated(name),
        passwordVersion: 2,
        ...(name === withNewerHaproxy && { tls: { hosts: ["renewed.example.com"] } }),
    });
    const onSecondHost = () => `
        const { RedisReplica } = require("pulumi-redis-database");
        const other = new docker.Provider("other", { host: "${engine.host}" });
        const away = new RedisReplica("oldrepl-elsewhere", { primary: databases["oldrepl-aof"], bindAddress: "${engine.address}", transform },
            { provider: other });
        exports.elsewhere = away.url;`;

    beforeAll(async () => {
        client = new Client();
        engine = await SecondEngine.start("redis:5.0", haproxy.newer);
        stack = await TestStack.create("old-replicas");
        await up((name) => ({ ...replicated(name), replicas: 0 }));
    });

    afterAll(async () => {
        client.close();
        openssl.close();
        await stack.close();
        expect(engine.docker("ps", "-aq")).toBe("");
        expect(engine.docker("volume", "ls", "-q")).toBe("");
        await engine.close();
    });

    test("are added without changing a primary, and have the data from before", async () => {
        for (const name of names) redis(of(name), "SET", "before", name);
        const servers = names.map((name) => idOf(of(name)));
        await up(replicated, onSecondHost());
        expect(names.map((name) => idOf(of(name)))).toEqual(servers);
        for (const name of names) expect(redis(replicaOf(name), "GET", "before")).toBe(name);
        expect(redis(await remoteReplica(), "GET", "before")).toBe("oldrepl-aof");
    });

    test("change nothing in a second update, nor after a refresh", async () => {
        await stack.expectNoChanges();
    });

    test("receive what is written, on both Docker hosts, and accept no writes", async () => {
        for (const name of names) {
            redis(of(name), "SET", "after", name);
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "after")).toBe(name);
            expect(redis(replicaOf(name), "SET", "after", "x")).toContain("READONLY");
            expect(info(replicaOf(name), "role")).toBe("slave");
        }
        expect(info(of("oldrepl-aof"), "connected_slaves")).toBe("2");
        const remote = await remoteReplica();
        await until(() => redis(remote, "GET", "after") === "oldrepl-aof");
        expect(redis(remote, "SET", "after", "x")).toContain("READONLY");
    });

    test("keep no dump of their sync when they are memory-only", () => {
        for (const name of memoryOnly) {
            expect(docker("exec", replicaOf(name).containerName, "ls", "/data")).toBe("");
        }
    });

    test("keep their link while passwords are rotated, and reconnect with the new password", async () => {
        const before = names.map((name) => [of(name).password, replicaConnections(name)] as const);
        terminatorBefore = docker("inspect", "-f", "{{.Id}}", of(withNewerHaproxy).terminator);
        await up(rotated, onSecondHost());
        for (const [index, name] of names.entries()) {
            expect(of(name).password).not.toBe(before[index]?.[0]);
            expect(replicaConnections(name)).toEqual(before[index]?.[1]);
            redis(of(name), "CLIENT", "KILL", "TYPE", "slave");
            await caughtUp(name);
            expect(replicaConnections(name)).not.toEqual(before[index]?.[1]);
        }
        await until(() => info(of("oldrepl-aof"), "connected_slaves") === "2");
        // A link that was cut resumes with a partial resynchronization, with the default backlog.
        expect(names.map((name) => info(of(name), "sync_full"))).toEqual(
            names.map((name) => (name === "oldrepl-aof" ? "2" : "1")),
        );
    });

    test("have the default version of HAProxy or a newer one, which both take a new certificate at run time", () => {
        const { terminator, tlsPort, caCertPem } = of(withNewerHaproxy);
        const imageOf = (container: string) =>
            docker("inspect", "-f", "{{.Config.Image}} {{.RestartCount}}", container);
        for (const container of [terminator, present(replicaOf(withNewerHaproxy).tunnel)]) {
            expect(imageOf(container)).toBe(`${haproxy.newer} 0`);
            expect(docker("logs", container)).not.toMatch(/warning|deprecated/i);
        }
        expect(imageOf(of("oldrepl-aof").terminator)).toBe(`${haproxy.standard} 0`);
        expect(docker("inspect", "-f", "{{.Id}}", terminator)).toBe(terminatorBefore);
        const verified = handshake("127.0.0.1", tlsPort, caCertPem, ["-verify_hostname", "renewed.example.com"]);
        expect(verified.text).toContain("Verify return code: 0 (ok)");
    });

    test("have the primary's password only in files that one user can read", () => {
        for (const name of names) {
            const { password } = of(name);
            const replica = replicaOf(name);
            const stateFile = join(stack.directory, "state/.pulumi/stacks/engine-test/test.json");
            expect(readFileSync(stateFile, "utf8")).not.toContain(password);
            for (const container of [replica.containerName, replica.agent, present(replica.tunnel)]) {
                const seen = docker("inspect", container) + docker("top", container) + docker("logs", container);
                expect(seen).not.toContain(password);
            }
            const files = docker("exec", replica.agent, "grep", "-rlF", password, "/settings", "/desired", "/tmp");
            expect(files).toContain("/primary.conf");
            for (const file of files.split("\n")) {
                expect([file, docker("exec", replica.agent, "stat", "-c", "%a", file)]).toEqual([file, "600"]);
            }
        }
    });

    test("find a restarted tunnel at its new address", async () => {
        const { tunnel } = replicaOf("oldrepl-aof");
        docker("stop", present(tunnel));
        // Another container gets its IP address in the meantime.
        const squatter = docker("run", "-d", "--rm", "redis:5.0", "sleep", "600");
        docker("start", present(tunnel));
        redis(of("oldrepl-aof"), "SET", "restarted", "1");
        await caughtUp("oldrepl-aof");
        expect(redis(replicaOf("oldrepl-aof"), "GET", "restarted")).toBe("1");
        docker("rm", "-f", squatter);
    });

    test("follow a killed primary again if its flavor kept the data", async () => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const name of names.filter((persistent) => !memoryOnly.includes(persistent))) {
            redis(of(name), "SAVE");
            crash(of(name));
            await until(() => redis(of(name), "SET", "again", "1") === "OK");
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "before")).toBe(name);
        }
        const remote = await remoteReplica();
        await until(() => redis(remote, "GET", "again") === "1");
    });

    test.each(memoryOnly)(
        "%s comes back empty: keeps the replica's data, rejects all clients, says what to do, and does it on request",
        async (name) => {
            // The second time, it rejects clients already.
            for (let times = 0; times < 2; times++) {
                crash(of(name));
                await until(() => health(of(name)).includes("it started without its data, so no client can connect"));
                expect(redis(of(name), "SET", "later", "1")).toContain("NOAUTH");
                expect(redis(replicaOf(name), "GET", "before")).toBe(name);
            }
            expect(info(replicaOf(name), "master_link_status")).toBe("down");
            docker("exec", of(name).agent, "sh", "/agent.sh", "accept");
            await until(() => redis(of(name), "SET", "later", "1") === "OK");
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "before")).toBe("");
            expect(redis(replicaOf(name), "GET", "later")).toBe("1");
            expect(docker("exec", of(name).agent, "ls", "/settings/acl")).toBe("password.conf");
        },
    );

    test("refuse an upgrade to 6.0 or later in the preview, with what to do", async () => {
        const output = await program((name) => ({ ...rotated(name), version: "7.0" }), onSecondHost()).failure(
            "preview",
        );
        expect(output).toMatch(
            /is "7.0", but a replica of Redis \d.\d connects to its primary differently than one of 7.0/,
        );
        expect(output).toContain("remove the replica in the update that changes the version");
    });

    test.each<[string, () => object, RegExp]>([
        [
            "trusts another CA",
            () => ({ caCertPem: openssl.make({ commonName: "Another CA", ca: true }).certPem }),
            /oldrepl-lost-tunnel: refused: it cannot reach its primary at [\d.:]+: TLS handshake failed; make sure that its certificate is valid/,
        ],
        [
            "has a wrong password",
            () => ({ password: "wrong" }),
            /oldrepl-lost-server: refused: it does not follow its primary: .*invalid password/,
        ],
    ])("fail the update with the reason when one %s", async (_mistake, wrong, reason) => {
        const lost = `
            const { password, caCertPem, tlsPort, host, user } = Object.fromEntries(["password", "caCertPem", "tlsPort", "host", "user"]
                .map((name) => [name, databases["oldrepl-aof"].replicationAccess["oldrepl-lost"][name]]));
            new RedisReplica("oldrepl-lost", { version: "5.0", memoryMb: 64, syncTimeoutSeconds: 6,
                primary: { host, tlsPort, user, password, caCertPem, ...${JSON.stringify(wrong())} } });`;
        expect(await program(rotated, onSecondHost() + lost).failure("up")).toMatch(reason);
    });

    test("stay promoted after a restart and another update, without a tunnel; nothing is left of a removed replica", async () => {
        const promoted = (name: string) =>
            name === "oldrepl-aof"
                ? { ...rotated(name), replicas: [{ promoted: true, deletionProtection: false }] }
                : { ...rotated(name), replicas: 0 };
        const server = idOf(replicaOf("oldrepl-aof"));
        await up(promoted, onSecondHost());
        const replica = replicaOf("oldrepl-aof");
        expect(idOf(replica)).toBe(server);
        expect(replica.tunnel).toBeUndefined();
        const takesWrites = () => {
            expect(info(replica, "role")).toBe("master");
            expect(redis(replica, "SET", "own", "1")).toBe("OK");
        };
        takesWrites();
        docker("restart", "--time", "30", replica.containerName);
        await until(() => redis(replica, "PING") === "PONG");
        takesWrites();
        expect(redis(replica, "GET", "before")).toBe("oldrepl-aof");
        await stack.expectEmptyPreview();
        const left = stack.containers().filter((name) => /^oldrepl-(nordb-replica-1|aof-replica-1-tunnel)-/.test(name));
        expect(left).toEqual([]);
        expect(redis(of("oldrepl-nordb"), "GET", "later")).toBe("1");
    });
});
