/** The Docker host of a component. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** The provider that has a component's containers; undefined where that is the default one. */
export type DockerHost = pulumi.ProviderResource | undefined;

export const containerType = "docker:index/container:Container";

/** The provider that a component of these options will have for its containers. */
export function dockerHostOf({ provider, providers, parent }: pulumi.ComponentResourceOptions): DockerHost {
    const all = [provider, ...(Array.isArray(providers) ? providers : Object.values(providers ?? {}))];
    return all.find((each) => docker.Provider.isInstance(each)) ?? parent?.getProvider(containerType);
}
