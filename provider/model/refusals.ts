/** The codes of what a database's containers refuse: `refused: … [redis-database/CODE]` at the end of an error. */

interface Refusal {
    /** What is wrong. */
    readonly meaning: string;
    /** What makes the next update succeed. */
    readonly remedy: string;
}

/**
 * A code is never renamed and never gets another meaning, since people search for it. The scripts in
 * `provider/containers` use each of them, and no other (a test).
 */
export const agentRefusals = {
    "agent-failed": {
        meaning: "A command of the settings agent failed for a reason that it does not expect.",
        remedy: "Read the reason in the message, remove its cause and run `pulumi up` again.",
    },
    "agent-login-refused": {
        meaning:
            "The server does not accept the login of the settings agent, because somebody changed its user and `default`, or before 6.0 the password, by hand.",
        remedy: "Restart the server's container, which then reads its users or its password anew (a memory-only database loses its data), and run `pulumi up`.",
    },
    "append-only-file-not-written": {
        meaning: "Redis could not write the append-only file that the new flavor or adopted data needs.",
        remedy: "Free disk space on the data volume, or read the reason in the server's log, and run `pulumi up` again.",
    },
    "certificate-ends-soon": {
        meaning: "The server's certificate, or that of its CA, ends soon or has ended.",
        remedy: "Run `pulumi up`, which renews a certificate that the component made, or replace the one that the message names.",
    },
    "certificate-not-accepted": {
        meaning: "The server, or HAProxy before 6.0, does not accept the certificate, its key or the CA.",
        remedy: "Correct `tls.certificate`, `tls.ca` or the setting of `tls` that the message names.",
    },
    "clients-paused": {
        meaning:
            "Somebody paused the clients of the running server (`CLIENT PAUSE`), and the settings agent is one of them.",
        remedy: "Wait until the pause has ended, and run `pulumi up` again.",
    },
    "configuration-not-accepted": {
        meaning: "A trial server of the same image does not start with these settings.",
        remedy: "Correct the directive in `config` that the message names.",
    },
    "data-being-written": {
        meaning: "A server is writing the files in the volume or directory in `data`.",
        remedy: "Stop that server, wait a minute and run `pulumi up` again.",
    },
    "data-belongs-to-another": {
        meaning: "The volume or directory in `data` belongs to another database.",
        remedy: "Give another place; if that database no longer exists, delete the file `.redis-database` there.",
    },
    "data-files-ambiguous": {
        meaning: "The volume or directory in `data` has both a dump and an append-only file.",
        remedy: 'Set `data.files` to "aof" or "rdb", whichever holds the data.',
    },
    "data-files-missing": {
        meaning: "The volume or directory in `data` lacks the kind of file that `data.files` names.",
        remedy: "Correct `data.files`, or leave it out where there is only one kind of file.",
    },
    "data-has-other-files": {
        meaning:
            "The volume or directory in `data` has files besides those of Redis, or files of Redis under other names.",
        remedy: "Move the files that the message names elsewhere, or give those of Redis their usual names.",
    },
    "data-needs-modules": {
        meaning: "The data has values of modules, such as JSON or search, which are not available here.",
        remedy: "Remove that data and the modules from the server that wrote it, and have it dump again.",
    },
    "data-newer-than-version": {
        meaning: "A later version of Redis wrote the data, in a format that this version cannot read.",
        remedy: "Set `version` to the one that wrote the data, or a later one.",
    },
    "data-not-readable": {
        meaning: "A file in the volume or directory in `data` is incomplete, damaged, or not what its name says.",
        remedy: "Repair the file with the tools of Redis, or restore it from a backup.",
    },
    "data-not-redis": {
        meaning: "The volume or directory in `data` has files, but neither a dump nor an append-only file.",
        remedy: "Give a place that is empty or has data of Redis.",
    },
    "data-place-changed": {
        meaning: "`data` names another place than before, and the data would stay behind.",
        remedy: "Set `data` back; to move the data, make a second database and copy it.",
    },
    "data-place-not-writable": {
        meaning: "The settings agent cannot write to the place of the data.",
        remedy: "Free disk space there, or mount it with write access, and run `pulumi up` again.",
    },
    "databases-below-use": {
        meaning: '`config["databases"]` is lower than the number of a database that has keys.',
        remedy: "Give at least the number in the message, or empty that database.",
    },
    "disk-size-below-use": {
        meaning: "`diskSizeGb` is smaller than what the data takes on the disk already.",
        remedy: "Give at least the size in the message.",
    },
    "disk-too-full-for-hand-over": {
        meaning:
            "A memory-only server must be replaced, and the disk has no room for the dump that hands its data over.",
        remedy: "Free the disk space that the message names, or undo the change that replaces the server.",
    },
    "disk-too-small-for-files": {
        meaning: "The disk of the data is smaller than what the files of this flavor can take.",
        remedy: "Give the data a larger disk, raise its quota on the Docker host, or lower `memoryMb`.",
    },
    "dump-not-started": {
        meaning: "Redis refuses to write a dump.",
        remedy: "Read the reason of Redis in the message, remove its cause and run `pulumi up` again.",
    },
    "dump-not-written": {
        meaning: "Redis could not write the dump that the new flavor or the server's replacement needs.",
        remedy: "Free disk space on the data volume, or read the reason in the server's log, and run `pulumi up` again.",
    },
    "eviction-frees-too-little": {
        meaning: "Redis evicted all keys that its policy allows, and the data still does not fit `memoryMb`.",
        remedy: "Give at least the `memoryMb` in the message, a `maxmemoryPolicy` that evicts more keys, or delete some.",
    },
    "first-sync-not-done": {
        meaning: "The replica is still receiving its first sync.",
        remedy: "Increase `syncTimeoutSeconds`, and run `pulumi up` again.",
    },
    "first-sync-out-of-memory": {
        meaning:
            "The replica ended several times before its first sync was complete, most likely because it ran out of memory.",
        remedy: "Give the replica the `memoryMb` of its primary.",
    },
    "flavor-would-discard-data": {
        meaning: 'The flavor "nordb" keeps nothing on the disk, but the place in `data` has data.',
        remedy: 'Adopt the data with the flavor "aof" or "rdb", or give an empty place.',
    },
    "follows-by-hand": {
        meaning:
            "Somebody had the server follow another one (`REPLICAOF`), which replaces its data and stops its writes.",
        remedy: "Wait a minute, until the agent has made it take writes again; to copy that server's data, set `importing: true` first.",
    },
    "haproxy-not-asked": {
        meaning:
            "HAProxy, which terminates TLS before 6.0 or is what a replica follows through, runs but gives no answer.",
        remedy: "Use images with Perl (`image`, `transform.terminator`, `transform.tunnel`), as the official ones based on Debian are; or stop HAProxy's container while the update runs, and start it again.",
    },
    "image-version-mismatch": {
        meaning: "`image` runs another version of Redis than `version` names.",
        remedy: "Change `image` or `version` so that they agree.",
    },
    "killed-by-kernel": {
        meaning:
            "The server needed more memory than its container has, so that the kernel killed it, and Docker started it again.",
        remedy: "Give more `memoryMb`, or find what took the memory, such as a Lua script or a command with a large result; the health check passes again after an update that changes something, a restart of the container, or a day.",
    },
    "maxclients-reached": {
        meaning: "Clients use all connections that `maxclients` allows, so that nobody else can connect.",
        remedy: 'Have some of them disconnect, and give more in `config["maxclients"]`.',
    },
    "memory-not-released": {
        meaning: "The server still holds more memory than the lower `memoryMb` allows, although its data would fit.",
        remedy: "Give at least the `memoryMb` in the message, or run `pulumi up` again once Redis has released memory.",
    },
    "memory-too-small-for-data": {
        meaning: "The data in use does not fit `memoryMb`.",
        remedy: "Give at least the `memoryMb` in the message, delete keys, or set `evictToFit` and a policy that evicts.",
    },
    "memory-too-small-for-replicas": {
        meaning: "Beside the data, `memoryMb` has no room for the replication backlog.",
        remedy: "Give at least the `memoryMb` in the message, delete keys, or set `evictToFit` and a `maxmemoryPolicy` that evicts.",
    },
    "password-not-accepted": {
        meaning: "The server, which is older than 6.0, does not accept the new password.",
        remedy: "Read the reason of Redis in the message, remove its cause and run `pulumi up` again.",
    },
    "primary-certificate-not-verified": {
        meaning: "The TLS handshake with the primary failed: its certificate does not verify, or it is not valid now.",
        remedy: "Give the replica the `caCertPem` of its primary, and renew a certificate that has expired.",
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
        remedy: "Read the reason of Redis in the message, remove its cause and run `pulumi up` again.",
    },
    "primary-not-followed": {
        meaning: "The replica's server does not reach its primary, cannot log in there, or the sync does not succeed.",
        remedy: "Remove the cause in the message: the primary's address and port, the network, the CA or the login.",
    },
    "primary-not-reached": {
        meaning: "HAProxy, through which a replica before 6.0 follows, has no answer from the primary.",
        remedy: "Make sure that the primary runs, and that its address and port are reached from the replica's Docker host.",
    },
    "primary-not-started": {
        meaning: "The primary has not started yet, so that the replica does not know its address.",
        remedy: "Start the primary's container, or remove what keeps it from starting, and run `pulumi up` again.",
    },
    "promoted-by-hand": {
        meaning:
            "Somebody promoted the replica by hand, and following again would discard what was written there since.",
        remedy: "Set `promoted: true`, or destroy the replica and make a new one.",
    },
    "promotion-not-accepted": {
        meaning: "The replica's server refuses to be promoted.",
        remedy: "Read the reason of Redis in the message, remove its cause and run `pulumi up` again.",
    },
    "server-busy": {
        meaning: "A Lua script or a function keeps the running server busy, so that it refuses other commands.",
        remedy: "Wait until it has ended, or end it with `SCRIPT KILL` or `FUNCTION KILL`; one that has written ends only with `SHUTDOWN NOSAVE`, which loses what is not on the disk.",
    },
    "server-does-not-answer": {
        meaning: "The running server does not answer the settings agent in time.",
        remedy: "Wait until what blocks it has ended, such as a long command or `CLIENT PAUSE`, and run `pulumi up` again; where it does not end, restart the server's container (a memory-only database loses its data).",
    },
    "setting-not-accepted": {
        meaning: "The running server does not accept a setting that a trial server accepted.",
        remedy: "Correct the setting that the message names, or remove the cause that Redis gives.",
    },
    "switchover-failed": {
        meaning: "The replica did not take over writes in time; the primary goes on and takes writes.",
        remedy: "Make sure that the replica runs and follows closely, and run `pulumi up` again.",
    },
    "switchover-without-server": {
        meaning: "The server that should hand over its writes is not running, and may hold the latest of them.",
        remedy: "Start its container and run `pulumi up` again, or leave `primary` out.",
    },
    "trial-out-of-memory": {
        meaning: "A trial server with these settings takes more memory than the container of the settings agent has.",
        remedy: 'Lower `config["databases"]` or `config["maxclients"]`, for which Redis allocates memory at its start.',
    },
    "user-not-accepted": {
        meaning: "The running server does not accept the rules of a user.",
        remedy: "Read the reason of Redis in the message, remove its cause and run `pulumi up` again.",
    },
    "user-rules-not-accepted": {
        meaning: "Redis does not accept the `rules` of one of `users`.",
        remedy: "Correct the rule that the message names; the version may not know it yet, or no longer.",
    },
    "users-not-saved": {
        meaning: "The server could not write its file of users to the settings volume.",
        remedy: "Free disk space on the Docker host and run `pulumi up` again.",
    },
} as const satisfies Readonly<Record<string, Refusal>>;
