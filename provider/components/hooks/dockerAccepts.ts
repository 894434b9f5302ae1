/**
 * What Docker refuses of a server's or HAProxy's container shows only when that is started, and by then the one that it
 * replaces is gone. So Docker's own command tries the image, network, ports and user first, on another container that
 * lasts for a moment.
 */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
    type ContainerRequest,
    type ContainerKind,
    type PublishedPort,
    collide,
    mayBeCreatedByUpdate,
} from "../../model/dockerRefusals";
import { unresolved } from "../../model/arguments/definition";
import { type Finding, formatFinding, formatFindings } from "../../model/findings";
import { log, refuse } from "../log";
import { runError } from "../runError";
import type { Specification } from "../server/specification";
import { type Run, dockerCommand } from "./dockerCommand";
import { takesHooks } from "./hooks";
import { settingsVolumeOf } from "./leftovers";
import { type Listed, containersOn } from "./listedContainers";
import type { Owner } from "./owner";
import { plain } from "./plain";
import { type Args, hasImage, pull, rehearse } from "./trialContainer";

/** Whose containers they are. */
interface Server {
    readonly plan: { readonly name: string };
    readonly spec: Specification;
    readonly owner: Owner;
}

/** A container that is not created yet. */
export interface Rehearsed {
    /** Its resource's name. */
    readonly name: string;
    readonly args: docker.ContainerArgs;
    /** Of a server: tells whether the container that runs is replaced. */
    readonly fingerprint?: pulumi.Output<string>;
}

interface Known {
    readonly name: string;
    readonly args: Args;
    readonly fingerprint?: string;
}

/**
 * In an update: resolves when Docker accepts these containers, and ends the program with what it refuses. Those that stay
 * as they are it leaves alone. What only a preview knows is left to `previewRefusals`.
 */
export function whenAccepted(
    { plan: { name: database }, spec, owner }: Server,
    containers: readonly Rehearsed[],
): pulumi.Output<unknown> {
    if (pulumi.runtime.isDryRun() || !takesHooks()) return pulumi.output(undefined);
    const all = containers.map(({ name, args, fingerprint }) =>
        pulumi.output({ name, args: { ...args }, ...(fingerprint && { fingerprint }) }),
    );
    return pulumi.all([spec.get("replica"), pulumi.all(all)]).apply(async ([replica, known]) => {
        const findings = await refusalsOfReplaced(database, owner, known);
        if (findings.length === 0) return;
        // A certificate, for one, may be there already.
        throw runError(formatFindings(database, findings, replica && "RedisReplica", "no container"), owner);
    });
}

/** What Docker refuses of those containers that do not stay as they are. */
export async function refusalsOfReplaced(
    database: string,
    owner: Owner,
    containers: readonly Known[],
): Promise<Finding[]> {
    const volume = settingsVolumeOf(containers[0]?.args.volumes);
    const reached = dockerCommand(owner.dockerHost).then((run) => containersOn(run, volume));
    const listed = await reached.catch(notTested(database, owner));
    if (!listed) return [];
    const replaced = containers.filter((each) => !unchanged(each, listed));
    const found = replaced.map(async ({ name, args }) => refusalsOf(name, args, listed, owner, true));
    return distinct((await Promise.all(found)).flat());
}

/** For the `beforeCreate` hooks of a server's containers: in a preview, which starts nothing. */
export function previewRefusals(owner: Owner): pulumi.ResourceHook[] {
    const previewed = async (args: pulumi.ResourceHookArgs) => {
        if (pulumi.runtime.isDryRun()) await preview(args, owner);
    };
    return owner.hooks.on("previewRefusals", previewed, { onDryRun: true });
}

async function preview({ urn, name, newInputs }: pulumi.ResourceHookArgs, owner: Owner): Promise<void> {
    const args = (await plain(newInputs)) as Args;
    const kind = kindOf(name);
    // Of an image that is not known yet there is nothing to try.
    if (!kind || args.image === unresolved) return;
    const database = name.slice(0, -kind.length - 1);
    const reached = dockerCommand(owner.dockerHost).then((run) => containersOn(run));
    const listed = await reached.catch(notTested(database, owner));
    if (!listed) {
        if (kind === "server") {
            await log(
                "info",
                `"${database}": whether Docker accepts its image, network, address and ports was not tested: the docker command does not reach its Docker host.`,
                owner,
            );
        }
        return;
    }
    const findings = distinct(await refusalsOf(name, args, listed, owner, false));
    for (const found of findings.filter(mayBeCreatedByUpdate)) {
        await log(
            "warn",
            `"${database}": unless the network is there by then, the update will refuse this:\n  ${formatFinding(found)}`,
            owner,
        );
    }
    const refused = findings.filter((found) => !mayBeCreatedByUpdate(found));
    if (refused.length > 0) {
        const kind = urn.includes("RedisReplica$") ? "RedisReplica" : undefined;
        await refuse(formatFindings(database, refused, kind), owner);
    }
}

