/** The component `RedisReplica`: a replica of a database, on the same Docker host or another one. */
import type * as pulumi from "@pulumi/pulumi";
import { planServer } from "../model/plan";
import type { RedisReplicaArgs } from "./args";
import { dockerHostOf } from "./dockerHost";
import { checkInputs } from "./inputs";
import { RedisServer } from "./redisServer";
import { type Following, followingOf } from "./replication/following";
import { requestServer } from "./request";
import { startAgent } from "./server/agent";
import { protectFromDeletion } from "./server/deletionProtection";
import type { ServerRequest } from "./server/prepare";
import { type StartedServer, startServer } from "./server/start";

/**
 * A read-only copy of a database. It replicates over TLS and has its own password and URLs. Arguments that are not set
 * default to the primary's. An update waits for its first sync. `promoted` permanently turns it into a database that
 * accepts writes.
 *
 * Throws an error that reports every invalid argument, before anything is changed.
 */
export class RedisReplica extends RedisServer {
    /** Whether it accepts writes and no longer follows a primary. Only in TypeScript programs, not a stack output. */
    readonly promoted: boolean;

    /**
     * @param name Name of the replica in the program. Its children's names start with it.
     * @param args Its primary, and arguments that differ from the primary's.
     * @param opts Pulumi's resource options. A `docker.Provider` among them selects the Docker host.
     */
    constructor(name: string, args: RedisReplicaArgs, opts?: pulumi.ComponentResourceOptions);
    /** @internal An entry of a database's `replicas`. The database starts it. */
    constructor(name: string, member: GroupMember, opts: pulumi.ComponentResourceOptions);
    constructor(name: string, args: RedisReplicaArgs | GroupMember, opts: pulumi.ComponentResourceOptions = {}) {
        if (args instanceof GroupMember) {
            super(args.request, opts);
            this.promoted = args.promoted;
            return;
        }
        const following = followingOf(name, args, opts);
        super(requestReplica(name, following, opts), opts);
        const { primary, after } = following;
        this.promoted = primary === undefined;
        const role = { spec: this.prepared.spec, ...(primary && { primary }), peers: [] };
        const agent = startAgent(this.prepared, role, after);
        this.setStarted(startServer(this.prepared, agent, role, after));
    }

    /** @internal Protects it and sets its outputs, once its containers are declared. */
    setStarted({ nodes, outputs }: StartedServer): void {
        this.setOutputs(protectFromDeletion(this.prepared, nodes), outputs);
    }
}

function requestReplica(
    name: string,
    { args, role, primary, users }: Following,
    opts: pulumi.ComponentResourceOptions,
) {
    const identity = { kind: "RedisReplica", name, ...(role && { role }) } as const;
    const inputs = checkInputs(identity, args, dockerHostOf(opts));
    const plan = planServer("RedisReplica", name, inputs.known, primary !== undefined, [...(users?.keys() ?? [])]);
    return requestServer(identity, args, inputs, plan, users);
}

/** @internal What a database passes to the constructor of a replica in `replicas`. */
export class GroupMember {
    constructor(
        readonly request: ServerRequest,
        readonly promoted: boolean,
    ) {}
}
