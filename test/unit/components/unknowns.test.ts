/** Outputs that are unknown in a preview: only values that depend on them are unknown too. */
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, type RedisDatabaseArgs, RedisReplica, type RedisReplicaArgs } from "../../../provider";
import { checkInputs } from "../../../provider/components/inputs";
import { type Kind, type PlainArguments, resolvedToUndefined } from "../../../provider/model/arguments/definition";
import { databaseArguments, replicaArguments } from "../../../provider/model/arguments/index";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { present } from "../../support/present";
import { outputPaths, valueAt, withAt } from "../support/argumentPaths";
import { type Registered, startStack } from "../support/mockedStack";
import { OpenSsl } from "../support/openssl";

jest.spyOn(pulumi.log, "warn").mockResolvedValue();

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});
const ca = openssl.make({ commonName: "Our CA", ca: true });
const server = openssl.make({ commonName: "redis", san: "DNS:redis.example.com", issuer: ca });

const keep = { daily: 7, monthly: 2, yearly: 1, verified: 1 };
const encryptionPassword = "hunter4-hunter4";
const s3Login = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "hunter5-hunter5",
    sessionToken: "hunter6-hunter6",
    region: "eu-central-1",
    caCert: ca.certPem,
};
const restLogin = { user: "redis", password: "hunter7-hunter7" };

/** Programs that, together, set every argument that may be an Output. */
const programs: Readonly<Record<Kind, readonly PlainArguments[]>> = {
    RedisDatabase: [
        {
            engine: "redis",
            version: "8.0",
            flavor: "rdb",
            image: "redis:8.0",
            memoryMb: 64,
            maxmemoryPolicy: "allkeys-lru",
            evictToFit: true,
            diskSizeGb: 4,
            savePoints: [{ seconds: 60, changes: 1 }],
            ports: { plaintext: 6379, tls: 6380 },
            bindAddress: "192.0.2.1",
            host: "redis.example.com",
            plaintext: true,
            network: "backend",
            password: "hunter2-hunter2",
            passwordGraceHours: 1,
            users: [{ name: "orders", rules: "+ping", password: "hunter3-hunter3" }],
            tls: { hosts: ["a.example"], validityDays: 90, renewBeforeDays: 10, protocols: ["TLSv1.3"] },
            config: { timeout: 300, databases: 4 },
            logs: { maxSizeMb: 1, files: 2 },
            data: { volume: "v", files: "rdb" },
            importing: false,
        },
        { passwordVersion: 2, rotatePasswordEvery: 90, startTimeoutSeconds: 60, data: { hostPath: "/srv/redis" } },
        { tls: { ca, clientAuth: { caCertPem: ca.certPem } }, logs: { limited: true } },
        { host: "redis.example.com", tls: { certificate: { ...server, caCertPem: ca.certPem } } },
        {
            backup: {
                repositories: [
                    {
                        s3: "https://s3.example.com/redis",
                        keep,
                        appendOnly: true,
                        encryptionPassword,
                        credentials: s3Login,
                    },
                    { rest: "https://rest.example.com/redis" },
                ],
                schedule: "hourly",
                keep,
                encryptionPassword,
                credentials: { ...s3Login, ...restLogin },
                verifyEvery: "day",
                notify: { url: "https://hooks.example.com/redis" },
            },
        },
        ...[{ volume: "v" }, { path: "/srv/backups" }, { sftp: "user@example.com:/srv" }].map((place) => ({
            backup: { repositories: [{ ...place, encryptionPassword }] },
        })),
        {
            backup: {
                repositories: [
                    { rest: "https://rest.example.com/redis", credentials: { ...restLogin, caCert: ca.certPem } },
                ],
                encryptionPassword,
            },
        },
        {
            version: "8.0",
            restoreFrom: {
                repository: { s3: "https://s3.example.com/redis" },
                snapshot: { id: "20261127-031500-9f3a" },
                database: "shop/prod/sessions",
                encryptionPassword,
                credentials: s3Login,
            },
        },
        ...[{ volume: "v" }, { path: "/srv/backups" }, { sftp: "user@example.com:/srv" }].map((repository) => ({
            version: "8.0",
            restoreFrom: { repository, encryptionPassword, snapshot: { before: "2026-11-30T18:00:00Z" } },
        })),
        {
            version: "8.0",
            restoreFrom: {
                repository: { rest: "https://rest.example.com/redis" },
                encryptionPassword,
                credentials: restLogin,
            },
        },
        { restoreFrom: { rdbFile: "/srv/dump.rdb" } },
        { restoreFrom: { appendOnlyDir: "/srv/redis" } },
        { restoreFrom: { url: "rediss://app:password@redis.example.com:6380", caCert: ca.certPem } },
    ] satisfies RedisDatabaseArgs[],
    RedisReplica: [
        {
            priority: 10,
            syncTimeoutSeconds: 60,
            primary: {
                host: "redis.example.com",
                tlsPort: 6380,
                caCertPem: ca.certPem,
                user: "replica",
                password: "hunter2",
                engine: "redis",
                version: "8.0",
                flavor: "aof",
                memoryMb: 512,
            },
        },
    ] satisfies RedisReplicaArgs[],
};

