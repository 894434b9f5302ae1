/** Asks Docker hosts directly, with the docker command. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { DockerConnection } from "../options";

const run = promisify(execFile);

/** Seconds for an answer. */
const answerSeconds = 2;
/** Bytes of an answer: a line for each of 100,000 containers. Node's default would be too little for 15,000. */
const answerBytes = 10 ** 7;

/** A container's state, as `docker ps` reports it. */
export interface ContainerState {
    /** Such as `running` or `exited`. */
    readonly state: string;
    /** Such as `Up 5 minutes (healthy)`. */
    readonly status: string;
}

/** Undefined if the Docker host answers, otherwise why it does not. */
export async function dockerAnswers(connection: DockerConnection | undefined): Promise<string | undefined> {
    try {
        await ask(connection, "version", "--format", "{{.Server.Version}}");
        return undefined;
    } catch (error) {
        return reasonOf(error);
    }
}

/** All containers of a host by name, running or not. Throws an error with the reason if it does not answer. */
export async function containersOn(
    connection: DockerConnection | undefined,
): Promise<ReadonlyMap<string, ContainerState>> {
    try {
        const stdout = await ask(
            connection,
            "ps",
            "--all",
            "--no-trunc",
            "--format",
            "{{.Names}}\t{{.State}}\t{{.Status}}",
        );
        const lines = stdout.split("\n").filter(Boolean);
        return new Map(
            lines.map((line) => {
                const [name = "", state = "", status = ""] = line.split("\t");
                return [name, { state, status }];
            }),
        );
    } catch (error) {
        throw new Error(reasonOf(error));
    }
}

/** What the last health check of a container has found. */
export interface CheckedHealth {
    readonly exitCode: number;
    readonly output: string;
}

/** How many containers one command describes: it asks for one after the other. */
const inspectedAtOnce = 100;

/**
 * The last results of the health checks of containers, by their names; the newest first. Containers that do not exist, or
 * for which there was no answer in time, are missing.
 */
export async function healthChecksOf(
    connection: DockerConnection | undefined,
    containers: readonly string[],
): Promise<ReadonlyMap<string, readonly CheckedHealth[]>> {
    const parts = Array.from({ length: Math.ceil(containers.length / inspectedAtOnce) }, (_each, index) =>
        containers.slice(index * inspectedAtOnce, (index + 1) * inspectedAtOnce),
    );
    const answers = await Promise.all(
        parts.map(async (names) => {
            const format = "{{.Name}}\t{{if .State.Health}}{{json .State.Health.Log}}{{end}}";
            try {
                return await ask(connection, "container", "inspect", "--format", format, ...names);
            } catch (error) {
                // It fails if one of them does not exist, and has printed the others.
                return (error as { stdout?: string }).stdout ?? "";
            }
        }),
    );
    const lines = answers.flatMap((answer) => answer.split("\n")).filter(Boolean);
    return new Map(lines.map(readChecks));
}

function readChecks(line: string): [string, CheckedHealth[]] {
    const [name = "", json = ""] = line.split("\t");
    let log: readonly { readonly ExitCode: number; readonly Output: string }[] = [];
    try {
        log = (JSON.parse(json || "[]") ?? []) as typeof log;
    } catch {
        // An answer that was cut off.
    }
    const checks = log.map(({ ExitCode: exitCode, Output: output }) => ({ exitCode, output })).reverse();
    return [name.replace(/^\//, ""), checks];
}

/** The names of a host's volumes. Throws an error with the reason if it does not answer. */
export async function volumesOn(connection: DockerConnection | undefined): Promise<readonly string[]> {
    try {
        return (await ask(connection, "volume", "ls", "--format", "{{.Name}}")).split("\n").filter(Boolean);
    } catch (error) {
        throw new Error(reasonOf(error));
    }
}

/** The names of the volumes that a host's containers mount, running or not. */
export async function volumesInUse(connection: DockerConnection | undefined): Promise<readonly string[]> {
    try {
        const stdout = await ask(connection, "ps", "--all", "--no-trunc", "--format", "{{.Mounts}}");
        return [...new Set(stdout.split(/[\n,]/).filter(Boolean))];
    } catch (error) {
        throw new Error(reasonOf(error));
    }
}

/** The arguments and the environment with which the docker command reaches a host. */
export function dockerCommand({ host, certPath }: DockerConnection = {}, args: readonly string[]) {
    return {
        args: [...(host === undefined ? [] : ["--host", host]), ...args],
        env: { ...process.env, ...(certPath !== undefined && { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" }) },
    };
}

async function ask(connection: DockerConnection | undefined, ...given: string[]): Promise<string> {
    const { args, env } = dockerCommand(connection, given);
    const options = { timeout: answerSeconds * 1000, maxBuffer: answerBytes, env };
    return (await run("docker", args, options)).stdout;
}

function reasonOf(error: unknown): string {
    const { killed, stderr = "", message } = error as { killed?: boolean; stderr?: string; message: string };
    if (killed) return `no answer within ${answerSeconds} seconds`;
    return (stderr.trim() || message).split("\n")[0] ?? message;
}
