/**
 * What Docker refuses of a server's or HAProxy's container shows only when that is started, and by then the one that it
 * replaces is gone. So Docker's own command tries the image, network, ports and user first, on another container that
 * lasts for a moment.
 */
import { randomBytes } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
    type Asked,
    type ContainerKind,
    type PublishedPort,
    type Refused,
    collide,
    findRefused,
    findUnjoinable,
    findUnpulled,
    findUnusable,
    listedPorts,
    mayBeMadeMeanwhile,
} from "../../model/dockerRefusals";
import { type Finding, formatFinding, formatFindings } from "../../model/findings";
import type { DockerHost } from "../dockerHost";
import { runError } from "../runError";
import { type Run, answerSeconds, dockerCommand, valueOf } from "./dockerCommand";
import { settingsVolumeOf } from "./leftovers";
import { oncePerStack, takesHooks } from "./oncePerStack";
import { plain } from "./plain";

/** Whose containers they are. */
interface Server {
    readonly plan: { readonly name: string };
    readonly spec: pulumi.Output<{ readonly replica?: object }>;
    readonly dockerHost: DockerHost;
}

/** A container that is not created yet. */
export interface Rehearsed {
    /** Its resource's name. */
    readonly name: string;
    readonly args: docker.ContainerArgs;
    /** Of a server: tells whether the container that runs is replaced. */
    readonly fingerprint?: pulumi.Output<string>;
}

/** A container's arguments once they are known, in a preview with `unresolved` in some places. */
type Args = Readonly<Record<string, unknown>>;

interface Known {
    readonly name: string;
    readonly args: Args;
    readonly fingerprint?: string;
}

/** A container as `docker ps` lists it. */
interface Listed {
    readonly name: string;
    readonly image: string;
    readonly state: string;
    readonly command: string;
    readonly ports: readonly PublishedPort[];
    readonly networks: readonly string[];
    readonly volumes: readonly string[];
}

/**
 * In an update: resolves when Docker accepts these containers, and ends the program with what it refuses. Those that stay
 * as they are it leaves alone. What only a preview knows is left to `previewRefusals`.
 */
export function whenAccepted(
    { plan: { name: database }, spec, dockerHost }: Server,
    containers: readonly Rehearsed[],
): pulumi.Output<unknown> {
    if (pulumi.runtime.isDryRun() || !takesHooks()) return pulumi.output(undefined);
    const all = containers.map(({ name, args, fingerprint }) =>
        pulumi.output({ name, args: { ...args }, ...(fingerprint && { fingerprint }) }),
    );
    return pulumi.all([spec, pulumi.all(all)]).apply(async ([{ replica }, known]) => {
        const findings = await refusalsOfReplaced(database, dockerHost, known);
        if (findings.length > 0) throw runError(formatFindings(database, findings, replica && "RedisReplica"));
    });
}

/** What Docker refuses of those containers that do not stay as they are. */
export async function refusalsOfReplaced(
    database: string,
    dockerHost: DockerHost,
    containers: readonly Known[],
): Promise<Finding[]> {
    const run = await dockerCommand(dockerHost, answerSeconds);
    const volume = settingsVolumeOf(containers[0]?.args.volumes);
    const listed = await containersOn(run, volume).catch(notTested(database));
    if (!listed) return [];
    const replaced = containers.filter((each) => !unchanged(each, listed));
    const found = replaced.map(async ({ name, args }) => refusalsOf(name, args, listed, dockerHost, true));
    return distinct((await Promise.all(found)).flat());
}

/** For the `beforeCreate` hooks of a server's containers: in a preview, which starts nothing. */
export const previewRefusals = oncePerStack((dockerHost: DockerHost, index) => {
    const isPreview = pulumi.runtime.isDryRun();
    return new pulumi.ResourceHook(
        `redis-database:previewRefusals-${index}`,
        async (args) => {
            if (isPreview) await preview(args, dockerHost);
        },
        { onDryRun: true },
    );
});

