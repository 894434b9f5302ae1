/** Records the last completed update of a server. */
import * as pulumi from "@pulumi/pulumi";
import { completedType } from "../hooks/review";
import type { After } from "./children";
import type { PreparedServer } from "./prepare";

/**
 * Records a component's inputs once its containers match them, with secrets marked. The component's own inputs in the
 * state are those of the last attempted update, and a failed update removes its outputs.
 */
class CompletedUpdate extends pulumi.ComponentResource {
    constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
        super(completedType, name, inputs, opts);
        this.registerOutputs();
    }
}

export function recordCompletion(
    { component, review, inputs, plan, volumes }: PreparedServer,
    containers: After,
): void {
    const recorded = { ...inputs, madeAs: volumes.madeAs };
    const opts = { parent: component, dependsOn: [...containers], protect: false };
    new CompletedUpdate(`${plan.name}-completed`, recorded, review.ofRecord(component, opts));
}
