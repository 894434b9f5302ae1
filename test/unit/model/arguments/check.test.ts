/** Everything that people get wrong, each with the whole message that they read. */
import fc from "fast-check";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { formatFindings } from "../../../../provider/model/findings";
import { OpenSsl } from "../../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});

const ca = openssl.make({ commonName: "Our CA", ca: true });
const otherCa = openssl.make({ commonName: "Another CA", ca: true });
const server = openssl.make({ commonName: "redis", san: "DNS:redis.example.com", issuer: ca });
const host = "redis.example.com";
const loop: Record<string, unknown> = {};
loop.self = loop;

const cases: Record<string, PlainArguments> = {
    "a version as a number": { version: 7 },
    "a version that does not exist": { version: "7.3" },
    "a version with a point release": { version: "7.2.4" },
    "a version that is too old": { version: "2.6-aof" },
    "a version that is too new": { version: "10.0" },
    "a version of the other engine": { version: "8.1" },
    "a version that the engine never had": { engine: "valkey", version: "7.4-aof" },
    "a version in words": { version: "latest" },
    "an engine that is none": { engine: "keydb", version: "7.2" },
    "an engine in another case": { engine: "Valkey" },
    "a flavor that is not the one in version, in an old one": { version: "4.0-nordb", flavor: "aof" },
    "a policy that the version does not know": { version: "3.2", maxmemoryPolicy: "allkeys-lfu" },
    "a policy that only later versions know": { version: "8.4", maxmemoryPolicy: "volatile-lrm" },
    "a policy that no Valkey knows": { engine: "valkey", maxmemoryPolicy: "allkeys-lrm" },
    "8.10 as a number": { version: 8.1 },
    "8.10 as a number, of Valkey": { engine: "valkey", version: 8.1 },
    "a directive that the version does not know": { version: "2.8", config: { "lazyfree-lazy-eviction": true } },
    "a user name below 6.0": { version: "5.0", config: { user: "app" } },
    "a file of users below 6.0": { version: "5.0", config: { aclfile: "/data/users.acl" } },
    "a password for the replicas of an old one": { version: "3.2", config: { masterauth: "hunter2" } },
    "a version with a suffix that is no flavor": { version: "7.2-none" },
    "a flavor that is none": { flavor: "AOF" },
    "a flavor that is not the one in version": { version: "7.2-aof", flavor: "rdb" },
    "memory as text": { memoryMb: "512" },
    "memory with a unit": { memoryMb: "512mb" },
    "memory below the least": { memoryMb: 31 },
    "memory in bytes": { memoryMb: 536870912 },
    "half a MiB": { memoryMb: 64.5 },
    "memory that is no number": { memoryMb: NaN },
    "memory as a BigInt": { memoryMb: 512n },
    "a policy with a slip": { maxmemoryPolicy: "allkeys_lru" },
    "one port instead of two": { ports: 6379 },
    "a port as text": { ports: { tls: "6380" } },
    "port 0": { ports: { plaintext: 0 } },
    "a port beyond all": { ports: { plaintext: 65536, tls: -1 } },
    "the same port twice": { ports: { plaintext: 6379, tls: 6379 } },
    "a plaintext port, and plaintext closed": { ports: { plaintext: 6379 }, plaintext: false },
    "an unknown port": { ports: { plain: 6379 } },
    "a name to bind to": { bindAddress: "localhost" },
    "an IPv6 address with a zone": { bindAddress: "fe80::1%eth0" },
    "all addresses, but no host": { bindAddress: "0.0.0.0" },
    "all IPv6 addresses, but no host": { bindAddress: "0::0" },
    "all addresses within IPv6, but no host": { bindAddress: "::ffff:0.0.0.0" },
    "a host with a port": { host: "redis.example.com:6380" },
    "a host with a scheme": { host: "rediss://redis.example.com" },
    "a host that is a wildcard": { host: "*.example.com" },
    "an IP address with a slip": { host: "192.168.1.300" },
    "plaintext as text": { plaintext: "no" },
    "an empty password": { password: "" },
    "a password of two lines": { password: "two\nlines" },
    "a password as a number": { password: 12345678 },
    "an image with blanks": { image: "redis 8.0" },
    "an image that is null": { image: null },
    "an image's ID without all of its digits": { image: "sha256:e7845d9cd3c9" },
    "a network with a slash": { network: "back/end" },
    "a network that holds itself": { network: loop },
    "Docker's default network": { network: "bridge" },
    "the host's network": { network: "host" },
    "tls switched on": { tls: true },
    "hosts that are no list": { tls: { hosts: "redis.example.com" } },
    "a wrong host among right ones": { tls: { hosts: ["a.example.com", "b example", "*.c.example.com"] } },
    "no validity at all": { tls: { validityDays: 0 } },
    "renewal before the certificate is made": { tls: { validityDays: 30, renewBeforeDays: 30 } },
    "a short validity beside the default renewal": { tls: { validityDays: 7 } },
    "a protocol that is refused": { tls: { protocols: ["SSLv3", "TLSv1.3"] } },
    "a protocol in Redis's own spelling": { version: "3.2", tls: { protocols: ["TLSv1"] } },
    "SSL in front of an old one": { version: "2.8", tls: { protocols: ["SSLv2", "SSLv3", "TLSv1.2"] } },
    "protocols with a gap in front of an old one": { version: "3.2", tls: { protocols: ["TLSv1.0", "TLSv1.2"] } },
    "a protocol that is no list": { tls: { protocols: "TLSv1.3" } },
    "no protocol": { tls: { protocols: [] } },
    "unknown properties in tls, at two depths": { tls: { host: "a", clientAuth: { caPem: "x" } } },
    "clientAuth switched on": { tls: { clientAuth: true } },
    "a path instead of PEM": { tls: { clientAuth: { caCertPem: "./ca.pem" } } },
    "a client CA that is a key": { tls: { clientAuth: { caCertPem: ca.keyPem } } },
    "a CA without its key": { tls: { ca: { certPem: ca.certPem } } },
    "a CA that may not sign": { tls: { ca: server } },
    "a CA with another's key": { tls: { ca: { ...ca, keyPem: otherCa.keyPem } } },
    "a key in place of a CA": { tls: { ca: ca.keyPem } },
    "certificate and key swapped": { tls: { ca: { certPem: ca.keyPem, keyPem: ca.certPem } } },
    "a CA beside a certificate": { host, tls: { ca, certificate: { ...server, caCertPem: ca.certPem } } },
    "a password that is too long before 6.0": { version: "5.0", password: "ä".repeat(257) },
    "a password that is too long for a client": { password: "a".repeat(16385) },
    "text in config with half a character": { config: { "notify-keyspace-events": "\ud800" } },
    "a certificate for another host": { tls: { certificate: { ...server, caCertPem: ca.certPem } } },
    "a certificate of another CA": { host, tls: { certificate: { ...server, caCertPem: otherCa.certPem } } },
    "what an own certificate decides": {
        host,
        tls: { certificate: { ...server, caCertPem: ca.certPem }, hosts: ["a"], validityDays: 90, renewBeforeDays: 9 },
    },
    "a disk smaller than the files": { memoryMb: 1024, diskSizeGb: 4 },
    "a disk smaller than two dumps": { version: "7.2-rdb", memoryMb: 1024, diskSizeGb: 0.5 },
    "a disk smaller than what is handed over": { version: "8.0-nordb", memoryMb: 1024, diskSizeGb: 0.5 },
    "a disk smaller than the one file of an old version": { version: "3.2", diskSizeGb: 2 },
    "a disk for a log that grows longer": { diskSizeGb: 4, config: { "auto-aof-rewrite-percentage": 400 } },
    "a disk for a log that is never rewritten": { diskSizeGb: 4, config: { "auto-aof-rewrite-percentage": 0 } },
    "a disk size as text": { diskSizeGb: "4" },
    "no disk": { diskSizeGb: 0 },
    "a disk size that is no number": { diskSizeGb: NaN },
    "a disk size in bytes": { diskSizeGb: 4 * 2 ** 30 },
    "eviction as text": { evictToFit: "yes" },
    "save points as redis.conf has them": { savePoints: "900 1" },
    "save points as pairs": { savePoints: [[900, 1]] },
    "no save point": { savePoints: [] },
    "a save point without changes": { savePoints: [{ seconds: 900 }] },
    "a save point at once": { savePoints: [{ seconds: 0, changes: 0 }] },
    "a save point with a slip": { savePoints: [{ second: 900, changes: 1 }] },
    "save points beside nordb": { flavor: "nordb", savePoints: [{ seconds: 900, changes: 1 }] },
    "save points beside nordb in version": { version: "8.0-nordb", savePoints: [{ seconds: 900, changes: 1 }] },
    "password version 0": { passwordVersion: 0 },
    "a password version as text": { passwordVersion: "2" },
    "rotation as text": { rotatePasswordEvery: "30d" },
    "rotation every half day": { rotatePasswordEvery: 0.5 },
    "rotation after ten years": { rotatePasswordEvery: 3651 },
    "rotation of a password of one's own": { password: "hunter2", passwordVersion: 2, rotatePasswordEvery: 30 },
    "users as names": { users: ["orders"] },
    "a user alone": { users: { name: "orders", rules: "~* +@all" } },
    "users: each with something wrong": {
        users: [
            { name: "app", rules: "~* >hunter2 +@all on (nopass)" },
            { name: "default", rules: "#5994471abb01112afcc18159f6cc74b4 !abc <old RESET" },
            { name: "repl-reader", rules: "~*\n+@read >hunter2" },
            { name: "agent", rules: ["~*", ">hunter2"] },
            { name: "or ders", rules: "+@read", password: "two\nlines" },
            { name: "twice", rules: "   " },
            { name: "twice", rules: "~orders:* &orders:* (~a +get) resetchannels" },
            { name: "misspelled", rule: "~hunter2", rules: "+@read" },
            { rules: "off" },
        ],
    },
    "channels and selectors in 6.0": {
        version: "6.0",
        users: [{ name: "orders", rules: "~* &orders:* %R~a (+get clearselectors" }],
    },
    "selectors in 6.2": { version: "6.2", users: [{ name: "orders", rules: "resetchannels &a %W~a* +@write" }] },
    "users below 6.0": { version: "5.0", users: [{ name: "app", rules: "~* +@all" }] },
    "a command under another name": { config: { "rename-command": 'FLUSHALL ""' } },
    "a command under another name below 6.0": { version: "5.0", config: { "rename-command": 'FLUSHALL ""' } },
    "a negative grace": { passwordGraceHours: -1 },
    "a grace of more than a year": { passwordGraceHours: 8761 },
    "a grace as text": { passwordGraceHours: "24" },
    "a grace that is no number": { passwordGraceHours: NaN },
    "protection as text": { deletionProtection: "true" },
    "data as a name": { data: "redis-data" },
    "data in no place": { data: {} },
    "data in two places": { data: { volume: "redis-data", hostPath: "/srv/redis" } },
    "a volume with a path in it": { data: { volume: "/srv/redis" } },
    "a directory that is not absolute": { data: { hostPath: "srv/redis" } },
    "a directory with a colon": { data: { hostPath: "/srv/redis:ro" } },
    "files of another kind": { data: { volume: "redis-data", files: "appendonly.aof" } },
    "a place with a slip": { data: { path: "/srv/redis" } },
    "logs as text": { logs: "10m" },
    "logs switched on": { logs: true },
    "a log of half a MiB": { logs: { maxSizeMb: 0.5 } },
    "no log files": { logs: { files: 0 } },
    "logs in Docker's own words": { logs: { "max-size": "10m" } },
    "no CA": { tls: { caVersions: [] } },
    "a CA twice": { tls: { caVersions: [1, 1] } },
    "a CA version 0": { tls: { caVersions: [0] } },
    "CA versions as a number": { tls: { caVersions: 2 } },
    "CA versions beside a CA": { tls: { ca, caVersions: [1, 2] } },
    "CA versions beside a certificate": {
        host,
        tls: { certificate: { ...server, caCertPem: ca.certPem }, caVersions: [1] },
    },
    "config as text": { config: "timeout 300" },
    "a directive that is a list": { config: { timeout: [300] } },
    "a directive with a slip": { config: { "maxmemory-sample": 5 } },
    "a directive of a later version": { version: "6.0", config: { "latency-tracking": true } },
    "a directive that is the component's own": { config: { "requirepass": "hunter2", "tls-port": 1, "save": "" } },
    "directives with wrong units": { config: { "timeout": "5m", "repl-backlog-size": "1GiB", "activedefrag": "on" } },
    "replicas that are no number of them": { replicas: -1 },
    "more replicas than there may be": { replicas: 17 },
    "replicas: each with something wrong": {
        version: "7.2",
        memoryMb: 512,
        replicas: [
            { name: "Reader" },
            { name: "twice", memoryMb: 256 },
            { name: "twice", version: "7.0" },
            { name: "other", engine: "valkey", version: "8.0", passwrd: "x" },
            { name: "old", version: "5.0" },
            { name: "far", provider: "another host's" },
            "reader",
        ],
        replicationAccess: ["other"],
    },
    "a replica that follows in another way than its primary can be followed": {
        version: "5.0",
        replicas: [{ version: "6.2" }, { version: "3.2" }],
    },
    "a primary of a version that cannot hand over": { version: "5.0", replicas: 1, primary: "replica-1" },
    "an import beside a primary": { importing: true, replicas: 1, primary: "replica-1" },
    "an import that is neither true nor false": { importing: "yes" },
    "replicas that have no certificate": { replicas: 1, tls: { clientAuth: { caCertPem: ca.certPem } } },
    "replication access that is no list of names": { replicationAccess: ["a b", "ok", "ok"] },
    "a primary that is none of its replicas": { replicas: [{ name: "one" }], primary: "two" },
    "a primary without replicas": { primary: "one" },
    "a primary that is no name": { replicas: 2, primary: "Replica 1" },
    "replicas on another network than their primary": {
        network: "backend",
        replicas: [{ network: "other" }, { network: "backend" }, { network: "other", promoted: true }, {}],
    },
    "a database whose replica takes the writes on another network": {
        replicas: [
            { name: "one", network: "other" },
            { provider: "another", network: "third" },
        ],
        primary: "one",
        host: "db.example.com",
    },
    "a primary that goes its own way": { replicas: [{ name: "one", promoted: true }], primary: "one" },
    "a primary that cannot hand over": { version: "6.0", replicas: 1, primary: "replica-1" },
    "a primary whom nobody else can follow": {
        version: "7.0",
        memoryMb: 64,
        replicas: [{ name: "one", version: "8.0", memoryMb: 128, provider: "another" }, { name: "two" }],
        bindAddress: "192.0.2.1",
        primary: "one",
    },
    "arguments of a replica": { primary: {}, promoted: true, priority: 1, syncTimeoutSeconds: 5 },
    "an unknown property": { shards: 2 },
    "a property with a slip": { memoryMB: 512 },
    "a property of the wrong case": { VERSION: "8.0" },
    "five mistakes at once": {
        version: "7.3",
        memoryMb: "512",
        bindAdress: "0.0.0.0",
        tls: { hosts: ["bad host"] },
        config: { maxmemmory: "1gb" },
    },
};

