/** Managed Redis for programs: creates, changes and lists databases through Pulumi, one stack per database. */
import { listReplicas, replicaComponent } from "../model/arguments/replicaList";
import { type ListedVersion, listVersions } from "../model/catalog/listVersions";
import { compareVersions, parseVersion } from "../model/catalog/versions";
import type {
    Backup,
    BackupList,
    BackupPlace,
    BackupSource,
    NewBackup,
    RepositoryAccess,
    Verification,
} from "./backups/backup";
import { backupFailed, reasonsOf } from "./backups/container";
import type { CopyOptions } from "./backups/copy";
import type { ExportOptions, Exported } from "./backups/export";
import { BackupOperations, type RestorePlace } from "./backups/operations";
import type { OrphanedBackups } from "./backups/orphaned";
import type { RestoreOptions } from "./backups/restore";
import type { StackDatabase } from "./backups/stackDatabase";
import type { VerifyOptions } from "./backups/verify";
import { type Change, changes, unchanged } from "./changes";
import { Databases, taken } from "./databases";
import { Deployments, checkHandle, incomplete } from "./deployments";
import type { OperationOptions } from "./engine/databaseStack";
import type { Step } from "./engine/progress";
import { removeAbandoned } from "./engine/workDirectory";
import { type BackupFailure, PlatformError } from "./errors";
import { type Health, healthOf, serverHealthOf, waitUntilHealthy } from "./health";
import { Operations } from "./operations";
import { type PlatformOptions, type Settings, settingsFrom } from "./options";
import type { Connection } from "./program";
import type {
    DeprovisionOptions,
    Deprovisioned,
    Drift,
    PlannedUpgrade,
    Preview,
    PurgeOptions,
    ReplicateOptions,
} from "./results";
import { type DatabaseSpec, type ReplicaSpec, differencesOf, unknownVersion } from "./specification";
import { type DatabaseInfo, isMember } from "./state/databases";
import { openBackend } from "./state/open";
import { repair } from "./state/repair";

/**
 * Databases on Docker hosts that you own, each in a Pulumi stack of its own. Every method that changes something can be
 * repeated: a repeated operation continues where an interrupted one stopped. All errors are of the class `PlatformError`.
 */
export class RedisPlatform {
    private readonly databases: Databases;
    private readonly deployments: Deployments;
    private readonly backups: BackupOperations;

    private constructor(
        settings: Settings,
        private readonly operations: Operations,
    ) {
        this.databases = new Databases(operations.backend);
        this.deployments = new Deployments(settings, operations, this.databases);
        this.backups = new BackupOperations(settings, operations.backend, this.databases, this.deployments);
    }

    /** Opens a platform. Creates its directories and its passphrase, if they do not exist yet. */
    static open(options: PlatformOptions = {}): RedisPlatform {
        const settings = settingsFrom(options);
        removeAbandoned(settings);
        return new RedisPlatform(settings, new Operations(settings, openBackend(settings)));
    }

    /**
     * Creates a database. Changes nothing if it exists with the same arguments. The handle has at most 100 letters, digits,
     * hyphens, underscores and dots, and begins with a letter or digit.
     *
     * @throws `validation`, `unknown-version`; `handle-taken` if it exists with other arguments
     */
    async create(handle: string, args: DatabaseSpec = {}, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.deployments.deploy(this.deployments.specificationOf(handle, args), options);
    }

    /** What `create` would do. Changes nothing. */
    async previewCreate(handle: string, args: DatabaseSpec = {}, options: OperationOptions = {}): Promise<Preview> {
        const specification = this.deployments.specificationOf(handle, args);
        await this.databases.checkFree(handle);
        const { messages, steps } = await this.operations.stack(handle).previewNew(specification, options);
        return { rows: [], messages, steps };
    }

    /** Describes a database or a replica. Reads the state only. */
    async get(handle: string): Promise<DatabaseInfo> {
        return this.databases.get(handle);
    }

    /** Describes all databases and replicas, by handle. Reads the state only. */
    async list(): Promise<readonly DatabaseInfo[]> {
        return this.databases.list();
    }

