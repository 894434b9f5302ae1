/** A container that lasts for a moment, by which Docker says what it refuses of the one that is to come. */
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
import { type Run, dockerCommand, valueOf } from "./dockerCommand";
import type { Owner } from "./owner";

/** A container's arguments once they are known, in a preview with `unresolved` in some places. */
export type Args = Readonly<Record<string, unknown>>;

/** Enough for a large image on a slow line. */
const pullSeconds = 3600;

export function hasImage(run: Run, { image }: ContainerRequest): Promise<boolean> {
    return run("image", "inspect", image).then(
        () => true,
        () => false,
    );
}

/** Undefined once the image is there. */
export async function pull(name: string, asked: ContainerRequest, owner: Owner): Promise<Finding[] | undefined> {
    await log("info", `${name}: pulls the image ${asked.image} before anything is touched.`, owner);
    const run = await dockerCommand(owner.dockerHost, pullSeconds);
    try {
        await run("pull", "--quiet", asked.image);
        return undefined;
    } catch (error) {
        // The provider may be logged in where Docker's command is not.
        return (await hasLogins(owner.dockerHost)) ? [] : [findUnpulled(wordsOf(error), asked)];
    }
}

/** What runs in place of the container's own command. */
const trials: Readonly<Record<ContainerKind, string>> = {
    server: "redis-server --version && redis-cli --version",
    terminator: "haproxy -v",
    link: "haproxy -v",
};

/** Goes about it as the provider does, so that Docker refuses the same. */
export async function rehearse(run: Run, name: string, args: Args, all: ContainerRequest): Promise<Finding[]> {
    const container = `${name}-trial-${randomBytes(4).toString("hex")}`;
    const findings: Finding[] = [];
    const attempt = async (asked: ContainerRequest): Promise<Refused | undefined> => {
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
    for (let asked: ContainerRequest | undefined = all; asked;) {
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

function flags(container: string, args: Args, { ports }: ContainerRequest): string[] {
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
function command({ entrypoints }: Args, { kind, image }: ContainerRequest): string[] {
    const [program, ...more] = kind === "server" ? ((entrypoints as string[] | undefined) ?? []) : ["sh"];
    const script = program === undefined || kind === "server" ? ["sh", "-c", trials[kind]] : ["-c", trials[kind]];
    return [...(program === undefined ? [] : ["--entrypoint", program]), image, ...more, ...script];
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
