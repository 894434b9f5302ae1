/** Which resources exist. Decided at once when the program runs, from plain values alone. */
import { checkEach } from "./arguments/check";
import { withDefaults } from "./arguments/defaults";
import { type Kind, type PlainArguments, unresolved } from "./arguments/definition";
import { serverArguments } from "./arguments/index";
import { holdsUnresolved } from "./arguments/partial";
import { entriesOf } from "./arguments/users";
import { listReplicas, replicaComponent, replicaNames } from "./arguments/replicaList";
import type { Role } from "./arguments/replication";
import { releaseOf, versions } from "./catalog/versions";
import { followerUser, ownMember } from "./render/replication";

/** A login by which a replica, or the database's own server, may follow this server. */
export interface PlannedLogin {
    /** The name of a replica or of a `replicationAccess`, or `ownMember`. */
    readonly follower: string;
    /** Its user; empty before 6.0, where it logs in with the server's one password. */
    readonly user: string;
}

/** A user that the program asks for, and whether its password is random. */
export interface PlannedUser {
    readonly name: string;
    readonly randomPassword: boolean;
}

/** Which resources one server has. */
export interface ServerPlan {
    readonly name: string;
    /** Whether HAProxy terminates TLS, as before 6.0. */
    readonly haproxy: boolean;
    /** Whether HAProxy is also what it follows through, as a replica before 6.0. */
    readonly tunnel: boolean;
    /** Whether it makes its data volume, and whether that may have a quota. */
    readonly dataVolume: boolean;
    readonly quota: boolean;
    readonly randomPorts: boolean;
    readonly randomPassword: boolean;
    /** Whether it signs its certificate, and the numbers of the CAs that it makes for that: the first signs. */
    readonly issuesCertificate: boolean;
    readonly caVersions: readonly number[];
    readonly logins: readonly PlannedLogin[];
    readonly users: readonly PlannedUser[];
    readonly deletionProtection: boolean;
}

/** A database's own server, or a replica that follows or takes writes for it. */
export interface PlannedMember extends Role {
    /** Its name among the members: the replica's, or `ownMember`. */
    readonly member: string;
    readonly component: string;
}

/** One of a database's replicas. A promoted one belongs to no group. */
export interface PlannedReplica extends PlannedMember {
    readonly promoted: boolean;
    /** Whether it is on the Docker host of the database's own server, whoever takes writes. */
    readonly here: boolean;
}

export interface DatabasePlan {
    readonly server: ServerPlan;
    /** The database's own server as a member of its group. */
    readonly own: PlannedMember;
    /** In the order of `replicas`. */
    readonly replicas: readonly PlannedReplica[];
}

/**
 * Of arguments in which `unresolved` stands for every Output, at any depth. `follows` says whether a replica follows,
 * `shared` names the users whose passwords it has from its database.
 */
export function planServer(
    kind: Kind,
    name: string,
    args: PlainArguments,
    follows = kind === "RedisReplica",
    shared: readonly string[] = [],
): ServerPlan {
    const haproxy = needsHaproxy(kind, args);
    const { tls, deletionProtection } = withDefaults(serverArguments, args);
    const { ca, certificate } = (args.tls ?? {}) as PlainArguments;
    return {
        name,
        haproxy,
        tunnel: haproxy && follows,
        dataVolume: args.data === undefined,
        quota: args.diskSizeGb !== undefined,
        randomPorts: leavesPortToChance(args),
        randomPassword: args.password === undefined,
        issuesCertificate: certificate === undefined,
        caVersions: ca === undefined && certificate === undefined ? tls.caVersions : [],
        logins: loginsOf(args, haproxy),
        users: entriesOf(args.users).map(({ name: user, password }) => ({
            name: user,
            randomPassword: password === undefined && !shared.includes(user),
        })),
        deletionProtection,
    };
}

