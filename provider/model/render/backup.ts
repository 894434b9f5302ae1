/** The files of the backup container: settings, repositories, and how to log in to them. */
import type { DatabaseSpec } from "../databaseSpec";
import { type Repository, defaultSchedule, defaultVerifyEvery, isOnHost, repositoriesOf } from "../backup/repositories";
import { longestGapSeconds, timesOf } from "../backup/schedule";
import { repositoriesDir } from "./layout";
import { settingLines } from "./settingLines";

/** Copied to the backup container, whose image is the server's. */
export const resticImage = "restic/restic:0.19.1";

/** Sends messages to a webhook. The server's image has no program that can. */
export const curlImage = "curlimages/curl:8.14.1";

/**
 * Memory of the backup container in MiB: for restic, the client and their caches, and for the data. A verification loads
 * it into a temporary server, and the check of a dump loads each value, which can be as large as all data.
 */
export function backupMemoryMb({ memoryMb }: Pick<DatabaseSpec, "memoryMb">): number {
    return 256 + memoryMb;
}

const daySeconds = 24 * 3600;
const verifySeconds = { day: daySeconds, week: 7 * daySeconds, month: 30 * daySeconds, never: "" };

/** How to log in to a repository. */
export interface Access {
    readonly encryptionPassword?: string | undefined;
    readonly credentials?: Credentials | undefined;
}

export interface Credentials {
    readonly accessKeyId?: string | undefined;
    readonly secretAccessKey?: string | undefined;
    readonly sessionToken?: string | undefined;
    readonly region?: string | undefined;
    readonly caCert?: string | undefined;
    readonly user?: string | undefined;
    readonly password?: string | undefined;
}

/** The argument `backup` with its secrets. */
export interface BackupSecrets extends Access {
    readonly repositories?: readonly Access[] | undefined;
}

/** The lines of `settings`. */
function settingsOf(spec: DatabaseSpec, owner: string): string {
    const { schedule = defaultSchedule, verifyEvery = defaultVerifyEvery } = spec.backup ?? {};
    const times = timesOf(schedule, owner);
    return settingLines({
        owner,
        engine: spec.engine,
        version: spec.version,
        flavor: spec.flavor,
        minutes: times.minutes.join(" "),
        hours: times.hours.join(" "),
        days: times.days.join(" "),
        months: times.months.join(" "),
        weekdays: times.weekdays.join(" "),
        either_day: times.eitherDay ? "yes" : "no",
        interval_seconds: longestGapSeconds(times),
        verify_seconds: verifySeconds[verifyEvery],
        memory_mb: spec.memoryMb,
    });
}

/** The files of the backup container, by their names. */
export function backupFiles(spec: DatabaseSpec, owner: string, secrets: BackupSecrets): Record<string, string> {
    if (!spec.backup) return {};
    const repositories = repositoriesOf(spec.backup, owner);
    const files = repositories.map((each) => accessFiles(each, accessOf(secrets, each.number)));
    return {
        settings: settingsOf(spec, owner),
        repositories: repositories.map((each) => `${repositoryLine(each)}\n`).join(""),
        ...(Object.assign({}, ...files) as Record<string, string>),
    };
}

/** How to log in to one of the repositories: as it says itself, or as all do. */
export function accessOf({ repositories, encryptionPassword, credentials }: BackupSecrets, number: number): Access {
    const own = repositories?.[number - 1];
    return {
        encryptionPassword: own?.encryptionPassword ?? encryptionPassword,
        credentials: own?.credentials ?? credentials,
    };
}

export function repositoryLine({ number, kind, location, appendOnly, keep }: Repository): string {
    const { daily, monthly, yearly, verified } = keep;
    const columns = [number, kind, resticName({ number, kind, location }), appendOnly ? "yes" : "no"];
    return [...columns, daily, monthly, yearly, verified, location].join("\t");
}

/** The repository as restic names it. */
function resticName({ number, kind, location }: Pick<Repository, "number" | "kind" | "location">): string {
    return isOnHost(kind) ? `${repositoriesDir}/${number}` : `${kind}:${location}`;
}

/** The files with which restic logs in to a repository: only those that it needs. */
export function accessFiles(
    { number, kind }: Pick<Repository, "number" | "kind">,
    { encryptionPassword, credentials = {} }: Access,
): Record<string, string> {
    const files = {
        "password": encryptionPassword,
        "aws": kind === "s3" ? sharedCredentials(credentials) : undefined,
        "region": kind === "s3" ? credentials.region : undefined,
        "ca.crt": isOnHost(kind) ? undefined : credentials.caCert,
        "rest":
            kind === "rest" && credentials.user !== undefined
                ? `${credentials.user}\n${credentials.password ?? ""}`
                : undefined,
    };
    return Object.fromEntries(
        Object.entries(files).flatMap(([name, content]) =>
            content === undefined ? [] : [[`${number}.${name}`, content.endsWith("\n") ? content : `${content}\n`]],
        ),
    );
}

/** The shared credentials file of AWS. */
function sharedCredentials({ accessKeyId, secretAccessKey, sessionToken }: Credentials): string | undefined {
    if (accessKeyId === undefined) return undefined;
    return [
        "[default]",
        `aws_access_key_id = ${accessKeyId}`,
        `aws_secret_access_key = ${secretAccessKey ?? ""}`,
        ...(sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`]),
        "",
    ].join("\n");
}

/** The mounts of the repositories on the Docker host. */
export function repositoryMounts(repositories: readonly Pick<Repository, "number" | "kind" | "location">[]) {
    return repositories.flatMap(({ number, kind, location }) => {
        if (!isOnHost(kind)) return [];
        const source = kind === "volume" ? { volumeName: location } : { hostPath: location };
        return [{ ...source, containerPath: `${repositoriesDir}/${number}` }];
    });
}
