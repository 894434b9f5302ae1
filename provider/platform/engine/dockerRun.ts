/** Runs docker commands that take time, print much, or read secrets from their input. */
import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { createInterface } from "node:readline";
import { PlatformError } from "../errors";
import type { DockerConnection } from "../options";
import { dockerCommand } from "./dockerHost";

export interface DockerRunOptions {
    /** Ends the command. What it runs in a container goes on there. */
    readonly signal?: AbortSignal;
    /** Receives each line of the errors. */
    readonly onLine?: (line: string) => void;
    /** What the command reads. */
    readonly input?: string;
    /** Receives what the command prints. Otherwise it is returned. It is not ended. */
    readonly output?: NodeJS.WritableStream;
}

export interface DockerEnded {
    /** The exit code; null if a signal ended it. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** Throws `docker-unreachable` if there is no docker command or no answer, and `cancelled`. */
export async function runDocker(
    connection: DockerConnection | undefined,
    args: readonly string[],
    { signal, onLine, input, output }: DockerRunOptions = {},
): Promise<DockerEnded> {
    if (signal?.aborted) throw cancelled();
    const { args: all, env } = dockerCommand(connection, args);
    const child = spawn("docker", all, { env, stdio: ["pipe", "pipe", "pipe"], ...(signal && { signal }) });
    const [out, err]: [Buffer[], string[]] = [[], []];
    const lines = createInterface({ input: child.stderr });
    lines.on("line", (line) => {
        err.push(line);
        onLine?.(line);
    });
    const read = new Promise((resolve) => lines.once("close", resolve));
    // A command that has failed does not read its input to the end.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const written = output ? pipeline(child.stdout, output, { end: false }) : undefined;
    if (!output) child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    const ended = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    try {
        const [code] = await Promise.all([ended, written, read]);
        const stderr = err.join("\n");
        if (code !== 0 && isUnreachable(stderr)) throw unreachable(stderr.split("\n").at(-1) ?? "");
        return { code, stdout: Buffer.concat(out).toString(), stderr };
    } catch (error) {
        // It may still print, if the output has failed.
        child.kill();
        if (signal?.aborted) throw cancelled();
        if ((error as NodeJS.ErrnoException).syscall?.startsWith("spawn")) {
            throw unreachable("there is no docker command");
        }
        throw error;
    }
}

/** How the docker command says that it cannot reach its host. */
function isUnreachable(stderr: string): boolean {
    return /^(Cannot connect to the Docker daemon|error during connect|unable to resolve docker endpoint|failed to connect to the docker API)/im.test(
        stderr,
    );
}

function unreachable(problem: string): PlatformError {
    return new PlatformError(
        "docker-unreachable",
        `the Docker host does not answer: ${problem}`,
        "start Docker there, or correct the connection, then repeat the operation",
        {},
    );
}

function cancelled(): PlatformError {
    return new PlatformError(
        "cancelled",
        "the operation was cancelled; what it has begun in a container goes on there",
        "repeat the operation",
        { changed: [] },
    );
}
