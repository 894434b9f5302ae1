/** The Pulumi program of every stack of a platform: one database, from the specification in the work directory. */
import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "../components/redisDatabase";
import type { RedisServer } from "../components/redisServer";
import { replicaNames } from "../model/arguments/replicaList";
import { specificationFile } from "./engine/workDirectory";
import type { StoredSpecification } from "./specification";

/** The stack's outputs. */
export interface StackOutputs {
    /** What was deployed. Only a completed update stores it. Secret. */
    readonly specification: StoredSpecification;
    /** How to connect to the database, under the name `""`, and to its replicas, under their names. Secret. */
    readonly connections: Readonly<Record<string, Connection>>;
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

export function deploy(): { readonly [K in keyof StackOutputs]: pulumi.Output<unknown> } {
    const specification = JSON.parse(readFileSync(specificationFile, "utf8")) as StoredSpecification;
    const { name, args, docker: connection } = specification;
    const provider =
        connection && new docker.Provider("docker", { ...connection, sshOpts: connection.sshOpts?.slice() });
    const database = new RedisDatabase(name, args, { ...(provider && { provider }) });
    const names = replicaNames(args.replicas);
    const replicas = database.replicas.map((replica, index) => [names[index] ?? "", connectionOf(replica)] as const);
    return {
        specification: pulumi.secret(specification),
        connections: pulumi.secret({ "": connectionOf(database), ...Object.fromEntries(replicas) }),
    };
}

function connectionOf({ url, tlsUrl, caCertPem }: RedisServer): object {
    return { url, tlsUrl, caCertPem };
}