/** Whether HAProxy terminates TLS, as far as the version is a plain value: of one that only Outputs know it does not. */
export function needsHaproxy(kind: Kind, { primary, ...own }: PlainArguments): boolean {
    const { wanted } = checkEach(holdsUnresolved(primary) ? own : { ...own, primary }, kind);
    return wanted !== undefined && !versions[releaseOf(wanted)].nativeTls;
}

function leavesPortToChance({ ports, plaintext }: PlainArguments): boolean {
    if (ports === undefined || ports === unresolved) return true;
    const given = ports as PlainArguments;
    return given.tls === undefined || (plaintext !== false && given.plaintext === undefined);
}

function loginsOf({ replicas, replicationAccess }: PlainArguments, haproxy: boolean): PlannedLogin[] {
    const names = replicaNames(replicas);
    const access = (replicationAccess ?? []) as readonly string[];
    // The database's own server follows where a replica takes writes, which none does before 6.2.
    const own = names.length > 0 && !haproxy ? [ownMember] : [];
    return [...names, ...own, ...access].map((follower) => ({
        follower,
        user: haproxy ? "" : followerUser(follower),
    }));
}

/** `here` is the Docker host of the database's own server; hosts are compared, and otherwise opaque. */
export function planDatabase(name: string, args: PlainArguments, here: unknown): DatabasePlan {
    const server = planServer("RedisDatabase", name, args);
    const own = { member: ownMember, component: name, dockerHost: here };
    const listed = listReplicas(args.replicas).map(({ name: replica, provider = here, promoted }) => ({
        member: String(replica),
        component: replicaComponent(name, String(replica)),
        promoted: promoted === true,
        dockerHost: provider,
    }));
    const group = [own, ...listed.filter(({ promoted }) => !promoted)];
    const leader = group.find(({ member }) => member === args.primary) ?? own;
    const roleOf = ({ member, dockerHost }: typeof own): Role => ({
        nearby: dockerHost === leader.dockerHost,
        leads: member === leader.member,
        // Before 6.0 no other member takes over.
        peers: server.haproxy ? [] : group.map((other) => other.member).filter((other) => other !== member),
    });
    return {
        server,
        own: { member: ownMember, component: name, ...roleOf(own) },
        replicas: listed.map((replica) => ({
            member: replica.member,
            component: replica.component,
            promoted: replica.promoted,
            here: replica.dockerHost === here,
            ...(replica.promoted ? { nearby: replica.dockerHost === here, leads: false, peers: [] } : roleOf(replica)),
        })),
    };
}

/** The names of a server's resources, without the component's own. */
export function resourceNames(plan: ServerPlan): string[] {
    const cas = plan.issuesCertificate ? plan.caVersions.flatMap((version) => Object.values(caNames(version))) : [];
    return [
        "agent",
        "server",
        "settings",
        "completed",
        deletionProtectionName,
        ...(plan.dataVolume ? ["data"] : []),
        ...(plan.randomPorts ? ["port"] : []),
        ...(plan.randomPassword ? ["password"] : []),
        ...(plan.issuesCertificate ? ["key", "request", "certificate"] : []),
        ...cas,
        ...plan.logins.flatMap(({ user }) => (user === "" ? [] : [user])),
        ...plan.users.flatMap(({ name, randomPassword }) => (randomPassword ? [userSuffix(name)] : [])),
        ...(plan.haproxy ? ["terminator"] : []),
        ...(plan.tunnel ? ["tunnel"] : []),
    ].map((suffix) => `${plan.name}-${suffix}`);
}

/** What Pulumi shows where it refuses to remove a database; no space in it, since people copy URNs into commands. */
export const deletionProtectionName = "deletion-protection--first-set-deletionProtection-to-false-and-run-pulumi-up";

/** The name of a user's random password. */
export function userSuffix(name: string): string {
    return `user-${name}`;
}

/** The names of a CA and its key: the first has no number. */
export function caNames(version: number): { readonly ca: string; readonly caKey: string } {
    const numbered = version === 1 ? "" : `-${version}`;
    return { ca: `ca${numbered}`, caKey: `ca-key${numbered}` };
}
