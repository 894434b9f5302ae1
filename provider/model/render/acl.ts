/** How clients log in: lines of the ACL file, which contain only password hashes, or before 6.0 the single password. */
import { createHash } from "node:crypto";
import { quoted } from "../catalog/directives";
import { clientUser } from "./urls";
import { firstWith, type Release, versions } from "../catalog/versions";

/** ACL lines for the client users `default` and `app`, which share a password. Empty before 6.0. */
export function clientUsers(release: Release, password: string): string {
    if (!versions[release].acl) return "";
    const hash = createHash("sha256").update(password).digest("hex");
    // 6.0 does not support channel permissions and rejects the rule.
    const channels = versions[release].channelPermissions ? " &*" : "";
    return ["default", clientUser].map((user) => `user ${user} on #${hash} ~*${channels} +@all\n`).join("");
}

/** A user from the argument `users`. */
export interface ProgramUser {
    readonly name: string;
    /** ACL rules in the syntax of Redis. */
    readonly rules: string;
    readonly password: string;
}

/** Whether the component uses this name itself, for its own users or those of replicas. */
export function isReservedUser(name: string): boolean {
    return (
        ["default", clientUser, "agent", "health", "backup", "agent-refill"].includes(name) || name.startsWith("repl-")
    );
}

/**
 * ACL lines for the users from the argument `users`. They start without access to channels, which is the default from 7.0
 * on. The default of 6.2 is access to all channels, and 6.0 cannot restrict channels.
 */
export function programUsers(release: Release, users: readonly ProgramUser[]): string {
    const channels = versions[release].channelPermissions ? " resetchannels" : "";
    return users
        .map(({ name, rules, password }) => {
            const hash = createHash("sha256").update(password).digest("hex");
            return `user ${name} on #${hash}${channels} ${rules}\n`;
        })
        .join("");
}

/** The permissions of the agent: settings, users, dumps and replication, but no keys. */
export function agentRules(release: Release): string {
    const failover = versions[release].failover ? ["+failover"] : [];
    return [
        "-@all",
        "+acl",
        "+bgrewriteaof",
        "+bgsave",
        "+config",
        ...failover,
        "+info",
        "+memory",
        "+ping",
        "+replicaof",
    ].join(" ");
}

/** The permissions of the scripts in the server's container: the health check, and saving users and data before a stop. */
export const healthRules = "-@all +acl|save +info +ping +shutdown";

/** The permissions of the backup container: to receive a dump. */
export const backupRules = "-@all +ping +psync +replconf +sync";

/**
 * The rules that earlier versions with users do not support yet, as `version:rule`. During an upgrade, the agent leaves
 * them out for the old server.
 */
export function rulesSince(release: Release): string {
    const rules = { channelPermissions: ["&*", "resetchannels"], failover: ["+failover"] } as const;
    return (Object.keys(rules) as (keyof typeof rules)[])
        .filter((fact) => versions[release][fact])
        .flatMap((fact) => rules[fact].map((rule) => `${firstWith(fact)}:${rule}`))
        .join(" ");
}

/** The file that redis.conf includes before 6.0. The password is in plaintext, because Redis did not support hashes then. */
export function passwordConf(password: string): string {
    return `requirepass ${quoted(password)}\n`;
}