const messageOf = (args: PlainArguments) => formatFindings("sessions", resolveArguments(args).findings);

test.each(Object.entries(cases))("%s", (_what, args) => {
    const { spec, findings } = resolveArguments(args);
    expect(spec).toBeUndefined();
    expect(findings).not.toEqual([]);
    expect(messageOf(args)).toMatchSnapshot();
});

test("there are not too few cases", () => {
    expect(Object.keys(cases).length).toBeGreaterThanOrEqual(40);
});

test("every problem says what would be right", () => {
    for (const args of Object.values(cases)) {
        for (const { path, problem, remedy } of resolveArguments(args).findings) {
            expect(path).not.toBe("");
            expect(problem).toMatch(/^(is|has|did|does|expired) /);
            expect(remedy).toMatch(/^(give|set|leave|did you mean|it knows|issue|`CONFIG GET)/);
        }
    }
});

describe("no message ever shows a secret", () => {
    const secret = fc.stringMatching(/^[Q-Z]{12,40}$/);
    const shown = (text: string, secret: string) => text.includes(secret.slice(0, 6));

    /** The places where a password or a key may stand, or may be put by mistake. */
    const places: Record<string, (secret: string) => PlainArguments> = {
        "password": (s) => ({ password: `${s}\n` }),
        "password in a list": (s) => ({ password: [s] }),
        "password in an object": (s) => ({ password: { value: s } }),
        "password under another name": (s) => ({ pasword: s }),
        "password in config": (s) => ({ config: { requirepass: s, masterauth: s } }),
        "password in a list in config": (s) => ({ config: { requirepass: [s] } }),
        "password under a wrong name in config": (s) => ({ config: { "require-pass": s } }),
        "config as text": (s) => ({ config: `requirepass ${s}` }),
        "key of a CA": (s) => ({ tls: { ca: { certPem: ca.certPem, keyPem: s } } }),
        "key of a CA, as PEM": (s) => ({
            tls: { ca: { certPem: ca.certPem, keyPem: `-----BEGIN PRIVATE KEY-----\n${s}` } },
        }),
        "key in place of the CA": (s) => ({ tls: { ca: s } }),
        "key in place of its certificate": (s) => ({ tls: { ca: { certPem: `-----BEGIN PRIVATE KEY-----\n${s}` } } }),
        "key in place of its certificate, without PEM": (s) => ({ tls: { ca: { certPem: s, keyPem: s } } }),
        "key of a certificate": (s) => ({ tls: { certificate: { ...server, keyPem: s, caCertPem: ca.certPem } } }),
        "key in a list": (s) => ({ tls: { certificate: [s] } }),
        "key in a list of keys": (s) => ({ tls: { certificate: { keyPem: [s] } } }),
        "key in place of tls": (s) => ({ tls: s }),
        "key in place of the CA of clients": (s) => ({ tls: { clientAuth: s } }),
        "key in place of the certificate of that CA": (s) => ({ tls: { clientAuth: { caCertPem: s } } }),
        "access to a primary in place of the name of a replica": (s) => ({ replicas: 1, primary: { password: s } }),
        "password of a replica that is in no list": (s) => ({ replicas: { name: "reader", password: s } }),
        "password in a list of a replica": (s) => ({ replicas: [{ password: [s] }] }),
        "key of a replica's CA": (s) => ({ replicas: [{ tls: { ca: { certPem: ca.certPem, keyPem: s } } }] }),
        "key under another name": (s) => ({ tls: { ca: { key: s } } }),
    };

    test.each(Object.entries(places))("%s", (_where, argsWith) => {
        fc.assert(
            fc.property(secret, (value) => {
                const { findings } = resolveArguments(argsWith(value));
                expect(findings).not.toEqual([]);
                expect(shown(formatFindings("sessions", findings), value)).toBe(false);
            }),
        );
    });

    test("what is no secret is shown, so that the test above could fail", () => {
        expect(shown(messageOf({ host: "abcdef/ghijkl" }), "abcdef/ghijkl")).toBe(true);
    });
});
