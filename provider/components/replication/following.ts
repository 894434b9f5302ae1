/** The primary of a `RedisReplica` that the program declares: a database of the same program or of another one. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { PlainArguments } from "../../model/arguments/definition";
import { findOtherNetwork } from "../../model/arguments/groupChecks";
import { inheritedArguments } from "../../model/arguments/inherited";
import { checkNames } from "../../model/arguments/names";
import { type Role, replicationProblems } from "../../model/arguments/replication";
import { listServers } from "../../model/arguments/servers";
import { finding } from "../../model/findings";
import type { RedisReplicaArgs, ReplicationAccess } from "../args";
import { type DockerHost, dockerHostOf } from "../dockerHost";
import { isDeferred } from "../deferred";
import { invalid } from "../inputs";
import type { UserPasswords } from "../server/passwords";
import type { Primary } from "../server/primary";
import { asKnown, withUnknowns } from "../unknowns";
import { type Followed, connectionTo, primaryFacts } from "./followed";
import type { FollowedDatabase } from "./followedDatabase";

export interface Following {
    /** All arguments of the replica, including those inherited from its primary. */
    readonly args: PlainArguments;
    readonly role?: Role;
    /** Absent if the replica is promoted. */
    readonly primary?: Primary;
    /** The passwords of the users that the replica shares with its database. */
    readonly users?: UserPasswords;
    /** Containers that must be running before the replica's are created. */
    readonly after: readonly docker.Container[];
}

/** Throws if the primary does not grant access to a replica of this name. */
export function followingOf(name: string, args: RedisReplicaArgs, opts: pulumi.ComponentResourceOptions): Following {
    const { primary, ...own } = args;
    const promoted = args.promoted === true || primary === undefined;
    // Until it is promoted, a replica's data is only a copy.
    const defaults = { deletionProtection: promoted };
    if (primary === undefined) return { args: { ...defaults, ...own }, after: [] };
    if (isFollowed(primary)) return followDatabase(name, primary.followed, { ...own }, promoted, dockerHostOf(opts));
    const { facts, ...following } = followAccess(primary);
    return {
        args: { ...defaults, ...own, primary: facts },
        after: [],
        ...(!promoted && { primary: following }),
    };
}

function isFollowed(primary: unknown): primary is FollowedDatabase {
    return pulumi.Resource.isInstance(primary) && "followed" in primary;
}

function followDatabase(
    name: string,
    { args: database, server, containers }: Followed,
    own: PlainArguments,
    promoted: boolean,
    dockerHost: DockerHost,
): Following {
    const login = server.passwords.logins.get(name);
    if (!login) {
        const remedy = `add replicationAccess: ["${name}"] to RedisDatabase "${server.plan.name}"`;
        const found = finding(replicationProblems.noAccess, "primary", `grants no access to "${name}"`, remedy);
        const named = checkNames(listServers("RedisReplica", name, own));
        throw invalid({ kind: "RedisReplica", name }, named.length > 0 ? named : [found]);
    }
    const nearby = dockerHost === server.dockerHost;
    const transform = own.transform ?? database.transform;
    if (nearby && !promoted && !server.plan.haproxy && own.network !== undefined && !transform) {
        const found = findOtherNetwork("network", own.network, database.network);
        if (found.length > 0) throw invalid({ kind: "RedisReplica", name }, found);
    }
    return {
        args: {
            deletionProtection: promoted && server.plan.deletionProtection,
            ...inheritedArguments(database, { nearby, haproxy: server.plan.haproxy }),
            ...own,
            primary: primaryFacts(server),
        },
        role: { nearby, leads: false, peers: [] },
        ...(!promoted && { primary: connectionTo(server, login, nearby) }),
        users: server.passwords.users,
        after: containers,
    };
}

/** The access without the members that are not part of a specification. Not validated yet, so it may be any value. */
function factsIn(access: unknown): unknown {
    if (typeof access !== "object" || access === null) return access;
    const { password: _password, caCertPem: _caCertPem, ...facts } = access as Readonly<Record<string, unknown>>;
    return facts;
}

/**
 * The facts about the primary, unmarked: `replicationAccess` is secret as a whole, but these members are not sensitive.
 */
function publicFacts(access: pulumi.Input<ReplicationAccess>): unknown {
    if (isDeferred(access)) {
        return pulumi.unsecret(asKnown(pulumi.output(access), (given) => withUnknowns(factsIn(given))));
    }
    const facts = factsIn(access);
    if (typeof facts !== "object" || facts === null) return facts;
    return Object.fromEntries(
        Object.entries(facts).map(([name, value]: [string, unknown]) => [
            name,
            isDeferred(value) ? pulumi.unsecret(pulumi.output(value)) : value,
        ]),
    );
}

function followAccess(access: pulumi.Input<ReplicationAccess>) {
    const { user, password, caCertPem } = pulumi.secret(access);
    return {
        login: pulumi.all([user, password]).apply(([user, password]) => ({ user, password })),
        caCertPem: pulumi.unsecret(caCertPem),
        facts: publicFacts(access),
    };
}
