/** A replica of a database: here, or on another Docker host. */
import type * as pulumi from "@pulumi/pulumi";
import { planServer } from "../model/plan";
import type { RedisReplicaArgs } from "./args";
import { dockerHostOf } from "./dockerHost";
import { checkInputs } from "./inputs";
import { RedisServer } from "./redisServer";
import { type Following, followingOf } from "./replication/following";
import { requestServer } from "./request";
import { startAgent } from "./server/agent";
import type { ServerRequest } from "./server/prepare";
import { type StartedServer, startServer } from "./server/start";

/**
 * A read-only copy of a database that follows it over TLS, with a password and URLs of its own. Where the arguments say
 * nothing, it is as its primary is. An update waits for its first sync. `promoted` makes it a database that takes
 * writes, for good.
 *
 * Throws when arguments are wrong, with all that is wrong and before anything is touched.
 */
export class RedisReplica extends RedisServer {
    /** Whether it takes writes itself and no longer follows. In process only. */
    readonly promoted: boolean;

    /**
     * @param name Name of the replica in the program; its children's names start with it.
     * @param args Whom it follows, and how it differs.
     * @param opts Pulumi's options; a `docker.Provider` among them names the Docker host.
     */
    constructor(name: string, args: RedisReplicaArgs, opts?: pulumi.ComponentResourceOptions);
    /** @internal One of a database's `replicas`, which the database starts. */
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

    /** @internal Sets its outputs, once its containers are there. */
    setStarted({ nodes, outputs }: StartedServer): void {
        this.setOutputs(nodes, outputs);
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

/** @internal What a database asks for where one of its own replicas is concerned. */
export class GroupMember {
    constructor(
        readonly request: ServerRequest,
        readonly promoted: boolean,
    ) {}
}
