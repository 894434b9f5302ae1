/** The platform library, `pulumi-redis-database/platform`: databases for programs, through Pulumi's CLI. */
export * as changes from "./changes";
export type { Change } from "./changes";
export type { Message, Phase, ProgressEvent, Step } from "./engine/progress";
export { PlatformError } from "./errors";
export type { ChangeRow, Difference, ErrorCode, ErrorDetails, Failure, LockHolder, Refusal } from "./errors";
export type { DockerConnection, PlatformOptions } from "./options";
export type { Health } from "./health";
export type { Connection } from "./program";
export { RedisPlatform } from "./redisPlatform";
export type { OperationOptions, PlannedUpgrade, Preview, ReplicateOptions } from "./redisPlatform";
export type { DatabaseSpec, ReplicaSpec } from "./specification";
export type { DatabaseInfo } from "./state/databases";
