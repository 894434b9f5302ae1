/** Common mistakes in arguments, each with the complete message. */
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
    "a version with a patch release": { version: "7.2.4" },
    "a version that is too old": { version: "2.6-aof" },
    "a version that is too new": { version: "10.0" },
    "a version of the other engine": { version: "8.1" },
    "a version that the engine never released": { engine: "valkey", version: "7.4-aof" },
    "a version that is a word": { version: "latest" },
    "an unknown engine": { engine: "keydb", version: "7.2" },
    "an engine in another case": { engine: "Valkey" },
    "a flavor that contradicts an old version": { version: "4.0-nordb", flavor: "aof" },
    "a policy that the version does not support": { version: "3.2", maxmemoryPolicy: "allkeys-lfu" },
    "a policy that only later versions support": { version: "8.4", maxmemoryPolicy: "volatile-lrm" },
    "a policy that Valkey does not support": { engine: "valkey", maxmemoryPolicy: "allkeys-lrm" },
    "8.10 as a number": { version: 8.1 },
    "8.10 as a number, of Valkey": { engine: "valkey", version: 8.1 },
    "a directive that the version does not support": { version: "2.8", config: { "lazyfree-lazy-eviction": true } },
    "a user in config before 6.0": { version: "5.0", config: { user: "app" } },
    "an ACL file before 6.0": { version: "5.0", config: { aclfile: "/data/users.acl" } },
    "a replication password before 6.0": { version: "3.2", config: { masterauth: "hunter2" } },
    "a version with a suffix that is not a flavor": { version: "7.2-none" },
    "an unknown flavor": { flavor: "AOF" },
    "a flavor that contradicts the version": { version: "7.2-aof", flavor: "rdb" },
    "memory as a string": { memoryMb: "512" },
    "memory with a unit": { memoryMb: "512mb" },
    "memory below the minimum": { memoryMb: 31 },
    "memory in bytes": { memoryMb: 536870912 },
    "half a MiB": { memoryMb: 64.5 },
    "memory that is not a number": { memoryMb: NaN },
    "memory as a BigInt": { memoryMb: 512n },
    "a misspelled policy": { maxmemoryPolicy: "allkeys_lru" },
    "backups as a boolean": { backup: true },
    "a repository without a location": { backup: { repositories: [{}] } },
    "a repository in two locations": { backup: { repositories: [{ volume: "a", path: "/b" }] } },
    "a scheme of storage that does not exist": {
        backup: { repositories: [{ gcs: "bucket" }, { s3: "s3://bucket" }, { s3: "https://key:secret@host/bucket" }] },
    },
    "a repository with a relative path": { backup: { repositories: [{ path: "backups" }] } },
    "no repository": { backup: { repositories: [] } },
    "the same repository twice, and one inside another": {
        backup: { repositories: [{ volume: "a" }, { path: "/b" }, { volume: "a" }, { path: "/b/c/" }] },
    },
    "backups where the data is": { data: { volume: "data" }, backup: { repositories: [{ volume: "data" }] } },
    "backups inside the directory of the data": {
        data: { hostPath: "/srv/redis" },
        backup: { repositories: [{ path: "/srv/redis/backups" }] },
    },
    "backups elsewhere without a password": {
        backup: { repositories: [{ volume: "a" }, { s3: "https://s3.example.com/bucket" }] },
    },
    "schedules that do not exist": { backup: { schedule: "0 25 * * *" } },
    "a schedule for a day that does not exist": { backup: { schedule: "0 0 31 2 *" } },
    "a retention of nothing": { backup: { keep: { daily: 0, monthly: 0, yearly: 0 } } },
    "a retention of nothing in one repository": {
        backup: { keep: { monthly: 0, yearly: 0 }, repositories: [{ volume: "a", keep: { daily: 0 } }] },
    },
    "a negative retention": { backup: { keep: { daily: -1, monthly: 1.5 } } },
    "half a login": {
        backup: {
            repositories: [{ s3: "https://s3.example.com/bucket" }],
            encryptionPassword: "secret",
            credentials: { accessKeyId: "id", password: "hunter2" },
        },
    },
    "credentials that nothing uses": {
        backup: { credentials: { accessKeyId: "id", secretAccessKey: "hunter2" } },
    },
    "a verification that does not exist": { backup: { verifyEvery: false } },
    "a webhook that is no URL": { backup: { notify: { url: "hunter2" } } },
    "a backup password with a line break": { backup: { encryptionPassword: "hunter2\n" } },
    "many problems of backups at once": {
        memoryMb: 1,
        backup: {
            schedule: "sometimes",
            keep: { daily: 0, monthly: 0, yearly: 0 },
            repositories: [{ volume: "/no" }, { volume: "a", rest: "https://b" }, { sftp: "host" }],
            credentials: { accessKeyId: "id" },
            notfy: {},
        },
    },
    "one port instead of two": { ports: 6379 },
    "a port as a string": { ports: { tls: "6380" } },
    "port 0": { ports: { plaintext: 0 } },
    "ports out of range": { ports: { plaintext: 65536, tls: -1 } },
    "the same port twice": { ports: { plaintext: 6379, tls: 6379 } },
    "a plaintext port although plaintext is closed": { ports: { plaintext: 6379 }, plaintext: false },
    "an unknown port": { ports: { plain: 6379 } },
    "a name as bindAddress": { bindAddress: "localhost" },
    "an IPv6 address with a zone": { bindAddress: "fe80::1%eth0" },
    "all addresses without a host": { bindAddress: "0.0.0.0" },
    "all IPv6 addresses without a host": { bindAddress: "0::0" },
    "all addresses, mapped to IPv6, without a host": { bindAddress: "::ffff:0.0.0.0" },
    "a host with a port": { host: "redis.example.com:6380" },
    "a host with a scheme": { host: "rediss://redis.example.com" },
    "a host that is a wildcard": { host: "*.example.com" },
    "a mistyped IP address": { host: "192.168.1.300" },
    "plaintext as a string": { plaintext: "no" },
    "an empty password": { password: "" },
    "a password of two lines": { password: "two\nlines" },
    "a password as a number": { password: 12345678 },
    "an image with spaces": { image: "redis 8.0" },
    "an image that is null": { image: null },
    "an incomplete image ID": { image: "sha256:e7845d9cd3c9" },
    "a network with a slash": { network: "back/end" },
    "a circular object as a network": { network: loop },
    "Docker's default network": { network: "bridge" },
    "the host's network": { network: "host" },
    "tls set to true": { tls: true },
    "hosts that are not a list": { tls: { hosts: "redis.example.com" } },
    "an invalid host among valid ones": { tls: { hosts: ["a.example.com", "b example", "*.c.example.com"] } },
    "a validity of no days": { tls: { validityDays: 0 } },
    "renewal before the certificate is valid": { tls: { validityDays: 30, renewBeforeDays: 30 } },
    "a validity shorter than the default renewal": { tls: { validityDays: 7 } },
    "a protocol that is not supported": { tls: { protocols: ["SSLv3", "TLSv1.3"] } },
    "a protocol in Redis's spelling": { version: "3.2", tls: { protocols: ["TLSv1"] } },
    "SSL before 6.0": { version: "2.8", tls: { protocols: ["SSLv2", "SSLv3", "TLSv1.2"] } },
    "protocols with a gap before 6.0": { version: "3.2", tls: { protocols: ["TLSv1.0", "TLSv1.2"] } },
    "protocols that are not a list": { tls: { protocols: "TLSv1.3" } },
    "no protocol": { tls: { protocols: [] } },
    "unknown properties of tls and of a member": { tls: { host: "a", clientAuth: { caPem: "x" } } },
    "clientAuth set to true": { tls: { clientAuth: true } },
    "a path instead of PEM": { tls: { clientAuth: { caCertPem: "./ca.pem" } } },
    "a client CA that is a key": { tls: { clientAuth: { caCertPem: ca.keyPem } } },
    "a CA without its key": { tls: { ca: { certPem: ca.certPem } } },
    "a CA that is not a CA certificate": { tls: { ca: server } },
    "a CA with the key of another CA": { tls: { ca: { ...ca, keyPem: otherCa.keyPem } } },
    "a key in place of a CA": { tls: { ca: ca.keyPem } },
    "certificate and key swapped": { tls: { ca: { certPem: ca.keyPem, keyPem: ca.certPem } } },
    "a CA together with a certificate": { host, tls: { ca, certificate: { ...server, caCertPem: ca.certPem } } },
    "a password that is too long before 6.0": { version: "5.0", password: "ä".repeat(257) },
    "a password that is too long for a client": { password: "a".repeat(16385) },
    "an unpaired surrogate in config": { config: { "notify-keyspace-events": "\ud800" } },
    "a certificate for another host": { tls: { certificate: { ...server, caCertPem: ca.certPem } } },
    "a certificate of another CA": { host, tls: { certificate: { ...server, caCertPem: otherCa.certPem } } },
    "settings that tls.certificate determines": {
        host,
        tls: { certificate: { ...server, caCertPem: ca.certPem }, hosts: ["a"], validityDays: 90, renewBeforeDays: 9 },
    },
    "a disk smaller than the files": { memoryMb: 1024, diskSizeGb: 4 },
    "a disk smaller than two dumps": { version: "7.2-rdb", memoryMb: 1024, diskSizeGb: 0.5 },
    "a disk smaller than the dump of a memory-only server": { version: "8.0-nordb", memoryMb: 1024, diskSizeGb: 0.5 },
    "a disk smaller than the append-only file of an old version": { version: "3.2", diskSizeGb: 2 },
    "a disk too small for a log that is rewritten later": {
        diskSizeGb: 4,
        config: { "auto-aof-rewrite-percentage": 400 },
    },
    "a disk for a log that is never rewritten": { diskSizeGb: 4, config: { "auto-aof-rewrite-percentage": 0 } },
    "a disk size as a string": { diskSizeGb: "4" },
    "a disk size of 0": { diskSizeGb: 0 },
    "a disk size that is not a number": { diskSizeGb: NaN },
    "a disk size in bytes": { diskSizeGb: 4 * 2 ** 30 },
    "evictToFit as a string": { evictToFit: "yes" },
    "save points in redis.conf's syntax": { savePoints: "900 1" },
    "save points as pairs": { savePoints: [[900, 1]] },
    "an empty list of save points": { savePoints: [] },
    "a save point without changes": { savePoints: [{ seconds: 900 }] },
    "a save point with zeros": { savePoints: [{ seconds: 0, changes: 0 }] },
    "a save point with a misspelled property": { savePoints: [{ second: 900, changes: 1 }] },
    "save points together with nordb": { flavor: "nordb", savePoints: [{ seconds: 900, changes: 1 }] },
    "save points together with nordb in version": { version: "8.0-nordb", savePoints: [{ seconds: 900, changes: 1 }] },
    "password version 0": { passwordVersion: 0 },
    "a password version as a string": { passwordVersion: "2" },
    "rotation as a string": { rotatePasswordEvery: "30d" },
    "rotation after half a day": { rotatePasswordEvery: 0.5 },
    "rotation after more than ten years": { rotatePasswordEvery: 3651 },
    "rotation together with password": { password: "hunter2", passwordVersion: 2, rotatePasswordEvery: 30 },
    "users as names": { users: ["orders"] },
    "a user without a list": { users: { name: "orders", rules: "~* +@all" } },
    "users with one mistake each": {
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
    "users before 6.0": { version: "5.0", users: [{ name: "app", rules: "~* +@all" }] },
    "a renamed command": { config: { "rename-command": 'FLUSHALL ""' } },
    "a renamed command before 6.0": { version: "5.0", config: { "rename-command": 'FLUSHALL ""' } },
    "a negative grace period": { passwordGraceHours: -1 },
    "a grace period of more than a year": { passwordGraceHours: 8761 },
    "a grace period as a string": { passwordGraceHours: "24" },
    "a grace period that is not a number": { passwordGraceHours: NaN },
    "deletionProtection as a string": { deletionProtection: "true" },
    "data as the name of a volume": { data: "redis-data" },
    "data without a location": { data: {} },
    "data in two locations": { data: { volume: "redis-data", hostPath: "/srv/redis" } },
    "a path as a volume": { data: { volume: "/srv/redis" } },
    "a relative directory": { data: { hostPath: "srv/redis" } },
    "a directory with a colon": { data: { hostPath: "/srv/redis:ro" } },
    "an unknown kind of files": { data: { volume: "redis-data", files: "appendonly.aof" } },
    "a misspelled property of data": { data: { path: "/srv/redis" } },
    "logs as a string": { logs: "10m" },
    "logs set to true": { logs: true },
    "a log of half a MiB": { logs: { maxSizeMb: 0.5 } },
    "no log files": { logs: { files: 0 } },
    "logs with Docker's option names": { logs: { "max-size": "10m" } },
    "a transform that is no function": { transform: { server: "cpuShares" } },
    "a limit for logs without limits": { logs: { limited: false, files: 2 } },
    "an empty list of CA versions": { tls: { caVersions: [] } },
    "the same CA version twice": { tls: { caVersions: [1, 1] } },
    "CA version 0": { tls: { caVersions: [0] } },
    "CA versions as a number": { tls: { caVersions: 2 } },
    "CA versions together with a CA": { tls: { ca, caVersions: [1, 2] } },
    "CA versions together with a certificate": {
        host,
        tls: { certificate: { ...server, caCertPem: ca.certPem }, caVersions: [1] },
    },
    "config as a string": { config: "timeout 300" },
    "a directive that is a list": { config: { timeout: [300] } },
    "a misspelled directive": { config: { "maxmemory-sample": 5 } },
    "a directive of a later version": { version: "6.0", config: { "latency-tracking": true } },
    "directives that the component manages": { config: { "requirepass": "hunter2", "tls-port": 1, "save": "" } },
    "directives with invalid values": {
        config: { "timeout": "5m", "repl-backlog-size": "1GiB", "activedefrag": "on" },
    },
    "a negative number of replicas": { replicas: -1 },
    "too many replicas": { replicas: 17 },
    "replicas with one mistake each": {
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
    "a replica of 6.0 or later with a primary before 6.0": {
        version: "5.0",
        replicas: [{ version: "6.2" }, { version: "3.2" }],
    },
    "a switchover before 6.0": { version: "5.0", replicas: 1, primary: "replica-1" },
    "importing together with primary": { importing: true, replicas: 1, primary: "replica-1" },
    "importing as a string": { importing: "yes" },
    "replicas together with client certificates": { replicas: 1, tls: { clientAuth: { caCertPem: ca.certPem } } },
    "replicationAccess with invalid and duplicate names": { replicationAccess: ["a b", "ok", "ok"] },
    "a primary that is not one of the replicas": { replicas: [{ name: "one" }], primary: "two" },
    "a primary without replicas": { primary: "one" },
    "a primary that is not a valid name": { replicas: 2, primary: "Replica 1" },
    "replicas on another network than their primary": {
        network: "backend",
        replicas: [{ network: "other" }, { network: "backend" }, { network: "other", promoted: true }, {}],
    },
    "a primary on another network than the database's own server": {
        replicas: [
            { name: "one", network: "other" },
            { provider: "another", network: "third" },
        ],
        primary: "one",
        host: "db.example.com",
    },
    "a primary that is promoted": { replicas: [{ name: "one", promoted: true }], primary: "one" },
    "a switchover in 6.0": { version: "6.0", replicas: 1, primary: "replica-1" },
    "a primary that the other servers cannot follow": {
        version: "7.0",
        memoryMb: 64,
        replicas: [{ name: "one", version: "8.0", memoryMb: 128, provider: "another" }, { name: "two" }],
        bindAddress: "192.0.2.1",
        primary: "one",
    },
    "arguments of RedisReplica": { primary: {}, promoted: true, priority: 1, syncTimeoutSeconds: 5 },
    "an unknown property": { shards: 2 },
    "a misspelled property": { memoryMB: 512 },
    "a property in the wrong case": { VERSION: "8.0" },
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

test("the list has at least 40 cases", () => {
    expect(Object.keys(cases).length).toBeGreaterThanOrEqual(40);
});

test("every finding has a path, a problem and a remedy", () => {
    for (const args of Object.values(cases)) {
        for (const { path, problem, remedy } of resolveArguments(args).findings) {
            expect(path).not.toBe("");
            expect(problem).toMatch(/^(is|has|did|does|expired) /);
            expect(remedy).toMatch(/^(give|set|leave|did you mean|issue|`CONFIG GET)/);
        }
    }
});

describe("no message shows a secret", () => {
    const secret = fc.stringMatching(/^[Q-Z]{12,40}$/);
    const shown = (text: string, secret: string) => text.includes(secret.slice(0, 6));

    /** Arguments with a password or a key, in its own place or in a wrong one. */
    const argumentsWith: Record<string, (secret: string) => PlainArguments> = {
        "password": (s) => ({ password: `${s}\n` }),
        "password in a list": (s) => ({ password: [s] }),
        "password in an object": (s) => ({ password: { value: s } }),
        "password under another name": (s) => ({ pasword: s }),
        "password in config": (s) => ({ config: { requirepass: s, masterauth: s } }),
        "password in a list in config": (s) => ({ config: { requirepass: [s] } }),
        "password under a wrong name in config": (s) => ({ config: { "require-pass": s } }),
        "config as a string": (s) => ({ config: `requirepass ${s}` }),
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
        "replication access in place of a replica's name": (s) => ({ replicas: 1, primary: { password: s } }),
        "password of a replica without a list": (s) => ({ replicas: { name: "reader", password: s } }),
        "password in a list of a replica": (s) => ({ replicas: [{ password: [s] }] }),
        "key of a replica's CA": (s) => ({ replicas: [{ tls: { ca: { certPem: ca.certPem, keyPem: s } } }] }),
        "key under another name": (s) => ({ tls: { ca: { key: s } } }),
    };

    test.each(Object.entries(argumentsWith))("%s", (_where, argsWith) => {
        fc.assert(
            fc.property(secret, (value) => {
                const { findings } = resolveArguments(argsWith(value));
                expect(findings).not.toEqual([]);
                expect(shown(formatFindings("sessions", findings), value)).toBe(false);
            }),
        );
    });

    test("other values are shown, so that the test above could fail", () => {
        expect(shown(messageOf({ host: "abcdef/ghijkl" }), "abcdef/ghijkl")).toBe(true);
    });
});