async function preview({ urn, name, newInputs }: pulumi.ResourceHookArgs, dockerHost: DockerHost): Promise<void> {
    const args = (await plain(newInputs)) as Args;
    const kind = kindOf(name);
    if (!kind) return;
    const database = name.slice(0, -kind.length - 1);
    const reached = dockerCommand(dockerHost, answerSeconds).then((run) => containersOn(run));
    const listed = await reached.catch(notTested(database));
    if (!listed) {
        if (kind === "server") {
            await pulumi.log.info(
                `"${database}": whether Docker accepts its image, network, address and ports was not tested: the docker command does not reach its Docker host.`,
            );
        }
        return;
    }
    const findings = distinct(await refusalsOf(name, args, listed, dockerHost, false));
    for (const found of findings.filter(mayBeMadeMeanwhile)) {
        await pulumi.log.warn(
            `"${database}": unless the network is there by then, the update will refuse this:\n  ${formatFinding(found)}`,
        );
    }
    const refused = findings.filter((found) => !mayBeMadeMeanwhile(found));
    if (refused.length > 0) {
        throw new Error(formatFindings(database, refused, urn.includes("RedisReplica$") ? "RedisReplica" : undefined));
    }
}

function kindOf(name: string): ContainerKind | undefined {
    return (["server", "terminator", "link"] as const).find((kind) => name.endsWith(`-${kind}`));
}

const notTested = (database: string) => async (error: unknown) => {
    await pulumi.log.debug(`"${database}": what Docker refuses was not tested: ${String(error)}`);
};

/** All containers. Throws where Docker's command reaches no host, or another one than that with the volume. */
async function containersOn(run: Run, volume?: string): Promise<Listed[]> {
    // `{{json .}}` would have Docker measure the sizes, too.
    const columns = ["Names", "Image", "State", "Command", "Ports", "Networks", "Mounts"].map(
        (name) => `{{json .${name}}}`,
    );
    const lines = await run("ps", "--all", "--no-trunc", "--format", `[${columns.join(",")}]`);
    const listed = lines.split("\n").filter(Boolean).map(parseLine);
    if (volume !== undefined && !listed.some(({ volumes }) => volumes.includes(volume))) {
        await run("volume", "inspect", volume);
    }
    return listed;
}

function parseLine(line: string): Listed {
    const [name, image, state, command, ports, networks, volumes] = JSON.parse(line) as LineOfPs;
    return {
        ...{ name, image, state, command },
        ports: listedPorts(ports),
        networks: networks.split(","),
        volumes: volumes.split(","),
    };
}

type LineOfPs = [
    name: string,
    image: string,
    state: string,
    command: string,
    ports: string,
    networks: string,
    volumes: string,
];

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
async function refusalsOf(name: string, args: Args, listed: readonly Listed[], dockerHost: DockerHost, pulls: boolean) {
    const volume = settingsVolumeOf(args.volumes);
    const isOwn = ({ volumes }: Listed) => volume !== undefined && volumes.includes(volume);
    const holds = (port: PublishedPort) => (each: Listed) => each.ports.some((held) => collide(held, port));
    const asked: Asked = {
        kind: kindOf(name) ?? "server",
        image: String(args.image),
        networks: networksOf(args),
        // What the database's own containers hold is free by the time that it is needed.
        ports: portsOf(args).filter((port) => !listed.filter(isOwn).some(holds(port))),
        holderOf: (port) => listed.find(holds(port))?.name,
    };
    try {
        const run = await dockerCommand(dockerHost, answerSeconds);
        const there = await run("image", "inspect", asked.image).then(
            () => true,
            () => false,
        );
        if (!there && !pulls) {
            await pulumi.log.info(
                `${name}: the image ${asked.image} is not on the Docker host; the update pulls it first.`,
            );
            return [];
        }
        const unpulled = there ? undefined : await pull(name, asked, dockerHost);
        return unpulled ?? (await rehearse(run, name, args, asked));
    } catch (error) {
        await notTested(name)(error);
        return [];
    }
}

/** Undefined once the image is there. */
async function pull(name: string, asked: Asked, dockerHost: DockerHost): Promise<Finding[] | undefined> {
    await pulumi.log.info(`${name}: pulls the image ${asked.image} before anything is touched.`);
    const run = await dockerCommand(dockerHost);
    try {
        await run("pull", "--quiet", asked.image);
        return undefined;
    } catch (error) {
        // The provider may be logged in where Docker's command is not.
        return (await hasLogins(dockerHost)) ? [] : [findUnpulled(wordsOf(error), asked)];
    }
}

/** What runs in place of the container's own command. */
const trials: Readonly<Record<ContainerKind, string>> = {
    server: "redis-server --version && redis-cli --version",
    terminator: "haproxy -v",
    link: "haproxy -v",
};

