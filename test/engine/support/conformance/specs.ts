/** Components whose arguments together cover every argument and every member of one. */
import type { Place } from "../components";
import type { Kind } from "../../../../provider/model/arguments/definition";
import type { Pair } from "../../../unit/support/openssl";

export interface Spec {
    readonly kind: Kind;
    /** The arguments. A string that begins with `=` is an expression of the program. */
    readonly args: object;
    /** Arguments in which the program differs later. */
    readonly changed: object;
    /** The arguments through the plugin, where a union has only one of its types in the schema. */
    readonly pluginArgs?: object;
}

export const specNames = [
    ...["directory", "password", "users", "addressed", "protocols", "ca", "certificate"],
    ...["group", "whole", "members", "promoted", "valkey", "old", "backups", "restored"],
];

/** What the components use outside of their stack. */
export interface Surroundings {
    readonly network: string;
    readonly volume: string;
    readonly hostPath: string;
    /** A directory for repositories, a volume for one, and a dump. */
    readonly repositories: string;
    readonly repositoryVolume: string;
    readonly rdbFile: string;
    /** An address of this host that containers reach. */
    readonly address: string;
    /** Two free ports. */
    readonly ports: { readonly plaintext: number; readonly tls: number };
    readonly ca: Pair;
    /** For localhost, signed by `ca`. */
    readonly certificate: Pair;
}

/** Enough for every flavor. All servers run at the same time. */
const small = { memoryMb: 64 };

const database = (args: object, changed: object, pluginArgs?: object): Spec => ({
    kind: "RedisDatabase",
    args: { ...small, ...args },
    changed,
    ...(pluginArgs && { pluginArgs }),
});
const replica = (args: object, changed: object): Spec => ({
    kind: "RedisReplica",
    args: { ...small, ...args },
    changed,
});

/** The specs by the name of the component, which starts with `prefix`. Each refers only to those before it. */
export function specsIn(
    {
        network,
        volume,
        hostPath,
        repositories,
        repositoryVolume,
        rdbFile,
        address,
        ports,
        ca,
        certificate,
    }: Surroundings,
    prefix = "",
) {
    const keep = { daily: 7, monthly: 2, yearly: 1, verified: 1 };
    const reader = { name: "reader", rules: "~* +@read", password: "the password of reader" };
    const orders = { name: "orders", rules: "~orders:* +@all -@admin -@dangerous" };
    const access = (name: string) =>
        `=made["${prefix}group"].replicationAccess.apply((all) => all["${prefix}${name}"])`;
    const all: Readonly<Record<string, Spec>> = {
        directory: database(
            {
                version: "8.0",
                flavor: "nordb",
                image: "redis:8.0",
                data: { hostPath },
                maxmemoryPolicy: "allkeys-lru",
                evictToFit: true,
                startTimeoutSeconds: 300,
                deletionProtection: false,
            },
            { version: "8.6", image: "redis:8.6", flavor: "aof" },
        ),
        password: database(
            {
                version: "7.0",
                flavor: "rdb",
                savePoints: [{ seconds: 600, changes: 5 }],
                diskSizeGb: 1,
                password: "the first password",
                passwordGraceHours: 1,
                logs: { limited: true, maxSizeMb: 5, files: 2 },
            },
            { password: "the second password", savePoints: [{ seconds: 60, changes: 1 }] },
        ),
        users: database(
            {
                users: [reader, orders],
                passwordVersion: 2,
                rotatePasswordEvery: 30,
                config: { "timeout": 300, "notify-keyspace-events": "Ex", "lazyfree-lazy-eviction": true },
            },
            { users: [reader, { ...orders, rules: "~* +@read" }], passwordVersion: 3, config: { timeout: 200 } },
        ),
        addressed: database({ ports, bindAddress: address, host: "redis.example.com", network }, { host: address }),
        protocols: database(
            {
                plaintext: false,
                tls: {
                    hosts: ["redis.example.com"],
                    validityDays: 100,
                    renewBeforeDays: 10,
                    protocols: ["TLSv1.1", "TLSv1.2"],
                    caVersions: [2, 1],
                },
            },
            { tls: { validityDays: 200, caVersions: [2] }, plaintext: true },
        ),
        ca: database({ tls: { ca, clientAuth: { caCertPem: ca.certPem } } }, { tls: { ca } }),
        certificate: database(
            { tls: { certificate: { ...certificate, caCertPem: ca.certPem } } },
            { tls: { clientAuth: { caCertPem: ca.certPem } } },
        ),
        group: database(
            {
                bindAddress: address,
                replicas: 1,
                replicationAccess: [`${prefix}whole`, `${prefix}members`],
                primary: "replica-1",
            },
            { primary: undefined },
            { replicas: [{}] },
        ),
        whole: replica(
            { primary: access("whole"), priority: 10, syncTimeoutSeconds: 300 },
            { priority: 20, syncTimeoutSeconds: 200 },
        ),
        members: replica(
            {
                primary: Object.fromEntries(
                    ["host", "tlsPort", "caCertPem", "user", "password", "engine", "version", "flavor", "memoryMb"].map(
                        (member) => [member, `${access("members")}.apply((all) => all.${member})`],
                    ),
                ),
            },
            { promoted: true },
        ),
        promoted: replica({ promoted: true }, { memoryMb: 48 }),
        valkey: database(
            { engine: "valkey", version: "8.1", data: { volume, files: "rdb" }, importing: true },
            { importing: false, memoryMb: 96 },
        ),
        old: database({ version: "5.0-nordb" }, { version: "6.2-nordb" }),
        backups: database(
            {
                backup: {
                    repositories: [
                        { path: repositories, keep, appendOnly: true, encryptionPassword: "that of one repository" },
                    ],
                    schedule: "0 0 1 1 *",
                    keep,
                    encryptionPassword: "that of all others",
                    verifyEvery: "never",
                    // Nothing listens there, and nothing is sent.
                    notify: { url: "http://127.0.0.1:9/" },
                },
            },
            { backup: undefined },
        ),
        restored: database(
            { restoreFrom: { rdbFile }, backup: { repositories: [{ volume: repositoryVolume }] } },
            { restoreFrom: undefined },
        ),
    };
    return Object.fromEntries(Object.entries(all).map(([name, spec]) => [`${prefix}${name}`, spec]));
}

/** A program that creates the components, with the later arguments if `changed`, and has all their outputs. */
export function programOf(specs: Readonly<Record<string, Spec>>, place: Place, changed = false): string {
    const created = Object.entries(specs).map(([name, { kind, args, pluginArgs, changed: later }]) => {
        const all = { ...args, ...(place === "throughPlugin" && pluginArgs), ...(changed && later) };
        const code = JSON.stringify(all).replace(/"=(?:\\.|[^"\\])*"/g, (text) =>
            (JSON.parse(text) as string).slice(1),
        );
        return `made["${name}"] = new ${kind}("${name}", ${code}); exports["${name}"] = outputsOf(made["${name}"]);`;
    });
    return ["const made = {};", ...created].join("\n");
}
