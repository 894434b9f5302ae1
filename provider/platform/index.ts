/** The platform library, `pulumi-redis-database/platform`: databases for programs, through Pulumi's CLI. */
export type {
    Backup,
    BackupCopy,
    BackupList,
    BackupPlace,
    BackupRepository,
    BackupSource,
    BackupStatus,
    FailedRepository,
    NewBackup,
    RepositoryAccess,
    RepositoryCredentials,
    Verification,
    WantedBackup,
} from "./backups/backup";
export type { CopyOptions } from "./backups/copy";
export type { ExportOptions, Exported } from "./backups/export";
export type { RestorePlace } from "./backups/operations";
export type { OrphanedBackup, OrphanedBackups } from "./backups/orphaned";
export type { RestoreOptions } from "./backups/restore";
export { stackDatabase } from "./backups/stackDatabase";
export type { StackDatabase } from "./backups/stackDatabase";
export type { VerifyOptions } from "./backups/verify";
export { changes } from "./changes";
export type { Change } from "./changes";
export type { OperationOptions } from "./engine/databaseStack";
export type { Message, Phase, ProgressEvent, Step } from "./engine/progress";
export { PlatformError } from "./errors";
export type {
    BackupFailure,
    ChangeRow,
    Difference,
    ErrorCode,
    ErrorDetails,
    Failure,
    LockHolder,
    Refusal,
} from "./errors";
export type { DockerConnection, PlatformOptions } from "./options";
export type { BackupHealth, Health } from "./health";
export type { Connection } from "./program";
export { RedisPlatform } from "./redisPlatform";
export type {
    DeprovisionOptions,
    Deprovisioned,
    Drift,
    PlannedUpgrade,
    Preview,
    PurgeOptions,
    ReplicateOptions,
} from "./results";
export type { DatabaseSpec, ReplicaSpec } from "./specification";
export type { DatabaseInfo } from "./state/databases";
export type { ListedVersion } from "../model/catalog/listVersions";
export type { Engine, Flavor, RedisVersion, ValkeyVersion, Version } from "../model/catalog/versions";
export type { Location, LocationKind } from "../model/backup/repositories";
export type { Effect } from "../model/changes/rows";
export type { Finding } from "../model/findings";
