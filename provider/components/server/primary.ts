/** What a replica needs in order to follow its primary. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { primaryDir } from "../../model/render/layout";
import type { Login } from "../../model/render/urls";

export interface Primary {
    /** Secret. */
    readonly login: pulumi.Output<Login>;
    /** The CA that verifies the primary's certificate. */
    readonly caCertPem: pulumi.Output<string>;
    /** The primary's settings volume, which contains its address. Set if the primary is on the same Docker host. */
    readonly settings?: pulumi.Input<string>;
}

/**
 * On the same Docker host, a replica reads the primary's address, and whether it lost its data, from its settings
 * volume.
 */
export function primaryMount({ settings }: Primary): docker.types.input.ContainerVolume[] {
    return settings ? [{ volumeName: settings, containerPath: primaryDir }] : [];
}
