/** Changes that replace the server, and changes that the component refuses. */
import type { BaseName } from "./bases";
import type { Scenario } from "./scenario";

const noticed = { base: "shop", loses: false, harmless: false } as const;
const refused = { ...noticed, fails: true } as const;
const disk = `diskSizeGb: 2,`;

export const restarts: Readonly<Record<string, Scenario<BaseName>>> = {
    "version-up": {
        ...noticed,
        change: "A database gets a later version, which replaces its server.",
        edits: [[`version: "8.0",\n    memoryMb: 96`, `version: "8.6",\n    memoryMb: 96`]],
    },
    "engine-valkey": {
        base: "billing",
        change: "A database changes from Redis to Valkey.",
        edits: [[`version: "7.2",`, `engine: "valkey",\n    version: "8.1",`]],
        loses: false,
        harmless: false,
    },
    "version-down": {
        ...refused,
        change: "A database gets an earlier version, which the component refuses.",
        edits: [[`version: "8.0",\n    memoryMb: 96`, `version: "7.4",\n    memoryMb: 96`]],
        stream: true,
    },
    "data-elsewhere": {
        ...refused,
        change: "A database gets another volume, which the component refuses.",
        edits: [[disk, `data: { volume: "queue-data" },`]],
    },
    "restore-added": {
        ...refused,
        change: "A database that exists would start from a dump, which the component refuses.",
        edits: [[disk, `restoreFrom: { rdbFile: "/srv/dump.rdb" },`]],
    },
    "wrong-arguments": {
        ...refused,
        change: "Two arguments have values that are not valid.",
        edits: [[`memoryMb: 96`, `memoryMb: 8,\n    maxmemoryPolicy: "allkeys-lrv" as never`]],
    },
    "directive-at-start": {
        ...noticed,
        change: "A directive changes that Redis reads only when it starts.",
        edits: [[`timeout: 300`, `timeout: 300, databases: 32`]],
    },
    "ports-changed": {
        ...noticed,
        change: "A database gets other ports, so that clients need the new URL.",
        edits: [[disk, `${disk}\n    ports: { plaintext: 11379, tls: 11380 },`]],
    },
    "bound-to-all-addresses": {
        ...noticed,
        change: "A database becomes reachable from other machines.",
        edits: [[disk, `${disk}\n    bindAddress: "0.0.0.0",\n    host: "queue.example.com",`]],
    },
    "plaintext-opened": {
        ...noticed,
        change: "A database that accepted TLS only also accepts plaintext connections.",
        edits: [[`    plaintext: false,\n`, ""]],
    },
    "plaintext-closed": {
        ...noticed,
        change: "A database accepts TLS only, so that plaintext clients can no longer connect.",
        edits: [[disk, `${disk}\n    plaintext: false,`]],
    },
    "network-joined": {
        ...noticed,
        change: "A database joins a network that the same change creates.",
        edits: [[disk, `${disk}\n    network: new docker.Network("backend").name,`]],
    },
    "logs-smaller": {
        ...noticed,
        change: "The logs of a database's containers are limited to less, which replaces the server.",
        edits: [[disk, `${disk}\n    logs: { maxSizeMb: 1 },`]],
    },
    "haproxy-protocols": {
        base: "billing",
        change: "The TLS port of a version before 6.0, which HAProxy provides, accepts other protocols.",
        edits: [[`version: "5.0",`, `version: "5.0",\n    tls: { protocols: ["TLSv1.3"] },`]],
        loses: false,
        harmless: false,
    },
    "version-up-with-replica": {
        base: "billing",
        change: "A replica before 6.0 gets version 6.2 together with its primary, which the component refuses.",
        edits: [[`version: "5.0"`, `version: "6.2"`]],
        fails: true,
        loses: false,
        harmless: false,
    },
    "package-upgrade": {
        base: "earlier",
        change: "Only the package is upgraded, to a release that replaces servers.",
        loses: false,
        harmless: false,
    },
    "package-upgrade-without-version": {
        base: "earlier",
        change: "The package is upgraded, and a database without `version` would get a later default, which is refused.",
        edits: [[`\n    version: "8.0",\n`, ""]],
        fails: true,
        loses: false,
        harmless: false,
    },
    "package-upgrade-keeping-logs": {
        base: "earlier",
        change: "The package is upgraded, and the program keeps the servers from being replaced.",
        edits: [
            [`version: "8.0",`, `version: "8.0",\n    logs: false,`],
            [`version: "8.0-nordb",`, `version: "8.0-nordb",\n    logs: false,`],
            [`version: "7.0",`, `version: "7.0",\n    logs: false,`],
        ],
        loses: false,
        harmless: true,
    },
};
