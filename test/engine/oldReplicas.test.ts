/** Replicas before 6.0, which follow through a tunnel. What they have in common with others: replicas.test.ts. */
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

/** Other versions than the last only where there is time for them. */
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
const elsewhere = ["oldrepl-elsewhere", "oldrepl-lost"];

/** The image that the component gives HAProxy, and a later one, by `transform`. */
const haproxy = { own: "haproxy:2.6", later: "haproxy:3.2" };
const withLaterHaproxy = "oldrepl-nordb";

describe("replicas before 6.0", () => {
    const openssl = new OpenSsl();
    let engine: SecondEngine;
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<string, Primary>> = {};
    /** The container of the later HAProxy, from before its certificate is replaced. */
    let terminatorBefore: string;
    const of = (name: string) => present(outputs[name]);
    const replicaOf = (name: string) => present(of(name).replicas[0]);

    /** Both databases with what `args` says of each, and `more`. */
    function program(args: (name: string) => object, more = ""): TestStack {
        const serverOf =
            "({ url, password, containerName, nodes }) => ({ url, password, containerName, agent: nodes.agent.name, tunnel: nodes.tunnel?.name })";
        const databases = all.map(({ name, version, flavor }) => {
            const own = JSON.stringify({ version, flavor, memoryMb: 64, ...args(name) });
            return `databases["${name}"] = new RedisDatabase("${name}", ${name === withLaterHaproxy ? `later(${own})` : own});
                exports["${name}"] = { ...primaryOf(databases["${name}"]), replicas: databases["${name}"].replicas.map(serverOf) };`;
        });
        const primaryOf =
            "(db) => ({ ...serverOf(db), terminator: db.nodes.terminator.name, tlsPort: db.tlsPort, caCertPem: db.caCertPem })";
        const image = `(args) => ({ ...args, image: "${haproxy.later}" })`;
        const later = `({ replicas, ...args }) => ({ ...args, transform, ...(replicas && { replicas: [{ transform }] }) })`;
        return stack.program(
            [
                `const serverOf = ${serverOf};`,
                `const primaryOf = ${primaryOf};`,
                `const transform = { terminator: ${image}, tunnel: ${image} };`,
                `const later = ${later};`,
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
    /** The primary's connections to those that follow. */
    const links = (name: string) =>
        redis(of(name), "CLIENT", "LIST")
            .split("\n")
            .filter((line) => / flags=\w*S/.test(line))
            .map((line) => /^id=\d+/.exec(line)?.[0]);
    const away = async () => ({ url: await stack.value("elsewhere") });
    /** As an out-of-memory kill, with Docker starting it again. */
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

    /** One on the second engine beside the replica here. */
    const replicated = (name: string) => ({
        replicas: 1,
        ...(name === "oldrepl-aof" && { replicationAccess: elsewhere, bindAddress: engine.here }),
    });
    const rotated = (name: string) => ({
        ...replicated(name),
        passwordVersion: 2,
        ...(name === withLaterHaproxy && { tls: { hosts: ["renewed.example.com"] } }),
    });
    const there = () => `
        const { RedisReplica } = require("pulumi-redis-database");
        const other = new docker.Provider("other", { host: "${engine.host}" });
        const away = new RedisReplica("oldrepl-elsewhere", { primary: databases["oldrepl-aof"], bindAddress: "${engine.address}", transform },
            { provider: other });
        exports.elsewhere = away.url;`;

    beforeAll(async () => {
        client = new Client();
        engine = await SecondEngine.start("redis:5.0", haproxy.later);
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

    test("are added: no primary is touched, each replica has the data of before", async () => {
        for (const name of names) redis(of(name), "SET", "before", name);
        const servers = names.map((name) => idOf(of(name)));
        await up(replicated, there());
        expect(names.map((name) => idOf(of(name)))).toEqual(servers);
        for (const name of names) expect(redis(replicaOf(name), "GET", "before")).toBe(name);
        expect(redis(await away(), "GET", "before")).toBe("oldrepl-aof");
    });

    test("a second up is empty, and so is one after a refresh", async () => {
        await stack.expectNoChanges();
    });

    test("what is written comes through, here and there, and no replica takes writes", async () => {
        for (const name of names) {
            redis(of(name), "SET", "after", name);
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "after")).toBe(name);
            expect(redis(replicaOf(name), "SET", "after", "x")).toContain("READONLY");
            expect(info(replicaOf(name), "role")).toBe("slave");
        }
        expect(info(of("oldrepl-aof"), "connected_slaves")).toBe("2");
        const far = await away();
        await until(() => redis(far, "GET", "after") === "oldrepl-aof");
        expect(redis(far, "SET", "after", "x")).toContain("READONLY");
    });

    test("a memory-only replica keeps no dump of its sync", () => {
        for (const name of memoryOnly) {
            expect(docker("exec", replicaOf(name).containerName, "ls", "/data")).toBe("");
        }
    });

    test("passwords are rotated: no link drops, and the next one is made by the new password", async () => {
        const before = names.map((name) => [of(name).password, links(name)] as const);
        terminatorBefore = docker("inspect", "-f", "{{.Id}}", of(withLaterHaproxy).terminator);
        await up(rotated, there());
        for (const [index, name] of names.entries()) {
            expect(of(name).password).not.toBe(before[index]?.[0]);
            expect(links(name)).toEqual(before[index]?.[1]);
            redis(of(name), "CLIENT", "KILL", "TYPE", "slave");
            await caughtUp(name);
            expect(links(name)).not.toEqual(before[index]?.[1]);
        }
        await until(() => info(of("oldrepl-aof"), "connected_slaves") === "2");
        // Where nothing else is said, a link that was cut catches up.
        expect(names.map((name) => info(of(name), "sync_full"))).toEqual(
            names.map((name) => (name === "oldrepl-aof" ? "2" : "1")),
        );
    });

    test("HAProxy is of the version that the component names, or a later one: each takes a new certificate while it runs", () => {
        const { terminator, tlsPort, caCertPem } = of(withLaterHaproxy);
        const imageOf = (container: string) =>
            docker("inspect", "-f", "{{.Config.Image}} {{.RestartCount}}", container);
        for (const container of [terminator, present(replicaOf(withLaterHaproxy).tunnel)]) {
            expect(imageOf(container)).toBe(`${haproxy.later} 0`);
            expect(docker("logs", container)).not.toMatch(/warning|deprecated/i);
        }
        expect(imageOf(of("oldrepl-aof").terminator)).toBe(`${haproxy.own} 0`);
        expect(docker("inspect", "-f", "{{.Id}}", terminator)).toBe(terminatorBefore);
        const verified = handshake("127.0.0.1", tlsPort, caCertPem, ["-verify_hostname", "renewed.example.com"]);
        expect(verified.text).toContain("Verify return code: 0 (ok)");
    });

    test("the primary's password stands nowhere but in files for one user", () => {
        for (const name of names) {
            const { password } = of(name);
            const replica = replicaOf(name);
            const file = join(stack.directory, "state/.pulumi/stacks/engine-test/test.json");
            expect(readFileSync(file, "utf8")).not.toContain(password);
            for (const container of [replica.containerName, replica.agent, present(replica.tunnel)]) {
                const seen = docker("inspect", container) + docker("top", container) + docker("logs", container);
                expect(seen).not.toContain(password);
            }
            const files = docker("exec", replica.agent, "grep", "-rlF", password, "/settings", "/desired", "/tmp");
            expect(files).toContain("/primary.conf");
            for (const each of files.split("\n")) {
                expect([each, docker("exec", replica.agent, "stat", "-c", "%a", each)]).toEqual([each, "600"]);
            }
        }
    });

    test("a tunnel that was restarted is found at its new address", async () => {
        const { tunnel } = replicaOf("oldrepl-aof");
        docker("stop", present(tunnel));
        // Its place is taken by another container meanwhile.
        const squatter = docker("run", "-d", "--rm", "redis:5.0", "sleep", "600");
        docker("start", present(tunnel));
        redis(of("oldrepl-aof"), "SET", "anew", "1");
        await caughtUp("oldrepl-aof");
        expect(redis(replicaOf("oldrepl-aof"), "GET", "anew")).toBe("1");
        docker("rm", "-f", squatter);
    });

    test("a primary that is killed is followed again, where its flavor kept the data", async () => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const name of names.filter((each) => !memoryOnly.includes(each))) {
            redis(of(name), "SAVE");
            crash(of(name));
            await until(() => redis(of(name), "SET", "again", "1") === "OK");
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "before")).toBe(name);
        }
        const far = await away();
        await until(() => redis(far, "GET", "again") === "1");
    });

    test.each(memoryOnly)(
        "%s comes back empty: wipes no replica, lets nobody in, says what to do, is obeyed",
        async (name) => {
            // A second time, when it is closed already.
            for (let times = 0; times < 2; times++) {
                crash(of(name));
                await until(() => health(of(name)).includes("it came back without its data, so nobody is let in"));
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

    test("a version that follows in another way is refused in the preview, with what to do", async () => {
        const output = await program((name) => ({ ...rotated(name), version: "7.0" }), there()).failure("preview");
        expect(output).toMatch(/is "7.0", but a replica of Redis \d.\d follows in another way than one of 7.0/);
        expect(output).toContain("remove the replica in the update that changes the version");
    });

    test.each<[string, () => object, RegExp]>([
        [
            "trusts another CA",
            () => ({ caCertPem: openssl.make({ commonName: "Another CA", ca: true }).certPem }),
            /oldrepl-lost-tunnel: refused: it does not reach its primary at [\d.:]+: TLS handshake failed; does its certificate verify/,
        ],
        [
            "has a wrong password",
            () => ({ password: "wrong" }),
            /oldrepl-lost-server: refused: it does not follow its primary: .*invalid password/,
        ],
    ])("a replica that %s does not follow, and the up says why", async (_what, wrong, reason) => {
        const lost = `
            const { password, caCertPem, tlsPort, host, user } = Object.fromEntries(["password", "caCertPem", "tlsPort", "host", "user"]
                .map((name) => [name, databases["oldrepl-aof"].replicationAccess["oldrepl-lost"][name]]));
            new RedisReplica("oldrepl-lost", { version: "5.0", memoryMb: 64, syncTimeoutSeconds: 6,
                primary: { host, tlsPort, user, password, caCertPem, ...${JSON.stringify(wrong())} } });`;
        expect(await program(rotated, there() + lost).failure("up")).toMatch(reason);
    });

    test("promotion stays through a restart and another up, and removes the tunnel; nothing is left of one taken out", async () => {
        const promoted = (name: string) =>
            name === "oldrepl-aof"
                ? { ...rotated(name), replicas: [{ promoted: true, deletionProtection: false }] }
                : { ...rotated(name), replicas: 0 };
        const server = idOf(replicaOf("oldrepl-aof"));
        await up(promoted, there());
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
