/** Replicas before 6.0: their tunnel, Redis's configuration with its former directive names, and their resources. */
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

    test("complete file", () => {
        expect(tunnelCfg({ host: "redis.example.com", port: 20001, nearby: false })).toMatchSnapshot();
    });

    test("on another Docker host, verifies the certificate, and the name if the host is a name", () => {
        expect(server({ host: "redis.example.com" })).toBe(
            "redis.example.com:20001 resolvers system init-addr libc,none " +
                `${chain} verifyhost redis.example.com sni str(redis.example.com) check-sni redis.example.com`,
        );
        expect(server({ host: "192.0.2.1" })).toBe(`192.0.2.1:20001 ${chain}`);
        expect(server({ host: "2001:db8::1" })).toBe(`ipv6@[2001:db8::1]:20001 ${chain}`);
    });

    test("on the same Docker host, connects to the primary's socket", () => {
        expect(server({ host: "localhost", nearby: true })).toBe("unix@/primary/run/redis.sock");
    });
});

test("a replica logs in with the primary's password, without a user", () => {
    expect(primaryConf({ user: "", password: 'a "quoted" one' })).toBe('masterauth "a \\"quoted\\" one"\n');
});

describe("redis.conf", () => {
    test.each(old)("of a replica of %s uses its directive names", (version) => {
        const conf = redisConf(replica({ primary: { ...primary, version }, priority: 7, flavor: "nordb" }), 20003);
        const word = version === "5.0" ? "replica" : "slave";
        const announces = !["2.8", "3.0"].includes(version);
        expect(replication(conf)).toEqual([
            `${word}-priority 7`,
            "include /settings/current/primary.conf",
            ...(announces ? [`${word}-announce-ip localhost`, `${word}-announce-port 20003`] : []),
        ]);
    });

    test.each(old)("of a primary of %s uses its directive names", (version) => {
        const { spec } = resolveArguments({ version, replicas: 2 });
        const word = version === "5.0" ? "replica" : "slave";
        expect(replication(redisConf(present(spec), 20003))).toEqual([
            ...(version === "2.8" ? [] : ["repl-diskless-sync yes", "repl-diskless-sync-delay 0"]),
            "repl-backlog-size 32mb",
            `client-output-buffer-limit ${word} 16mb 8mb 60`,
        ]);
    });

    test("of a promoted replica does not name a primary", () => {
        expect(replication(redisConf(replica({ promoted: true }), 20003))).toEqual(["replica-priority 100"]);
    });
});

test("the agent reaches the primary through the tunnel, on any Docker host", () => {
    const settings = (nearby: boolean) => agentSettings(replica({}, nearby), { owner: "", server: "" });
    for (const nearby of [true, false]) expect(settings(nearby)).toContain("\nprimary=tunnel\n");
});

describe("validation", () => {
    const problems = (args: PlainArguments) =>
        resolveArguments(args, "RedisReplica").findings.map(({ path, problem }) => `${path}: ${problem}`);

    test.each(old)("%s can be a replica and a primary", (version) => {
        expect(resolveArguments({ version, replicas: 2, replicationAccess: ["away"] }).findings).toEqual([]);
        expect(problems({ primary: { ...primary, version } })).toEqual([]);
        expect(problems({ primary: { ...primary, user: "", password: "x" }, version: "5.0" })).toEqual([]);
    });

    test("a replica from 6.0 on cannot follow a primary before 6.0, nor the reverse", () => {
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
    const withNativeTls = { primary: { ...primary, version: "7.0" } };

    test("is refused for a replica that keeps following", () => {
        const { before, after } = pair({}, withNativeTls);
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

    test("is accepted for a promoted replica, and between versions before 6.0", () => {
        const { before, after } = pair({ promoted: true }, { ...withNativeTls, promoted: true });
        expect(changesBetween(before, after, "RedisReplica").map(({ id }) => id)).toEqual(["versionUp"]);
        const within = pair({ primary: { ...primary, version: "3.2" } }, { primary });
        expect(changesBetween(within.before, within.after, "RedisReplica").map(({ id }) => id)).toEqual(["versionUp"]);
    });
});

describe("the resources", () => {
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

    test("include a tunnel for each replica that follows, and no other", () => {
        expect(names().filter((name) => name.endsWith("-tunnel"))).toEqual(
            expect.arrayContaining(["sessions-reader-tunnel", "away-tunnel"]),
        );
        expect(names().filter((name) => name.endsWith("-tunnel"))).toHaveLength(2);
        expect(names().filter((name) => name.startsWith("sessions-repl-"))).toEqual([]);
    });

    test("inputs of a tunnel, which publishes no ports and mounts the primary's volume read-only", () => {
        const inputs = withoutSecrets(find("sessions-reader-tunnel").inputs);
        expect(inputs).toMatchSnapshot();
        expect(find("away-tunnel").inputs.volumes).toEqual([
            { containerPath: "/settings", volumeName: "away-settings-0a1b2c3" },
        ]);
    });

    test("the tunnel is created after the agent and before the server", () => {
        const position = (name: string) => names().indexOf(name);
        expect(position("sessions-reader-tunnel")).toBeGreaterThan(position("sessions-reader-agent"));
        expect(position("sessions-reader-tunnel")).toBeGreaterThan(position("sessions-server"));
        expect(position("sessions-reader-server")).toBeGreaterThan(position("sessions-reader-tunnel"));
    });

    test("the agent gets the tunnel's files, and the primary's password", () => {
        const files = filesOf(find("sessions-reader-agent"));
        expect(files["primary.conf"]).toBe("masterauth aRandomPassword\n");
        expect(files["link.cfg"]).toContain("server primary unix@/primary/run/redis.sock ");
        expect(files["link.sh"]).toContain('exec haproxy -db -f "$tunnel_conf"\n');
        expect(files["link-health.sh"]).toContain("ask_haproxy()");
        expect(files).not.toHaveProperty("primary.crt");
        expect(JSON.stringify(find("sessions-reader-agent").inputs.volumes)).not.toContain("/primary");
    });

    test("only the tunnel trusts the CA of a primary on another Docker host", () => {
        const files = filesOf(find("away-agent"));
        expect(files["primary.crt"]).toBe("certificate of sessions-ca\n");
        expect(String(files["ca.crt"]).trim()).toBe(clientCa.trim());
        expect(files["link.cfg"]).toContain("server primary 192.0.2.1:24001 ");
    });

    test("the primary's agent gets the names of the replicas, and no ACL users", () => {
        const files = filesOf(find("sessions-agent"));
        expect(files.followers).toBe("repl-reader\nrepl-gone\nrepl-away\n");
        expect(files).not.toHaveProperty("followers.acl");
        expect(files).not.toHaveProperty("link.cfg");
        expect(filesOf(find("sessions-gone-agent"))).not.toHaveProperty("link.cfg");
        expect(filesOf(find("sessions-reader-agent"))).not.toHaveProperty("followers");
    });

    test("replicationAccess has no user, and is secret", async () => {
        const { away } = await valueOf(db.replicationAccess);
        expect(away).toMatchObject({ user: "", password: "aRandomPassword", version: "5.0" });
        expect(await pulumi.isSecret(db.replicationAccess)).toBe(true);
    });

    test("contain none of the primary's secrets in plaintext", () => {
        for (const { inputs } of registered) {
            expect(JSON.stringify(withoutSecrets(inputs))).not.toContain("aRandomPassword");
        }
    });
});
