/** The JSON that each verb prints with `--json`. For the documentation and the tests; the command does not load it. */
import { z } from "zod";
import { locationKinds } from "../model/backup/repositories";
import { engineNames, flavorNames, versions } from "../model/catalog/versions";
import type { ListedVersion } from "../model/catalog/listVersions";
import type {
    Backup,
    BackupHealth,
    ChangeRow,
    DatabaseInfo,
    ErrorCode,
    FailedRepository,
    Health,
    NewBackup,
    OrphanedBackups,
    PlannedUpgrade,
    Preview,
    Step,
    Verification,
} from "../platform/index";
import { exitCodeOfError, exitCodes } from "./exitCodes";
import type { ErrorDocument } from "./output/errors";
import { reviewSchema } from "./reviewSchema";
import type { Report } from "./verbs/doctor";

const about = <S extends z.ZodType>(schema: S, text: string): S => schema.describe(text);
const text = z.string();
const count = z.int().nonnegative();
const date = about(text, "date, such as 2029-12-01");
const time = about(text, "time in ISO 8601");

const engine = z.enum(engineNames);
const flavor = z.enum(flavorNames);
const version = z.enum([...new Set(Object.values(versions).map((each) => each.version))]);

const databaseFields = {
    handle: text,
    kind: z.enum(["database", "replica"]),
    primary: about(text, "the database of a replica").optional(),
    stack: about(text, "its Pulumi stack: that of its database for a replica in a group"),
    status: about(
        z.enum(["ready", "incomplete", "interrupted", "failed", "damaged"]),
        "incomplete: its first update has not succeeded yet; interrupted: the last one was stopped half-way; failed: it failed; damaged: its state cannot be read",
    ),
    engine: engine.optional(),
    version: version.optional(),
    flavor: flavor.optional(),
    persistenceLabel: about(text, "RDB-Only Persistence or NO PERSISTENCE; absent for aof").optional(),
    endOfLife: date.optional(),
    ended: about(z.boolean(), "whether the end-of-life date has passed"),
    memoryMb: count.optional(),
    diskSizeGb: z.number().optional(),
    host: text.optional(),
    port: about(count, "the plaintext port, if it is open").optional(),
    tlsPort: count.optional(),
    containerName: text.optional(),
    backupContainerName: about(text, "the container that makes its backups; absent if it has none").optional(),
    owner: about(text, "PROJECT/STACK/NAME, as its data and its backups name it").optional(),
    certificateExpires: time.optional(),
    dockerHost: text.optional(),
    dockerCertPath: about(text, "the directory with the certificates for a tcp Docker host").optional(),
    updated: about(time, "when the state was written").optional(),
};

const database = z.strictObject(databaseFields) satisfies z.ZodType<DatabaseInfo>;

const healthState = z.enum(["healthy", "unhealthy", "starting", "stopped", "missing", "unknown"]);

const backupHealth = z.strictObject({
    state: healthState.exclude(["unknown"]),
    reason: about(text, "why it is not healthy").optional(),
    last: about(
        z.strictObject({ id: text, time, keys: count.optional(), bytes: count.optional() }),
        "the last backup that succeeded",
    ).optional(),
    ageSeconds: about(count, "the age of the last backup").optional(),
    intervalSeconds: about(count, "the longest time between two backups by schedule").optional(),
    next: about(time, "when the next backup is due").optional(),
    failing: about(z.strictObject({ since: time, reason: text }), "since when backups fail").optional(),
    alarm: about(text, "what is remarkable about the last backup").optional(),
    verified: about(
        z.strictObject({ id: text, time, ok: z.boolean(), reason: text.optional() }),
        "the last verification",
    ).optional(),
}) satisfies z.ZodType<BackupHealth>;

const healthOfOne = z.strictObject({
    handle: text,
    state: healthState,
    reason: about(text, "why it is not healthy").optional(),
    backup: about(backupHealth, "absent without backups").optional(),
}) satisfies z.ZodType<Health>;

const step = z.strictObject({
    resource: text,
    operation: z.enum(["create", "update", "replace", "delete"]),
    kind: about(z.enum(["container", "volume"]), "absent for internal resources").optional(),
}) satisfies z.ZodType<Step>;

const changeRow = z.strictObject({
    arguments: about(z.array(text), "the arguments that change"),
    effect: z.enum(["live", "resized", "terminator", "replaced", "recorded", "refused"]),
    server: about(text, "what happens to the server"),
    data: text,
    clients: text,
}) satisfies z.ZodType<ChangeRow>;

const preview = z.strictObject({
    rows: about(z.array(changeRow), "the rows of the change table that apply"),
    messages: z.array(
        z.strictObject({
            severity: z.enum(["info", "warning", "error"]),
            about: about(text, "the database, replica or resource that the message is about"),
            text,
        }),
    ),
    steps: z.array(step),
}) satisfies z.ZodType<Preview>;

const repository = {
    number: about(count, "its number among the repositories of the database"),
    kind: z.enum(locationKinds),
    location: about(text, "the name of the volume, the path or the URL"),
};

const failedRepository = z.strictObject({ ...repository, reason: text }) satisfies z.ZodType<FailedRepository>;

const describedBackup = {
    id: text,
    database: about(text, "PROJECT/STACK/NAME"),
    time,
    kind: z.enum(["scheduled", "manual", "final"]),
    engine: engine.optional(),
    version: version.optional(),
    release: about(text, "the exact version").optional(),
    flavor: flavor.optional(),
    keys: count.optional(),
    bytes: count.optional(),
    sha256: text.optional(),
};

