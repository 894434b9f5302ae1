/** How clients log in: the lines of Redis's ACL file, which hold only hashes, and before 6.0 the one password. */
import { createHash } from "node:crypto";
import { quoted } from "../catalog/directives";
import { clientUser } from "./urls";
import { firstWith, type Release, versions } from "../catalog/versions";

/** ACL lines for the client users: `default` and the named one share a password, as clients expect. None before 6.0. */
export function clientUsers(release: Release, password: string): string {
    if (!versions[release].acl) return "";
    const hash = createHash("sha256").update(password).digest("hex");
    // 6.0 knows no channel permissions and refuses the rule.
    const channels = versions[release].channelPermissions ? " &*" : "";
    return ["default", clientUser].map((user) => `user ${user} on #${hash} ~*${channels} +@all\n`).join("");
}

/** A user that the program asks for. */
export interface ProgramUser {
    readonly name: string;
    /** In the words of Redis's ACL. */
    readonly rules: string;
    readonly password: string;
}

/** Whether a user of this name is the component's, or that of a replica. */
export function isOwnUser(name: string): boolean {
    return ["default", clientUser, "agent", "health", "agent-refill"].includes(name) || name.startsWith("repl-");
}

/**
 * ACL lines for the program's own users. They start without channels, as from 7.0 on; in 6.2 they would have all of them,
 * and 6.0 does not restrict channels.
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

/** What the agent may do: settings, users, dumps, replication, and no key. */
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

/** What the server's own scripts may do: the health check, and before a stop saving users and data. */
export const healthRules = "-@all +acl|save +info +ping +shutdown";

/**
 * The rules that an earlier version with users does not know yet, as `version:rule`: the agent leaves them out for a server
 * that is about to be replaced by one of this version.
 */
export function rulesSince(release: Release): string {
    const rules = { channelPermissions: ["&*", "resetchannels"], failover: ["+failover"] } as const;
    return (Object.keys(rules) as (keyof typeof rules)[])
        .filter((fact) => versions[release][fact])
        .flatMap((fact) => rules[fact].map((rule) => `${firstWith(fact)}:${rule}`))
        .join(" ");
}

/** The file that a redis.conf before 6.0 includes. It holds the password in clear: Redis knew no hashes then. */
export function passwordConf(password: string): string {
    return `requirepass ${quoted(password)}\n`;
}
