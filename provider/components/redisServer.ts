/** What a database and a replica have in common: a Redis server on a Docker host. */
import * as pulumi from "@pulumi/pulumi";
import { withReview } from "./hooks/review";
import { type Identity, warn } from "./inputs";
import type { ServerOutputs } from "./server/outputs";
import { type PreparedServer, type ServerRequest, prepareServer } from "./server/prepare";
import type { DatabaseNodes } from "./server/start";

/** What a component sets once its containers are there: all of it or none, which the compiler holds it to. */
interface Started extends ServerOutputs {
    /** The resources behind its own server. In process only. */
    readonly nodes: DatabaseNodes;
}

type ComponentConstructor = new (
    type: string,
    name: string,
    inputs: pulumi.Inputs,
    opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource & Started;

/** A component with these outputs, which `setOutputs` sets. */
const ComponentWithOutputs = pulumi.ComponentResource as unknown as ComponentConstructor;

/** A server as a component asks for it. */
export interface ComponentRequest extends ServerRequest {
    readonly identity: Identity;
    readonly inputs: pulumi.Inputs;
}

/** A Redis server on a Docker host, with all that belongs to it. */
export abstract class RedisServer extends ComponentWithOutputs {
    /** @internal Its own server, whoever takes writes. */
    readonly prepared: PreparedServer;

    protected constructor(request: ComponentRequest, opts: pulumi.ComponentResourceOptions = {}) {
        const { kind, name } = request.identity;
        super(`redis-database:index:${kind}`, name, request.inputs, withReview(kind, opts));
        warn(name, request.spec);
        this.prepared = prepareServer(this, request);
    }

    /** Sets the outputs, of this server or of the one that takes writes for it, and those that one component alone has. */
    protected setOutputs(nodes: DatabaseNodes, outputs: ServerOutputs, more: pulumi.Inputs = {}): void {
        const started: Started = { nodes, ...outputs };
        Object.assign(this, started);
        this.registerOutputs({ ...outputs, ...more });
    }
}
