/** Who follows whom: the users of replicas on their primary, and what a replica needs to know of it. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { defaults } from "../../model/arguments/resolve";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { primaryDir } from "../../model/render/layout";
import { replicaNames } from "../../model/arguments/replicas";
import { followerUser, itself } from "../../model/render/replication";
import type { Login } from "../../model/render/urls";
import { parseVersion } from "../../model/catalog/versions";
import type { RedisDatabaseArgs, RedisReplicaArgs, ReplicationAccess } from "../args";
import type { MakeChild } from "../server/children";
import { containerType, dockerProviderOf } from "../server/containers";
import { randomPassword } from "../server/passwords";
import type { RedisServer } from "../redisServer";
import { type Order, partsOf, replicaComponent } from "./replicationGroup";
import { invalid, needsTerminator } from "../validation";

/** By the name of the component that is the replica, how it logs in; the database's own server is `itself`. Secret. */
export type Followers = ReadonlyMap<string, pulumi.Output<Login>>;

/**
 * A user and a password for each replica that may follow, and for the database's own server, should one of them lead.
 * Where there are no users it is the database's `password` for all.
 */
export function createFollowers(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    { replicas, replicationAccess = [] }: Pick<RedisDatabaseArgs, "replicas" | "replicationAccess">,
    password?: pulumi.Output<string>,
): Followers {
    const names = replicaNames(replicas);
    if (password) {
        const login = password.apply((known) => ({ user: "", password: known }));
        const all = [...names.map((name) => replicaComponent(database, name)), ...replicationAccess];
        return new Map(all.map((component) => [component, login]));
    }
    const args = randomPassword(database, spec);
    const follower = (component: string, name: string): [string, pulumi.Output<Login>] => {
        const user = followerUser(name);
        const { result } = child("replicationPassword", user, random.RandomPassword, { ...args });
        return [component, result.apply((password) => ({ user, password }))];
    };
    return new Map([
        ...names.map((name) => follower(replicaComponent(database, name), name)),
        ...(names.length > 0 ? [follower(itself, itself)] : []),
        ...replicationAccess.map((name) => follower(name, name)),
    ]);
}

/** A primary as its replica sees it. */
export interface Primary {
    /** Secret. */
    readonly login: pulumi.Output<Login>;
    /** What its certificate verifies with. */
    readonly caCertPem: pulumi.Output<string>;
    /** There if it is on the same Docker host: the volume that holds its address. */
    readonly settings?: pulumi.Input<string>;
}

/** What a server is to others. */
export interface Role extends Order {
    /** Whom it follows, if it follows. */
    readonly primary?: Primary;
    /** Who may follow it besides those that its arguments name. Secret. */
    readonly peers?: readonly pulumi.Output<Login>[];
}

/** The role of a replica, and what its arguments are besides those that the program gives. */
export interface ReplicaRole extends Role {
    readonly facts: pulumi.Input<PrimaryFacts>;
    /** Arguments that the replica has from it, where it gives none of its own. */
    readonly inherited: Partial<RedisReplicaArgs>;
}

/** Of a database of the same program. Throws if it lets no replica of this name in. */
export function roleUnder(
    database: RedisServer,
    replica: string,
    promoted: boolean,
    opts: pulumi.ComponentResourceOptions = {},
): ReplicaRole {
    const { name, spec, args, followers, group } = database.replication;
    const login = followers.get(replica);
    if (!login) {
        const remedy = `add replicationAccess: ["${replica}"] to RedisDatabase "${name}"`;
        const finding = { path: "primary", problem: `grants no access to "${replica}"`, remedy };
        throw invalid(replica, [finding], "RedisReplica");
    }
    const nearby = dockerProviderOf(opts) === database.getProvider(containerType);
    const { maxmemoryPolicy, config, savePoints, network, bindAddress } = args;
    const { deletionProtection = defaults.deletionProtection } = args;
    const { host, tlsPort, caCertPem } = database.own;
    const { settingsVolume } = database.nodes;
    const assisted = needsTerminator(args);
    const facts = {
        ...{ host, tlsPort, nearby },
        ...{ engine: spec.engine, version: spec.version, flavor: spec.flavor, memoryMb: spec.memoryMb },
    };
    const inherited = {
        // What decides which resources there are must be known when the program runs.
        ...(assisted && versionOf(args)),
        ...(maxmemoryPolicy !== undefined && { maxmemoryPolicy }),
        ...(config !== undefined && { config }),
        ...(savePoints !== undefined && { savePoints }),
        ...(nearby && {
            ...(network !== undefined && { network }),
            ...(bindAddress !== undefined && { bindAddress }),
            ...(args.host !== undefined && { host: args.host }),
        }),
    };
    if (!group?.has(replica)) {
        const after = partsOf(database);
        const primary = { login, caCertPem, ...(nearby && { settings: settingsVolume.name }) };
        return {
            facts,
            inherited: { ...inherited, ...(promoted && { deletionProtection }) },
            ...{ agentAfter: after, serverAfter: after },
            ...(!promoted && { primary }),
        };
    }
    // Before 6.0 nobody takes over.
    const peers = assisted ? [] : group.peersOf(replica);
    const leads = group.leads(replica);
    const address = group.addressFor(replica);
    const primary = group.primaryOf(replica);
    return {
        ...group.orderOf(replica),
        ...(primary && { primary }),
        peers: peers.flatMap((peer) => followers.get(peer) ?? []),
        facts: {
            ...facts,
            peers: peers.map((peer) => nameOfMember(name, peer)),
            ...(leads ? { leads } : { host: address.host, tlsPort: address.port, nearby: address.nearby }),
        },
        inherited: { ...inherited, ...(leads && { deletionProtection }) },
    };
}

/** Of a database before 6.0, without a flavor. */
function versionOf({ engine, version }: Pick<RedisDatabaseArgs, "engine" | "version">): Partial<RedisReplicaArgs> {
    const { version: bare } = parseVersion(version as string) ?? {};
    return { ...(engine !== undefined && { engine }), ...(bare !== undefined && { version: bare }) };
}

/** As users are named for it. */
function nameOfMember(database: string, member: string): string {
    return member === itself ? itself : member.slice(replicaComponent(database, "").length);
}

/** What a program may know of a primary before anything is made: no secret. */
export interface PrimaryFacts extends Omit<ReplicationAccess, "caCertPem" | "user" | "password"> {
    readonly user?: pulumi.Input<string>;
    /** Whether it is on the same Docker host. */
    readonly nearby?: pulumi.Input<boolean>;
    /** Whether the replica takes writes itself, and its database's own server follows. */
    readonly leads?: boolean;
    /** Who else of its group may follow it then. */
    readonly peers?: readonly string[];
}

/** Of a primary of another program. */
export function roleUnderOther(access: pulumi.Input<ReplicationAccess>, promoted: boolean): ReplicaRole {
    const known = pulumi.secret(access);
    const primary = {
        login: known.apply(({ user, password }) => ({ user, password })),
        caCertPem: pulumi.unsecret(known.apply(({ caCertPem }) => caCertPem)),
    };
    return {
        ...(!promoted && { primary }),
        facts: pulumi.unsecret(known.apply(({ password: _password, caCertPem: _caCertPem, ...facts }) => facts)),
        inherited: {},
    };
}

/** On the same host the agents speak through the primary's volume: where it is, and whether it needs its data again. */
export function primaryMount({ settings }: Primary): docker.types.input.ContainerVolume[] {
    return settings ? [{ volumeName: settings, containerPath: primaryDir }] : [];
}
