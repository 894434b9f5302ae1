/** Replicas before 6.0: their link, what Redis is told in its old words, and what the program makes. */
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, RedisReplica } from "../../../../provider";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { describePair } from "../../../../provider/model/changes/describe";
import { changesBetween, refusals } from "../../../../provider/model/changes/table";
import { agentSettings } from "../../../../provider/model/render/agentSettings";
import { redisConf } from "../../../../provider/model/render/redisConf";
import { primaryConf } from "../../../../provider/model/render/replication";
import { tunnelCfg } from "../../../../provider/model/render/tunnelCfg";
import { present } from "../../../support/present";
import { OpenSsl } from "../../support/openssl";
import { type Registered, filesOf, startStack, valueOf, withoutSecrets } from "../../support/mockedStack";

const primary = { host: "192.0.2.1", tlsPort: 20001, version: "5.0", flavor: "rdb", memoryMb: 64 };
const replica = (args: PlainArguments, nearby = false) => {
    const role = { nearby, leads: false, peers: [] };
    return present(resolveArguments({ primary, ...args }, "RedisReplica", role).spec);
};
const replication = (conf: string) => /# Replication\n([^]*?)\n(\n|$)/.exec(conf)?.[1]?.split("\n");
const openssl = new OpenSsl();
const clientCa = openssl.make({ commonName: "CA of clients", ca: true }).certPem;
afterAll(() => {
    openssl.close();
});
const old = ["2.8", "3.0", "3.2", "4.0", "5.0"];

describe("link.cfg", () => {
    const server = (of: object) =>
        / {4}server primary (.*) check inter/.exec(tunnelCfg({ host: "", port: 20001, nearby: false, ...of }))?.[1];
    const chain = "ssl verify required ca-file /settings/current/primary.crt";

    test("in full", () => {
        expect(tunnelCfg({ host: "redis.example.com", port: 20001, nearby: false })).toMatchSnapshot();
    });

    test("on another Docker host it verifies the certificate, and the name where there is one", () => {
        expect(server({ host: "redis.example.com" })).toBe(
            "redis.example.com:20001 resolvers system init-addr libc,none " +
                `${chain} verifyhost redis.example.com sni str(redis.example.com) check-sni redis.example.com`,
        );
        expect(server({ host: "192.0.2.1" })).toBe(`192.0.2.1:20001 ${chain}`);
        expect(server({ host: "2001:db8::1" })).toBe(`ipv6@[2001:db8::1]:20001 ${chain}`);
    });

    test("on the same one it takes the primary's socket", () => {
        expect(server({ host: "localhost", nearby: true })).toBe("unix@/primary/run/redis.sock");
    });
});

test("what a replica logs in with is the one password, without a user", () => {
    expect(primaryConf({ user: "", password: 'a "quoted" one' })).toBe('masterauth "a \\"quoted\\" one"\n');
});

describe("redis.conf", () => {
    test.each(old)("of a replica of %s, in its words", (version) => {
        const conf = redisConf(replica({ primary: { ...primary, version }, priority: 7, flavor: "nordb" }), 20003);
        const word = version === "5.0" ? "replica" : "slave";
        const announces = !["2.8", "3.0"].includes(version);
        expect(replication(conf)).toEqual([
            `${word}-priority 7`,
            "include /settings/current/primary.conf",
            ...(announces ? [`${word}-announce-ip localhost`, `${word}-announce-port 20003`] : []),
        ]);
    });

    test.each(old)("of a primary of %s, in its words", (version) => {
        const { spec } = resolveArguments({ version, replicas: 2 });
        const word = version === "5.0" ? "replica" : "slave";
        expect(replication(redisConf(present(spec), 20003))).toEqual([
            ...(version === "2.8" ? [] : ["repl-diskless-sync yes", "repl-diskless-sync-delay 0"]),
            "repl-backlog-size 32mb",
            `client-output-buffer-limit ${word} 16mb 8mb 60`,
        ]);
    });

    test("of one that was promoted says nothing of a primary", () => {
        expect(replication(redisConf(replica({ promoted: true }), 20003))).toEqual(["replica-priority 100"]);
    });
});

test("the agent finds the primary through the tunnel, wherever that leads", () => {
    const settings = (nearby: boolean) => agentSettings(replica({}, nearby), { owner: "", server: "" });
    for (const nearby of [true, false]) expect(settings(nearby)).toContain("\nprimary=tunnel\n");
});

describe("validation", () => {
    const problems = (args: PlainArguments) =>
        resolveArguments(args, "RedisReplica").findings.map(({ path, problem }) => `${path}: ${problem}`);

    test.each(old)("%s may follow, and be followed", (version) => {
        expect(resolveArguments({ version, replicas: 2, replicationAccess: ["away"] }).findings).toEqual([]);
        expect(problems({ primary: { ...primary, version } })).toEqual([]);
        expect(problems({ primary: { ...primary, user: "", password: "x" }, version: "5.0" })).toEqual([]);
    });

    test("a replica follows by one way: neither 6.0 a version before, nor the other way round", () => {
        expect(problems({ primary, version: "6.0" })).toEqual([
            "version: is Redis 6.0, which follows over TLS with its own user, but its primary, Redis 5.0, supports neither",
        ]);
        expect(problems({ primary, engine: "valkey" })[0]).toMatch(/^engine: is Valkey 9.1, which follows over TLS/);
        expect(problems({ primary: { ...primary, version: "6.0" }, version: "5.0" })).toEqual([
            "version: is Redis 5.0, which cannot read the data format of its primary, Redis 6.0",
        ]);
        expect(problems({ primary: { ...primary, version: "3.2" }, version: "5.0" })).toEqual([]);
    });
});

