/**
 * Checks whether Docker accepts a container before the existing one is replaced. Docker refuses an image, a network, a
 * port or a user only when it creates or starts the container, and by then the old container no longer exists. So the
 * docker command first tries them on a trial container.
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
import { supportsHooks } from "./hooks";
import { settingsVolumeOf } from "./leftovers";
import { type Listed, containersOn } from "./listedContainers";
import type { Owner } from "./owner";
import { plain } from "./plain";
import { type Args, hasImage, pull, tryContainer } from "./trialContainer";

/** The server that the containers belong to. */
interface Server {
    readonly plan: { readonly name: string };
    readonly spec: Specification;
    readonly owner: Owner;
}

/** A container that has not been created yet. */
export interface PlannedContainer {
    /** The name of the resource. */
    readonly name: string;
    readonly args: docker.ContainerArgs;
    /** Of a server's container: differs from the running container's if that will be replaced. */
    readonly fingerprint?: pulumi.Output<string>;
}

/** A planned container whose arguments are known. */
interface KnownContainer {
    readonly name: string;
    readonly args: Args;
    readonly fingerprint?: string;
}

/**
 * In an update, resolves once Docker accepts these containers, or ends the program with findings about what it refuses.
 * Containers that do not change are not tried. `previewRefusals` does this in previews.
 */
export function whenAccepted(
    { plan: { name: database }, spec, owner }: Server,
    containers: readonly PlannedContainer[],
): pulumi.Output<unknown> {
    if (pulumi.runtime.isDryRun() || !supportsHooks()) return pulumi.output(undefined);
    const all = containers.map(({ name, args, fingerprint }) =>
        pulumi.output({ name, args: { ...args }, ...(fingerprint && { fingerprint }) }),
    );
    return pulumi.all([spec.get("replica"), pulumi.all(all)]).apply(async ([replica, known]) => {
        const findings = await refusalsOfReplaced(database, owner, known);
        if (findings.length === 0) return;
        // Resources without containers, such as a certificate, may already have been created.
        throw runError(formatFindings(database, findings, replica && "RedisReplica", "no container"), owner);
    });
}

/** What Docker refuses of the containers that will be created or replaced. */
export async function refusalsOfReplaced(
    database: string,
    owner: Owner,
    containers: readonly KnownContainer[],
): Promise<Finding[]> {
    const volume = settingsVolumeOf(containers[0]?.args.volumes);
    const reached = dockerCommand(owner.dockerHost).then((run) => containersOn(run, volume));
    const listed = await reached.catch(logNotChecked(database, owner));
    if (!listed) return [];
    const replaced = containers.filter((each) => !unchanged(each, listed));
    const found = replaced.map(async ({ name, args }) => refusalsOf(name, args, listed, owner, true));
    return distinct((await Promise.all(found)).flat());
}

/** `beforeCreate` hooks of a server's containers. They run in previews only. */
export function previewRefusals(owner: Owner): pulumi.ResourceHook[] {
    const previewed = async (args: pulumi.ResourceHookArgs) => {
        if (pulumi.runtime.isDryRun()) await preview(args, owner);
    };
    return owner.hooks.on("previewRefusals", previewed, { onDryRun: true });
}

