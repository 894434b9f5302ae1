/** What a backup is for programs, and what operations on backups take and return. */
import type { Engine, Flavor, Version } from "../../model/catalog/versions";
import type { Location, LocationKind } from "../../model/backup/repositories";
import type { DatabaseInfo } from "../state/databases";
import type { DockerConnection } from "../options";

/** A repository of backups. */
export interface BackupRepository {
    /** Its number among the repositories of the database, from 1 on. */
    readonly number: number;
    readonly kind: LocationKind;
    /** The name of the volume, the path or the URL. */
    readonly location: string;
}

/** A repository that has a backup. */
export interface BackupCopy extends BackupRepository {
    /** Whether the backup in this repository has been verified. */
    readonly verified: boolean;
}

/** A repository with which an operation failed. */
export interface FailedRepository extends BackupRepository {
    readonly reason: string;
}

/** A backup of a database. It has the same ID in every repository. */
export interface Backup {
    readonly id: string;
    /** The database, as `PROJECT/STACK/NAME`. */
    readonly database: string;
    /** When it was made, in ISO 8601. */
    readonly time: string;
    /** `final` backups, which `deprovision` makes, are kept until they are purged. */
    readonly kind: "scheduled" | "manual" | "final";
    readonly engine?: Engine;
    readonly version?: Version;
    /** The exact version, such as `8.6.1`. */
    readonly release?: string;
    readonly flavor?: Flavor;
    readonly keys?: number;
    /** The size of the dump, before compression and deduplication. */
    readonly bytes?: number;
    /** SHA-256 of the dump, in hexadecimal digits. */
    readonly sha256?: string;
    /** The repositories that have it. */
    readonly repositories: readonly BackupCopy[];
}

/** A new backup. */
export interface NewBackup extends Backup {
    /** The repositories that could not store it; empty if all have. */
    readonly failed: readonly FailedRepository[];
}

/** Backups, the newest first. */
export interface BackupList {
    readonly backups: readonly Backup[];
    /** The repositories that could not be read. */
    readonly failed: readonly FailedRepository[];
}

/** What a verification of a backup in one repository found. */
export interface Verification {
    /** The number of the repository. */
    readonly number: number;
    readonly id: string;
    readonly ok: boolean;
    readonly keys?: number;
    readonly seconds?: number;
    /** Why it is not ok. */
    readonly reason?: string;
}

/** How the backups of a database are doing, as its backup container reports it. */
export interface BackupStatus {
    /** The last backup that succeeded. */
    readonly last?: {
        readonly id: string;
        /** When it was made, in ISO 8601. */
        readonly time: string;
        readonly keys?: number;
        readonly bytes?: number;
    };
    /** The age of the last backup. */
    readonly ageSeconds?: number;
    /** The longest time between two backups by schedule. */
    readonly intervalSeconds?: number;
    /** When the next backup is due, in ISO 8601. */
    readonly next?: string;
    /** Since when backups fail, and why. */
    readonly failing?: { readonly since: string; readonly reason: string };
    /** What is remarkable about the last backup, such as far fewer keys than before. */
    readonly alarm?: string;
    /** The last verification. */
    readonly verified?: { readonly id: string; readonly time: string; readonly ok: boolean; readonly reason?: string };
}

/** A server with backups, as `get` and `list` return it, or `backupSourceIn` finds it in the state of another stack. */
export type BackupSource = Pick<DatabaseInfo, "handle" | "backupContainerName" | "dockerHost" | "dockerCertPath">;

/** How to log in to S3 or to restic's REST server. */
export interface RepositoryCredentials {
    readonly accessKeyId?: string;
    readonly secretAccessKey?: string;
    readonly sessionToken?: string;
    readonly region?: string;
    /** The CA with which the server's certificate is verified, in PEM. */
    readonly caCert?: string;
    readonly user?: string;
    readonly password?: string;
}

/** A repository without a database: its location, and how to read it. */
export interface RepositoryAccess {
    /** Exactly one of `volume`, `path`, `s3`, `sftp` and `rest`. */
    readonly repository: Location;
    /** Absent if the repository has none. */
    readonly encryptionPassword?: string;
    readonly credentials?: RepositoryCredentials;
    /** The Docker host of a volume or a path, and from which other repositories are read. */
    readonly docker?: DockerConnection;
}

/** Where backups are: the handle of a database, a database, or a repository. */
export type BackupPlace = string | BackupSource | RepositoryAccess;

/** Which backup to restore: by its ID, the last one, or the last one before a time in ISO 8601. */
export type WantedBackup = "latest" | (string & {}) | { readonly before: string };
