/** The agent's settings, as its shell reads them. */
import fc from "fast-check";
import { script } from "../../../../provider/components/server/scripts";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { flavorNames } from "../../../../provider/model/catalog/versions";
import { agentSettings } from "../../../../provider/model/render/agentSettings";
import { backlogMb, maxmemoryOf } from "../../../../provider/model/sizing/memory";
import { present } from "../../../support/present";

const identity = { owner: "project/stack/sessions", server: "ab12" };
const settings = (args: PlainArguments) => agentSettings(present(resolveArguments(args).spec), identity);
const parsed = (args: PlainArguments) =>
    Object.fromEntries(
        settings(args)
            .trimEnd()
            .split("\n")
            .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );

test("of a database without arguments, in full", () => {
    expect(settings({})).toMatchInlineSnapshot(`
        "owner=project/stack/sessions
        server=ab12
        version=8.6
        flavor=aof
        place=the data volume
        files=
        grace_seconds=86400
        memory_mb=512
        maxmemory_mb=183
        backlog_mb=0
        data_permille=371
        beside_data_mb=22
        value_mb=16
        clients_mb=80
        disk_size_gb=
        disk_mb=
        disk_needed_mb=
        next_dump_percent=100
        primary=
        importing=no
        owned=appendonly bind bind-source-addr cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down cluster-allow-replica-migration cluster-announce-bus-port cluster-announce-hostname cluster-announce-human-nodename cluster-announce-ip cluster-announce-port cluster-announce-tls-port cluster-compatibility-sample-ratio cluster-link-sendbuf-limit cluster-migration-barrier cluster-node-timeout cluster-preferred-endpoint-type cluster-replica-no-failover cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover cluster-slave-validity-factor cluster-slot-migration-handoff-max-lag-bytes cluster-slot-migration-write-pause-timeout cluster-slot-stats-enabled dbfilename dir masterauth masteruser maxmemory maxmemory-policy port protected-mode save shutdown-on-sigint shutdown-on-sigterm shutdown-timeout tls-auth-clients tls-auth-clients-user tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass tls-cluster tls-dh-params-file tls-key-file tls-key-file-pass tls-port tls-prefer-server-ciphers tls-protocols tls-replication tls-session-cache-size tls-session-cache-timeout tls-session-caching
        agent_rules=-@all +acl +bgrewriteaof +bgsave +config +failover +info +memory +ping +replicaof
        health_rules=-@all +acl|save +info +ping +shutdown
        backup_rules=
        rules_since=6.2:&* 6.2:resetchannels 6.2:+failover
        certificate_report_from=
        certificate_report=
        evicts=no
        "
    `);
});

test("of a database with many arguments, in full", () => {
    expect(
        settings({
            version: "7.2-nordb",
            memoryMb: 1024,
            diskSizeGb: 1.5,
            maxmemoryPolicy: "allkeys-lru",
            evictToFit: true,
            passwordGraceHours: 0.5,
            data: { hostPath: "/srv/redis data", files: "aof" },
        }),
    ).toMatchInlineSnapshot(`
        "owner=project/stack/sessions
        server=ab12
        version=7.2
        flavor=nordb
        place=/srv/redis data
        files=aof
        grace_seconds=1800
        memory_mb=1024
        maxmemory_mb=754
        backlog_mb=0
        data_permille=750
        beside_data_mb=21
        value_mb=32
        clients_mb=160
        disk_size_gb=1.5
        disk_mb=1536
        disk_needed_mb=770
        next_dump_percent=0
        primary=
        importing=no
        owned=appendonly bind bind-source-addr cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down cluster-allow-replica-migration cluster-announce-bus-port cluster-announce-hostname cluster-announce-human-nodename cluster-announce-ip cluster-announce-port cluster-announce-tls-port cluster-link-sendbuf-limit cluster-migration-barrier cluster-node-timeout cluster-preferred-endpoint-type cluster-replica-no-failover cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover cluster-slave-validity-factor dbfilename dir masterauth masteruser maxmemory maxmemory-policy port protected-mode save shutdown-on-sigint shutdown-on-sigterm shutdown-timeout tls-auth-clients tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass tls-cluster tls-dh-params-file tls-key-file tls-key-file-pass tls-port tls-prefer-server-ciphers tls-protocols tls-replication tls-session-cache-size tls-session-cache-timeout tls-session-caching
        agent_rules=-@all +acl +bgrewriteaof +bgsave +config +failover +info +memory +ping +replicaof
        health_rules=-@all +acl|save +info +ping +shutdown
        backup_rules=
        rules_since=6.2:&* 6.2:resetchannels 6.2:+failover
        certificate_report_from=
        certificate_report=
        evicts=yes
        "
    `);
});

