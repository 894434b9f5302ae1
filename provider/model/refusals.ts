/** The codes of refusals by a database's containers: `refused: … [redis-database/CODE]` at the end of an error. */

export interface Refusal {
    /** What is wrong. */
    readonly meaning: string;
    /** What to do so that the next update succeeds. */
    readonly remedy: string;
}

/**
 * A code is never renamed, and its meaning never changes, because people search for it. A test checks that the scripts in
 * `provider/containers` use exactly these codes.
 */
export const agentRefusals = {
    "agent-failed": {
        meaning: "A command of the settings agent failed unexpectedly.",
        remedy: "Read the reason in the message, fix its cause and run `pulumi up` again.",
    },
    "agent-login-refused": {
        meaning:
            "The server rejects the login of the settings agent, because its user and `default` (before 6.0, the password) were changed by hand.",
        remedy: "Restart the server's container, which then reads its users or its password again (a memory-only database loses its data), and run `pulumi up`.",
    },
    "append-only-file-not-written": {
        meaning: "Redis could not write the append-only file that the new flavor or adopted data needs.",
        remedy: "Free disk space on the data volume, or read the reason in the server's log, and run `pulumi up` again.",
    },
    "certificate-ends-soon": {
        meaning: "The certificate of the server or of its CA expires soon or has expired.",
        remedy: "Run `pulumi up`, which renews a certificate that the component issued, or replace the certificate that the message names.",
    },
    "certificate-not-accepted": {
        meaning: "The server, or HAProxy before 6.0, rejects the certificate, its key or the CA.",
        remedy: "Correct `tls.certificate`, `tls.ca` or the setting of `tls` that the message names.",
    },
    "clients-paused": {
        meaning: "The clients of the running server are paused (`CLIENT PAUSE`), including the settings agent.",
        remedy: "Wait until the pause is over and run `pulumi up` again.",
    },
    "configuration-not-accepted": {
        meaning: "A trial server of the same image does not start with these settings.",
        remedy: "Correct the directive in `config` that the message names.",
    },
    "data-being-written": {
        meaning: "A server is writing to the files in the volume or directory in `data`.",
        remedy: "Stop that server, wait a minute and run `pulumi up` again.",
    },
    "data-belongs-to-another": {
        meaning: "The volume or directory in `data` belongs to a different database.",
        remedy: "Use a different volume or directory; if that database no longer exists, delete the file `.redis-database` there.",
    },
    "data-files-ambiguous": {
        meaning: "The volume or directory in `data` has both a dump and an append-only file.",
        remedy: 'Set `data.files` to "aof" or "rdb", whichever contains the current data.',
    },
    "data-files-missing": {
        meaning: "The volume or directory in `data` does not have the kind of file that `data.files` names.",
        remedy: "Correct `data.files`, or leave it out if there is only one kind of file.",
    },
    "data-has-other-files": {
        meaning:
            "The volume or directory in `data` has files that are not from Redis, or files of Redis with unusual names.",
        remedy: "Move the files that the message names to a different directory, or rename files of Redis to their usual names.",
    },
    "data-needs-modules": {
        meaning: "The data contains values of modules, such as JSON or search, which are not available here.",
        remedy: "Remove these values and the modules from the server that wrote the data, and create a new dump there.",
    },
    "data-newer-than-version": {
        meaning: "The data was written by a later version of Redis, in a format that this version cannot read.",
        remedy: "Set `version` to the version that wrote the data, or to a later one.",
    },
    "data-not-readable": {
        meaning:
            "A file in the volume or directory in `data` is incomplete or damaged, or has a different format than its name suggests.",
        remedy: "Repair the file with the tools of Redis, or restore it from a backup.",
    },
    "data-not-redis": {
        meaning: "The volume or directory in `data` has files, but neither a dump nor an append-only file.",
        remedy: "Use a volume or directory that is empty or contains data of Redis.",
    },
    "data-place-changed": {
        meaning: "`data` names a different volume or directory than before, but the data would not move there.",
        remedy: "Restore the previous value of `data`; to move the data, create a second database and copy it there.",
    },
    "data-place-not-writable": {
        meaning: "The settings agent cannot write to the data volume or directory.",
        remedy: "Free disk space there, or mount it with write access, and run `pulumi up` again.",
    },
    "databases-below-use": {
        meaning: '`config["databases"]` is too low for the number of a database that has keys.',
        remedy: "Set at least the number in the message, or empty that database.",
    },
    "disk-size-below-use": {
        meaning: "`diskSizeGb` is smaller than the disk space that the data already uses.",
        remedy: "Set at least the size in the message.",
    },
    "disk-too-full-for-hand-over": {
        meaning:
            "A memory-only server must be replaced, but there is not enough disk space for the dump that hands its data over.",
        remedy: "Free the disk space that the message names, or undo the change that replaces the server.",
    },
    "disk-too-small-for-files": {
        meaning: "The disk of the data is smaller than the files of this flavor can become.",
        remedy: "Give the data a larger disk, raise its quota on the Docker host, or reduce `memoryMb`.",
    },
    "dump-not-started": {
        meaning: "Redis refuses to write a dump.",
        remedy: "Read the reason of Redis in the message, fix its cause and run `pulumi up` again.",
    },
    "dump-not-written": {
        meaning: "Redis could not write the dump that the new flavor or the replacement of the server needs.",
        remedy: "Free disk space on the data volume, or read the reason in the server's log, and run `pulumi up` again.",
    },
    "eviction-frees-too-little": {
        meaning: "Redis evicted all keys that its policy allows, but the data still does not fit `memoryMb`.",
        remedy: "Set at least the `memoryMb` in the message or a `maxmemoryPolicy` that evicts more keys, or delete keys.",
    },
    "first-sync-not-done": {
        meaning: "The replica is still receiving its first sync.",
        remedy: "Increase `syncTimeoutSeconds` and run `pulumi up` again.",
    },
    "first-sync-out-of-memory": {
        meaning:
            "The replica stopped several times before its first sync was complete, most likely because it ran out of memory.",
        remedy: "Set the replica's `memoryMb` to that of its primary.",
    },
    "flavor-would-discard-data": {
        meaning: 'The flavor "nordb" does not persist anything, but the volume or directory in `data` has data.',
        remedy: 'Adopt the data with the flavor "aof" or "rdb", or use an empty volume or directory.',
    },
    "follows-by-hand": {
        meaning: "The server was made a replica by hand (`REPLICAOF`), which replaces its data and stops its writes.",
        remedy: "Wait a minute until the agent has made it a primary again; to copy the data of that server, set `importing: true` first.",
    },
    "haproxy-not-asked": {
        meaning: "HAProxy, which before 6.0 terminates TLS or is a replica's tunnel, runs but does not answer.",
        remedy: "Use images with Perl (`image`, `transform.terminator`, `transform.tunnel`), such as the official images based on Debian; or stop HAProxy's container during the update and start it again afterwards.",
    },
    "image-version-mismatch": {
        meaning: "`image` runs a different version of Redis than `version` names.",
        remedy: "Change `image` or `version` so that they match.",
    },
    "killed-by-kernel": {
        meaning:
            "The server needed more memory than its container has, so the kernel killed it, and Docker restarted it.",
        remedy: "Increase `memoryMb`, or find what used the memory, such as a Lua script or a command with a large result; the health check passes again after an update that changes something, a restart of the container, or a day.",
    },
    "maxclients-reached": {
        meaning: "Clients use all connections that `maxclients` allows, so no other client can connect.",
        remedy: 'Disconnect some of them, and increase `config["maxclients"]`.',
    },
    "memory-not-released": {
        meaning: "The server still uses more memory than the reduced `memoryMb` allows, although its data would fit.",
        remedy: "Set at least the `memoryMb` in the message, or run `pulumi up` again once Redis has released memory.",
    },
    "memory-too-small-for-data": {
        meaning: "The current data does not fit `memoryMb`.",
        remedy: "Set at least the `memoryMb` in the message, delete keys, or set `evictToFit` and a `maxmemoryPolicy` that evicts.",
    },
    "memory-too-small-for-replicas": {
        meaning: "`memoryMb` is too small for both the data and the replication backlog.",
        remedy: "Set at least the `memoryMb` in the message, delete keys, or set `evictToFit` and a `maxmemoryPolicy` that evicts.",
    },
    "password-not-accepted": {
        meaning: "The server, which is older than 6.0, rejects the new password.",
        remedy: "Read the reason of Redis in the message, fix its cause and run `pulumi up` again.",
    },
    "primary-certificate-not-verified": {
        meaning:
            "The TLS handshake with the primary failed, because its certificate cannot be verified or is not valid at this time.",
        remedy: "Set the `caCertPem` of the primary on the replica, and renew an expired certificate.",
    },
    "primary-name-not-in-certificate": {
        meaning: "The primary's certificate is not valid for the name by which the replica reaches it.",
        remedy: "Add that name to `tls.hosts` of the primary.",
    },
    "primary-name-without-address": {
        meaning: "The name of the primary does not resolve on the replica's Docker host.",
        remedy: "Correct `host` of the primary, or the name resolution of that Docker host.",
    },
    "primary-not-accepted": {
        meaning: "The replica's server refuses to follow the primary.",
        remedy: "Read the reason of Redis in the message, fix its cause and run `pulumi up` again.",
    },
    "primary-not-followed": {
        meaning: "The replica's server cannot reach its primary or log in there, or the sync fails.",
        remedy: "Fix the cause in the message: the primary's address and port, the network, the CA or the login.",
    },
    "primary-not-reached": {
        meaning: "HAProxy, the tunnel through which a replica before 6.0 follows, gets no answer from the primary.",
        remedy: "Make sure that the primary runs and that the replica's Docker host can reach its address and port.",
    },
    "primary-not-started": {
        meaning: "The primary has not started yet, so the replica does not know its address.",
        remedy: "Start the primary's container, or fix what prevents its start, and run `pulumi up` again.",
    },
    "promoted-by-hand": {
        meaning:
            "The replica was promoted by hand, and following again would discard what has been written to it since.",
        remedy: "Set `promoted: true`, or destroy the replica and create a new one.",
    },
    "promotion-not-accepted": {
        meaning: "The replica's server refuses to be promoted.",
        remedy: "Read the reason of Redis in the message, fix its cause and run `pulumi up` again.",
    },
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
        remedy: "Correct the path. It is a path on the Docker host, not on the machine that runs Pulumi.",
    },
    "restore-url-login-refused": {
        meaning: "The server of `restoreFrom.url` rejects the user or the password.",
        remedy: "Correct the user and the password in the URL, and encode special characters.",
    },
    "restore-url-not-reached": {
        meaning: "The server of `restoreFrom.url` cannot be reached from a container on the Docker host.",
        remedy: "Fix the cause in the message, such as the address or the network. `localhost` is the container itself.",
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
            "`version` is not set. A backup is restored with its own version or a later one, not with a default that may change.",
        remedy: "Set `version` to that of the backup, which the message names, or to a later one.",
    },
    "server-busy": {
        meaning: "A Lua script or a function keeps the running server busy, so it rejects other commands.",
        remedy: "Wait until the script is done, or stop it with `SCRIPT KILL` or `FUNCTION KILL`; a script that has written data can only be stopped with `SHUTDOWN NOSAVE`, which loses data that is not on the disk.",
    },
    "server-does-not-answer": {
        meaning: "The running server does not answer the settings agent in time.",
        remedy: "Wait until the cause is over, such as a long command or `CLIENT PAUSE`, and run `pulumi up` again; otherwise restart the server's container (a memory-only database loses its data).",
    },
    "setting-not-accepted": {
        meaning: "The running server rejects a setting that a trial server accepted.",
        remedy: "Correct the setting that the message names, or fix the cause that Redis reports.",
    },
    "switchover-failed": {
        meaning: "The replica did not become the primary in time, and the old primary still accepts writes.",
        remedy: "Make sure that the replica runs and has little replication lag, and run `pulumi up` again.",
    },
    "switchover-without-server": {
        meaning: "The current primary is not running, and may have writes that the replica lacks.",
        remedy: "Start its container and run `pulumi up` again, or leave `primary` out.",
    },
    "trial-out-of-memory": {
        meaning: "A trial server with these settings needs more memory than the container of the settings agent has.",
        remedy: 'Reduce `config["databases"]` or `config["maxclients"]`, for which Redis allocates memory when it starts.',
    },
    "user-not-accepted": {
        meaning: "The running server rejects the rules of a user.",
        remedy: "Read the reason of Redis in the message, fix its cause and run `pulumi up` again.",
    },
    "user-rules-not-accepted": {
        meaning: "Redis rejects the `rules` of one of `users`.",
        remedy: "Correct the rule that the message names, which this version may not support.",
    },
    "users-not-saved": {
        meaning: "The server could not write its ACL file to the settings volume.",
        remedy: "Free disk space on the Docker host and run `pulumi up` again.",
    },
} as const satisfies Readonly<Record<string, Refusal>>;
