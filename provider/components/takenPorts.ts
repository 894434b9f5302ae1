/** Which ports the servers of a program publish: on one Docker host, each is one server's. */
import * as pulumi from "@pulumi/pulumi";
import { sharedPorts } from "../model/arguments/endpoints";
import type { AskedServer } from "../model/arguments/servers";
import type { PublishedPort } from "../model/dockerRefusals";
import type { Finding } from "../model/findings";
import type { DockerHost } from "./dockerHost";

interface Taken {
    readonly server: string;
    readonly dockerHost: DockerHost;
    readonly ports: readonly PublishedPort[];
}

/** By stack and server: a process may run several programs. */
const takenOf = new WeakMap<pulumi.Resource, Map<string, Taken>>();

/** What is wrong with ports that another server of the program has; they are the server's if nothing is. */
export function takePorts(
    { kind, name, path }: Pick<AskedServer, "kind" | "name" | "path">,
    ports: readonly PublishedPort[],
    dockerHost: DockerHost,
): Finding[] {
    const stack = pulumi.runtime.getStackResource();
    if (!stack || ports.length === 0) return [];
    const taken = takenOf.get(stack) ?? new Map<string, Taken>();
    takenOf.set(stack, taken);
    const server = `${kind} "${name}"`;
    const findings = [...taken.values()]
        .filter((other) => other.server !== server && other.dockerHost === dockerHost)
        .flatMap((other) => sharedPorts(path, ports, other));
    if (findings.length === 0) taken.set(server, { server, dockerHost, ports });
    return findings;
}
