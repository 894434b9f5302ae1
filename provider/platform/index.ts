/** The platform library, `pulumi-redis-database/platform`: databases for programs, through Pulumi's CLI. */
export { changes } from "./changes";
export type { Change } from "./changes";
export type { OperationOptions } from "./engine/databaseStack";
export type { Message, Phase, ProgressEvent, Step } from "./engine/progress";
export { PlatformError } from "./errors";
export type { ChangeRow, Difference, ErrorCode, ErrorDetails, Failure, LockHolder, Refusal } from "./errors";
export type { DockerConnection, PlatformOptions } from "./options";
export type { Health } from "./health";
export type { Connection } from "./program";
export { RedisPlatform } from "./redisPlatform";
export type { Drift, PlannedUpgrade, Preview, ReplicateOptions } from "./results";
export type { DatabaseSpec, ReplicaSpec } from "./specification";
export type { DatabaseInfo } from "./state/databases";
export type { ListedVersion } from "../model/catalog/listVersions";
export type { Engine, Flavor, RedisVersion, ValkeyVersion, Version } from "../model/catalog/versions";
export type { Effect } from "../model/changes/rows";
export type { Finding } from "../model/findings";