test.each([
    [{}, "the data volume"],
    [{ data: { volume: "redis-data" } }, "redis-data"],
    [{ data: { hostPath: "/srv/a=b" } }, "/srv/a=b"],
])("%j: the location is %s", (args, place) => {
    expect(parsed(args).place).toBe(place);
});

test("keys may be evicted only if both the policy and evictToFit allow it", () => {
    const evicts = (args: PlainArguments) => parsed(args).evicts;
    expect(evicts({ evictToFit: true, maxmemoryPolicy: "volatile-ttl" })).toBe("yes");
    expect(evicts({ evictToFit: true })).toBe("no");
    expect(evicts({ maxmemoryPolicy: "volatile-ttl" })).toBe("no");
});

test("maxmemory is an integer, because a shell has no fractions", () => {
    fc.assert(
        fc.property(fc.integer({ min: 32, max: 2 ** 20 }), fc.constantFrom(...flavorNames), (memoryMb, flavor) => {
            const { maxmemory_mb } = parsed({ memoryMb, flavor });
            expect(Number(maxmemory_mb)).toBe(maxmemoryOf(present(resolveArguments({ memoryMb, flavor }).spec)));
            expect(maxmemory_mb).toMatch(/^\d+$/);
        }),
    );
});

const configs = fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    { "proto-max-bulk-len": "40mb" },
    { "maxmemory-clients": "90mb" },
    { "maxmemory-clients": "5%" },
);

test("the minimum memoryMb in the agent's refusals is enough, and close to the minimum", () => {
    fc.assert(
        fc.property(
            fc.integer({ min: 16, max: 2 ** 18 }),
            fc.constantFrom(...flavorNames),
            fc.constantFrom(0, 2),
            configs,
            (used, flavor, replicas, config) => {
                const args = { flavor, config, ...(replicas > 0 && { replicas }) };
                // As memory.sh calculates it, from settings for a different memoryMb.
                const { data_permille, beside_data_mb } = parsed({ ...args, memoryMb: 2 ** 19 });
                const least = Math.floor((used * 1000) / Number(data_permille)) + 1 + Number(beside_data_mb);
                // Without the backlog, which grows with the memory.
                const given = (memoryMb: number) => {
                    const spec = present(resolveArguments({ ...args, memoryMb: Math.max(512, memoryMb) }).spec);
                    return maxmemoryOf(spec) - (replicas > 0 ? backlogMb(spec.memoryMb) : 0);
                };
                expect(given(least)).toBeGreaterThanOrEqual(used);
                const less = Math.floor(0.97 * least) - 30;
                if (less > 512 && Object.keys(config).length === 0) expect(given(less)).toBeLessThan(used);
            },
        ),
    );
    expect(script("agent/agent.sh")).toContain(
        "echo $((data * 1000 / $(wanted data_permille) + 1 + $(wanted beside_data_mb)))",
    );
});

test("the agent and the health check read exactly the settings that exist", () => {
    const scripts = script("agent/agent.sh") + script("server/health.sh");
    const asked = [...scripts.matchAll(/\b(?:wanted|current) "?(\$1_rules|[a-z_]+)\b(?! *=)/g)].map(
        ([, name = ""]) => name,
    );
    const named = asked.flatMap((name) => (name === "$1_rules" ? ["agent_rules", "health_rules"] : [name]));
    expect([...new Set(named)].sort()).toEqual(Object.keys(parsed({})).sort());
});

test("a name with a line break does not create a setting", () => {
    const text = agentSettings(present(resolveArguments({}).spec), {
        owner: "project/stack/a\nmemory_mb=1",
        server: "ab12",
    });
    expect(text).toContain("owner=project/stack/a%0Amemory_mb=1\n");
    expect(text.match(/^memory_mb=/gm)).toHaveLength(1);
});

test("contain the certificate that must be reported first", () => {
    const expiry = (reportedFrom: number, text: string) => ({ warnedFrom: 0, reportedFrom, text });
    const text = agentSettings(present(resolveArguments({}).spec), identity, [
        expiry(3000_000, "second"),
        expiry(2000_001, "first"),
    ]);
    expect(text).toContain("certificate_report_from=2001\ncertificate_report=first\n");
});