    /** Sets arguments of a database or a replica; `undefined` removes one. Also restores what `drift` finds. */
    async update(handle: string, args: Partial<DatabaseSpec>, options: OperationOptions = {}): Promise<DatabaseInfo> {
        const info = await this.get(handle);
        const change = isMember(info) ? changes.updateReplica(handle, args) : changes.update(args);
        return this.deployments.change(info, change, options, { flags: ["--refresh"] });
    }

    /**
     * Adds a replica with its own handle, password and URLs. Changes nothing if it exists with the same arguments.
     *
     * @throws `handle-taken` if the handle exists elsewhere, or with other arguments
     */
    async replicate(
        handle: string,
        replica: string,
        args: ReplicaSpec = {},
        { separate = false, ...options }: ReplicateOptions = {},
    ): Promise<DatabaseInfo> {
        checkHandle(replica);
        const primary = await this.get(handle);
        if (!separate) {
            const existing = await this.databases.find(replica);
            if (existing && existing.stack !== primary.stack) throw taken(replica, []);
            await this.deployments.apply(primary, addition(replica, args), options);
            return this.get(replica);
        }
        await this.deployments.apply(primary, changes.allowReplication(replica), options);
        const access = (await this.deployments.outputsOf(primary, options)).replicationAccess[replica];
        if (!access) throw new Error(`the stack "${handle}" has no access for "${replica}"`);
        return this.deployments.deploy(
            this.deployments.specificationOf(replica, args, { primary: handle, access }),
            options,
        );
    }

    /** Permanently turns a replica into a database that accepts writes. */
    async promote(replica: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.update(replica, { promoted: true } as Partial<DatabaseSpec>, options);
    }

    /** Lets a replica, or the database's own server, accept the writes. The others follow it. No write is lost. */
    async switchover(handle: string, to: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.deployments.change(
            await this.get(handle),
            changes.switchover(to === handle ? undefined : to),
            options,
        );
    }

    /**
     * Upgrades a database with its replicas. Those that follow are upgraded first, in an update of their own, since a
     * replica of an earlier version cannot follow. If the database cannot be upgraded then, they keep the later version, and
     * a repeat continues. Replicas with a `version` of their own keep it. One update upgrades all, and the server that
     * accepts the writes first, after a switchover to a replica, and from a version before 6.0 to 6.0 or later.
     */
    async upgrade(handle: string, version: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.deployments.change(await this.get(handle), changes.upgrade(version), options);
    }

    /** Generates a new password. Clients stay connected; the old password is valid for `passwordGraceHours`. */
    async rotatePassword(handle: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        return this.deployments.change(await this.get(handle), changes.rotatePassword(), options);
    }

    /** Changes the size of a database or a replica. */
    async restart(
        handle: string,
        size: Pick<DatabaseSpec, "memoryMb" | "diskSizeGb">,
        options: OperationOptions = {},
    ): Promise<DatabaseInfo> {
        return this.update(handle, size, options);
    }

    /** Replaces the container of a database or a replica on its volume. Clients reconnect once. */
    async reload(handle: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        const info = await this.get(handle);
        await this.operations.exclusively(info.stack, options, async (stack) => {
            const { after } = await this.deployments.changed(stack, unchanged, options);
            const component = isMember(info) ? replicaComponent(after.name, handle) : after.name;
            const [health] = await serverHealthOf([info]);
            // A container that was removed by hand is in the state only.
            if (health?.state === "missing") await stack.update(after, options, "--refresh");
            else await stack.replaceServer(after, component, options);
        });
        return this.get(handle);
    }

    /** Gives a database another handle. Its containers keep their names. */
    async rename(handle: string, to: string, options: OperationOptions = {}): Promise<DatabaseInfo> {
        checkHandle(to);
        await this.databases.checkFree(to);
        const info = await this.get(handle);
        if (isMember(info)) throw memberRefused(info, "be renamed: its handle is part of its database's arguments");
        await this.checkNotFollowed(handle, "renamed");
        await this.operations.exclusively(handle, options, async (stack) => {
            const { after } = await this.deployments.changed(stack, unchanged, options);
            await stack.rename(to, options);
            const renamed = this.operations.stack(to);
            try {
                // The agent records the name of the stack as the owner of the data.
                await renamed.update(after, options);
            } catch (error) {
                await repair(this.operations.backend, to);
                await renamed.rename(handle, {});
                throw error;
            }
        });
        return this.get(to);
    }

