/** Who follows whom: the users of replicas on their primary, and what a replica needs to know of it. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DatabaseSpec } from "../spec/databaseSpec";
import { primaryDir } from "../spec/layout";
import { replicaNames } from "../spec/replicas";
import { followerUser } from "../spec/replication";
import type { Login } from "../spec/urls";
import type { RedisDatabaseArgs, RedisReplicaArgs, ReplicationAccess } from "./args";
import { containerType, dockerProviderOf } from "./containers";
import type { MakeChild } from "./children";
import { randomPassword } from "./credentials";
import type { RedisServer } from "./redisServer";
import { invalid } from "./validation";

/** By the name of the component that is the replica, how it logs in. Secret. */
export type Followers = ReadonlyMap<string, pulumi.Output<Login>>;

/** The name of the component that is a replica of a database under this name. */
export function replicaComponent(database: string, replica: string): string {
    return `${database}-${replica}`;
}

/** A user and a password for each replica that may follow. */
export function createFollowers(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    { replicas, replicationAccess = [] }: Pick<RedisDatabaseArgs, "replicas" | "replicationAccess">,
): Followers {
    const args = randomPassword(database, spec);
    const follower = (component: string, name: string): [string, pulumi.Output<Login>] => {
        const user = followerUser(name);
        const { result } = child("replicationPassword", user, random.RandomPassword, { ...args });
        return [component, result.apply((password) => ({ user, password }))];
    };
    return new Map([
        ...replicaNames(replicas).map((name) => follower(replicaComponent(database, name), name)),
        ...replicationAccess.map((name) => follower(name, name)),
    ]);
}

/** A primary as its replica sees it. */
export interface Primary {
    /** Secret. */
    readonly login: pulumi.Output<Login>;
    /** What its certificate verifies with. */
    readonly caCertPem: pulumi.Output<string>;
    /** There if it is on the same Docker host: holds its address. */
    readonly settings?: docker.Volume;
    /** What must be done there before the replica begins. */
    readonly after: readonly pulumi.Resource[];
    readonly facts: pulumi.Input<PrimaryFacts>;
    /** Arguments that the replica has from it, where it gives none of its own. */
    readonly inherited: Partial<RedisReplicaArgs>;
}

/** A database of the same program. Throws if it lets no replica of this name in. */
export function primaryIn(database: RedisServer, replica: string, opts: pulumi.ComponentResourceOptions = {}): Primary {
    const { name, spec, args, followers } = database.replication;
    const login = followers.get(replica);
    if (!login) {
        const remedy = `add replicationAccess: ["${replica}"] to RedisDatabase "${name}"`;
        const finding = { path: "primary", problem: `grants no access to "${replica}"`, remedy };
        throw invalid(replica, [finding], "RedisReplica");
    }
    const nearby = dockerProviderOf(opts) === database.getProvider(containerType);
    const { maxmemoryPolicy, config, network, savePoints } = args;
    const { agent, server, settingsVolume } = database.nodes;
    return {
        login,
        caCertPem: database.caCertPem,
        ...(nearby && { settings: settingsVolume }),
        after: [agent, server],
        facts: {
            host: database.host,
            tlsPort: database.tlsPort,
            engine: database.engine,
            version: database.version,
            flavor: database.flavor,
            memoryMb: spec.memoryMb,
            nearby,
        },
        inherited: {
            ...(maxmemoryPolicy !== undefined && { maxmemoryPolicy }),
            ...(config !== undefined && { config }),
            ...(savePoints !== undefined && { savePoints }),
            ...(nearby && network !== undefined && { network }),
        },
    };
}

/** What a program may know of a primary before anything is made: no secret. */
export interface PrimaryFacts extends Omit<ReplicationAccess, "caCertPem" | "user" | "password"> {
    readonly user?: pulumi.Input<string>;
    /** Whether it is on the same Docker host. */
    readonly nearby?: pulumi.Input<boolean>;
}

/** A primary of another program. */
export function primaryOf(access: pulumi.Input<ReplicationAccess>): Primary {
    const known = pulumi.secret(access);
    return {
        login: known.apply(({ user, password }) => ({ user, password })),
        caCertPem: pulumi.unsecret(known.apply(({ caCertPem }) => caCertPem)),
        after: [],
        facts: pulumi.unsecret(known.apply(({ password: _password, caCertPem: _caCertPem, ...facts }) => facts)),
        inherited: {},
    };
}

/** On the same host the agents speak through the primary's volume: where it is, and whether it needs its data again. */
export function primaryMount({ settings }: Primary): docker.types.input.ContainerVolume[] {
    return settings ? [{ volumeName: settings.name, containerPath: primaryDir }] : [];
}
