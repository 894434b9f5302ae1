/** A managed Redis on a Docker host, with its replicas. */
import * as pulumi from "@pulumi/pulumi";
import { listReplicas } from "../model/arguments/replicas";
import { itself } from "../model/render/replication";
import type { RedisDatabaseArgs, ReplicaArgs, ReplicationAccess } from "./args";
import { RedisReplica } from "./redisReplica";
import { RedisServer } from "./redisServer";
import { ReplicationGroup, replicaComponent } from "./replication/replicationGroup";

/**
 * A Redis database on a Docker host: TLS that verifies, a persistence flavor, replicas, and settings that change while
 * clients stay connected.
 *
 * Throws when arguments are wrong, with all that is wrong and before anything is touched.
 */
export class RedisDatabase extends RedisServer {
    /** The replicas that `replicas` asks for, in that order. In process only. */
    readonly replicas: readonly RedisReplica[];
    /** `redis://` URLs of the replicas that follow and whose plaintext port is open. Secret. */
    readonly replicaUrls: pulumi.Output<string[]>;
    /** `rediss://` URLs of the replicas that follow. Secret. */
    readonly replicaTlsUrls: pulumi.Output<string[]>;
    /** Certificates of the CAs that the replicas' certificates verify with, in PEM, one after the other. */
    readonly replicaCaCertPem: pulumi.Output<string>;
    /** By the names in the argument `replicationAccess`: what `primary` of such a `RedisReplica` takes. Secret. */
    readonly replicationAccess: pulumi.Output<Record<string, ReplicationAccess>>;

    /**
     * @param name Name of the database in the program; its children's names start with it.
     * @param args What it should be like.
     * @param opts Pulumi's options; a `docker.Provider` among them names the Docker host.
     */
    constructor(name: string, args: RedisDatabaseArgs = {}, opts?: pulumi.ComponentResourceOptions) {
        const group = ReplicationGroup.of(name, args, opts);
        super("RedisDatabase", name, args, opts, group && ownPart(group));
        group?.add(itself, this);
        this.replicas = (listReplicas(args.replicas) as unknown as NamedReplica[]).map(
            ({ name: own, provider, ...replica }) => {
                const component = replicaComponent(name, own);
                const options = { parent: this, ...(provider && { provider }) };
                const made = new RedisReplica(component, { ...replica, primary: this }, options);
                if (!made.promoted) group?.add(component, made);
                return made;
            },
        );
        const following = (group?.following ?? []).map((server) => server.own);
        if (group) this.tell(group.leading.own);
        this.replicaUrls = pulumi
            .all(following.map(({ url }) => url))
            .apply((urls) => urls.filter((url) => url !== undefined));
        this.replicaTlsUrls = pulumi.all(following.map(({ tlsUrl }) => tlsUrl));
        this.replicationAccess = pulumi.secret(
            pulumi.all(
                Object.fromEntries((args.replicationAccess ?? []).map((other) => [other, this.accessOf(other)])),
            ),
        );
        this.replicaCaCertPem = pulumi.all(following.map(({ caCertPem }) => caCertPem)).apply((all) => all.join(""));
        this.publish({
            ...(args.replicas && {
                replicaUrls: this.replicaUrls,
                replicaTlsUrls: this.replicaTlsUrls,
                replicaCaCertPem: this.replicaCaCertPem,
            }),
            ...(args.replicationAccess && { replicationAccess: this.replicationAccess }),
        });
    }

    private accessOf(replica: string): pulumi.Output<ReplicationAccess> {
        const { spec, followers } = this.replication;
        const { tlsPort, caCertPem } = this.own;
        return pulumi
            .all([spec, tlsPort, caCertPem, followers.get(replica)])
            .apply(([{ host, engine, version, flavor, memoryMb }, tlsPort, caCertPem, login]) => ({
                ...{ host, tlsPort, caCertPem, user: "", password: "", ...login },
                ...{ engine, version, flavor, memoryMb },
            }));
    }
}

/** Of the database's own server in the group: it makes its login there by itself. */
function ownPart(group: ReplicationGroup) {
    const primary = group.primaryOf(itself);
    return { group, ...group.orderOf(itself), ...(primary && { primary, follows: group.addressFor(itself) }) };
}

type NamedReplica = ReplicaArgs & { readonly name: string };
