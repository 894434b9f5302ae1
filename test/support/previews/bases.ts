/** The programs that create the stacks of the recorded previews. */
import type { Base } from "./scenario";

/** Databases, and a volume and a container without a component. */
const shop = `import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "pulumi-redis-database";

const config = new pulumi.Config();

// The files of the shop's web server.
const uploads = new docker.Volume("uploads", {
    labels: [{ label: "team", value: "shop" }],
});
new docker.Container("web", {
    image: "redis:8.0",
    command: ["sleep", "infinity"],
    volumes: [{ volumeName: uploads.name, containerPath: "/uploads" }],
});
new docker.Volume("thumbnails");
new docker.Volume("invoices", {}, { protect: true });

new RedisDatabase("sessions", {
    version: "8.0",
    memoryMb: 64,
    users: [
        { name: "web", rules: "~session:* +@read +@write +@connection" },
        { name: "reporting", rules: "~session:* +@read +@connection", password: config.requireSecret("reporting") },
    ],
    tls: { hosts: ["sessions.example.com", "old.example.com"] },
});

new RedisDatabase("cache", {
    version: "8.0",
    flavor: "nordb",
    memoryMb: 64,
    maxmemoryPolicy: "allkeys-lru",
    plaintext: false,
    deletionProtection: false,
});

new RedisDatabase("queue", {
    version: "8.0",
    memoryMb: 96,
    diskSizeGb: 2,
    config: { timeout: 300 },
    deletionProtection: false,
});
`;

/** A password of the program, and a version before 6.0. */
const billing = `import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "pulumi-redis-database";

const config = new pulumi.Config();

new RedisDatabase("payments", {
    version: "7.2",
    flavor: "rdb",
    memoryMb: 64,
    password: config.requireSecret("payments"),
});

new RedisDatabase("legacy", {
    version: "5.0",
    memoryMb: 64,
    replicas: 1,
});
`;

/** A database with replicas, and replicas of their own. */
const catalog = `import { RedisDatabase, RedisReplica } from "pulumi-redis-database";

const catalog = new RedisDatabase("catalog", {
    version: "8.0",
    memoryMb: 64,
    replicas: [{ name: "near" }, { name: "far" }],
    replicationAccess: ["archive", "reports"],
});

const archive = new RedisReplica("archive", { primary: catalog, memoryMb: 64 });

const reports = new RedisReplica("reports", { version: "8.0", memoryMb: 64, promoted: true });

export const urls = [catalog, archive, reports].map(({ tlsUrl }) => tlsUrl);
`;

/** A database with backups in two repositories, and one without. */
const orders = `import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "pulumi-redis-database";

const config = new pulumi.Config();

new RedisDatabase("orders", {
    version: "8.0",
    memoryMb: 64,
    backup: {
        repositories: [{ volume: "orders-backups" }, { volume: "orders-archive", keep: { yearly: 10 } }],
        schedule: "30 3 * * *",
        encryptionPassword: config.requireSecret("backups"),
    },
});

new RedisDatabase("drafts", {
    version: "8.0",
    memoryMb: 64,
});
`;

/** A stack without a component. */
const files = `import * as docker from "@pulumi/docker";

const data = new docker.Volume("data");
new docker.Container("server", {
    image: "redis:8.0",
    command: ["sleep", "infinity"],
    memory: 32,
    memorySwap: 32,
    volumes: [{ volumeName: data.name, containerPath: "/data" }],
});
`;

const tickets = `import { RedisDatabase } from "pulumi-redis-database";

new RedisDatabase("tickets", {
    version: "8.0",
    memoryMb: 64,
    users: [{ name: "desk", rules: "~ticket:* +@read" }],
    deletionProtection: false,
});
`;

const teams = `import { RedisDatabase } from "pulumi-redis-database";

for (let team = 1; team <= 50; team++) {
    new RedisDatabase(\`team-\${team}\`, { version: "8.0", memoryMb: 64 });
}
`;

const first = `import { RedisDatabase } from "pulumi-redis-database";

const db = new RedisDatabase("sessions", { version: "8.6", memoryMb: 256 });

export const { url, tlsUrl, caCertPem } = db;
`;

/** What an earlier release of the package created. */
const earlier = `import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "pulumi-redis-database";

const config = new pulumi.Config();

new RedisDatabase("db", {
    version: "8.0",
});

new RedisDatabase("cache", {
    version: "8.0-nordb",
    memoryMb: 128,
    maxmemoryPolicy: "allkeys-lru",
    config: { "timeout": 300, "tcp-backlog": 128 },
    passwordVersion: 2,
    plaintext: false,
    deletionProtection: false,
});

new RedisDatabase("given", {
    version: "7.0",
    flavor: "rdb",
    memoryMb: 96,
    diskSizeGb: 1,
    savePoints: [{ seconds: 600, changes: 5 }],
    password: config.requireSecret("given"),
    passwordGraceHours: 1,
    ports: { plaintext: 16379, tls: 16380 },
    tls: { hosts: ["redis.example.com"], protocols: ["TLSv1.3"], validityDays: 3650 },
    deletionProtection: false,
});
`;

const python = `import pulumi
from pulumi_redis_database import RedisDatabase

profiles = RedisDatabase(
    "profiles",
    version="8.0",
    memory_mb=64,
    deletion_protection=False,
)

pulumi.export("tlsUrl", profiles.tls_url)
`;

const yaml = `resources:
  counters:
    type: redis-database:RedisDatabase
    properties:
      version: "8.0"
      memoryMb: 64
outputs:
  tlsPort: \${counters.tlsPort}
`;

export const bases = {
    shop: {
        project: "shop",
        language: "typescript",
        program: shop,
        config: { reporting: "the-first-password-of-reporting" },
    },
    billing: {
        project: "billing",
        language: "typescript",
        program: billing,
        config: { payments: "the-first-password-of-payments" },
    },
    catalog: { project: "catalog", language: "typescript", program: catalog },
    orders: { project: "orders", language: "typescript", program: orders, config: { backups: "3kQ8vT5wXn" } },
    files: { project: "files", language: "typescript", program: files },
    tickets: {
        project: "tickets",
        language: "typescript",
        program: tickets,
        // Redis has no such category, which only the server knows.
        failedUpdate: [["+@read", "+@reed"]],
    },
    teams: { project: "teams", language: "typescript", program: teams, empty: true },
    first: { project: "first", language: "typescript", program: first, empty: true },
    earlier: {
        project: "earlier",
        language: "typescript",
        program: earlier,
        createdBy: "c33880f",
        config: { given: "only for this test" },
    },
    python: { project: "profiles", language: "python", program: python },
    yaml: { project: "counters", language: "yaml", program: yaml },
} satisfies Readonly<Record<string, Base>>;

export type BaseName = keyof typeof bases;
