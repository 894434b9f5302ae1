/** Changes that the component applies to the running server. */
import type { BaseName } from "./bases";
import type { Scenario } from "./scenario";

const importPulumi = `import * as pulumi from "@pulumi/pulumi";`;
const policy = `maxmemoryPolicy: "allkeys-lru",`;
const names = `tls: { hosts: ["sessions.example.com", "old.example.com"] },`;
const reporting = `{ name: "reporting", rules: "~session:* +@read +@connection", password: config.requireSecret("reporting") },`;

const shop = { base: "shop", loses: false, harmless: true } as const;
const noticed = { base: "shop", loses: false, harmless: false } as const;
const lossy = { base: "shop", loses: true, harmless: false } as const;

export const live: Readonly<Record<string, Scenario<BaseName>>> = {
    "memory-up": {
        ...shop,
        change: "A database gets more memory.",
        edits: [[`memoryMb: 96`, `memoryMb: 128`]],
        stream: true,
    },
    "memory-down": {
        ...noticed,
        change: "A database gets less memory, which the agent refuses if the data does not fit.",
        edits: [[`memoryMb: 96`, `memoryMb: 64`]],
    },
    "memory-down-evicting": {
        ...lossy,
        change: "A cache gets less memory, and may evict keys to fit.",
        edits: [[`memoryMb: 64,\n    ${policy}`, `memoryMb: 48,\n    evictToFit: true,\n    ${policy}`]],
    },
    "disk-larger": {
        ...shop,
        change: "A database may use more disk space.",
        edits: [[`diskSizeGb: 2`, `diskSizeGb: 4`]],
    },
    "directive-changed": {
        ...shop,
        change: "A directive that Redis can change at run time changes.",
        edits: [[`timeout: 300`, `timeout: 600`]],
    },
    "directive-removed": {
        ...shop,
        change: "A directive is removed from the program.",
        edits: [[`    config: { timeout: 300 },\n`, ""]],
    },
    "policy-same-family": {
        ...shop,
        change: "A cache evicts by frequency instead of by recency.",
        edits: [[policy, `maxmemoryPolicy: "allkeys-lfu",`]],
    },
    "policy-evicts": {
        ...lossy,
        change: "A database that refused writes when it was full now evicts keys.",
        edits: [[`diskSizeGb: 2,`, `diskSizeGb: 2,\n    maxmemoryPolicy: "allkeys-lru",`]],
    },
    "flavor-rdb": {
        ...lossy,
        change: "A database writes dumps only, instead of a log of each write.",
        edits: [[`diskSizeGb: 2,`, `diskSizeGb: 2,\n    flavor: "rdb",`]],
    },
    "flavor-nordb": {
        ...lossy,
        change: "A database keeps its data in memory only.",
        edits: [[`diskSizeGb: 2,`, `diskSizeGb: 2,\n    flavor: "nordb",`]],
    },
    "flavor-aof": {
        base: "billing",
        change: "A database logs each write, instead of writing dumps only.",
        edits: [[`flavor: "rdb"`, `flavor: "aof"`]],
        loses: false,
        harmless: true,
    },
    "dumps-rarer": {
        base: "billing",
        change: "A database writes dumps less often.",
        edits: [[`flavor: "rdb",`, `flavor: "rdb",\n    savePoints: [{ seconds: 3600, changes: 1 }],`]],
        loses: true,
        harmless: false,
    },
    "importing": {
        ...lossy,
        change: "A database may be filled from another server with REPLICAOF.",
        edits: [[`diskSizeGb: 2,`, `diskSizeGb: 2,\n    importing: true,`]],
    },
    "password-with-grace": {
        ...shop,
        change: "A database gets a new password; the old one is accepted for 24 hours.",
        edits: [[policy, `${policy}\n    passwordVersion: 2,`]],
    },
    "password-without-grace": {
        ...noticed,
        change: "A database gets a new password, and the old one stops working at once.",
        edits: [[policy, `${policy}\n    passwordVersion: 2,\n    passwordGraceHours: 0,`]],
    },
    "password-in-configuration": {
        base: "billing",
        change: "Only the value of a secret in the stack's configuration changes.",
        config: { payments: "the-second-password-of-payments" },
        stream: true,
        loses: false,
        harmless: true,
    },
    "password-before-6": {
        base: "billing",
        change: "A database of a version before 6.0 gets a new password, and the old one stops working at once.",
        edits: [[`version: "5.0",`, `version: "5.0",\n    passwordVersion: 2,`]],
        loses: false,
        harmless: false,
    },
    "grace-longer": {
        ...shop,
        change: "Replaced passwords are accepted for longer.",
        edits: [[policy, `${policy}\n    passwordGraceHours: 48,`]],
    },
    "grace-ended": {
        ...noticed,
        change: "Replaced passwords that are still accepted stop working at once.",
        edits: [[policy, `${policy}\n    passwordGraceHours: 0,`]],
    },
    "user-added": {
        ...shop,
        change: "A database gets another user.",
        edits: [[reporting, `${reporting}\n        { name: "audit", rules: "~session:* +@read" },`]],
    },
    "user-rules-widened": {
        ...shop,
        change: "A user may do more than before.",
        edits: [[`+@read +@connection"`, `+@read +@write +@connection"`]],
    },
    "user-password": {
        ...shop,
        change: "The password of a user, a secret in the stack's configuration, changes.",
        config: { reporting: "the-second-password-of-reporting" },
    },
    "user-removed": {
        ...noticed,
        change: "A user is removed, and its clients are disconnected.",
        edits: [[`        ${reporting}\n`, ""]],
    },
    "certificate-name-added": {
        ...shop,
        change: "The certificate is valid for another name.",
        edits: [[`"old.example.com"]`, `"old.example.com", "new.example.com"]`]],
    },
    "certificate-name-removed": {
        ...noticed,
        change: "The certificate is no longer valid for a name.",
        edits: [[`, "old.example.com"]`, `]`]],
    },
    "certificate-renewed": {
        ...shop,
        change: "Nothing changes in the program, but the certificate expires tomorrow and is renewed.",
        expiring: "sessions",
        stream: true,
    },
    "ca-announced": {
        ...shop,
        change: "Clients get a second CA in `caCertPem`, which does not sign yet.",
        edits: [[names, names.replace("tls: {", "tls: { caVersions: [1, 2],")]],
    },
    "ca-replaced": {
        ...noticed,
        change: "Another CA signs the certificate, before clients have its certificate.",
        edits: [[names, names.replace("tls: {", "tls: { caVersions: [2],")]],
    },
    "tls-new-only": {
        ...noticed,
        change: "The TLS port accepts TLS 1.3 only.",
        edits: [[names, names.replace("tls: {", `tls: { protocols: ["TLSv1.3"],`)]],
    },
    "tls-old-accepted": {
        ...noticed,
        change: "The TLS port accepts TLS 1.1, which is not safe.",
        edits: [[names, names.replace("tls: {", `tls: { protocols: ["TLSv1.1", "TLSv1.2", "TLSv1.3"],`)]],
    },
    "tls-client-certificates": {
        ...noticed,
        change: "Clients must present a certificate.",
        edits: [
            [importPulumi, `import { readFileSync } from "node:fs";\n${importPulumi}`],
            [
                names,
                names.replace("tls: {", `tls: { clientAuth: { caCertPem: readFileSync("clients-ca.pem", "utf8") },`),
            ],
        ],
    },
    "start-timeout": {
        ...shop,
        change: "Updates wait longer for a new server, which has no effect on the running one.",
        edits: [[`diskSizeGb: 2,`, `diskSizeGb: 2,\n    startTimeoutSeconds: 900,`]],
    },
    "unknown-directive": {
        ...shop,
        change: "The value of a directive is known only during the update.",
        edits: [
            [importPulumi, `${importPulumi}\nimport * as random from "@pulumi/random";`],
            [`{ timeout: 300 }`, `{ timeout: new random.RandomInteger("timeout", { min: 300, max: 600 }).result }`],
        ],
    },
    "unknown-password": {
        ...shop,
        change: "A password comes from a resource that does not exist yet.",
        edits: [
            [importPulumi, `${importPulumi}\nimport * as random from "@pulumi/random";`],
            [
                `diskSizeGb: 2,`,
                `diskSizeGb: 2,\n    password: new random.RandomPassword("queue-login", { length: 40 }).result,`,
            ],
        ],
    },
    "after-failed-update": {
        base: "tickets",
        change: "An update failed because Redis did not know a category; the program is corrected and changed.",
        edits: [[`+@read`, `+@read +@write`]],
        loses: false,
        harmless: true,
    },
};
