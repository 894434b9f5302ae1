/** The programs that create the stacks of the recorded previews. */
import type { Base } from "./scenario";

/** Databases of every kind, and volumes and containers without a component. */
const shop = `import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, RedisReplica } from "pulumi-redis-database";

const config = new pulumi.Config();

// The shop's own servers and files.
const uploads = new docker.Volume("uploads", {
    labels: [{ label: "team", value: "shop" }],
});
new docker.Volume("thumbnails");
new docker.Volume("invoices", {}, { protect: true });
new docker.Container("web", {
    image: "redis:8.0",
    command: ["sleep", "infinity"],
    volumes: [{ volumeName: uploads.name, containerPath: "/uploads" }],
});

const sessions = new RedisDatabase("sessions", {
    version: "8.0",
    memoryMb: 64,
    users: [
        { name: "web", rules: "~session:* +@read +@write +@connection" },
        { name: "reporting", rules: "~session:* +@read +@connection", password: config.requireSecret("reporting") },
    ],
    tls: { hosts: ["sessions.example.com", "sessions.old.example.com"] },
});

const cache = new RedisDatabase("cache", {
    version: "8.0",
    flavor: "nordb",
    memoryMb: 64,
    maxmemoryPolicy: "allkeys-lru",
    deletionProtection: false,
});

const queue = new RedisDatabase("queue", {
    version: "8.0",
    memoryMb: 96,
    diskSizeGb: 2,
    config: { timeout: 300 },
    deletionProtection: false,
});

const payments = new RedisDatabase("payments", {
    version: "7.2",
    memoryMb: 64,
    password: config.requireSecret("payments"),
});

const legacy = new RedisDatabase("legacy", {
    version: "5.0",
    memoryMb: 64,
});

const catalog = new RedisDatabase("catalog", {
    version: "8.0",
    memoryMb: 64,
    replicas: [{ name: "near" }, { name: "far" }],
    replicationAccess: ["archive"],
});

const archive = new RedisReplica("archive", { primary: catalog, memoryMb: 64 });

const reports = new RedisReplica("reports", { version: "8.0", memoryMb: 64, promoted: true });

export const urls = [sessions, cache, queue, payments, legacy, catalog, archive, reports].map(({ tlsUrl }) => tlsUrl);
`;

const secrets = { reporting: "the-first-password-of-reporting", payments: "the-first-password-of-payments" };

export const bases = {
    shop: { project: "shop", language: "typescript", program: shop, config: secrets },
} satisfies Readonly<Record<string, Base>>;

export type BaseName = keyof typeof bases;
