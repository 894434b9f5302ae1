/** What the container that restores data reads: one bundle of files, of which some hold secrets. */
import { type RestoreSource, parseServerUrl } from "../arguments/restore";
import { type Location, defaultKeep, locationOf } from "../backup/repositories";
import type { DatabaseSpec } from "../databaseSpec";
import { type Access, accessFiles, repositoryLine, repositoryMounts } from "./backup";
import { bundle } from "./bundle";
import { restoreSourcePath } from "./layout";
import { settingLines } from "./settingLines";

/** The argument `restoreFrom` with its secrets. */
export interface RestoreSecrets extends Access {
    readonly url?: string | undefined;
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
        settings: settingLines(restoreSettings(spec, facts)),
        ...(restoreFrom?.repository && repositoryFiles(restoreFrom.repository, secrets)),
        ...(server && { url: settingLines({ ...server, tls: server.tls ? "yes" : "no" }) }),
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
        databases: Number(spec.config.databases ?? 16),
        place: spec.data?.volume ?? spec.data?.hostPath ?? "the data volume",
        // The path or the location as the program names it, for messages.
        from:
            restoreFrom?.rdbFile ??
            restoreFrom?.appendOnlyDir ??
            (restoreFrom?.repository ? locationOf(restoreFrom.repository)[1] : ""),
        snapshot_kind: before === undefined ? (id === "latest" ? "latest" : "id") : "before",
        snapshot: before === undefined ? id : asBackupTime(before),
        database: restoreFrom?.database ?? "",
        memory_mb: spec.memoryMb,
    };
}

function snapshotOf(snapshot: NonNullable<DatabaseSpec["restoreFrom"]>["snapshot"] | undefined) {
    return { id: snapshot?.id ?? "latest", before: snapshot?.before };
}

/** The time as IDs of backups begin with it: `20261127-031500`, in UTC. */
export function asBackupTime(time: string): string {
    const [date = "", clock = ""] = new Date(time).toISOString().split("T");
    return `${date.replaceAll("-", "")}-${clock.slice(0, 8).replaceAll(":", "")}`;
}

/** The only repository of a restore, which is never pruned. */
function repositoryOf(location: Location) {
    const [kind, where] = locationOf(location);
    return { number: 1, kind, location: where, appendOnly: true, keep: defaultKeep };
}

function repositoryFiles(location: Location, secrets: Access): Record<string, string> {
    const repository = repositoryOf(location);
    return { repositories: `${repositoryLine(repository)}\n`, ...accessFiles(repository, secrets) };
}

/** What the container reads from the Docker host: a repository, a dump or a directory. Nothing is created there. */
export function sourceMounts({ restoreFrom }: Pick<DatabaseSpec, "restoreFrom">) {
    const { repository, rdbFile, appendOnlyDir } = restoreFrom ?? {};
    const file = rdbFile ?? appendOnlyDir;
    const all = [
        ...(repository ? repositoryMounts([repositoryOf(repository)]) : []),
        ...(file === undefined ? [] : [{ hostPath: file, containerPath: restoreSourcePath }]),
    ];
    return all.map((mount) => ({
        ...("hostPath" in mount
            ? { type: "bind", source: mount.hostPath }
            : { type: "volume", source: mount.volumeName }),
        target: mount.containerPath,
        readOnly: true,
    }));
}
