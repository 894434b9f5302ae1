/** Reviews for the tests of the outputs: small ones that are typical, and large ones. */
import type {
    AddedException,
    RawChange,
    Review,
    ReviewFinding,
    ReviewedDatabase,
    StackReview,
} from "../../../../provider/review/report";
import type { Severity } from "../../../../provider/review/severity";

export const urnOf = (type: string, name: string, stack = "prod") => `urn:pulumi:${stack}::shop::${type}::${name}`;
const databaseType = "redis-database:index:RedisDatabase";
const replicaType = "redis-database:index:RedisReplica";
const volumeType = "docker:index/volume:Volume";

const failOn = ["data-loss", "security"];

/** A review with the findings that fail it and the exit code that follow from its stacks. */
export function reviewOf(stacks: readonly StackReview[], addedExceptions: readonly AddedException[] = []): Review {
    const failing = stacks.flatMap(({ findings }) =>
        findings.filter(({ severity, allowed }) => failOn.includes(severity) && allowed === undefined),
    );
    const exitCode = stacks.some(({ status }) => status === "failed") ? 1 : failing.length > 0 ? 5 : 0;
    return { stacks, addedExceptions, failOn, failing, exitCode };
}

export function stackOf(values: Partial<StackReview> = {}): StackReview {
    return {
        project: "shop",
        stack: "prod",
        folder: ".",
        status: "changed",
        errors: [],
        databases: [],
        findings: [],
        counts: {},
        rawChanges: [],
        notes: [],
        ...values,
    };
}

export function databaseOf(name: string, values: Partial<ReviewedDatabase> = {}): ReviewedDatabase {
    return {
        kind: "RedisDatabase",
        name,
        urn: urnOf(databaseType, name),
        operation: "changed",
        changes: ["memoryMb 512 → 1024"],
        explanation: "memoryMb 512 → 1024: the server is resized in place; clients stay connected",
        server: "resized in place",
        data: "kept",
        clients: "stay connected",
        source: { file: "index.ts", line: 12 },
        ...values,
    };
}

export function findingOf(severity: Severity, values: Partial<ReviewFinding> = {}): ReviewFinding {
    return {
        code: `redis-database/example-${severity}`,
        severity,
        urn: urnOf(databaseType, "sessions"),
        resource: 'RedisDatabase "sessions"',
        name: "sessions",
        message: "something happens to the database",
        remedy: "do it in another way",
        source: { file: "index.ts", line: 12 },
        ...values,
    };
}

const volumeReplaced = findingOf("data-loss", {
    code: "redis-database/volume-replaced",
    urn: urnOf(volumeType, "uploads"),
    resource: 'Volume "uploads"',
    name: "uploads",
    message: "the volume is replaced because `labels` changes, and all of its data is deleted",
    remedy: "keep the labels, or copy the data to a new volume before this one is deleted",
    source: { file: "storage/volumes.ts", line: 7 },
});

const plaintextOpened = findingOf("security", {
    code: "redis-database/plaintext-opened",
    message: "the plaintext port is opened on a public address: 0.0.0.0",
    remedy: "leave `plaintext` off, or bind it to 127.0.0.1",
});

const upgraded = findingOf("downtime", {
    code: "redis-database/server-replaced",
    urn: urnOf(databaseType, "jobs"),
    resource: 'RedisDatabase "jobs"',
    name: "jobs",
    message: "the server is replaced on the same volume: clients reconnect once",
    remedy: "apply it when a short interruption is acceptable",
    source: { file: "index.ts", line: 31 },
});

const volumeDiff: RawChange = {
    operation: "replace",
    type: volumeType,
    name: "uploads",
    differences: ['labels[0].value "web" → "frontend"'],
    replacedBecauseOf: ["labels"],
};

const jobsDiff: RawChange = {
    operation: "replace",
    type: "docker:index/container:Container",
    name: "jobs-server",
    differences: ["image sha256:1111 → (not known yet)"],
    replacedBecauseOf: ["image"],
};