    /**
     * What a change would do. Changes nothing. The functions in `changes` make changes, for example
     * `changes.upgrade("8.6")`.
     */
    async preview(handle: string, change: Change, options: OperationOptions = {}): Promise<Preview> {
        const { stack: name } = await this.get(handle);
        return this.operations.exclusively(name, options, async (stack) => {
            const { after, rows, notes } = await this.deployments.changed(stack, change, options);
            const { messages, steps } = await stack.preview(after, options);
            return { rows, messages: [...notes, ...messages], steps };
        });
    }

    /**
     * Deletes a database with its data and its replicas, or one replica. `confirm` must repeat the handle. Before that, each
     * of these servers with `backup` makes a final backup, which is kept until it is purged.
     *
     * @throws `validation` if `confirm` does not repeat the handle; `refused` while replicas with stacks of their own follow
     * the database; `backup-failed` if a repository has not stored the final backup. Nothing is deleted then.
     */
    async deprovision(
        handle: string,
        confirm: string,
        { skipFinalBackup = false, ...options }: DeprovisionOptions = {},
    ): Promise<Deprovisioned> {
        if (confirm !== handle) {
            const message = `"${confirm}" does not confirm the deletion of "${handle}"`;
            throw new PlatformError("validation", message, "repeat the handle", { findings: [] });
        }
        const info = await this.get(handle);
        if (isMember(info)) {
            const finalBackups = skipFinalBackup ? [] : await this.finalBackups([info], options);
            await this.deployments.apply(info, changes.removeReplica(handle), options, { removes: handle });
            return { handle, finalBackups };
        }
        await this.checkNotFollowed(handle, "deleted");
        const deleted = (await this.list()).filter(({ stack }) => stack === info.stack);
        const finalBackups = await this.operations.exclusively(handle, options, async (stack) => {
            const made = skipFinalBackup ? [] : await this.finalBackups(deleted, options);
            await stack.destroy(options);
            await this.operations.backend.forget(handle);
            return made;
        });
        if (info.primary !== undefined) {
            await this.deployments.apply(await this.get(info.primary), changes.revokeReplication(handle), options);
        }
        return { handle, finalBackups };
    }

    /** What `deprovision` would delete. Changes nothing. */
    async planDeprovision(handle: string, options: OperationOptions = {}): Promise<readonly Step[]> {
        const info = await this.get(handle);
        if (isMember(info)) {
            const { steps } = await this.preview(handle, changes.removeReplica(handle), options);
            return steps.filter(({ operation }) => operation === "delete");
        }
        return this.operations.exclusively(handle, options, async (stack) => (await stack.planDestroy(options)).steps);
    }

    /**
     * Makes a backup now, in addition to the scheduled ones.
     *
     * @throws `not-backed-up`; `backup-failed` if no repository has stored it
     */
    async backup(of: string | BackupSource, options: OperationOptions = {}): Promise<NewBackup> {
        return this.backups.make(of, "manual", options);
    }

    /** Lists the backups of a database or a replica, or all in a repository; the newest first. */
    async listBackups(of: BackupPlace, options: OperationOptions = {}): Promise<BackupList> {
        return this.backups.list(of, options);
    }

    /**
     * Describes a backup.
     *
     * @throws `backup-unknown` with the nearest ID
     */
    async showBackup(of: BackupPlace, id: string, options: OperationOptions = {}): Promise<Backup> {
        return this.backups.find(of, id, options);
    }

    /** Copies a backup from one repository of a database to another. Changes nothing if that has it already. */
    async copyBackup(of: string | BackupSource, id: string, options: CopyOptions): Promise<Backup> {
        return this.backups.copy(of, id, options);
    }

    /** Permanently removes a backup from one repository or from all. Returns it with the repositories that had it. */
    async purgeBackup(of: BackupPlace, id: string, { from, ...options }: PurgeOptions = {}): Promise<Backup> {
        return this.backups.purge(of, id, from, options);
    }