async function preview({ urn, name, newInputs }: pulumi.ResourceHookArgs, owner: Owner): Promise<void> {
    const args = (await plain(newInputs)) as Args;
    const kind = kindOf(name);
    // An unknown image cannot be tried.
    if (!kind || args.image === unresolved) return;
    const database = name.slice(0, -kind.length - 1);
    const reached = dockerCommand(owner.dockerHost).then((run) => containersOn(run));
    const listed = await reached.catch(logNotChecked(database, owner));
    if (!listed) {
        if (kind === "server") {
            await log(
                "info",
                `"${database}": the docker command does not reach its Docker host, so the preview did not check whether Docker accepts its image, network, address and ports.`,
                owner,
            );
        }
        return;
    }
    const findings = distinct(await refusalsOf(name, args, listed, owner, false));
    for (const found of findings.filter(mayBeCreatedByUpdate)) {
        await log(
            "warn",
            `"${database}": unless the network exists by then, the update will fail with:\n  ${formatFinding(found)}`,
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
    return (["server", "terminator", "tunnel"] as const).find((kind) => name.endsWith(`-${kind}`));
}

const logNotChecked = (database: string, owner: Owner) => async (error: unknown) => {
    await log("debug", `"${database}": could not check what Docker refuses: ${String(error)}`, owner);
};

/**
 * Whether the existing container matches what would be tried. A container that Docker could not start is created again.
 */
function unchanged({ name, args, fingerprint }: KnownContainer, listed: readonly Listed[]): boolean {
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

/** Everything that Docker refuses of one container. `pulls` sets whether a missing image may be pulled. */
async function refusalsOf(name: string, args: Args, listed: readonly Listed[], owner: Owner, pulls: boolean) {
    const volume = settingsVolumeOf(args.volumes);
    const isOwn = ({ volumes }: Listed) => volume !== undefined && volumes.includes(volume);
    const holds = (port: PublishedPort) => (each: Listed) => each.ports.some((held) => collide(held, port));
    const asked: ContainerRequest = {
        kind: kindOf(name) ?? "server",
        image: String(args.image),
        networks: networksOf(args),
        // Ports of the database's own containers will be free when they are needed.
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
        const isPresent = await hasImage(run, asked);
        if (!isPresent && !pulls) {
            await log(
                "info",
                `${name}: the image ${asked.image} is not on the Docker host; the update pulls it first.`,
                owner,
            );
            return [];
        }
        const unpulled = isPresent ? undefined : await pull(name, asked, owner);
        return unpulled ?? (await tryContainer(run, name, args, asked));
    } catch (error) {
        await logNotChecked(name, owner)(error);
        return [];
    }
}

/** Docker distributes connections to a network alias over all containers with that alias. */
async function warnOfAliases(
    run: Run,
    name: string,
    { networksAdvanced }: Args,
    otherContainers: readonly Listed[],
    owner: Owner,
): Promise<void> {
    if (!Array.isArray(networksAdvanced)) return;
    for (const { name: network, aliases } of networksAdvanced as { name?: unknown; aliases?: unknown }[]) {
        const known = typeof network === "string" && Array.isArray(aliases) ? (aliases as unknown[]) : [];
        const joined = otherContainers.filter(({ networks }) => networks.includes(String(network)));
        if (known.length === 0 || joined.length === 0) continue;
        const format = `[{{json .Name}},{{json (index .NetworkSettings.Networks ${JSON.stringify(network)}).Aliases}}]`;
        const lines = await run("inspect", "--format", format, ...joined.map((each) => each.name)).catch(() => "");
        for (const line of lines.split("\n").filter(Boolean)) {
            const [container, names] = JSON.parse(line) as [string, string[] | null];
            const shared = names?.find((alias) => known.includes(alias));
            if (shared === undefined) continue;
            await log(
                "warn",
                `${name}: the container "${container.slice(1)}" is also called "${shared}" on the network "${String(network)}" and receives some of the connections to that name. Use the output networkName, or rename the database.`,
                owner,
            );
        }
    }
}

/** The known networks, and whether the container has aliases on them. */
function networksOf({ networksAdvanced }: Args): ContainerRequest["networks"] {
    if (!Array.isArray(networksAdvanced)) return [];
    return (networksAdvanced as { name?: unknown; aliases?: unknown }[]).flatMap(({ name, aliases }) =>
        typeof name === "string" ? [{ name, named: Array.isArray(aliases) && aliases.length > 0 }] : [],
    );
}

/** The known ports that are published over TCP. */
function portsOf({ ports }: Args): PublishedPort[] {
    if (!Array.isArray(ports)) return [];
    return (ports as Readonly<Record<string, unknown>>[]).flatMap(
        ({ internal, external, ip = "0.0.0.0", protocol = "tcp" }) =>
            typeof internal === "number" && typeof external === "number" && typeof ip === "string" && protocol === "tcp"
                ? [{ internal, external, ip }]
                : [],
    );
}

/** Reports a problem of several containers only once. */
function distinct(findings: readonly Finding[]): Finding[] {
    return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values()];
}