/** A public port, an upgrade, a replica, and a volume outside of the component that loses its data. */
export const dangerous = reviewOf(
    [
        stackOf({
            databases: [
                databaseOf("sessions", {
                    changes: ['host "127.0.0.1" → "0.0.0.0"', "plaintext false → true"],
                    server: "keeps running; HAProxy is replaced",
                    clients: "reconnect once over TLS; plaintext clients stay connected",
                    worst: "security",
                }),
                databaseOf("jobs", {
                    changes: ["version 7.2 → 8.6"],
                    server: "replaced, on the same volume",
                    data: "kept; `nordb` hands it over in one dump",
                    clients: "reconnect once",
                    worst: "downtime",
                    source: { file: "index.ts", line: 31 },
                }),
                databaseOf("jobs-copy", {
                    kind: "RedisReplica",
                    urn: urnOf(replicaType, "jobs-copy"),
                    database: "jobs",
                    operation: "created",
                    changes: [],
                    explanation: "a replica of jobs is created",
                    server: "created",
                    data: "copied from jobs",
                    clients: "none yet",
                }),
                databaseOf("cache", {
                    operation: "unchanged",
                    changes: [],
                    explanation: "",
                    server: "not affected",
                    clients: "stay connected",
                }),
            ],
            findings: [volumeReplaced, plaintextOpened, upgraded],
            counts: { create: 4, update: 2, replace: 2 },
            rawChanges: [volumeDiff, jobsDiff],
            notes: ["The output of pulumi preview --json does not contain policies."],
        }),
    ],
    [
        {
            database: "uploads",
            code: "redis-database/volume-replaced",
            reason: "the uploads are copied by a nightly job",
            expires: "2026-12-31",
        },
    ],
);

export const unchanged = reviewOf([stackOf({ status: "unchanged" })]);

/** One argument that changes at run time. */
export const harmless = reviewOf([
    stackOf({
        databases: [databaseOf("sessions", { worst: "info" })],
        findings: [
            findingOf("info", { code: "redis-database/certificate-renewed", message: "the certificate is renewed" }),
        ],
        counts: { update: 3 },
    }),
]);

/** The only dangerous change is allowed by an exception of the base branch. */
export const excepted = reviewOf([
    stackOf({
        findings: [{ ...volumeReplaced, allowed: { reason: "the volume is only a cache", expires: "2027-01-31" } }],
        counts: { replace: 1 },
        rawChanges: [volumeDiff],
    }),
]);

export const failed = reviewOf([
    stackOf({
        status: "failed",
        errors: [
            'RedisDatabase "sessions": version: 6.2 is older than 7.2, and Redis cannot read newer data\n→ keep 7.2',
        ],
    }),
]);

/** Several stacks: one fails the review, one is harmless, one does not change, one preview failed. */
export const several = reviewOf([
    ...dangerous.stacks,
    ...failed.stacks.map((stack) => ({ ...stack, stack: "dev", folder: "infra" })),
    ...harmless.stacks.map((stack) => ({ ...stack, stack: "test" })),
    ...unchanged.stacks.map((stack) => ({ ...stack, stack: "demo" })),
]);

/** `stacks` stacks with `resources` resources in total: a tenth are databases, and a tenth of these have a failing finding. */
export function large(stacks: number, resources: number): Review {
    const each = Math.ceil(resources / stacks);
    return reviewOf(
        Array.from({ length: stacks }, (_, index) => {
            const stack = `stack-${index}`;
            const names = Array.from({ length: Math.ceil(each / 10) }, (_, number) => `database-${index}-${number}`);
            const urn = (name: string) => urnOf(databaseType, name, stack);
            return stackOf({
                stack,
                databases: names.map((name) => databaseOf(name, { urn: urn(name) })),
                findings: names.map((name, number) =>
                    findingOf(number % 10 === 0 ? "data-loss" : number % 2 === 0 ? "downtime" : "info", {
                        name,
                        urn: urn(name),
                        resource: `RedisDatabase "${name}"`,
                    }),
                ),
                counts: { replace: each },
                rawChanges: Array.from({ length: each }, (_, number) => ({
                    ...jobsDiff,
                    name: `server-${index}-${number}`,
                })),
            });
        }),
    );
}

export const examples = { dangerous, unchanged, harmless, excepted, failed, several } as const;
