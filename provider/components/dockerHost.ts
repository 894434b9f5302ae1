/** The Docker host of a component. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { isThisHostAlone } from "../model/arguments/endpoints";
import { plain } from "./hooks/plain";

/** The provider that has a component's containers; undefined where that is the default one. */
export type DockerHost = pulumi.ProviderResource | undefined;

/** Whether the Docker host is another machine, as far as that is known. */
export async function isElsewhere(dockerHost: DockerHost): Promise<boolean> {
    const given = docker.Provider.isInstance(dockerHost)
        ? await plain(dockerHost.host)
        : new pulumi.Config("docker").get("host");
    const host = given ?? process.env.DOCKER_HOST;
    const [, name] =
        (typeof host === "string" && /^(?:ssh|tcp|https?):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)/.exec(host)) || [];
    return name !== undefined && !isThisHostAlone(name.replace(/^\[|\]$/g, ""));
}

export const containerType = "docker:index/container:Container";

/** The provider that a component of these options will have for its containers. */
export function dockerHostOf({ provider, providers, parent }: pulumi.ComponentResourceOptions): DockerHost {
    const all = [provider, ...(Array.isArray(providers) ? providers : Object.values(providers ?? {}))];
    return all.find((each) => docker.Provider.isInstance(each)) ?? parent?.getProvider(containerType);
}
