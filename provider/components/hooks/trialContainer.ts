/** Starts a trial container for a moment, to find out what Docker would refuse of the real container. */
import { randomBytes } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
    type ContainerRequest,
    type ContainerKind,
    type Refused,
    findRefused,
    findUnjoinable,
    findUnpulled,
    findUnusable,
} from "../../model/dockerRefusals";
import type { Finding } from "../../model/findings";
import type { DockerHost } from "../dockerHost";
import { log } from "../log";
import { valueOf } from "../unknowns";
import { type Run, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";

/** A container's arguments as plain values; in a preview, `unresolved` replaces unknown ones. */
export type Args = Readonly<Record<string, unknown>>;

/** Enough for a large image over a slow connection. */
const pullSeconds = 3600;

export function hasImage(run: Run, { image }: ContainerRequest): Promise<boolean> {
    return run("image", "inspect", image).then(
        () => true,
        () => false,
    );
}

/** Pulls the image. Returns undefined on success, otherwise findings. */
export async function pull(name: string, asked: ContainerRequest, owner: Owner): Promise<Finding[] | undefined> {
    await log("info", `${name}: pulling the image ${asked.image} before anything is changed.`, owner);
    const run = await dockerCommand(owner.dockerHost, pullSeconds);
    try {
        await run("pull", "--quiet", asked.image);
        return undefined;
    } catch (error) {
        // The provider may have registry logins that the docker command lacks.
        return (await hasLogins(owner.dockerHost)) ? [] : [findUnpulled(reasonIn(error), asked)];
    }
}

/** The command that the trial container runs. */
const trials: Readonly<Record<ContainerKind, string>> = {
    server: "redis-server --version && redis-cli --version",
    terminator: "haproxy -v",
    tunnel: "haproxy -v",
};

/** Marks trial containers. */
export const trialLabel = "redis-database.trial";

/** Removes trial containers that killed updates left behind. A trial takes seconds, and --rm removes it. */
async function removeAbandoned(run: Run): Promise<void> {
    await run("container", "prune", "--force", "--filter", `label=${trialLabel}`, "--filter", "until=10m").catch(
        () => "",
    );
}

/** Creates and starts the trial container with the provider's steps, so that Docker refuses the same things. */
export async function tryContainer(run: Run, name: string, args: Args, all: ContainerRequest): Promise<Finding[]> {
    const container = `${name}-trial-${randomBytes(4).toString("hex")}`;
    const findings: Finding[] = [];
    await removeAbandoned(run);
    const attempt = async (asked: ContainerRequest): Promise<Refused | undefined> => {
        const refused = (error: unknown) => findRefused(reasonIn(error), asked);
        const created = await failureOf(run("create", ...flags(container, args, asked), ...command(args, asked)));
        if (created) return refused(created);
        for (const { name: network, named } of asked.networks) {
            await run("network", "disconnect", "bridge", container).catch(() => undefined);
            // Not under the database's alias, to which clients connect.
            const alias = named ? ["--alias", container] : [];
            const joined = await failureOf(run("network", "connect", ...alias, network, container));
            if (joined) return findUnjoinable(reasonIn(joined), network, asked);
        }
        const started = await failureOf(run("start", "--attach", container));
        if (!started) return undefined;
        return isDaemonError(started) ? refused(started) : { found: findUnusable(reasonIn(started), asked) };
    };
    for (let asked: ContainerRequest | undefined = all; asked;) {
        try {
            const refused: Refused | undefined = await attempt(asked);
            if (refused) findings.push(refused.found);
            asked = refused?.remaining;
        } finally {
            // With --rm, Docker has already removed a container that has started and exited.
            await run("rm", "--force", "--volumes", container).catch(() => undefined);
        }
    }
    return findings;
}

/** The error of the docker command. Throws if the command did not reach the Docker daemon. */
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

/** Errors of the docker command that concern the connection, and not the container. */
const unreachable = /cannot connect to the docker daemon|error during connect/i;

/** Whether the error is the Docker daemon's, and not from the program in the container. */
const isDaemonError = (error: object) =>
    String((error as { stderr?: unknown }).stderr).includes("Error response from daemon: ");

function flags(container: string, args: Args, { ports }: ContainerRequest): string[] {
    const { user, readOnly, tmpfs, runtime, logDriver, logOpts, networkMode } = args;
    const pairs = (flag: string, values: unknown, separator: string) =>
        Object.entries(values ?? {}).flatMap(([key, value]) => [flag, `${key}${separator}${String(value)}`]);
    const given = (flag: string, value: unknown) => (typeof value === "string" && value !== "" ? [flag, value] : []);
    return [
        "--rm",
        "--pull",
        "never",
        "--label",
        trialLabel,
        "--name",
        container,
        "--memory",
        "64m",
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

/** Uses the container's own entrypoint, so that it is tried as well. HAProxy's entrypoint cannot run a command. */
function command({ entrypoints }: Args, { kind, image }: ContainerRequest): string[] {
    const [program, ...more] = kind === "server" ? ((entrypoints as string[] | undefined) ?? []) : ["sh"];
    const script = program === undefined || kind === "server" ? ["sh", "-c", trials[kind]] : ["-c", trials[kind]];
    return [...(program === undefined ? [] : ["--entrypoint", program]), image, ...more, ...script];
}

/** The last line of a command's output, without lines that do not name the cause. */
function reasonIn(error: unknown): string {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    const lines = (stderr.trim() || stdout)
        .split("\n")
        .filter((line) => line.trim() !== "" && !/^(See 'docker |WARNING: |Error: failed to start)/.test(line));
    const lastLine = lines
        .at(-1)
        ?.replace(/^(Error response from daemon|docker): /, "")
        .trim();
    return lastLine ?? String(error);
}

/** Whether the provider has registry logins. The property is not in its public types. */
async function hasLogins(dockerHost: DockerHost): Promise<boolean> {
    if (!docker.Provider.isInstance(dockerHost)) return new pulumi.Config("docker").get("registryAuth") !== undefined;
    const { registryAuth } = dockerHost as { readonly registryAuth?: pulumi.Output<unknown> };
    return registryAuth !== undefined && (await valueOf(registryAuth)) !== undefined;
}