    /**
     * Writes a backup to a new file that only this user can read, or to a stream, which is not ended: a plain RDB file, which
     * Redis loads without this package. A file appears only if its SHA-256 is that of the backup.
     */
    async exportBackup(
        of: BackupPlace,
        id: string,
        to: string | NodeJS.WritableStream,
        options: ExportOptions = {},
    ): Promise<Exported> {
        return this.backups.export(of, id, to, options);
    }

    /**
     * Restores a backup into a temporary server and compares it with what was backed up. Without an ID, the newest backup of
     * each repository. One result for each repository.
     */
    async verifyBackup(
        of: string | BackupSource,
        id?: string,
        options: VerifyOptions = {},
    ): Promise<readonly Verification[]> {
        return this.backups.verify(of, id, options);
    }

    /**
     * The backups of databases of this platform that no longer exist. Searches the repositories of the existing databases,
     * and the Docker volumes of deleted databases whose `backup` named no repository; or only one repository.
     */
    async orphanedBackups(only?: RepositoryAccess, options: OperationOptions = {}): Promise<OrphanedBackups> {
        return this.backups.orphaned(only, options);
    }

    /**
     * Creates a database from a backup. A repeat
     * continues an interrupted restore, with the same backup.
     *
     * @throws `handle-taken` if the database exists; `backup-unknown`
     */
    async restore(handle: string, from: RestorePlace, options: RestoreOptions = {}): Promise<DatabaseInfo> {
        return this.backups.restore(handle, from, options);
    }

    /**
     * Makes a backup of a database, and creates another one from it.
     *
     * @throws `not-backed-up`; `handle-taken` if the new database exists
     */
    async clone(
        of: string | StackDatabase,
        handle: string,
        options: Omit<RestoreOptions, "snapshot" | "database"> = {},
    ): Promise<DatabaseInfo> {
        return this.backups.clone(of, handle, options);
    }

    /** How to connect to a database or a replica, with its password. */
    async url(handle: string, options: OperationOptions = {}): Promise<Connection> {
        const info = await this.get(handle);
        const connection = (await this.deployments.outputsOf(info, options)).connections[isMember(info) ? handle : ""];
        if (!connection) throw incomplete(handle);
        return connection;
    }

    /**
     * The health of all databases, or of these: handles, or what `list` and `get` have returned. A Docker host that does
     * not answer within 2 s makes it `unknown`.
     */
    async health(...of: readonly (string | DatabaseInfo)[]): Promise<readonly Health[]> {
        const find = async (each: string | DatabaseInfo) => (typeof each === "string" ? this.get(each) : each);
        return healthOf(of.length === 0 ? await this.list() : await Promise.all(of.map(find)));
    }

    /**
     * Waits until a database or a replica is healthy.
     *
     * @throws `timeout` after `timeoutSeconds` (default 300)
     */
    async wait(
        handle: string,
        { timeoutSeconds = 300, signal }: { readonly timeoutSeconds?: number; readonly signal?: AbortSignal } = {},
    ): Promise<Health> {
        const info = await this.get(handle);
        const ask = async (): Promise<Health> => (await serverHealthOf([info]))[0] ?? { handle, state: "unknown" };
        return waitUntilHealthy(ask, { timeoutSeconds, ...(signal && { signal }) });
    }

    /**
     * What has changed on the Docker host since the last update, and would be restored by `update`; empty if nothing
     * has.
     */
    async drift(handle: string, options: OperationOptions = {}): Promise<readonly Step[]> {
        const { stack: name } = await this.get(handle);
        return this.operations.exclusively(name, options, async (stack) => {
            const { after } = await this.deployments.changed(stack, unchanged, options);
            return (await stack.preview(after, options, "--refresh")).steps;
        });
    }

