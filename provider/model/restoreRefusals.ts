/** The codes of refusals by the container that restores data: `refused: … [redis-database/CODE]` at the end of an error. */
import type { Refusal } from "./refusals";

/**
 * A code is never renamed, and its meaning never changes, because people search for it. A test checks that the scripts use
 * exactly these codes. A repository that cannot be read has the codes of `backupRefusals`.
 */
export const restoreRefusals = {
    "restore-backup-damaged": {
        meaning: "The backup is not the file that was stored, or cannot be read completely.",
        remedy: "Restore another backup of the repository, or the same backup from another repository.",
    },
    "restore-database-ambiguous": {
        meaning: "The repository has backups of several databases, and `restoreFrom.database` is not set.",
        remedy: "Set `restoreFrom.database` to one of those in the message.",
    },
    "restore-database-not-found": {
        meaning: "The repository has no backups of the database in `restoreFrom.database`.",
        remedy: "Set `restoreFrom.database` to one of those in the message, or leave it out.",
    },
    "restore-failed": {
        meaning: "A command of the container that restores data failed unexpectedly.",
        remedy: "Read the reason in the message, fix its cause and run `pulumi up` again.",
    },
    "restore-needs-modules": {
        meaning: "The data to restore contains values of modules, which are not supported.",
        remedy: "Delete these values from the server that wrote them, unload the modules, and write a new dump.",
    },
    "restore-newer-than-version": {
        meaning:
            "The data to restore was written by a later version, or by an engine whose files this engine cannot read.",
        remedy: "Set `version` and `engine` to those that wrote the data, or to a later version.",
    },
    "restore-no-space": {
        meaning: "There is not enough disk space for the data to restore.",
        remedy: "Free disk space on the Docker host, or use another location, and run `pulumi up` again.",
    },
    "restore-not-readable": {
        meaning: "The file or the directory to restore is not data of Redis, or is damaged.",
        remedy: "Give a dump or an append-only directory that Redis can load.",
    },
    "restore-onto-data": {
        meaning: "The location of the data is not empty, and restoring would replace what is there.",
        remedy: "Use an empty location, or leave out `restoreFrom` to use the existing data.",
    },
    "restore-out-of-memory": {
        meaning: "The data to restore needs more memory than `memoryMb`.",
        remedy: "Increase `memoryMb`.",
    },
    "restore-snapshot-not-found": {
        meaning: "The repository has no such backup.",
        remedy: "Set `restoreFrom.snapshot` to a backup that `redisdb backup list` shows.",
    },
    "restore-source-ambiguous": {
        meaning: "The directory to restore has two append-only files.",
        remedy: "Move the one without the current data elsewhere.",
    },
    "restore-source-missing": {
        meaning: "The file or the directory to restore does not exist on the Docker host.",
        remedy: "Correct the path, which is one on the Docker host and not on the machine that runs Pulumi.",
    },
    "restore-url-login-refused": {
        meaning: "The server of `restoreFrom.url` rejects the user or the password.",
        remedy: "Correct the user and the password in the URL, and encode special characters.",
    },
    "restore-url-not-reached": {
        meaning: "The server of `restoreFrom.url` cannot be reached from a container on the Docker host.",
        remedy: "Fix the cause in the message, such as the address or the network; `localhost` is the container itself.",
    },
    "restore-url-not-verified": {
        meaning:
            "The TLS handshake with the server of `restoreFrom.url` failed, or its certificate is not from the CA in `caCert`.",
        remedy: "Set `restoreFrom.caCert` to the CA that issued the server's certificate.",
    },
    "restore-url-sync-not-permitted": {
        meaning: "The server of `restoreFrom.url` does not permit `SYNC` and `PSYNC`, as most hosted services.",
        remedy: "Allow these commands to the user, or write a dump there and restore it with `rdbFile`.",
    },
    "restore-version-not-set": {
        meaning:
            "`version` is not set, but a backup is restored with its own version or a later one, and not with a default that may change.",
        remedy: "Set `version` to that of the backup, which the message names, or to a later one.",
    },
} as const satisfies Readonly<Record<string, Refusal>>;