/** The resources that a preview of an existing database registers. */
async function previewed(kind: Kind, args: PlainArguments): Promise<readonly Registered[]> {
    const registered = await startStack({ preview: true, exist: true });
    if (kind === "RedisDatabase") new RedisDatabase("db", args);
    else new RedisReplica("db", args);
    await pulumi.runtime.disconnect();
    return registered;
}

/** The inputs of children that differ, as CHILD.PROPERTY. */
function differences(before: readonly Registered[], after: readonly Registered[]): string[] {
    expect(after.map(({ name }) => name).sort()).toEqual(before.map(({ name }) => name).sort());
    return (
        after
            // These record the arguments.
            .filter(({ name }) => name !== "db" && name !== "db-completed")
            .flatMap(({ name, inputs }) => {
                const old = before.find((other) => other.name === name)?.inputs ?? {};
                return [...new Set([...Object.keys(old), ...Object.keys(inputs)])]
                    .filter((property) => JSON.stringify(old[property]) !== JSON.stringify(inputs[property]))
                    .map((property) => `${name.slice("db-".length)}.${property}`);
            })
            .sort()
    );
}

const unknown = pulumi.output(pulumi.unknown);

/**
 * The inputs that are unknown if an argument is. The server's `memory` and `waitTimeout` change in place; all other
 * inputs of the server replace it.
 */
const agent = "agent.uploads";
const certificate = "request.dnsNames request.ipAddresses";
const container = (...inputs: string[]) => [agent, "server.command", ...inputs].sort().join(" ");
const release = container("server.labels", "server.networksAdvanced", "server.ports");
const primaryRelease = container("agent.image", "server.image", "server.labels", "server.ports");
// All secrets of `backup` are one value.
const backups = "backup.uploads notifier.uploads";
const retention = "backup.uploads backup.volumes notifier.uploads";
const location = "backup.uploads backup.volumes";
const restore = "restore.uploads";
const source = "restore.mounts restore.uploads";
const logs = container("agent.logOpts", "server.logOpts");

