/** Which ports the servers of a program publish: on one Docker host, each is one server's. */
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
import { perProgram } from "./perProgram";

/** The ports of a Docker host, as far as a program knows them. */
interface HostPorts {
    /** By server. */
    readonly taken: Map<string, readonly PublishedPort[]>;
    /** The pairs that databases have chosen, in the order of the program. */
    readonly choices: pulumi.Output<number>[];
    /** Those that will be chosen in this update. */
    readonly reserved: Set<number>;
    /** Those of containers that run. Asked for once, when a choice may be new. */
    listed?: Promise<number[]>;
}

function portsOn(dockerHost: DockerHost): HostPorts {
    const make = () => new Map<DockerHost, HostPorts>();
    const hosts = pulumi.runtime.getStackResource() ? perProgram("ports", make) : make();
    const ports = hosts.get(dockerHost) ?? { taken: new Map(), choices: [], reserved: new Set() };
    hosts.set(dockerHost, ports);
    return ports;
}

/** What is wrong with ports that another server of the program has; they are the server's if nothing is. */
export function takePorts(
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
 * Chooses pairs of ports, one after the other: the first half of an even port and the one after it. `create` is given a
 * pair that neither a container of the Docker host nor an earlier server of the program has, and returns the one that is
 * in force, which for a server that is there already is its own.
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
        // As plain values: this server does not depend on the others.
        const pairs = (await Promise.all(earlier.map(plain))).filter((pair) => typeof pair === "number");
        const chosen = pairs.flatMap((pair) => [pair * 2, pair * 2 + 1]);
        const given = [...ports.taken.values()].flat().map(({ external }) => external);
        const taken = new Set([...(await ports.listed), ...chosen, ...given]);
        const isFree = (pair: number) => !taken.has(pair * 2) && !taken.has(pair * 2 + 1) && !ports.reserved.has(pair);
        const free = Array.from({ length: max - min + 1 }, (_each, index) => min + index).filter(isFree);
        // Where none is free, Docker says so.
        const pair = free.length > 0 ? (free[randomInt(free.length)] ?? min) : randomInt(min, max + 1);
        ports.reserved.add(pair);
        return pair;
    };
    const choice = create(pulumi.output(choose()));
    ports.choices.push(choice.result);
    return choice;
}

/** Nothing where Docker's command does not reach the host. */
async function listedPorts(owner: About & { readonly dockerHost: DockerHost }): Promise<number[]> {
    try {
        const listed = await containersOn(await dockerCommand(owner.dockerHost));
        return listed.flatMap(({ ports }) => ports.map(({ external }) => external));
    } catch (error) {
        await log("debug", `ports are chosen without knowing those of other containers: ${String(error)}`, owner);
        return [];
    }
}
