/** The Pulumi program of every stack of a platform: one database, from the specification in the work directory. */
import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "../components/redisDatabase";
import { RedisReplica } from "../components/redisReplica";
import type { RedisServer } from "../components/redisServer";
import { replicaNames } from "../model/arguments/replicaList";
import { specificationFile } from "./engine/workDirectory";
import { type ReplicationAccess, type StoredSpecification, deployedArguments } from "./specification";

/** The stack's outputs. */
export interface StackOutputs {
    /** What was deployed. Only a completed update stores it. Secret. */
    readonly specification: StoredSpecification;
    /** How to connect to the stack's database under the name `""`, and to its replicas under their names. Secret. */
    readonly connections: Readonly<Record<string, Connection>>;
    /** For replicas with stacks of their own. Secret. */
    readonly replicationAccess: Readonly<Record<string, ReplicationAccess>>;
    /** The handle of the database that a replica with a stack of its own follows. */
    readonly primary?: string;
}

/** How to connect to a server. */
export interface Connection {
    /** `redis://` URL with the password. Absent if the plaintext port is closed. */
    readonly url?: string;
    /** `rediss://` URL with the password. */
    readonly tlsUrl: string;
    /** Certificate of the CA that verifies the server's certificate, in PEM. */
    readonly caCertPem: string;
}

export function deploy(): { readonly [K in keyof StackOutputs]: pulumi.Input<unknown> } {
    const specification = JSON.parse(readFileSync(specificationFile, "utf8")) as StoredSpecification;
    const { name, docker: connection, follows } = specification;
    const args = deployedArguments(specification);
    const provider =
        connection && new docker.Provider("docker", { ...connection, sshOpts: connection.sshOpts?.slice() });
    const opts = { ...(provider && { provider }) };
    if (follows) {
        const replica = new RedisReplica(name, { ...args, primary: follows.access }, opts);
        return {
            specification: onceDeployed(replica, specification),
            connections: pulumi.secret({ "": connectionOf(replica) }),
            replicationAccess: {},
            primary: follows.primary,
        };
    }
    const database = new RedisDatabase(name, args, opts);
    const names = replicaNames(args.replicas);
    const replicas = database.replicas.map((replica, index) => [names[index] ?? "", connectionOf(replica)] as const);
    return {
        specification: onceDeployed(database, specification),
        connections: pulumi.secret({ "": connectionOf(database), ...Object.fromEntries(replicas) }),
        replicationAccess: database.replicationAccess,
    };
}

/**
 * The specification, once all resources match it. After a failed or interrupted update, the stack keeps the previous one.
 * The resource of deletion protection depends on all others.
 */
function onceDeployed({ nodes }: RedisServer, specification: StoredSpecification): pulumi.Output<StoredSpecification> {
    return pulumi.secret(nodes.deletionProtection.id.apply(() => specification));
}

function connectionOf({ url, tlsUrl, caCertPem }: RedisServer): object {
    return { url, tlsUrl, caCertPem };
}
