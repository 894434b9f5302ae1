/** The operations on backups: finds the database, its backup container and its repositories. */
import { listReplicas } from "../../model/arguments/replicaList";
import { type Databases, taken } from "../databases";
import { type Deployments, checkHandle } from "../deployments";
import type { OperationOptions } from "../engine/databaseStack";
import { PlatformError } from "../errors";
import type { Settings } from "../options";
import type { StateBackend } from "../state/backend";
import { nameOf, parseCheckpoint } from "../state/checkpoint";
import { type DatabaseInfo, isMember } from "../state/databases";
import { accessesOf } from "./access";
import type {
    Backup,
    BackupList,
    BackupPlace,
    BackupSource,
    NewBackup,
    RepositoryAccess,
    Verification,
} from "./backup";
import { dockerOf } from "./container";
import { type CopyOptions, copyBackup } from "./copy";
import { type ExportOptions, type Exported, exportBackup } from "./export";
import { findBackup, listBackups } from "./list";
import { makeBackup } from "./make";
import { type OrphanedBackups, orphanedBackups } from "./orphaned";
import { purgeBackup } from "./purge";
import { type RestoreOptions, type RestoreSource, planRestore } from "./restore";
import type { StackDatabase } from "./stackDatabase";
import { type BackupStore, DatabaseStore, DetachedStore } from "./stores";
import { type VerifyOptions, verifyBackup } from "./verify";

/** Where a new database can come from: the handle of a database, a database of a Pulumi program, or a repository. */
export type RestorePlace = string | StackDatabase | RepositoryAccess;

export class BackupOperations {
    constructor(
        private readonly settings: Settings,
        private readonly backend: StateBackend,
        private readonly databases: Databases,
        private readonly deployments: Deployments,
    ) {}

    async make(of: string | BackupSource, kind: "manual" | "final", options: OperationOptions): Promise<NewBackup> {
        return makeBackup(await this.sourceOf(of), kind, options);
    }

    async list(of: BackupPlace, options: OperationOptions): Promise<BackupList> {
        return listBackups(await this.storeOf(of), options);
    }

    async find(of: BackupPlace, id: string, options: OperationOptions): Promise<Backup> {
        return findBackup(await this.storeOf(of), id, options);
    }

    async copy(of: string | BackupSource, id: string, options: CopyOptions): Promise<Backup> {
        return copyBackup(await this.sourceOf(of), id, options);
    }

    async purge(
        of: BackupPlace,
        id: string,
        from: string | number | undefined,
        options: OperationOptions,
    ): Promise<Backup> {
        return purgeBackup(await this.storeOf(of), id, from, options);
    }

    async export(
        of: BackupPlace,
        id: string,
        to: string | NodeJS.WritableStream,
        options: ExportOptions,
    ): Promise<Exported> {
        return exportBackup(await this.storeOf(of), id, to, options);
    }

    async verify(
        of: string | BackupSource,
        id: string | undefined,
        options: VerifyOptions,
    ): Promise<readonly Verification[]> {
        return verifyBackup(await this.sourceOf(of), id, options);
    }

    async orphaned(only: RepositoryAccess | undefined, options: OperationOptions): Promise<OrphanedBackups> {
        const { project, docker } = this.settings;
        return orphanedBackups({ databases: await this.databases.list(), project, docker }, only, options);
    }

    /** Creates a database from a backup. A repeat of an interrupted restore uses the same backup. */
    async restore(handle: string, from: RestorePlace, options: RestoreOptions): Promise<DatabaseInfo> {
        const { snapshot, database, args, ...rest } = options;
        await this.checkNew(handle);
        const begun = await this.begunRestore(handle);
        const wanted = begun ?? snapshot;
        const planned = await planRestore(await this.restoreSource(from, rest), {
            ...rest,
            ...(wanted !== undefined && { snapshot: wanted }),
            ...(database !== undefined && { database }),
            ...(args && { args }),
        });
        const specification = this.deployments.specificationOf(handle, planned.args);
        return this.deployments.deploy({ ...specification, ...(planned.docker && { docker: planned.docker }) }, rest);
    }