const backupFields = {
    ...describedBackup,
    repositories: z.array(z.strictObject({ ...repository, verified: z.boolean() })),
};

const oneBackup = z.strictObject(backupFields) satisfies z.ZodType<Backup>;
const newBackup = z.strictObject({
    ...backupFields,
    failed: about(z.array(failedRepository), "the repositories that have not stored it"),
}) satisfies z.ZodType<NewBackup>;

const location = z.strictObject({
    volume: text.optional(),
    path: text.optional(),
    s3: text.optional(),
    sftp: text.optional(),
    rest: text.optional(),
});

const orphans = z.strictObject({
    backups: z.array(
        z.strictObject({
            ...describedBackup,
            repository: about(location, "a value for restoreFrom.repository"),
            dockerHost: text.optional(),
        }),
    ),
    failed: z.array(z.strictObject({ location: text, reason: text })),
}) satisfies z.ZodType<OrphanedBackups>;

const verification = z.strictObject({
    number: repository.number,
    id: text,
    ok: z.boolean(),
    keys: count.optional(),
    seconds: z.number().optional(),
    reason: text.optional(),
}) satisfies z.ZodType<Verification>;

const planned = z.strictObject({
    handle: text,
    from: version,
    to: version,
    replicas: about(z.array(text), "its replicas with earlier versions, which are upgraded before it"),
}) satisfies z.ZodType<PlannedUpgrade>;

const listedVersion = z.strictObject({
    engine,
    name: about(text, "the name for --version"),
    version,
    flavor,
    label: about(text, "RDB-Only Persistence or NO PERSISTENCE; absent for aof").optional(),
    released: date,
    endOfLife: date.optional(),
    ended: z.boolean(),
    verifiedWith: about(text, "the server that it was tested with").optional(),
}) satisfies z.ZodType<ListedVersion>;

const report = z.strictObject({
    name: text,
    needed: about(z.boolean(), "whether the command cannot work without it"),
    ok: z.boolean(),
    found: text,
    remedy: text.optional(),
}) satisfies z.ZodType<Report>;

/** The output of each verb. */
export const outputs = {
    "create": database,
    "update": database,
    "restart": database,
    "reload": database,
    "rotate": database,
    "rename": database,
    "upgrade": z.union([database, about(z.strictObject({ upgraded: z.array(database) }), "with --all")]),
    "deprovision": z.union([
        z.strictObject({ handle: text, finalBackups: z.array(newBackup), deleted: z.literal(true) }),
        about(preview, "with --dry-run"),
    ]),
    "preview": z.union([preview, about(z.strictObject({ planned: z.array(planned) }), "preview upgrade --all")]),
    "replicate": database,
    "promote": database,
    "switchover": database,
    "backup": newBackup,
    "backup run": newBackup,
    "backup list": z.strictObject({
        backups: z.array(oneBackup),
        failed: about(z.array(failedRepository), "the repositories that cannot be read"),
    }),
    "backup show": oneBackup,
    "backup copy": oneBackup,
    "backup purge": z.strictObject({
        ...backupFields,
        purged: about(z.boolean(), "false with --dry-run"),
    }),
    "backup export": z.strictObject({ ...backupFields, file: text.optional() }),
    "backup verify": z.array(verification),
    "backup orphaned": orphans,
    "restore": database,
    "clone": database,
    "list": z.array(
        z.strictObject({ ...databaseFields, health: healthState.optional(), backup: backupHealth.optional() }),
    ),
    "show": about(
        z.strictObject({
            ...z.strictObject(databaseFields).partial().shape,
            url: text.optional(),
            tlsUrl: text.optional(),
            caCertPem: text.optional(),
            backup: backupHealth.optional(),
        }),
        "with FIELD, only this field",
    ),
    "exists": z.strictObject({ exists: z.boolean() }),
    "url": z.strictObject({ url: text }),
    "versions": z.array(listedVersion),
    "execute": z.strictObject({ handle: text, output: text }),
    "tunnel": z.strictObject({ url: text, tunnel: about(z.boolean(), "whether it stays open") }),
    "logs": z.strictObject({ handle: text, lines: z.array(text) }),
    "health": z.array(healthOfOne),
    "wait": healthOfOne,
    "drift": z.array(z.strictObject({ handle: text, steps: z.array(step) })),
    "doctor": z.array(report),
    "review": reviewSchema.extend({
        comment: z
            .strictObject({
                action: z.enum(["created", "updated", "unchanged", "skipped"]),
                url: about(text, "where a person reads it").optional(),
            })
            .describe("with --comment")
            .optional(),
        commentError: about(text, "why the comment was not written").optional(),
    }),
    "up": z.strictObject({ stack: text, applied: z.literal(true) }),
    "completion": z.strictObject({ shell: text, script: text }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

const errorCodes = [...(Object.keys(exitCodeOfError) as ErrorCode[]), "usage", "failed", "unexpected"] as const;

/** What a command prints to stderr when it fails. */
export const errorOutput = z.strictObject({
    error: z.strictObject({
        code: z.enum(errorCodes),
        message: text,
        remedy: about(text, "what to do next"),
        exitCode: z.literal(Object.keys(exitCodes).map(Number)),
        details: about(
            z.unknown(),
            "facts for programs: see ErrorDetails in pulumi-redis-database/platform",
        ).optional(),
    }),
}) satisfies z.ZodType<ErrorDocument>;
