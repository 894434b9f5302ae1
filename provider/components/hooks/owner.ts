/** The component that hooks belong to. */
import type * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import type { About } from "../log";
import type { Hooks } from "./hooks";

/** Messages about children are also logged on the component, since that is what the program declares. */
export interface Owner extends About {
    readonly urn: pulumi.Output<string>;
    readonly dockerHost: DockerHost;
    readonly hooks: Hooks;
}
