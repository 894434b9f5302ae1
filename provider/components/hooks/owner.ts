/** The component that hooks belong to. */
import type * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import type { About } from "../log";
import type { Hooks } from "./hooks";

/** Its messages are about the component, also those of its children: that is what a person has in the program. */
export interface Owner extends About {
    readonly urn: pulumi.Output<string>;
    readonly dockerHost: DockerHost;
    readonly hooks: Hooks;
}
