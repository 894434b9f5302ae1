/** The errors of the platform library. Each has a stable code, facts as typed details, and a remedy. */
import type { Effect } from "../model/changes/rows";
import type { Finding } from "../model/findings";

/** What an error of each code says in addition to its message. */
export interface ErrorDetails {
    /** Arguments or a handle are not valid. Nothing was touched. */
    readonly "validation": { readonly findings: readonly Finding[] };
    /** A database or replica with this handle already exists, and differs from what was requested. */
    readonly "handle-taken": { readonly differences: readonly Difference[] };
    /** There is no database or replica with this handle. */
    readonly "handle-unknown": { readonly nearest: readonly string[] };
    /** The requested version does not exist. `known` are those of the engine. */
    readonly "unknown-version": { readonly known: readonly string[] };
    /** Another operation is running on the same database. */
    readonly "locked": LockHolder;
    /** The Pulumi CLI is missing, too old or fails to start. */
    readonly "engine-unreachable": Readonly<Record<string, never>>;
    /** The state backend cannot be read, or rejects the credentials. */
    readonly "backend-unreachable": Readonly<Record<string, never>>;
    /** The Docker host does not answer. */
    readonly "docker-unreachable": Readonly<Record<string, never>>;
    /** The change is refused. The databases keep running with their data. */
    readonly "refused": {
        readonly refusals: readonly Refusal[];
        /** The rows of the change table that apply. Absent if a database's agent or Docker refuses the change. */
        readonly rows?: readonly ChangeRow[];
    };
    /** The operation failed after it had begun to change resources. */
    readonly "partial": { readonly failed: readonly Failure[]; readonly changed: readonly string[] };
    /** The database has no `backup`, so there is nothing that makes or reads backups. */
    readonly "not-backed-up": Readonly<Record<string, never>>;
    /** There is no backup with this ID, or none from the requested time. */
    readonly "backup-unknown": { readonly nearest: readonly string[] };
    /** A backup, or what was to be done with one, has failed. The database is not affected. */
    readonly "backup-failed": { readonly failures: readonly BackupFailure[] };
    /** A database did not become healthy in time. */
    readonly "timeout": { readonly state: string; readonly reason: string };
    /** The caller cancelled the operation. */
    readonly "cancelled": { readonly changed: readonly string[] };
}

export type ErrorCode = keyof ErrorDetails;

/** An argument whose value differs. A secret's values are not shown. */
export interface Difference {
    readonly path: string;
    readonly current?: unknown;
    readonly requested?: unknown;
}

/** Who holds a lock. Empty if the backend does not report it, as the Pulumi service. */
export interface LockHolder {
    readonly pid?: number;
    readonly host?: string;
    /** When the lock was taken, in ISO 8601. */
    readonly since?: string;
}

/** A row of the change table that applies to a change. docs/changes.md has the whole table. */
export interface ChangeRow {
    /** The paths of the arguments that change. */
    readonly arguments: readonly string[];
    /** What the change does to the server, in one word. */
    readonly effect: Effect;
    /** What happens to the server, to its data and to its clients. */
    readonly server: string;
    readonly data: string;
    readonly clients: string;
}

/** Why a component refuses a change. */
export interface Refusal {
    /** The code of the message, such as `redis-database/version-downgrade`. docs/errors.md explains each. */
    readonly code: string;
    /** The name of the database or replica. */
    readonly component: string;
    readonly message: string;
}

/** A resource that failed. */
export interface Failure {
    /** The resource's name. */
    readonly resource: string;
    readonly message: string;
    /** The code of the message, if it has one. */
    readonly code?: string;
}

/** Why something with a backup has failed. */
export interface BackupFailure {
    readonly message: string;
    /** The code of the message, if it has one. docs/errors.md explains each. */
    readonly code?: string;
    /** The repository, if the reason is there. */
    readonly location?: string;
}

/** An operation of the platform that did not succeed. */
export class PlatformError<C extends ErrorCode = ErrorCode> extends Error {
    override readonly name = "PlatformError";

    constructor(
        /** Stable, for programs. */
        readonly code: C,
        message: string,
        /** What to do next, as an instruction. */
        readonly remedy: string,
        readonly details: ErrorDetails[C],
    ) {
        super(message);
    }

    /** Whether an error has this code. */
    static is<C extends ErrorCode>(error: unknown, code: C): error is PlatformError<C> {
        return error instanceof PlatformError && error.code === code;
    }
}
