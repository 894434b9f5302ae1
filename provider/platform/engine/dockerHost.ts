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

/** The names of a host's volumes. Throws an error with the reason if it does not answer. */
export async function volumesOn(connection: DockerConnection | undefined): Promise<readonly string[]> {
    try {
        return (await ask(connection, "volume", "ls", "--format", "{{.Name}}")).split("\n").filter(Boolean);
    } catch (error) {
        throw new Error(reasonOf(error));
    }
}

async function ask(connection: DockerConnection = {}, ...args: string[]): Promise<string> {
    const { host, certPath } = connection;
    const { stdout } = await run("docker", [...(host === undefined ? [] : ["--host", host]), ...args], {
        timeout: answerSeconds * 1000,
        maxBuffer: answerBytes,
        env: { ...process.env, ...(certPath !== undefined && { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" }) },
    });
    return stdout;
}

function reasonOf(error: unknown): string {
    const { killed, stderr = "", message } = error as { killed?: boolean; stderr?: string; message: string };
    if (killed) return `no answer within ${answerSeconds} seconds`;
    return (stderr.trim() || message).split("\n")[0] ?? message;
}
