/** The base class of `RedisDatabase` and `RedisReplica`: a Redis server on a Docker host. */
import * as pulumi from "@pulumi/pulumi";
import type { Engine, Flavor, Version } from "../model/catalog/versions";
import type { Credential } from "../model/render/urls";
import { Hooks } from "./hooks/hooks";
import { Review } from "./hooks/review";
import { checkOptions } from "./options";
import type { DatabaseNodes } from "./server/nodes";
import type { ConnectionUrls, ServerOutputs, UserAccess } from "./server/outputs";
import { type PreparedServer, type ServerRequest, prepareServer } from "./server/prepare";
import { warn, warnOfExpiry } from "./warnings";

/** Every output that the class declares. A call of `setOutputs` that omits one does not compile. */
type DeclaredOutputs = {
    readonly [
        K in Exclude<keyof RedisServer, keyof pulumi.ComponentResource> as RedisServer[K] extends pulumi.Output<unknown>
            ? K
            : never
    ]: RedisServer[K];
};

/** A Redis server on a Docker host, with its volumes, ports, passwords and certificates. */
export abstract class RedisServer extends pulumi.ComponentResource implements ServerOutputs {
    readonly url!: pulumi.Output<string | undefined>;
    readonly tlsUrl!: pulumi.Output<string>;
    readonly connectionUrls!: pulumi.Output<ConnectionUrls>;
    readonly credentials!: pulumi.Output<Credential[]>;
    readonly password!: pulumi.Output<string>;
    readonly users!: pulumi.Output<Record<string, UserAccess>>;
    readonly host!: pulumi.Output<string>;
    readonly port!: pulumi.Output<number | undefined>;
    readonly tlsPort!: pulumi.Output<number>;
    readonly networkName!: pulumi.Output<string | undefined>;
    readonly caCertPem!: pulumi.Output<string>;
    readonly certificateExpires!: pulumi.Output<string>;
    readonly engine!: pulumi.Output<Engine>;
    readonly version!: pulumi.Output<Version>;
    readonly flavor!: pulumi.Output<Flavor>;
    readonly maxmemoryMb!: pulumi.Output<number>;
    readonly persistenceLabel!: pulumi.Output<string | undefined>;
    readonly containerName!: pulumi.Output<string>;
    /** The resources of its own server. Only in TypeScript programs, not a stack output. */
    readonly nodes!: DatabaseNodes;
    /** @internal Its own server, even while a replica accepts the writes. */
    readonly prepared: PreparedServer;

    /** @internal */
    protected constructor(request: ServerRequest, opts: pulumi.ComponentResourceOptions = {}) {
        const { kind, name } = request.identity;
        const hooks = new Hooks(kind, name);
        const review = new Review(kind, name, hooks);
        super(
            `redis-database:index:${kind}`,
            name,
            request.inputs,
            review.ofComponent(checkOptions(request.identity, opts)),
        );
        this.prepared = prepareServer(this, request, { hooks, review });
        warn(name, request.spec, request.inputs.bindAddress, this.prepared.owner);
        warnOfExpiry(request.identity, this.prepared.certificates.expiries, this);
    }

    /**
     * @internal Sets the outputs: those of this server or, if a replica accepts the writes, of that replica. `more` are
     * outputs that only one kind of component has.
     */
    protected setOutputs(nodes: DatabaseNodes, outputs: DeclaredOutputs, more: pulumi.Inputs = {}): void {
        Object.assign(this, { nodes, ...outputs });
        this.registerOutputs({ ...outputs, ...more });
    }
}