const hidden: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
    RedisDatabase: {
        "engine": release,
        "version": release,
        "flavor": agent,
        "image": container("agent.image", "server.image"),
        "memoryMb": `${agent} agent.waitTimeout server.memory server.memorySwap server.waitTimeout`,
        "maxmemoryPolicy": agent,
        "evictToFit": agent,
        "diskSizeGb": agent,
        "savePoints": agent,
        "savePoints[0].seconds": agent,
        "savePoints[0].changes": agent,
        "ports": container("server.ports"),
        "ports.plaintext": container("server.ports"),
        "ports.tls": container("server.ports"),
        "bindAddress": container("request.dnsNames", "request.ipAddresses", "server.ports"),
        "host": `${agent} ${certificate} request.subject`,
        "plaintext": container("server.ports"),
        "network": container("request.dnsNames", "request.ipAddresses", "server.networksAdvanced"),
        "password": agent,
        "passwordVersion": `${agent} password.keepers`,
        "rotatePasswordEvery": `${agent} password.keepers`,
        "passwordGraceHours": agent,
        "users[0].rules": agent,
        "users[0].password": agent,
        "tls.hosts": certificate,
        "tls.hosts[0]": certificate,
        // The provider accepts no unknown periods, so the defaults are used.
        "tls.validityDays": "certificate.validityPeriodHours",
        "tls.renewBeforeDays": "certificate.earlyRenewalHours",
        "tls.protocols": agent,
        "tls.clientAuth.caCertPem": agent,
        "tls.ca.certPem": `${agent} certificate.caCertPem`,
        "tls.ca.keyPem": "certificate.caPrivateKeyPem",
        "tls.certificate.certPem": agent,
        "tls.certificate.keyPem": agent,
        "tls.certificate.caCertPem": agent,
        // May contain directives that cannot change at run time.
        "config": container("server.labels"),
        "config.databases": container("server.labels"),
        "config.timeout": agent,
        "logs": container("agent.logDriver", "agent.logOpts", "server.logDriver", "server.logOpts"),
        "logs.maxSizeMb": logs,
        "logs.files": logs,
        "logs.limited": container("agent.logDriver", "agent.logOpts", "server.logDriver", "server.logOpts"),
        "data.volume": container("agent.volumes", "server.volumes"),
        "data.hostPath": container("agent.volumes", "server.volumes"),
        "data.files": agent,
        "startTimeoutSeconds": `${agent} server.waitTimeout`,
        "importing": agent,
        "backup.credentials": backups,
        "backup.credentials.accessKeyId": backups,
        "backup.credentials.caCert": backups,
        "backup.credentials.password": backups,
        "backup.credentials.region": backups,
        "backup.credentials.secretAccessKey": backups,
        "backup.credentials.sessionToken": backups,
        "backup.credentials.user": backups,
        "backup.encryptionPassword": backups,
        "backup.keep": retention,
        "backup.keep.daily": retention,
        "backup.keep.monthly": retention,
        "backup.keep.verified": retention,
        "backup.keep.yearly": retention,
        "backup.notify.url": backups,
        "backup.repositories[0].appendOnly": retention,
        "backup.repositories[0].credentials": backups,
        "backup.repositories[0].credentials.accessKeyId": backups,
        "backup.repositories[0].credentials.caCert": backups,
        "backup.repositories[0].credentials.password": "backup.uploads",
        "backup.repositories[0].credentials.region": backups,
        "backup.repositories[0].credentials.secretAccessKey": backups,
        "backup.repositories[0].credentials.sessionToken": backups,
        "backup.repositories[0].credentials.user": "backup.uploads",
        "backup.repositories[0].encryptionPassword": backups,
        "backup.repositories[0].keep": retention,
        "backup.repositories[0].keep.daily": retention,
        "backup.repositories[0].keep.monthly": retention,
        "backup.repositories[0].keep.verified": retention,
        "backup.repositories[0].keep.yearly": retention,
        "backup.schedule": backups,
        "backup.verifyEvery": backups,
        "restoreFrom.appendOnlyDir": source,
        "restoreFrom.caCert": restore,
        "restoreFrom.credentials": restore,
        "restoreFrom.credentials.accessKeyId": restore,
        "restoreFrom.credentials.caCert": restore,
        "restoreFrom.credentials.password": restore,
        "restoreFrom.credentials.region": restore,
        "restoreFrom.credentials.secretAccessKey": restore,
        "restoreFrom.credentials.sessionToken": restore,
        "restoreFrom.credentials.user": restore,
        "restoreFrom.database": restore,
        "restoreFrom.encryptionPassword": restore,
        "restoreFrom.rdbFile": source,
        "restoreFrom.repository": source,
        "restoreFrom.repository.path": source,
        "restoreFrom.repository.rest": source,
        "restoreFrom.repository.s3": source,
        "restoreFrom.repository.sftp": source,
        "restoreFrom.repository.volume": source,
        "restoreFrom.snapshot": restore,
        "restoreFrom.snapshot.before": restore,
        "restoreFrom.snapshot.id": restore,
        "restoreFrom.url": restore,
        "backup.repositories[0].path": location,
        "backup.repositories[0].rest": location,
        "backup.repositories[0].s3": retention,
        "backup.repositories[0].sftp": location,
        "backup.repositories[0].volume": location,
    },
    RedisReplica: {
        "primary": `${primaryRelease} agent.waitTimeout server.memory server.memorySwap`.split(" ").sort().join(" "),
        "primary.host": agent,
        "primary.tlsPort": agent,
        "primary.caCertPem": agent,
        "primary.user": agent,
        "primary.password": agent,
        "primary.engine": primaryRelease,
        "primary.version": primaryRelease,
        "primary.flavor": agent,
        "primary.memoryMb": `${agent} agent.waitTimeout server.memory server.memorySwap`,
        "priority": agent,
        "syncTimeoutSeconds": "server.waitTimeout",
    },
};

