/** Changes of backups. */
import type { BaseName } from "./bases";
import type { Scenario } from "./scenario";

const orders = { base: "orders", loses: false, harmless: true } as const;
const lossy = { base: "orders", loses: true, harmless: false } as const;
const drafts = `new RedisDatabase("drafts", {\n    version: "8.0",`;

export const backups: Readonly<Record<string, Scenario<BaseName>>> = {
    "backup-added": {
        ...orders,
        change: "A database gets backups.",
        edits: [[drafts, `${drafts}\n    backup: {},`]],
    },
    "backup-schedule": {
        ...orders,
        change: "Backups are made at another time.",
        edits: [[`"30 3 * * *"`, `"hourly"`]],
    },
    "backups-removed": {
        ...lossy,
        change: "A database no longer has backups.",
        edits: [
            [
                `    backup: {
        repositories: [{ volume: "orders-backups" }, { volume: "orders-archive", keep: { yearly: 10 } }],
        schedule: "30 3 * * *",
        encryptionPassword: config.requireSecret("backups"),
    },
`,
                "",
            ],
        ],
    },
    "backup-retention-shorter": {
        ...lossy,
        change: "Backups are kept for a shorter time.",
        edits: [[`keep: { yearly: 10 }`, `keep: { yearly: 2, daily: 7 }`]],
    },
    "backup-repository-moved": {
        ...lossy,
        change: "Backups are stored in another volume.",
        edits: [
            [
                `{ volume: "orders-archive", keep: { yearly: 10 } }`,
                `{ volume: "orders-elsewhere", keep: { yearly: 10 } }`,
            ],
        ],
    },
};
