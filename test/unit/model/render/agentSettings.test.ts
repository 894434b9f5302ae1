/** What the agent is told, as its shell reads it. */
import fc from "fast-check";
import { script } from "../../../../provider/components/server/scripts";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { flavorNames } from "../../../../provider/model/catalog/versions";
import { agentSettings } from "../../../../provider/model/render/agentSettings";
import { maxmemoryMb } from "../../../../provider/model/sizing/memory";
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

test("of a database with nothing given, in full", () => {
    expect(settings({})).toMatchInlineSnapshot(`
        "owner=project/stack/sessions
        server=ab12
        version=8.0
        flavor=aof
        place=the data volume
        files=
        grace_seconds=86400
        memory_mb=512
        maxmemory_mb=218
        backlog_mb=0
        data_percent=44
        server_itself_mb=16
        disk_size_gb=
        disk_mb=
        disk_needed_mb=
        next_dump_percent=100
        primary=
        importing=no
        owned=appendonly bind bind-source-addr cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down cluster-allow-replica-migration cluster-announce-bus-port cluster-announce-hostname cluster-announce-human-nodename cluster-announce-ip cluster-announce-port cluster-announce-tls-port cluster-compatibility-sample-ratio cluster-link-sendbuf-limit cluster-migration-barrier cluster-node-timeout cluster-preferred-endpoint-type cluster-replica-no-failover cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover cluster-slave-validity-factor dbfilename dir masterauth masteruser maxmemory maxmemory-policy port protected-mode save shutdown-on-sigint shutdown-on-sigterm shutdown-timeout tls-auth-clients tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass tls-cluster tls-dh-params-file tls-key-file tls-key-file-pass tls-port tls-prefer-server-ciphers tls-protocols tls-replication tls-session-cache-size tls-session-cache-timeout tls-session-caching
        agent_rules=-@all +acl +bgrewriteaof +bgsave +config +failover +info +memory +ping +replicaof
        health_rules=-@all +info +ping
        rules_since=6.2:&* 6.2:+failover
        evicts=no
        "
    `);
});

test("of one with everything given, in full", () => {
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
        maxmemory_mb=756
        backlog_mb=0
        data_percent=75
        server_itself_mb=16
        disk_size_gb=1.5
        disk_mb=1536
        disk_needed_mb=772
        next_dump_percent=0
        primary=
        importing=no
        owned=appendonly bind bind-source-addr cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down cluster-allow-replica-migration cluster-announce-bus-port cluster-announce-hostname cluster-announce-human-nodename cluster-announce-ip cluster-announce-port cluster-announce-tls-port cluster-link-sendbuf-limit cluster-migration-barrier cluster-node-timeout cluster-preferred-endpoint-type cluster-replica-no-failover cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover cluster-slave-validity-factor dbfilename dir masterauth masteruser maxmemory maxmemory-policy port protected-mode save shutdown-on-sigint shutdown-on-sigterm shutdown-timeout tls-auth-clients tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass tls-cluster tls-dh-params-file tls-key-file tls-key-file-pass tls-port tls-prefer-server-ciphers tls-protocols tls-replication tls-session-cache-size tls-session-cache-timeout tls-session-caching
        agent_rules=-@all +acl +bgrewriteaof +bgsave +config +failover +info +memory +ping +replicaof
        health_rules=-@all +info +ping
        rules_since=6.2:&* 6.2:+failover
        evicts=yes
        "
    `);
});

test.each([
    [{}, "the data volume"],
    [{ data: { volume: "redis-data" } }, "redis-data"],
    [{ data: { hostPath: "/srv/a=b" } }, "/srv/a=b"],
])("%j: the place is %s", (args, place) => {
    expect(parsed(args).place).toBe(place);
});

test("keys may be evicted only where both the policy and the person say so", () => {
    const evicts = (args: PlainArguments) => parsed(args).evicts;
    expect(evicts({ evictToFit: true, maxmemoryPolicy: "volatile-ttl" })).toBe("yes");
    expect(evicts({ evictToFit: true })).toBe("no");
    expect(evicts({ maxmemoryPolicy: "volatile-ttl" })).toBe("no");
});

test("the numbers say to a shell without fractions what maxmemory is, and how it comes about", () => {
    fc.assert(
        fc.property(fc.integer({ min: 32, max: 2 ** 20 }), fc.constantFrom(...flavorNames), (memoryMb, flavor) => {
            const { maxmemory_mb, data_percent, server_itself_mb } = parsed({ memoryMb, flavor });
            expect(Number(maxmemory_mb)).toBe(maxmemoryMb(memoryMb, flavor));
            expect(maxmemory_mb).toMatch(/^\d+$/);
            const derived = ((memoryMb - Number(server_itself_mb)) * Number(data_percent)) / 100;
            expect(Math.abs(derived - Number(maxmemory_mb))).toBeLessThan(1);
        }),
    );
});

test("the least memory that the agent names when it refuses is enough, by one or two MiB", () => {
    fc.assert(
        fc.property(fc.integer({ min: 1, max: 2 ** 18 }), fc.constantFrom(...flavorNames), (used, flavor) => {
            const { data_percent, server_itself_mb } = parsed({ flavor });
            // As memory.sh reckons.
            const least = Math.floor((used * 100) / Number(data_percent)) + 1 + Number(server_itself_mb);
            expect(maxmemoryMb(least, flavor)).toBeGreaterThanOrEqual(used);
            expect(maxmemoryMb(least - 2, flavor)).toBeLessThan(used);
        }),
    );
    expect(script("agent/agent.sh")).toContain(
        "least=$((used * 100 / $(wanted data_percent) + 1 + $(wanted server_itself_mb)))",
    );
});

test("all that the agent and the health check ask for is there, and they ask for all of it", () => {
    const scripts = script("agent/agent.sh") + script("server/health.sh");
    const asked = [...scripts.matchAll(/\b(?:wanted|current) "?(\$1_rules|[a-z_]+)\b(?! *=)/g)].map(
        ([, name = ""]) => name,
    );
    const named = asked.flatMap((name) => (name === "$1_rules" ? ["agent_rules", "health_rules"] : [name]));
    expect([...new Set(named)].sort()).toEqual(Object.keys(parsed({})).sort());
});
