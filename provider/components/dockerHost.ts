/** The Docker host of a component. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { isThisHostAlone } from "../model/arguments/endpoints";
import { plain } from "./hooks/plain";

/** The Docker provider of a component's containers; undefined for the default provider. */
export type DockerHost = pulumi.ProviderResource | undefined;

/** Whether the Docker host is known to be another machine. */
export async function isRemote(dockerHost: DockerHost): Promise<boolean> {
    const given = docker.Provider.isInstance(dockerHost)
        ? await plain(dockerHost.host)
        : new pulumi.Config("docker").get("host");
    const host = given ?? process.env.DOCKER_HOST;
    const [, name] =
        (typeof host === "string" && /^(?:ssh|tcp|https?):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)/.exec(host)) || [];
    return name !== undefined && !isThisHostAlone(name.replace(/^\[|\]$/g, ""));
}

export const containerType = "docker:index/container:Container";

/** The provider that a component with these options uses for its containers. */
export function dockerHostOf({ provider, providers, parent }: pulumi.ComponentResourceOptions): DockerHost {
    const all = [provider, ...(Array.isArray(providers) ? providers : Object.values(providers ?? {}))];
    return all.find((each) => docker.Provider.isInstance(each)) ?? parent?.getProvider(containerType);
}
