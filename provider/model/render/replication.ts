/** The users of replicas, the replication directives, and the memory they are allowed to use. */
import { createHash } from "node:crypto";
import type { DatabaseSpec } from "../databaseSpec";
import { directivesOf, quoted } from "../catalog/directives";
import type { Directives } from "../catalog/flavors";
import { primaryConfPath } from "./layout";
import { backlogMb, isReplicated, receiversOf, replicationMb } from "../sizing/memory";
import type { Login } from "./urls";
import { type Release, releaseOf, versions } from "../catalog/versions";

/** The user with which a replica of this name logs in to its primary. */
export function followerUser(replica: string): string {
    return `repl-${replica}`;
}

/** The member name of the database's own server, for when a replica is the primary. No replica can have this name. */
export const ownMember = "0";

/** ACL lines for the users of replicas, with only the commands that replication needs. */
export function followerUsers(release: Release, passwords: readonly Login[]): string {
    const channels = versions[release].channelPermissions ? " resetchannels" : "";
    return passwords
        .map(({ user, password }) => {
            const hash = createHash("sha256").update(password).digest("hex");
            return `user ${user} on #${hash} resetkeys${channels} -@all +psync +replconf +ping\n`;
        })
        .join("");
}

/**
 * The login of a replica at its primary. It is secret, so it is in a separate file that redis.conf includes. Before 6.0
 * there is no user, and the password is the single password of the primary.
 */
export function primaryConf({ user, password }: Login): string {
    return `${user === "" ? "" : `masteruser ${quoted(user)}\n`}masterauth ${quoted(password)}\n`;
}

/**
 * For a primary, and for backups: a dump is sent without waiting for further replicas, and its receivers cannot fill the
 * memory.
 */
export function primaryDirectives(spec: DatabaseSpec): Directives {
    const { memoryMb, followers, backup } = spec;
    if (followers.length === 0 && backup === undefined) return [];
    const release = releaseOf(spec);
    const hardMb = Math.max(1, Math.floor(replicationMb(memoryMb) / 2 / receiversOf(spec)));
    return forVersion(release, [
        // Before 6.2, redis-cli does not read a dump that is sent while it is made.
        ...(followers.length > 0 || versions[release].rdbOnly
            ? ([
                  ["repl-diskless-sync", "yes"],
                  ["repl-diskless-sync-delay", "0"],
              ] as const)
            : []),
        ...(isReplicated(spec)
            ? ([
                  ["repl-backlog-size", `${backlogMb(memoryMb)}mb`],
                  // A replica that falls behind further must restart its sync. Without the limit, the kernel could kill
                  // the primary.
                  ["client-output-buffer-limit", `replica ${hardMb}mb ${Math.max(1, Math.floor(hardMb / 2))}mb 60`],
              ] as const)
            : []),
    ]);
}

/**
 * For a replica, until it is promoted. The agent sets the address of the primary at run time, because it can change.
 * `port` is the replica's TLS port for other Docker hosts.
 */
export function replicaDirectives(spec: DatabaseSpec, port: number): Directives {
    const { replica, host } = spec;
    if (!replica) return [];
    const { primary } = replica;
    const release = releaseOf(spec);
    return forVersion(release, [
        ["replica-priority", String(replica.priority)],
        // Before 6.0, the tunnel handles TLS.
        ...(primary && versions[release].nativeTls ? [["tls-replication", "yes"] as const] : []),
        ...(primary ? [["include", primaryConfPath] as const] : []),
        // The address that the primary uses for the replica in a switchover. On one Docker host it is the container's.
        ...(primary && !primary.nearby
            ? ([
                  ["replica-announce-ip", host],
                  ["replica-announce-port", String(port)],
              ] as const)
            : []),
    ]);
}

/**
 * A memory-only server would keep the dump that it receives as a replica, or that it writes for a backup, and load it
 * after a restart. Before 6.0 the health check removes the dump.
 */
export function dumpDirectives({ flavor, replica, backup, ...spec }: DatabaseSpec): Directives {
    const dumps = replica !== undefined || backup !== undefined;
    return flavor === "nordb" && dumps ? forVersion(releaseOf(spec), [["rdb-del-sync-files", "yes"]]) : [];
}

/** Uses the version's names of directives and leaves out those that it does not support. */
function forVersion(release: Release, directives: Directives): Directives {
    const { nativeTls, replicaDirective } = versions[release];
    if (nativeTls) return directives;
    const renamed = (text: string) => (replicaDirective === "slaveof" ? text.replace("replica", "slave") : text);
    return directives
        .map(
            ([name, value]) => [renamed(name), name === "client-output-buffer-limit" ? renamed(value) : value] as const,
        )
        .filter(([name]) => name === "include" || directivesOf(release)[name] !== undefined);
}