    /** The drift of all databases. A check that fails does not stop the others. */
    async driftAll(options: OperationOptions = {}): Promise<readonly Drift[]> {
        const stacks = (await this.list()).filter(({ handle, stack }) => handle === stack);
        return Promise.all(
            stacks.map(async ({ handle }): Promise<Drift> => {
                try {
                    return { handle, steps: await this.drift(handle, options) };
                } catch (error) {
                    if (error instanceof PlatformError) return { handle, steps: [], error };
                    throw error;
                }
            }),
        );
    }

    /** The databases that `upgradeAll` would upgrade, in its order. Reads the state only. */
    async planUpgrade(version: string): Promise<readonly PlannedUpgrade[]> {
        const wanted = parseVersion(version);
        if (!wanted) throw unknownVersion(version);
        const all = await this.list();
        const isEarlier = ({ engine, version }: DatabaseInfo) =>
            engine === "redis" && version !== undefined && compareVersions(version, wanted.version) < 0;
        return all.filter(isEarlier).flatMap(({ handle, stack, version: from }) => {
            if (stack !== handle || from === undefined) return [];
            const replicas = all.filter((each) => isMember(each) && each.stack === stack && isEarlier(each));
            return [{ handle, from, to: wanted.version, replicas: replicas.map((each) => each.handle) }];
        });
    }

    /**
     * Upgrades all databases with earlier versions, one after the other. Stops at the first failure, and throws its
     * error. `onUpgraded` receives each database that is done.
     */
    async upgradeAll(
        version: string,
        { onUpgraded, ...options }: OperationOptions & { readonly onUpgraded?: (upgraded: DatabaseInfo) => void } = {},
    ): Promise<readonly DatabaseInfo[]> {
        const done: DatabaseInfo[] = [];
        for (const { handle } of await this.planUpgrade(version)) {
            const upgraded = await this.upgrade(handle, version, options);
            done.push(upgraded);
            onUpgraded?.(upgraded);
        }
        return done;
    }

    /** All versions in all flavors, in the managed service's spelling. */
    versions(): readonly ListedVersion[] {
        return listVersions();
    }

    /** Throws `backup-failed` unless every repository has stored the final backup of each server that has backups. */
    private async finalBackups(
        servers: readonly DatabaseInfo[],
        options: OperationOptions,
    ): Promise<readonly NewBackup[]> {
        const made: NewBackup[] = [];
        for (const server of servers.filter(({ backupContainerName }) => backupContainerName !== undefined)) {
            const refused = (reason: string, failures: readonly BackupFailure[]) =>
                backupFailed(
                    `the final backup of "${server.handle}" failed, so nothing was deleted: ${reason}`,
                    failures,
                    "correct the cause, or delete the database without a final backup",
                );
            const backup = await this.backups.make(server, "final", options).catch((error: unknown) => {
                throw PlatformError.is(error, "backup-failed") ? refused(error.message, error.details.failures) : error;
            });
            const failures = backup.failed.map(({ location, reason }) => ({ location, message: reason }));
            if (failures.length > 0) throw refused(reasonsOf(backup.failed), failures);
            made.push(backup);
        }
        return made;
    }

    private async checkNotFollowed(handle: string, what: string): Promise<void> {
        const followers = (await this.list()).filter((info) => info.primary === handle && !isMember(info));
        if (followers.length === 0) return;
        throw new PlatformError(
            "refused",
            `"${handle}" cannot be ${what} while it is followed by ${followers.map((each) => `"${each.handle}"`).join(", ")}`,
            "promote or deprovision these replicas first",
            { refusals: [] },
        );
    }
}

/** Adds a replica. Changes nothing if it exists with the same arguments; throws `handle-taken` if with others. */
function addition(replica: string, args: ReplicaSpec): Change {
    return (database) => {
        const existing = listReplicas(database.replicas).find(({ name }) => name === replica);
        if (!existing) return changes.replicate(replica, args)(database);
        const differences = differencesOf(existing, { ...args, name: replica } as DatabaseSpec);
        if (differences.length > 0) throw taken(replica, differences);
        return database;
    };
}

function memberRefused({ handle, stack }: DatabaseInfo, what: string): PlatformError {
    return new PlatformError(
        "refused",
        `the replica "${handle}" of "${stack}" cannot ${what}`,
        "create a new replica",
        {
            refusals: [],
        },
    );
}
