/** Whom a replica follows that the program declares itself: a database of the same program, or one of another. */
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
import { invalid, isDeferred } from "../inputs";
import type { UserPasswords } from "../server/passwords";
import type { Primary } from "../server/primary";
import { asKnown, withUnknowns } from "../unknowns";
import { type Followed, connectionTo, primaryFacts } from "./followed";
import type { FollowedDatabase } from "./followedDatabase";

export interface Following {
    /** All arguments of the replica, with those that it has from its primary. */
    readonly args: PlainArguments;
    readonly role?: Role;
    /** Absent where it takes writes itself. */
    readonly primary?: Primary;
    /** The passwords of the users that it shares with its database. */
    readonly users?: UserPasswords;
    /** What must be there before its containers are. */
    readonly after: readonly docker.Container[];
}

/** Throws if its primary lets no replica of this name follow. */
export function followingOf(name: string, args: RedisReplicaArgs, opts: pulumi.ComponentResourceOptions): Following {
    const { primary, ...own } = args;
    const promoted = args.promoted === true || primary === undefined;
    // What it has is a copy, until it takes writes.
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
    const [one, other] = [own, database].map(({ transform }) => transform);
    if (nearby && !promoted && !server.plan.haproxy && own.network !== undefined && !(one ?? other)) {
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

/** All but what is no part of a specification. What is no object has not been checked yet. */
function factsIn(access: unknown): unknown {
    if (typeof access !== "object" || access === null) return access;
    const { password: _password, caCertPem: _caCertPem, ...facts } = access as Readonly<Record<string, unknown>>;
    return facts;
}

/** `replicationAccess` is secret as a whole; where a primary is and what it is like is not. */
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
