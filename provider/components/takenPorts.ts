/** Ports that the servers of a program publish. On each Docker host, a port belongs to one server. */
import { randomInt } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { sharedPorts } from "../model/arguments/endpoints";
import type { RequestedServer } from "../model/arguments/servers";
import type { PublishedPort } from "../model/dockerRefusals";
import type { Finding } from "../model/findings";
import type { DockerHost } from "./dockerHost";
import { dockerCommand } from "./hooks/dockerCommand";
import { containersOn } from "./hooks/listedContainers";
import { plain } from "./hooks/plain";
import { type About, log } from "./log";
import { currentProgram, perProgram } from "./perProgram";

/** The ports of a Docker host that the program knows about. */
interface HostPorts {
    /** The ports that servers have claimed, by server. */
    readonly taken: Map<string, readonly PublishedPort[]>;
    /** The pairs of the databases whose ports are chosen, in the order of the program. */
    readonly choices: pulumi.Output<number>[];
    /** Pairs that were chosen in this update. */
    readonly reserved: Set<number>;
    /** Ports of running containers. Listed once, before the first choice. */
    listed?: Promise<number[]>;
}

function portsOn(dockerHost: DockerHost): HostPorts {
    const make = () => new Map<DockerHost, HostPorts>();
    const hosts = currentProgram() ? perProgram("ports", make) : make();
    const ports = hosts.get(dockerHost) ?? { taken: new Map(), choices: [], reserved: new Set() };
    hosts.set(dockerHost, ports);
    return ports;
}

/** Claims ports for a server. Returns findings if another server of the program has claimed one of them. */
export function claimPorts(
    { kind, name, path }: Pick<RequestedServer, "kind" | "name" | "path">,
    ports: readonly PublishedPort[],
    dockerHost: DockerHost,
): Finding[] {
    const { taken } = portsOn(dockerHost);
    const server = `${kind} "${name}"`;
    const findings = [...taken]
        .filter(([other]) => other !== server)
        .flatMap(([other, its]) => sharedPorts(path, ports, { server: other, ports: its }));
    if (findings.length === 0) taken.set(server, ports);
    return findings;
}

/**
 * Chooses a pair of ports: pair N is the ports 2N and 2N + 1. `create` receives a pair that neither a container on the
 * Docker host nor an earlier server of the program uses. The pair that it returns is the one in force: an existing
 * server keeps its own.
 */
export function choosePair<T extends { readonly result: pulumi.Output<number> }>(
    { min, max }: { readonly min: number; readonly max: number },
    owner: About & { readonly dockerHost: DockerHost },
    create: (pair: pulumi.Output<number>) => T,
): T {
    const ports = portsOn(owner.dockerHost);
    const earlier = [...ports.choices];
    const choose = async () => {
        ports.listed ??= listedPorts(owner);
        // Plain values, so that this server does not depend on the earlier ones.
        const pairs = (await Promise.all(earlier.map(plain))).filter((pair) => typeof pair === "number");
        const chosen = pairs.flatMap((pair) => [pair * 2, pair * 2 + 1]);
        const given = [...ports.taken.values()].flat().map(({ external }) => external);
        const taken = new Set([...(await ports.listed), ...chosen, ...given]);
        const isFree = (pair: number) => !taken.has(pair * 2) && !taken.has(pair * 2 + 1) && !ports.reserved.has(pair);
        const free = Array.from({ length: max - min + 1 }, (_each, index) => min + index).filter(isFree);
        // If no pair is free, Docker reports the conflict.
        const pair = free.length > 0 ? (free[randomInt(free.length)] ?? min) : randomInt(min, max + 1);
        ports.reserved.add(pair);
        return pair;
    };
    const choice = create(pulumi.output(choose()));
    ports.choices.push(choice.result);
    return choice;
}

/** Empty if the docker command does not reach the host. */
async function listedPorts(owner: About & { readonly dockerHost: DockerHost }): Promise<number[]> {
    try {
        const listed = await containersOn(await dockerCommand(owner.dockerHost));
        return listed.flatMap(({ ports }) => ports.map(({ external }) => external));
    } catch (error) {
        await log("debug", `ports are chosen without checking those of other containers: ${String(error)}`, owner);
        return [];
    }
}