const programWith = (kind: Kind, path: string) =>
    present(programs[kind].find((program) => valueAt(program, path) !== undefined));

test("every argument that may be an Output has a case", () => {
    const all = outputPaths(databaseArguments);
    const further = ["config.databases", "config.timeout", "tls.hosts[0]"];
    expect(Object.keys(hidden.RedisDatabase).sort()).toEqual([...all, ...further].sort());
    const ofReplica = outputPaths(replicaArguments).filter((path) => !all.includes(path));
    expect(Object.keys(hidden.RedisReplica).sort()).toEqual(ofReplica.sort());
});

describe.each(["RedisDatabase", "RedisReplica"] as const)(
    "an argument of a %s that is unknown in a preview",
    (kind) => {
        const known = new Map<PlainArguments, Promise<readonly Registered[]>>();
        test.each(Object.entries(hidden[kind]))(
            "%s: only inputs that depend on it are unknown",
            async (path, expected) => {
                const program = programWith(kind, path);
                // If `ports` is an Output, a port may have to be chosen.
                const before =
                    path === "ports"
                        ? previewed(kind, withAt(program, path, pulumi.output(valueAt(program, path))))
                        : (known.get(program) ?? previewed(kind, program));
                if (path !== "ports") known.set(program, before);
                expect(differences(await before, await previewed(kind, withAt(program, path, unknown))).join(" ")).toBe(
                    expected,
                );
            },
        );
    },
);

describe.each(["RedisDatabase", "RedisReplica"] as const)("an argument of a %s that is secret", (kind) => {
    // `primary` is secret as a whole because of its password. Its other members are not sensitive and are unmarked.
    const all = Object.entries(hidden[kind]).filter(([path]) => !/^primary(\.|$)/.test(path));
    test.each(all)("%s: every input that depends on it is secret", async (path, inputs) => {
        const program = programWith(kind, path);
        const registered = await previewed(kind, withAt(program, path, pulumi.secret(valueAt(program, path))));
        const open = inputs.split(" ").filter((input) => {
            const [child = "", property = ""] = input.split(".");
            const found = registered.find(({ name }) => name === `db-${child}`)?.inputs[property];
            return found !== undefined && !JSON.stringify(found).includes('{"secret":');
        });
        expect(open).toEqual([]);
    });
});

test("known values are checked in the preview even if other values are unknown", async () => {
    await startStack({ preview: true, exist: true });
    const args = {
        memoryMb: 1,
        config: { "timeout": unknown, "port": 1, "no-such": 1 },
        ports: { plaintext: unknown, tls: 0 },
        tls: { hosts: [unknown, "not a host"], validityDays: 0 },
        users: [{ name: "orders", rules: unknown, password: "" }],
    };
    const check = () => checkInputs({ kind: "RedisDatabase", name: "db" }, args);
    const paths = ["memoryMb", 'config["port"]', 'config["no-such"]', "ports.tls", "tls.hosts[1]", "tls.validityDays"];
    for (const path of [...paths, "users[0].password"]) expect(check).toThrow(`  ${path}: `);
    await pulumi.runtime.disconnect();
});

describe.each(["RedisDatabase", "RedisReplica"] as const)("an argument of a %s that resolves to undefined", (kind) => {
    // wrongOutputs.ts tests this with real Outputs. The password of a user is checked where it is used.
    test.each(Object.keys(hidden[kind]))("%s is a finding", (path) => {
        const { findings } = resolveArguments(withAt(programWith(kind, path), path, resolvedToUndefined), kind);
        expect(findings).toContainEqual(
            expect.objectContaining({ path, problem: "is an Output that resolved to undefined" }),
        );
    });
});
