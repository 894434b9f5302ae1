/** Changes of databases with replicas. */
import type { BaseName } from "./bases";
import type { Scenario } from "./scenario";

const replicas = `replicas: [{ name: "near" }, { name: "far" }],`;
const promoted = `{ version: "8.0", memoryMb: 64, promoted: true }`;

const noticed = { base: "catalog", loses: false, harmless: false } as const;
const harmless = { base: "catalog", loses: false, harmless: true } as const;

export const replication: Readonly<Record<string, Scenario<BaseName>>> = {
    "replica-added": {
        ...harmless,
        change: "A database with two replicas gets a third.",
        edits: [[`{ name: "far" }`, `{ name: "far" }, { name: "third" }`]],
    },
    "replica-removed": {
        ...noticed,
        change: "A replica is removed, so that its clients can no longer connect.",
        edits: [[`, { name: "far" }`, ""]],
    },
    "replication-access-added": {
        ...harmless,
        change: "A replica of another program may follow the database.",
        edits: [[`["archive", "reports"]`, `["archive", "reports", "elsewhere"]`]],
    },
    "replica-priority": {
        ...harmless,
        change: "A replica is to be promoted before others.",
        edits: [[`primary: catalog,`, `primary: catalog, priority: 10,`]],
    },
    "switchover": {
        ...noticed,
        change: "A replica becomes the primary, and the database's own server follows it.",
        edits: [[replicas, `${replicas}\n    primary: "near",`]],
        stream: true,
    },
    "switchover-to-new-replica": {
        ...noticed,
        change: "A replica that does not exist yet is to be the primary, which the component refuses.",
        edits: [[replicas, `replicas: [{ name: "near" }, { name: "far" }, { name: "third" }],\n    primary: "third",`]],
        fails: true,
    },
    "promotion": {
        ...noticed,
        change: "A replica permanently becomes a primary of its own.",
        edits: [[`primary: catalog, memoryMb: 64`, `primary: catalog, memoryMb: 64, promoted: true`]],
    },
    "demotion": {
        ...noticed,
        change: "A promoted replica is to follow a database again, which the component refuses.",
        edits: [[promoted, `{ primary: catalog, memoryMb: 64 }`]],
        fails: true,
    },
};
