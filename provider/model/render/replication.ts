/** Who may follow whom, what that takes of the memory, and what Redis is told about it. */
import { createHash } from "node:crypto";
import type { DatabaseSpec } from "../databaseSpec";
import { directivesOf, quoted } from "../catalog/directives";
import type { Directives } from "../catalog/flavors";
import { primaryConfPath } from "./layout";
import { backlogMb, replicationMb } from "../sizing/memory";
import type { Login } from "./urls";
import { type Release, releaseOf, versions } from "../catalog/versions";

/** The user by which a replica of this name follows its primary. */
export function followerUser(replica: string): string {
    return `repl-${replica}`;
}

/** The name under which a database's own server follows a replica that takes writes; no replica's name begins so. */
export const ownMember = "0";

/** ACL lines for the users that follow: what replication needs, and nothing else. */
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
 * What a replica logs in with: secret, so it is not in redis.conf but in a file that this includes. Before 6.0 there is no
 * user, and it is the primary's one password.
 */
export function primaryConf({ user, password }: Login): string {
    return `${user === "" ? "" : `masteruser ${quoted(user)}\n`}masterauth ${quoted(password)}\n`;
}

/** For a primary: nobody waits for others to join a sync, and replicas cannot fill its memory. */
export function primaryDirectives(spec: DatabaseSpec): Directives {
    const { memoryMb, followers } = spec;
    if (followers.length === 0) return [];
    const each = Math.max(1, Math.floor(replicationMb(memoryMb) / 2 / followers.length));
    return asSpelledFor(releaseOf(spec), [
        ["repl-diskless-sync", "yes"],
        ["repl-diskless-sync-delay", "0"],
        ["repl-backlog-size", `${backlogMb(memoryMb)}mb`],
        // A replica that falls behind further starts over, where else the kernel would end the primary.
        ["client-output-buffer-limit", `replica ${each}mb ${Math.max(1, Math.floor(each / 2))}mb 60`],
    ]);
}

/**
 * For a replica, until it is promoted. Whom it follows is told by the agent, as addresses change; `port` is where
 * another Docker host finds it over TLS.
 */
export function replicaDirectives(spec: DatabaseSpec, port: number): Directives {
    const { replica, flavor, host } = spec;
    if (!replica) return [];
    const { primary } = replica;
    const release = releaseOf(spec);
    return asSpelledFor(release, [
        ["replica-priority", String(replica.priority)],
        // Before 6.0 its tunnel speaks TLS.
        ...(primary && versions[release].nativeTls ? [["tls-replication", "yes"] as const] : []),
        ...(primary ? [["include", primaryConfPath] as const] : []),
        // How its primary names it when it hands over. On one host that is the address of its container.
        ...(primary && !primary.nearby
            ? ([
                  ["replica-announce-ip", host],
                  ["replica-announce-port", String(port)],
              ] as const)
            : []),
        // A memory-only replica would keep the dump of its first sync, and load that at a restart. (Before 6.0 the health
        // check removes it.)
        ...(flavor === "nordb" ? [["rdb-del-sync-files", "yes"] as const] : []),
    ]);
}

/** Without what a version does not know, and in the words that it has. */
function asSpelledFor(release: Release, directives: Directives): Directives {
    const { nativeTls, replicaDirective } = versions[release];
    if (nativeTls) return directives;
    const spelled = (text: string) => (replicaDirective === "slaveof" ? text.replace("replica", "slave") : text);
    return directives
        .map(
            ([name, value]) => [spelled(name), name === "client-output-buffer-limit" ? spelled(value) : value] as const,
        )
        .filter(([name]) => name === "include" || directivesOf(release)[name] !== undefined);
}
