/** Reads the JSON that backup containers print. */
import { z } from "zod";
import { locationKinds } from "../../model/backup/repositories";
import type { Backup, BackupRepository, BackupStatus, FailedRepository, NewBackup, Verification } from "./backup";
import { backupFailed } from "./container";

/** What is needed of restic's description of a snapshot. */
export const snapshotSchema = z.object({
    time: z.string(),
    hostname: z.string(),
    tags: z.array(z.string()).nullish(),
});

export type StoredSnapshot = z.output<typeof snapshotSchema>;

/** A backup without its repositories. */
export type Tagged = Omit<Backup, "repositories">;

const repositorySchema = { repository: z.int(), kind: z.enum(locationKinds), location: z.string() };
const failedSchema = z.object({ ...repositorySchema, error: z.string() });
const listedSchema = z.object({
    ...repositorySchema,
    snapshots: z.array(snapshotSchema).nullable(),
});

/** The snapshots of one repository, or why it could not be read. */
export type Listed = (BackupRepository & { readonly snapshots: readonly StoredSnapshot[] }) | FailedRepository;

export function parseList(stdout: string): readonly Listed[] {
    return linesOf(stdout).map((line) => {
        const parsed = read(z.union([failedSchema, listedSchema]), line);
        const { repository: number, kind, location } = parsed;
        // Without snapshots, restic prints `null` instead of an empty list.
        if ("snapshots" in parsed) return { number, kind, location, snapshots: parsed.snapshots ?? [] };
        return { number, kind, location, reason: parsed.error };
    });
}

const madeSchema = z.object({
    id: z.string(),
    time: z.string(),
    database: z.string(),
    kind: z.enum(["scheduled", "manual", "final"]),
    engine: z.string(),
    version: z.string(),
    release: z.string(),
    flavor: z.string(),
    keys: z.number(),
    bytes: z.number(),
    sha256: z.string(),
    repositories: z.array(
        z.object({
            number: z.int(),
            kind: z.enum(locationKinds),
            location: z.string(),
            ok: z.boolean(),
            reason: z.string().nullish(),
        }),
    ),
});

/** The last line that `run` prints; undefined if it ended before there was a dump. */
export function parseMade(stdout: string): NewBackup | undefined {
    const parsed = madeSchema.safeParse(linesOf(stdout).at(-1));
    if (!parsed.success) return undefined;
    const { repositories, ...made } = parsed.data;
    return {
        ...(made as Tagged),
        repositories: repositories
            .filter(({ ok }) => ok)
            .map(({ number, kind, location }) => ({ number, kind, location, verified: false })),
        failed: repositories
            .filter(({ ok }) => !ok)
            .map(({ number, kind, location, reason }) => ({ number, kind, location, reason: reason ?? "it failed" })),
    };
}

const verificationSchema = z.object({
    repository: z.int(),
    id: z.string(),
    ok: z.boolean(),
    keys: z.number().nullish(),
    seconds: z.number().nullish(),
    reason: z.string().nullish(),
});

export function parseVerifications(stdout: string): readonly Verification[] {
    return linesOf(stdout).map((line) => {
        const { repository: number, ...rest } = read(verificationSchema, line);
        return withoutNull({ number, ...rest });
    });
}

const statusSchema = z.object({
    last: z
        .object({ id: z.string(), time: z.string(), keys: z.number().nullish(), bytes: z.number().nullish() })
        .nullish(),
    intervalSeconds: z.number().nullish(),
    next: z.string().nullish(),
    failing: z.object({ since: z.string(), reason: z.string() }).nullish(),
    alarm: z.string().nullish(),
    verified: z.object({ id: z.string(), time: z.string(), ok: z.boolean(), reason: z.string().nullish() }).nullish(),
});

/** The status in what a health check has printed; undefined if there is none. The age is that at `now`. */
export function parseStatus(output: string, now: Date): BackupStatus | undefined {
    const parsed = statusSchema.safeParse(linesOf(output).at(-1));
    if (!parsed.success) return undefined;
    const { last, ...rest } = parsed.data;
    const made = last && Date.parse(last.time);
    return withoutNull({
        ...rest,
        last: last && withoutNull(last),
        verified: rest.verified && withoutNull(rest.verified),
        ageSeconds: made ? Math.max(0, Math.round((now.getTime() - made) / 1000)) : undefined,
    });
}

function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
    const { success, data } = schema.safeParse(value);
    if (success) return data;
    throw backupFailed(
        "the backup container prints what this version of the package cannot read",
        [],
        "update the database, so that its backup container has the scripts of this version",
    );
}

/** The JSON values of the lines that have one. Others are messages. */
function linesOf(text: string): unknown[] {
    return text.split("\n").flatMap((line) => {
        if (!line.startsWith("{")) return [];
        try {
            return [JSON.parse(line) as unknown];
        } catch {
            return [];
        }
    });
}

/** The fields with a value. JSON has `null` where a program has no field. */
type Present<T> = { [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K] } & {
    [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]>;
};

function withoutNull<T extends object>(fields: T): Present<T> {
    return Object.fromEntries(
        Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
    ) as unknown as Present<T>;
}