/** Goes about it as the provider does, so that Docker refuses the same. */
async function rehearse(run: Run, name: string, args: Args, all: Asked): Promise<Finding[]> {
    const container = `${name}-trial-${randomBytes(4).toString("hex")}`;
    const findings: Finding[] = [];
    const attempt = async (asked: Asked): Promise<Refused | undefined> => {
        const refused = (error: unknown) => findRefused(wordsOf(error), asked);
        const created = await failureOf(run("create", ...flags(container, args, asked), ...command(args, asked)));
        if (created) return refused(created);
        for (const { name: network, named } of asked.networks) {
            await run("network", "disconnect", "bridge", container).catch(() => undefined);
            // Not by the container's own name, by which clients look for it.
            const alias = named ? ["--alias", container] : [];
            const joined = await failureOf(run("network", "connect", ...alias, network, container));
            if (joined) return findUnjoinable(wordsOf(joined), network, asked);
        }
        const started = await failureOf(run("start", "--attach", container));
        if (!started) return undefined;
        return isDockers(started) ? refused(started) : { found: findUnusable(wordsOf(started), asked) };
    };
    for (let asked: Asked | undefined = all; asked;) {
        try {
            const refused: Refused | undefined = await attempt(asked);
            if (refused) findings.push(refused.found);
            asked = refused?.remaining;
        } finally {
            // Docker itself removes what has started and ended.
            await run("rm", "--force", "--volumes", container).catch(() => undefined);
        }
    }
    return findings;
}

/** Why Docker's command failed. Throws where it could not ask Docker. */
async function failureOf(running: Promise<unknown>): Promise<object | undefined> {
    try {
        await running;
        return undefined;
    } catch (error) {
        const { code, killed } = error as { code?: unknown; killed?: boolean };
        if (killed || typeof code !== "number" || unreachable.test(String(error))) throw error;
        return error as object;
    }
}

/** Docker's command says this of Docker itself, and not of the container. */
const unreachable = /cannot connect to the docker daemon|error during connect/i;

/** Whether Docker says it, and not the program in the container. */
const isDockers = (error: object) =>
    String((error as { stderr?: unknown }).stderr).includes("Error response from daemon: ");

function flags(container: string, args: Args, { ports }: Asked): string[] {
    const { user, readOnly, tmpfs, runtime, logDriver, logOpts, networkMode } = args;
    const pairs = (flag: string, values: unknown, separator: string) =>
        Object.entries(values ?? {}).flatMap(([key, value]) => [flag, `${key}${separator}${String(value)}`]);
    const given = (flag: string, value: unknown) => (typeof value === "string" && value !== "" ? [flag, value] : []);
    return [
        ...["--rm", "--pull", "never", "--name", container, "--memory", "64m"],
        ...given("--user", user),
        ...(readOnly === true ? ["--read-only"] : []),
        ...pairs("--tmpfs", tmpfs, ":"),
        ...given("--runtime", runtime),
        ...given("--log-driver", logDriver),
        ...pairs("--log-opt", logOpts, "="),
        ...given("--network", networkMode),
        ...ports.flatMap(({ ip, external, internal }) => [
            "--publish",
            `${ip.includes(":") ? `[${ip}]` : ip}:${external}:${internal}`,
        ]),
    ];
}

/** The entrypoint is the container's own, so that it is tried, too; HAProxy's runs no command. */
function command({ entrypoints }: Args, { kind, image }: Asked): string[] {
    const [program, ...more] = kind === "server" ? ((entrypoints as string[] | undefined) ?? []) : ["sh"];
    const script = program === undefined || kind === "server" ? ["sh", "-c", trials[kind]] : ["-c", trials[kind]];
    return [...(program === undefined ? [] : ["--entrypoint", program]), image, ...more, ...script];
}

/** Those that are known, and whether the container has names there. */
function networksOf({ networksAdvanced }: Args): Asked["networks"] {
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

/** The end of what a command has said, without what says nothing of the cause. */
function wordsOf(error: unknown): string {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    const lines = (stderr.trim() || stdout)
        .split("\n")
        .filter((line) => line.trim() !== "" && !/^(See 'docker |WARNING: |Error: failed to start)/.test(line));
    const words = lines
        .at(-1)
        ?.replace(/^(Error response from daemon|docker): /, "")
        .trim();
    return words ?? String(error);
}

/** Whether the provider has logins of its own; only at run time does it say so. */
async function hasLogins(dockerHost: DockerHost): Promise<boolean> {
    if (!docker.Provider.isInstance(dockerHost)) return new pulumi.Config("docker").get("registryAuth") !== undefined;
    const { registryAuth } = dockerHost as { readonly registryAuth?: pulumi.Output<unknown> };
    return registryAuth !== undefined && (await valueOf(registryAuth)) !== undefined;
}

/** A problem of several containers is one. */
function distinct(findings: readonly Finding[]): Finding[] {
    return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values()];
}
