/** The arguments of a new database that starts with the data of a backup. */
import { compareVersions, parseVersion } from "../../model/catalog/versions";
import type { OperationOptions } from "../engine/databaseStack";
import { PlatformError } from "../errors";
import type { DockerConnection } from "../options";
import type { DatabaseSpec } from "../specification";
import { isLocal } from "./access";
import type { Backup, RepositoryAccess, WantedBackup } from "./backup";
import { listBackups } from "./list";
import { selectBackup } from "./snapshots";
import { DetachedStore } from "./stores";

/** Which backup a restore uses, and what the new database has. */
export interface RestoreOptions extends OperationOptions {
    /** The default is `latest`. */
    readonly snapshot?: WantedBackup;
    /** Whose backups are meant, as `PROJECT/STACK/NAME`. Needed if the repository has those of several databases. */
    readonly database?: string;
    /**
     * Arguments of the new database. The defaults of `engine`, `version` and `flavor` are those of the backup, and those of
     * `memoryMb` and `diskSizeGb` those of the database that was backed up, if it exists.
     */
    readonly args?: DatabaseSpec;
}

/** Where the backups of a restore are. */
export interface RestoreSource {
    readonly accesses: readonly Omit<RepositoryAccess, "docker">[];
    readonly docker: DockerConnection | undefined;
    /** Whose backups are meant, if that is known. */
    readonly database?: string;
    /** Arguments of the database that was backed up. */
    readonly sizes?: Pick<DatabaseSpec, "memoryMb" | "diskSizeGb">;
}

/** The arguments, and the Docker host if the repository is on one. */
export async function planRestore(
    source: RestoreSource,
    { snapshot = "latest", database = source.database, args = {}, ...options }: RestoreOptions,
): Promise<{ readonly args: DatabaseSpec; readonly backup: Backup; readonly docker?: DockerConnection }> {
    const { accesses, docker, sizes = {} } = source;
    const store = new DetachedStore(accesses, docker);
    const { backups, failed } = await listBackups(store, options);
    const mine = backups.filter((each) => each.database === (database ?? onlyDatabaseIn(backups, store.name)));
    const of = database === undefined ? store.name : `"${database}"`;
    const backup = selectBackup({ backups: mine, failed }, snapshot, of);
    checkVersion(backup, args);
    const access = accesses[(backup.repositories[0]?.number ?? 1) - 1];
    if (!access) throw new Error(`the backup ${backup.id} is in no repository`);
    const { repository, encryptionPassword, credentials } = access;
    const restoreFrom = {
        repository,
        snapshot: backup.id,
        database: backup.database,
        ...(encryptionPassword !== undefined && { encryptionPassword }),
        ...(credentials && { credentials }),
    };
    return {
        backup,
        args: { ...sizes, ...softwareOf(backup, args), ...args, restoreFrom },
        ...(docker && isLocal(access) && { docker }),
    };
}

/** The engine, version and flavor of the backup, except what the arguments set. */
function softwareOf({ engine, version, flavor }: Backup, args: DatabaseSpec): DatabaseSpec {
    const named = parseVersion(args.version ?? "", args.engine ?? engine)?.flavor;
    return {
        ...(engine && args.engine === undefined && args.version === undefined && { engine }),
        ...(version && args.version === undefined && args.engine === undefined && { version }),
        ...(flavor && args.flavor === undefined && named === undefined && { flavor }),
    };
}

/** Refuses an earlier version before anything is created. The restore itself compares the others. */
function checkVersion(backup: Backup, { engine = "redis", version = "" }: DatabaseSpec): void {
    const wanted = parseVersion(version, engine)?.version;
    if (backup.version === undefined || wanted === undefined || (backup.engine ?? "redis") !== engine) return;
    if (compareVersions(wanted, backup.version) >= 0) return;
    throw new PlatformError(
        "validation",
        `the backup ${backup.id} is of version ${backup.version}, which ${wanted} cannot read`,
        `request version ${backup.version} or a later one`,
        { findings: [] },
    );
}

function onlyDatabaseIn(backups: readonly Backup[], of: string): string | undefined {
    const databases = [...new Set(backups.map(({ database }) => database))].sort();
    if (databases.length < 2) return databases[0];
    throw new PlatformError(
        "validation",
        `${of} has backups of several databases: ${databases.join(", ")}`,
        "name one of them as `database` (--database)",
        { findings: [] },
    );
}
