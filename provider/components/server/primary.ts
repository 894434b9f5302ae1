/** What a server needs of the one that it follows. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { primaryDir } from "../../model/render/layout";
import type { Login } from "../../model/render/urls";

export interface Primary {
    /** Secret. */
    readonly login: pulumi.Output<Login>;
    /** What its certificate verifies with. */
    readonly caCertPem: pulumi.Output<string>;
    /** There if it is on the same Docker host: the volume that holds its address. */
    readonly settings?: pulumi.Input<string>;
}

/** On the same host the agents use the primary's volume: for its address, and to learn whether it lost its data. */
export function primaryMount({ settings }: Primary): docker.types.input.ContainerVolume[] {
    return settings ? [{ volumeName: settings, containerPath: primaryDir }] : [];
}
