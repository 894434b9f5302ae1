/** What the container that restores data reads: one bundle of files, of which some hold secrets. */
import { type RepositoryLocation, type RestoreSource, parseServerUrl, repositoryKinds } from "../arguments/restore";
import type { DatabaseSpec } from "../databaseSpec";
import { bundle } from "./bundle";

/** The secrets among the members of `restoreFrom`, and what they belong to. */
export interface RestoreSecrets {
    readonly url?: string;
    readonly encryptionPassword?: string;
    readonly credentials?: {
        readonly secretAccessKey?: string;
        readonly sessionToken?: string;
        readonly password?: string;
    };
}

export interface RestoreFacts {
    /** The database's unique, readable name: project, stack and name. */
    readonly owner: string;
    readonly source: RestoreSource;
    /** Whether the program sets `version`, and not a default that may change. */
    readonly versionGiven: boolean;
}

/** The names of the sources in the scripts. */
const sourceNames: Readonly<Record<RestoreSource, string>> = {
    repository: "repository",
    rdbFile: "rdb",
    appendOnlyDir: "appendonly",
    url: "url",
};

export function restoreBundle(spec: DatabaseSpec, facts: RestoreFacts, secrets: RestoreSecrets): string {
    const { restoreFrom } = spec;
    const server = facts.source === "url" ? parseServerUrl(secrets.url ?? "") : undefined;
    return bundle({
        settings: lines(restoreSettings(spec, facts)),
        ...(restoreFrom?.repository && repositoryFiles(restoreFrom.repository, restoreFrom.credentials, secrets)),
        ...(server && { url: lines({ ...server, tls: server.tls ? "yes" : "no" }) }),
        ...(restoreFrom?.caCert !== undefined && { "url.ca.crt": restoreFrom.caCert }),
    });
}

function restoreSettings(spec: DatabaseSpec, { owner, source, versionGiven }: RestoreFacts) {
    const { restoreFrom } = spec;
    const { id, before } = snapshotOf(restoreFrom?.snapshot);
    return {
        source: sourceNames[source],
        owner,
        engine: spec.engine,
        version: spec.version,
        version_given: versionGiven ? "yes" : "no",
        flavor: spec.flavor,
        databases: spec.config.databases ?? 16,
        place: spec.data?.volume ?? spec.data?.hostPath ?? "the data volume",
        // The path or the location as the program names it, for messages.
        from: restoreFrom?.rdbFile ?? restoreFrom?.appendOnlyDir ?? locationName(restoreFrom?.repository) ?? "",
        snapshot_kind: before === undefined ? (id === "latest" ? "latest" : "id") : "before",
        snapshot: before === undefined ? id : asBackupTime(before),
        database: restoreFrom?.database ?? "",
        memory_mb: spec.memoryMb,
    };
}

function snapshotOf(snapshot: NonNullable<DatabaseSpec["restoreFrom"]>["snapshot"] | undefined) {
    if (snapshot === undefined || typeof snapshot === "string") return { id: snapshot ?? "latest", before: undefined };
    return { id: snapshot.id ?? "latest", before: snapshot.before };
}

/** The time as IDs of backups begin with it: `20261127-031500`, in UTC. */
export function asBackupTime(time: string): string {
    const [date = "", clock = ""] = new Date(time).toISOString().split("T");
    return `${date.replaceAll("-", "")}-${clock.slice(0, 8).replaceAll(":", "")}`;
}

/** A location for messages, without secrets. */
export function locationName(repository: RepositoryLocation | undefined): string | undefined {
    return repositoryKinds.map((kind) => repository?.[kind]).find((location) => location !== undefined);
}

/** Its program restic is copied to the container that restores, whose image is the server's. */
export const resticImage = "restic/restic:0.19.1";

/** Where the container mounts a repository in a volume or a directory. */
export const repositoryDir = "/repositories/1";

function resticLocation(repository: RepositoryLocation): string {
    const { s3, sftp, rest } = repository;
    if (s3 !== undefined) return `s3:${s3}`;
    if (sftp !== undefined) return `sftp:${sftp}`;
    return rest === undefined ? repositoryDir : `rest:${rest}`;
}

type Credentials = NonNullable<DatabaseSpec["restoreFrom"]>["credentials"];

function repositoryFiles(
    repository: RepositoryLocation,
    credentials: Credentials,
    { encryptionPassword, credentials: secret = {} }: RestoreSecrets,
): Record<string, string> {
    const kind = repositoryKinds.find((each) => repository[each] !== undefined) ?? "volume";
    const { accessKeyId, region, caCert, user } = credentials ?? {};
    const { secretAccessKey, sessionToken, password } = secret;
    return {
        repositories: `${["1", kind, resticLocation(repository), locationName(repository) ?? ""].join("\t")}\n`,
        ...(encryptionPassword !== undefined && { "1.password": encryptionPassword }),
        ...(accessKeyId !== undefined && {
            "1.aws": [
                "[default]",
                `aws_access_key_id = ${accessKeyId}`,
                `aws_secret_access_key = ${secretAccessKey ?? ""}`,
                ...(sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`]),
            ].join("\n"),
        }),
        ...(region !== undefined && { "1.region": region }),
        ...(caCert !== undefined && { "1.ca.crt": caCert }),
        ...(user !== undefined && { "1.rest": `${user}\n${password ?? ""}` }),
    };
}

function lines(values: Readonly<Record<string, unknown>>): string {
    return Object.entries(values)
        .map(([name, value]) => `${name}=${String(value).replace(/\p{Cc}/gu, encodeURIComponent)}\n`)
        .join("");
}
