/** The component `RedisDatabase`: managed Redis on a Docker host, with its replicas. */
import * as pulumi from "@pulumi/pulumi";
import { planDatabase } from "../model/plan";
import type { RedisDatabaseArgs, ReplicationAccess } from "./args";
import { dockerHostOf } from "./dockerHost";
import { checkInputs } from "./inputs";
import type { RedisReplica } from "./redisReplica";
import { RedisServer } from "./redisServer";
import { replicationAccess } from "./replication/access";
import type { Followed } from "./replication/followed";
import { startGroup, startPromoted } from "./replication/group";
import { belongsToGroup, prepareReplicas } from "./replication/members";
import { requestServer } from "./request";
import { protectFromDeletion } from "./server/deletionProtection";
import { containersOf } from "./server/start";

/**
 * A Redis database on a Docker host, with verified TLS, a persistence flavor, replicas, and settings that change while
 * clients stay connected.
 *
 * Throws an error that reports every invalid argument, before anything is changed.
 */
export class RedisDatabase extends RedisServer {
    /** The replicas in `replicas`, in the same order. Only in TypeScript programs, not a stack output. */
    readonly replicas: readonly RedisReplica[];
    /** `redis://` URLs of the current replicas whose plaintext port is open. Secret. */
    readonly replicaUrls: pulumi.Output<string[]>;
    /** `rediss://` URLs of the current replicas. Secret. */
    readonly replicaTlsUrls: pulumi.Output<string[]>;
    /** Certificates of the CAs that verify the replicas' certificates, concatenated in PEM. */
    readonly replicaCaCertPem: pulumi.Output<string>;
    /**
     * Values for the argument `primary` of a `RedisReplica`, by the names in the argument `replicationAccess`. Secret.
     */
    readonly replicationAccess: pulumi.Output<Record<string, ReplicationAccess>>;
    /** @internal What replicas in the same program need in order to follow it. */
    readonly followed: Followed;

    /**
     * @param name Name of the database in the program. Its children's names start with it.
     * @param args Arguments of the database. All are optional.
     * @param opts Pulumi's resource options. A `docker.Provider` among them selects the Docker host.
     */
    constructor(name: string, args: RedisDatabaseArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
        const { plan, request } = requestDatabase(name, args, opts);
        super(request, opts);
        const own = { planned: plan.own, server: this.prepared };
        const replicas = prepareReplicas(this, args, plan);
        const group = startGroup(own, replicas.filter(belongsToGroup));
        const promoted = startPromoted(
            replicas.filter((replica) => !belongsToGroup(replica)),
            group.own,
        );
        for (const { replica, ...started } of [...group.members, ...promoted]) replica?.setStarted(started);

        const following = group.members.filter((member) => member !== group.leader).map(({ outputs }) => outputs);
        this.replicas = replicas.map(({ replica }) => replica);
        // Marked even without replicas, as in the plugin's schema.
        this.replicaUrls = pulumi.secret(
            pulumi.all(following.map(({ url }) => url)).apply((urls) => urls.filter((url) => url !== undefined)),
        );
        this.replicaTlsUrls = pulumi.secret(pulumi.all(following.map(({ tlsUrl }) => tlsUrl)));
        this.replicaCaCertPem = pulumi.all(following.map(({ caCertPem }) => caCertPem)).apply((all) => all.join(""));
        this.replicationAccess = replicationAccess(this.prepared, args.replicationAccess ?? []);
        this.followed = { args: { ...args }, server: this.prepared, containers: containersOf(group.own.nodes) };
        const { replicaUrls, replicaTlsUrls, replicaCaCertPem } = this;
        const guards = this.replicas.map(({ nodes }) => nodes.deletionProtection);
        this.setOutputs(protectFromDeletion(this.prepared, group.own.nodes, guards), group.leader.outputs, {
            ...(args.replicas && { replicaUrls, replicaTlsUrls, replicaCaCertPem }),
            ...(args.replicationAccess && { replicationAccess: this.replicationAccess }),
        });
    }
}

/** Checks the plain values of a database and its replicas. Throws an error that reports every problem. */
function requestDatabase(name: string, args: RedisDatabaseArgs, opts: pulumi.ComponentResourceOptions) {
    const identity = { kind: "RedisDatabase", name } as const;
    const dockerHost = dockerHostOf(opts);
    const inputs = checkInputs(identity, args, dockerHost);
    const plan = planDatabase(name, inputs.known, dockerHost);
    return { plan, request: requestServer(identity, { ...args }, inputs, plan.server) };
}