describe("a change of version across 6.0", () => {
    const pair = (before: PlainArguments, after: PlainArguments) =>
        present(describePair({ primary, ...before }, after, "RedisReplica"));
    const later = { primary: { ...primary, version: "7.0" } };

    test("is refused to a replica that follows before and after", () => {
        const { before, after } = pair({}, later);
        expect(changesBetween(before, after, "RedisReplica").map(({ id }) => id)).toEqual(["replicaUp"]);
        expect(refusals(before, after, "RedisReplica")).toEqual([
            {
                code: "redis-database/replica-upgraded-to-6.0",
                path: "version",
                problem: 'is "7.0", but a replica of Redis 5.0 connects to its primary differently than one of 7.0',
                remedy: "remove the replica in the update that changes the version, and re-create it in the next update",
            },
        ]);
    });

    test("is not, once it was promoted, and within the versions before", () => {
        const { before, after } = pair({ promoted: true }, { ...later, promoted: true });
        expect(changesBetween(before, after, "RedisReplica").map(({ id }) => id)).toEqual(["versionUp"]);
        const within = pair({ primary: { ...primary, version: "3.2" } }, { primary });
        expect(changesBetween(within.before, within.after, "RedisReplica").map(({ id }) => id)).toEqual(["versionUp"]);
    });
});

describe("the program", () => {
    let registered: readonly Registered[];
    const find = (name: string) => present(registered.find((each) => each.name === name));
    const names = () => registered.map(({ name }) => name);
    let db: RedisDatabase;

    beforeAll(async () => {
        registered = await startStack();
        db = new RedisDatabase("sessions", {
            version: "5.0-nordb",
            memoryMb: 64,
            bindAddress: "192.0.2.1",
            replicas: [{ name: "reader" }, { name: "gone", promoted: true }],
            replicationAccess: ["away"],
        });
        new RedisReplica("away", {
            primary: db.replicationAccess.apply((access) => present(access.away)),
            version: "5.0",
            memoryMb: 64,
            tls: { clientAuth: { caCertPem: clientCa } },
        });
        await pulumi.runtime.disconnect();
    });

    test("makes a link for each that follows, and for nobody else", () => {
        expect(names().filter((name) => name.endsWith("-link"))).toEqual(
            expect.arrayContaining(["sessions-reader-link", "away-link"]),
        );
        expect(names().filter((name) => name.endsWith("-link"))).toHaveLength(2);
        expect(names().filter((name) => name.startsWith("sessions-repl-"))).toEqual([]);
    });

    test("the inputs of a link, in full: it publishes nothing, and can write nothing of the primary's", () => {
        const inputs = withoutSecrets(find("sessions-reader-link").inputs);
        expect(inputs).toMatchSnapshot();
        expect(find("away-link").inputs.volumes).toEqual([
            { containerPath: "/settings", volumeName: "away-settings-0a1b2c3" },
        ]);
    });

    test("asks for it between the agent and the server", () => {
        const place = (name: string) => names().indexOf(name);
        expect(place("sessions-reader-link")).toBeGreaterThan(place("sessions-reader-agent"));
        expect(place("sessions-reader-link")).toBeGreaterThan(place("sessions-server"));
        expect(place("sessions-reader-server")).toBeGreaterThan(place("sessions-reader-link"));
    });

    test("gives the agent what the link needs, and the primary's password to log in with", () => {
        const files = filesOf(find("sessions-reader-agent"));
        expect(files["primary.conf"]).toBe("masterauth aRandomPassword\n");
        expect(files["link.cfg"]).toContain("server primary unix@/primary/run/redis.sock ");
        expect(files["link.sh"]).toContain('exec haproxy -db -f "$tunnel_conf"\n');
        expect(files["link-health.sh"]).toContain("ask_haproxy()");
        expect(files).not.toHaveProperty("primary.crt");
        expect(JSON.stringify(find("sessions-reader-agent").inputs.volumes)).not.toContain("/primary");
    });

    test("gives the CA of a primary elsewhere to the link alone: clients' certificates are another matter", () => {
        const files = filesOf(find("away-agent"));
        expect(files["primary.crt"]).toBe("certificate of sessions-ca\n");
        expect(String(files["ca.crt"]).trim()).toBe(clientCa.trim());
        expect(files["link.cfg"]).toContain("server primary 192.0.2.1:24001 ");
    });

    test("tells the primary's agent that there are replicas, and nothing of users", () => {
        const files = filesOf(find("sessions-agent"));
        expect(files.followers).toBe("repl-reader\nrepl-gone\nrepl-away\n");
        expect(files).not.toHaveProperty("followers.acl");
        expect(files).not.toHaveProperty("link.cfg");
        expect(filesOf(find("sessions-gone-agent"))).not.toHaveProperty("link.cfg");
        expect(filesOf(find("sessions-reader-agent"))).not.toHaveProperty("followers");
    });

    test("the access of others has no user, and is secret", async () => {
        const { away } = await valueOf(db.replicationAccess);
        expect(away).toMatchObject({ user: "", password: "aRandomPassword", version: "5.0" });
        expect(await pulumi.isSecret(db.replicationAccess)).toBe(true);
    });

    test("keeps no secret of the primary in the plain part of anything", () => {
        for (const { inputs } of registered) {
            expect(JSON.stringify(withoutSecrets(inputs))).not.toContain("aRandomPassword");
        }
    });
});
