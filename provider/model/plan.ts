/** Decides which resources exist, synchronously when the program runs and from plain values only. */
import { checkEach } from "./arguments/check";
import { withDefaults } from "./arguments/defaults";
import { type Kind, type PlainArguments, unresolved } from "./arguments/definition";
import { serverArguments } from "./arguments/index";
import { holdsUnresolved } from "./arguments/partial";
import { entriesOf } from "./arguments/users";
import { listReplicas, replicaComponent, replicaNames } from "./arguments/replicaList";
import type { Role } from "./arguments/replication";
import { type RestoreSource, restoreSources } from "./arguments/restore";
import { releaseOf, versions } from "./catalog/versions";
import { followerUser, ownMember } from "./render/replication";

/** A login with which a replica, or the database's own server, can follow this server. */
export interface PlannedLogin {
    /** The name of a replica or of an entry in `replicationAccess`, or `ownMember`. */
    readonly follower: string;
    /** Its user; empty before 6.0, where it uses the single password of the server. */
    readonly user: string;
}

/** A user from `users`, and whether its password is random. */
export interface PlannedUser {
    readonly name: string;
    readonly randomPassword: boolean;
}

/** The container that restores data before the first start. */
export interface PlannedRestore {
    readonly source: RestoreSource;
    /** Whether the program sets `version`, and not a default that may change. */
    readonly versionGiven: boolean;
}

/** The resources of one server. */
export interface ServerPlan {
    readonly name: string;
    /** Whether HAProxy terminates TLS, as before 6.0. */
    readonly haproxy: boolean;
    /** Whether it follows through a tunnel, as a replica before 6.0 does. */
    readonly tunnel: boolean;
    /** Whether the component creates the data volume, and whether that may get a quota. */
    readonly dataVolume: boolean;
    readonly quota: boolean;
    readonly randomPorts: boolean;
    readonly randomPassword: boolean;
    /** Whether the component issues the certificate, and the numbers of the CAs that it creates. The first one signs. */
    readonly issuesCertificate: boolean;
    readonly caVersions: readonly number[];
    readonly logins: readonly PlannedLogin[];
    readonly users: readonly PlannedUser[];
    readonly restore?: PlannedRestore;
    /** Whether its containers need the program restic. */
    readonly restic: boolean;
    /** Whether there are backups, and whether failed ones are reported to a webhook. */
    readonly backup: boolean;
    readonly notifier: boolean;
    readonly deletionProtection: boolean;
}

/** A member of a replication group: the database's own server, or a replica that is not promoted. */
export interface PlannedMember extends Role {
    /** The name of the replica, or `ownMember`. */
    readonly member: string;
    readonly component: string;
}

/** One of a database's replicas. A promoted replica is not in the group. */
export interface PlannedReplica extends PlannedMember {
    readonly promoted: boolean;
    /** Whether it is on the Docker host of the database's own server, which need not be the primary. */
    readonly onDatabaseHost: boolean;
}

export interface DatabasePlan {
    readonly server: ServerPlan;
    /** The database's own server as a member of its group. */
    readonly own: PlannedMember;
    /** In the order of `replicas`. */
    readonly replicas: readonly PlannedReplica[];
}

/**
 * Plans one server. In `args`, `unresolved` stands for every Output, at any depth. `follows` says whether the server
 * follows a primary; `shared` are the users of a replica that have the password from its database.
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
        randomPorts: needsRandomPort(args),
        randomPassword: args.password === undefined,
        issuesCertificate: certificate === undefined,
        caVersions: ca === undefined && certificate === undefined ? tls.caVersions : [],
        logins: loginsOf(args, haproxy),
        users: entriesOf(args.users).map(({ name: user, password }) => ({
            name: user,
            randomPassword: password === undefined && !shared.includes(user),
        })),
        ...restoreOf(args),
        restic: args.backup !== undefined || restoreOf(args).restore?.source === "repository",
        backup: args.backup !== undefined,
        notifier: ((args.backup ?? {}) as PlainArguments).notify !== undefined,
        deletionProtection,
    };
}

function restoreOf({ restoreFrom, version }: PlainArguments): { restore?: PlannedRestore } {
    const source = restoreSources.find((name) => (restoreFrom as PlainArguments | undefined)?.[name] !== undefined);
    return source ? { restore: { source, versionGiven: version !== undefined } } : {};
}

/** Whether HAProxy terminates TLS. It does not if the version depends on an Output. */
export function needsHaproxy(kind: Kind, { primary, ...own }: PlainArguments): boolean {
    const { wanted } = checkEach(holdsUnresolved(primary) ? own : { ...own, primary }, kind);
    return wanted !== undefined && !versions[releaseOf(wanted)].nativeTls;
}

function needsRandomPort({ ports, plaintext }: PlainArguments): boolean {
    if (ports === undefined || ports === unresolved) return true;
    const { tls, plaintext: plaintextPort } = ports as PlainArguments;
    return tls === undefined || (plaintext !== false && plaintextPort === undefined);
}

function loginsOf({ replicas, replicationAccess }: PlainArguments, haproxy: boolean): PlannedLogin[] {
    const names = replicaNames(replicas);
    const access = (replicationAccess ?? []) as readonly string[];
    // The database's own server follows if a replica is the primary. This is possible only from 6.2 on.
    const own = names.length > 0 && !haproxy ? [ownMember] : [];
    return [...names, ...own, ...access].map((follower) => ({
        follower,
        user: haproxy ? "" : followerUser(follower),
    }));
}

/** `databaseHost` is the Docker host of the database's own server. Hosts are only compared with each other. */
export function planDatabase(name: string, args: PlainArguments, databaseHost: unknown): DatabasePlan {
    const server = planServer("RedisDatabase", name, args);
    const own = { member: ownMember, component: name, dockerHost: databaseHost };
    const listed = listReplicas(args.replicas).map(({ name: replica, provider = databaseHost, promoted }) => ({
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
        // Before 6.0 no other member can become the primary.
        peers: server.haproxy ? [] : group.map((peer) => peer.member).filter((peer) => peer !== member),
    });
    return {
        server,
        own: { member: ownMember, component: name, ...roleOf(own) },
        replicas: listed.map((replica) => ({
            member: replica.member,
            component: replica.component,
            promoted: replica.promoted,
            onDatabaseHost: replica.dockerHost === databaseHost,
            ...(replica.promoted
                ? { nearby: replica.dockerHost === databaseHost, leads: false, peers: [] }
                : roleOf(replica)),
        })),
    };
}

/** The names of a server's resources, without that of the component itself. */
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
        ...(plan.restore ? ["restore"] : []),
        ...(plan.restic ? ["backup-files", "restic"] : []),
        ...(plan.backup ? ["backup"] : []),
        ...(plan.notifier ? ["notifier"] : []),
    ].map((suffix) => `${plan.name}-${suffix}`);
}

/** Pulumi shows this name when it refuses to remove a database. It has no spaces, because people copy URNs into commands. */
export const deletionProtectionName = "deletion-protection--first-set-deletionProtection-to-false-and-run-pulumi-up";

/** The suffix of the name of a user's random password. */
export function userSuffix(name: string): string {
    return `user-${name}`;
}

/** The suffixes of the names of a CA and its key. The first CA has no number. */
export function caNames(version: number): { readonly ca: string; readonly caKey: string } {
    const numbered = version === 1 ? "" : `-${version}`;
    return { ca: `ca${numbered}`, caKey: `ca-key${numbered}` };
}