function kindOf(name: string): ContainerKind | undefined {
    return (["server", "terminator", "link"] as const).find((kind) => name.endsWith(`-${kind}`));
}

const notTested = (database: string, owner: Owner) => async (error: unknown) => {
    await log("debug", `"${database}": what Docker refuses was not tested: ${String(error)}`, owner);
};

/** Whether the container that runs has what would be tried. One that Docker did not start is made anew. */
function unchanged({ name, args, fingerprint }: Known, listed: readonly Listed[]): boolean {
    const volume = settingsVolumeOf(args.volumes);
    const own = listed.find(
        (each) => each.volumes.includes(String(volume)) && each.name.startsWith(`${name}-`) && each.state !== "created",
    );
    if (!own) return false;
    if (fingerprint !== undefined) return own.command.includes(fingerprint);
    return (
        own.image === args.image &&
        networksOf(args).every(({ name: network }) => own.networks.includes(network)) &&
        portsOf(args).every((port) => own.ports.some((held) => held.ip === port.ip && collide(held, port)))
    );
}

/** All that Docker refuses of one container. `pulls` says whether its image may be pulled for that. */
async function refusalsOf(name: string, args: Args, listed: readonly Listed[], owner: Owner, pulls: boolean) {
    const volume = settingsVolumeOf(args.volumes);
    const isOwn = ({ volumes }: Listed) => volume !== undefined && volumes.includes(volume);
    const holds = (port: PublishedPort) => (each: Listed) => each.ports.some((held) => collide(held, port));
    const asked: ContainerRequest = {
        kind: kindOf(name) ?? "server",
        image: String(args.image),
        networks: networksOf(args),
        // What the database's own containers hold is free by the time that it is needed.
        ports: portsOf(args).filter((port) => !listed.filter(isOwn).some(holds(port))),
        holderOf: (port) => listed.find(holds(port))?.name,
    };
    try {
        const run = await dockerCommand(owner.dockerHost);
        await warnOfAliases(
            run,
            name,
            args,
            listed.filter((each) => !isOwn(each)),
            owner,
        );
        const there = await hasImage(run, asked);
        if (!there && !pulls) {
            await log(
                "info",
                `${name}: the image ${asked.image} is not on the Docker host; the update pulls it first.`,
                owner,
            );
            return [];
        }
        const unpulled = there ? undefined : await pull(name, asked, owner);
        return unpulled ?? (await rehearse(run, name, args, asked));
    } catch (error) {
        await notTested(name, owner)(error);
        return [];
    }
}

/** Two containers of one name on a network are confused: each gets some of the connections that are meant for the other. */
async function warnOfAliases(
    run: Run,
    name: string,
    { networksAdvanced }: Args,
    others: readonly Listed[],
    owner: Owner,
): Promise<void> {
    if (!Array.isArray(networksAdvanced)) return;
    for (const { name: network, aliases } of networksAdvanced as { name?: unknown; aliases?: unknown }[]) {
        const known = typeof network === "string" && Array.isArray(aliases) ? (aliases as unknown[]) : [];
        const joined = others.filter(({ networks }) => networks.includes(String(network)));
        if (known.length === 0 || joined.length === 0) continue;
        const format = `[{{json .Name}},{{json (index .NetworkSettings.Networks ${JSON.stringify(network)}).Aliases}}]`;
        const lines = await run("inspect", "--format", format, ...joined.map((each) => each.name)).catch(() => "");
        for (const line of lines.split("\n").filter(Boolean)) {
            const [container, names] = JSON.parse(line) as [string, string[] | null];
            const shared = names?.find((alias) => known.includes(alias));
            if (shared === undefined) continue;
            await log(
                "warn",
                `${name}: the container "${container.slice(1)}" is "${shared}" on the network "${String(network)}", too, and gets some of the connections to that name. Use the output networkName, or give the database another name.`,
                owner,
            );
        }
    }
}

/** Those that are known, and whether the container has names there. */
function networksOf({ networksAdvanced }: Args): ContainerRequest["networks"] {
    if (!Array.isArray(networksAdvanced)) return [];
    return (networksAdvanced as { name?: unknown; aliases?: unknown }[]).flatMap(({ name, aliases }) =>
        typeof name === "string" ? [{ name, named: Array.isArray(aliases) && aliases.length > 0 }] : [],
    );
}

/** Those that are known, and published over TCP. */
function portsOf({ ports }: Args): PublishedPort[] {
    if (!Array.isArray(ports)) return [];
    return (ports as Readonly<Record<string, unknown>>[]).flatMap(
        ({ internal, external, ip = "0.0.0.0", protocol = "tcp" }) =>
            typeof internal === "number" && typeof external === "number" && typeof ip === "string" && protocol === "tcp"
                ? [{ internal, external, ip }]
                : [],
    );
}

/** A problem of several containers is one. */
function distinct(findings: readonly Finding[]): Finding[] {
    return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values()];
}