    /** Makes a backup, and creates a database from it. */
    async clone(of: string | StackDatabase, handle: string, options: RestoreOptions): Promise<DatabaseInfo> {
        await this.checkNew(handle);
        const source = await this.sourceOf(of);
        const begun = await this.begunRestore(handle);
        const snapshot = begun ?? (await makeBackup(source, "manual", options)).id;
        return this.restore(handle, of, { ...options, snapshot });
    }

    private async sourceOf(of: string | BackupSource): Promise<BackupSource> {
        return typeof of === "string" ? this.databases.get(of) : of;
    }

    private async storeOf(of: BackupPlace): Promise<BackupStore> {
        if (typeof of === "object" && "repository" in of) return this.detached(of);
        return new DatabaseStore(await this.sourceOf(of));
    }

    private detached(access: RepositoryAccess): DetachedStore {
        return new DetachedStore([access], access.docker ?? this.settings.docker);
    }

    /** Throws `handle-taken` if there is a database that has been created completely. */
    private async checkNew(handle: string): Promise<void> {
        checkHandle(handle);
        const existing = await this.databases.find(handle);
        if (existing && (existing.status !== "incomplete" || isMember(existing))) throw taken(handle, []);
    }

    /** The ID of the backup that an interrupted restore has begun to use. */
    private async begunRestore(handle: string): Promise<string | undefined> {
        const content = await this.backend.read(handle);
        if (!content) return undefined;
        const { resources } = parseCheckpoint(content);
        const database = resources.find(
            ({ type, urn }) => type === "redis-database:index:RedisDatabase" && nameOf(urn) === handle,
        );
        const { snapshot } = (database?.inputs?.restoreFrom ?? {}) as { readonly snapshot?: unknown };
        return typeof snapshot === "string" ? snapshot : undefined;
    }

    /** The repositories with their secrets, which only the arguments of the database have. */
    private async restoreSource(from: RestorePlace, options: OperationOptions): Promise<RestoreSource> {
        if (typeof from === "object" && "repository" in from) {
            return { accesses: [from], docker: from.docker ?? this.settings.docker };
        }
        if (typeof from === "object") return sourceOfStack(from);
        const info = await this.databases.get(from);
        const { specification } = await this.deployments.outputsOf(info, options);
        const args = isMember(info)
            ? { ...specification.args, backup: undefined, ...replicaArguments(specification.args, info.handle) }
            : specification.args;
        const { owner } = info;
        if (!args.backup || owner === undefined) throw needsRepository(from);
        return {
            accesses: accessesOf(args.backup, owner),
            docker: dockerOf(info),
            database: owner,
            sizes: sizesOf(args),
        };
    }
}

function sourceOfStack({ handle, owner, repositories, memoryMb, diskSizeGb }: StackDatabase): RestoreSource {
    const [first] = repositories;
    if (!first) throw needsRepository(handle);
    return { accesses: repositories, docker: first.docker, database: owner, sizes: sizesOf({ memoryMb, diskSizeGb }) };
}

function sizesOf({ memoryMb, diskSizeGb }: { [size in "memoryMb" | "diskSizeGb"]?: number | undefined }) {
    return { ...(memoryMb !== undefined && { memoryMb }), ...(diskSizeGb !== undefined && { diskSizeGb }) };
}

function replicaArguments({ replicas }: { readonly replicas?: unknown }, handle: string): object {
    return listReplicas(replicas as never).find(({ name }) => name === handle) ?? {};
}

function needsRepository(handle: string): PlatformError {
    return new PlatformError(
        "not-backed-up",
        `the arguments of "${handle}" have no \`backup\` with repositories to restore from`,
        "set `backup`, or name the repository to restore from",
        {},
    );
}
