/** What operations take and return, besides databases. */
import type { Version } from "../model/catalog/versions";
import type { NewBackup } from "./backups/backup";
import type { OperationOptions } from "./engine/databaseStack";
import type { Message, Step } from "./engine/progress";
import type { ChangeRow, PlatformError } from "./errors";

/** What an operation would do. */
export interface Preview {
    /** The rows of the change table that apply; empty for a new database. */
    readonly rows: readonly ChangeRow[];
    /** The databases' explanations and warnings. */
    readonly messages: readonly Message[];
    readonly steps: readonly Step[];
}

/** Where a new replica is. */
export interface ReplicateOptions extends OperationOptions {
    /**
     * Whether it gets a stack of its own, for example on another Docker host. It then takes part in no switchover, and is
     * upgraded on its own. The default is false.
     */
    readonly separate?: boolean;
}

export interface DeprovisionOptions extends OperationOptions {
    /** Deletes the data without a final backup. The default is false. */
    readonly skipFinalBackup?: boolean;
}

/** What `deprovision` has done. */
export interface Deprovisioned {
    readonly handle: string;
    /** The final backups of the database and its replicas; empty if none of them had `backup`. */
    readonly finalBackups: readonly NewBackup[];
}

export interface PurgeOptions extends OperationOptions {
    /** Only from this repository, by number or location. The default is all that have the backup. */
    readonly from?: string | number;
}

/** What has changed on a database's Docker host since its last update. */
export interface Drift {
    readonly handle: string;
    /** What the next update would restore; empty if nothing has changed, or the check failed. */
    readonly steps: readonly Step[];
    /** Why the check failed. */
    readonly error?: PlatformError;
}

/** A database that `upgradeAll` would upgrade. */
export interface PlannedUpgrade {
    readonly handle: string;
    readonly from: Version;
    readonly to: Version;
    /** The handles of its replicas with earlier versions. They are upgraded with it: see `RedisPlatform.upgrade`. */
    readonly replicas: readonly string[];
}
