/** Runs the docker command, for queries that the Docker provider does not offer. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import { perProgram } from "../perProgram";
import { plain } from "./plain";

export type Run = (...args: string[]) => Promise<string>;

/** Enough for a Docker host that responds. If it does not, the provider will report the reason. */
export const answerSeconds = 30;

/** The docker command is missing, fails, or reaches a different Docker host than the provider. */
export class NotReached extends Error {}

/**
 * Returns a function that runs docker commands on the provider's host, which can read `input`. Throws `NotReached` if the
 * command does not reach it.
 */
export async function dockerCommand(
    dockerHost: DockerHost,
    timeoutSeconds = answerSeconds,
    input?: string,
): Promise<Run> {
    const connection = await connectionOf(dockerHost);
    const runWithin =
        (seconds: number): Run =>
        (...args) =>
            runDocker(connection, args, seconds, input);
    const checked = perProgram("reached", () => new Map<DockerHost, Promise<void>>());
    const check = checked.get(dockerHost) ?? checkReached(runWithin(answerSeconds), dockerHost);
    checked.set(dockerHost, check);
    await check;
    return runWithin(timeoutSeconds);
}

/** Compares the ids of the default bridge: every start of a Docker daemon assigns a new one. */
async function checkReached(run: Run, dockerHost: DockerHost): Promise<void> {
    const bridge = "bridge";
    const provider = dockerHost && { provider: dockerHost };
    const [theirs, ours] = await Promise.all([
        within(answerSeconds, docker.getNetwork({ name: bridge }, { ...provider })),
        run("network", "inspect", "--format", "{{.Id}}", bridge),
    ]).catch((error: unknown) => {
        throw new NotReached(String(error));
    });
    // In a preview, a provider with unknown arguments returns nothing.
    if (theirs.id !== ours.trim())
        throw new NotReached("the docker command reaches a different Docker host than the provider");
}

/** Adds a timeout: a provider waits for its Docker host without limit. */
export async function within<T>(seconds: number, answer: Promise<T>): Promise<T> {
    const late = setTimeout(seconds * 1000, undefined, { ref: false }).then(() => {
        throw new Error(`no answer within ${seconds} seconds`);
    });
    return Promise.race([answer, late]);
}

/** The provider's connection arguments, and the environment variables that it uses for arguments that are not set. */
const variables = {
    host: "DOCKER_HOST",
    context: "DOCKER_CONTEXT",
    sshOpts: "DOCKER_SSH_OPTS",
    certPath: "DOCKER_CERT_PATH",
    caMaterial: "DOCKER_CA_MATERIAL",
    certMaterial: "DOCKER_CERT_MATERIAL",
    keyMaterial: "DOCKER_KEY_MATERIAL",
} as const;

type Connection = { readonly [name in keyof typeof variables]?: string };

async function connectionOf(dockerHost: DockerHost): Promise<Connection> {
    const names = Object.keys(variables) as (keyof Connection)[];
    const config = new pulumi.Config("docker");
    const given = async (name: keyof Connection) =>
        // Not in Pulumi's public types. In a plugin, Pulumi reads them from the engine.
        dockerHost ? plain((dockerHost as Connection)[name]) : config.get(name);
    const entries = names.map(async (name) => {
        const value = await given(name);
        return [name, typeof value === "string" && value !== "" ? value : process.env[variables[name]]] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
}

async function runDocker(
    connection: Connection,
    args: readonly string[],
    timeoutSeconds: number,
    input?: string,
): Promise<string> {
    const { host, context } = connection;
    const where = context ? ["--context", context] : host ? ["--host", host] : [];
    const directory = mkdtempSync(join(tmpdir(), "redis-database-"));
    try {
        const { flags, env } = security(connection, directory);
        const running = promisify(execFile)("docker", [...flags, ...where, ...args], {
            // Without a host, the provider uses Docker's default host and ignores the context set by `docker context
            // use`.
            env: { ...process.env, DOCKER_CONTEXT: "default", ...env },
            timeout: timeoutSeconds * 1000,
        });
        if (input !== undefined) {
            // A command that ends early does not read its input; its exit code says why.
            running.child.stdin?.on("error", () => undefined).end(input);
        }
        return (await running).stdout;
    } finally {
        rmSync(directory, { recursive: true });
    }
}

/** Writes the provider's key material to files for the docker command, in a directory that no other user can read. */
function security(connection: Connection, directory: string): { flags: string[]; env: NodeJS.ProcessEnv } {
    const { certPath, caMaterial, certMaterial, keyMaterial, sshOpts } = connection;
    const write = (name: string, content: string | undefined, mode = 0o600) => {
        if (content !== undefined) writeFileSync(join(directory, name), content, { mode });
    };
    if (certMaterial !== undefined && keyMaterial !== undefined) {
        write("ca.pem", caMaterial);
        write("cert.pem", certMaterial);
        write("key.pem", keyMaterial);
        // Without a CA, the provider does not verify the server.
        return caMaterial === undefined
            ? { flags: ["--tls"], env: { DOCKER_CERT_PATH: directory, DOCKER_TLS_VERIFY: "" } }
            : { flags: [], env: { DOCKER_CERT_PATH: directory, DOCKER_TLS_VERIFY: "1" } };
    }
    if (certPath !== undefined) return { flags: [], env: { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" } };
    if (sshOpts === undefined) return { flags: [], env: {} };
    // The docker command has no option for ssh arguments, but runs the first ssh on the PATH.
    const options = sshOpts.startsWith("[") ? (JSON.parse(sshOpts) as string[]) : sshOpts.split(/\s+/).filter(Boolean);
    const quoted = options.map((option) => `'${option.replaceAll("'", "'\\''")}'`).join(" ");
    write("ssh", `#!/bin/sh\nPATH=\${PATH#*${delimiter}}\nexec ssh ${quoted} "$@"\n`, 0o700);
    return { flags: [], env: { PATH: [directory, process.env.PATH].join(delimiter) } };
}
