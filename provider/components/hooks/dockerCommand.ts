/** Docker's own command, for what no provider can ask. */
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

/** Enough for a Docker host that answers. One that does not is left to the provider, which says what is wrong with it. */
export const answerSeconds = 30;

/** Docker's command is not there, or asks another Docker host than the provider. */
export class NotReached extends Error {}

/** Asks the host that the provider has, in the same way. Throws `NotReached` where it does not reach that. */
export async function dockerCommand(dockerHost: DockerHost, timeoutSeconds = answerSeconds): Promise<Run> {
    const connection = await connectionOf(dockerHost);
    const runWithin =
        (seconds: number): Run =>
        (...args) =>
            runDocker(connection, args, seconds);
    const checked = perProgram("reached", () => new Map<DockerHost, Promise<void>>());
    const check = checked.get(dockerHost) ?? checkReached(runWithin(answerSeconds), dockerHost);
    checked.set(dockerHost, check);
    await check;
    return runWithin(timeoutSeconds);
}

/** Each start of a Docker daemon gives its default bridge another id. */
async function checkReached(run: Run, dockerHost: DockerHost): Promise<void> {
    const bridge = "bridge";
    const provider = dockerHost && { provider: dockerHost };
    const [theirs, ours] = await Promise.all([
        within(answerSeconds, docker.getNetwork({ name: bridge }, { ...provider })),
        run("network", "inspect", "--format", "{{.Id}}", bridge),
    ]).catch((error: unknown) => {
        throw new NotReached(String(error));
    });
    // In a preview, a provider that is not known yet answers nothing.
    if (theirs.id !== ours.trim())
        throw new NotReached("the docker command asks another Docker host than the provider");
}

/** A provider that waits for a Docker host does so without end. */
export async function within<T>(seconds: number, answer: Promise<T>): Promise<T> {
    const late = setTimeout(seconds * 1000, undefined, { ref: false }).then(() => {
        throw new Error(`no answer within ${seconds} seconds`);
    });
    return Promise.race([answer, late]);
}

/** How a provider reaches its Docker host: by what it was given, else by these variables. */
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
        // Public at run time only; what a plugin has of a provider does not say.
        dockerHost ? plain((dockerHost as Connection)[name]) : config.get(name);
    const entries = names.map(async (name) => {
        const value = await given(name);
        return [name, typeof value === "string" && value !== "" ? value : process.env[variables[name]]] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
}

async function runDocker(connection: Connection, args: readonly string[], timeoutSeconds: number): Promise<string> {
    const { host, context } = connection;
    const where = context ? ["--context", context] : host ? ["--host", host] : [];
    const directory = mkdtempSync(join(tmpdir(), "redis-database-"));
    try {
        const { flags, env } = security(connection, directory);
        const { stdout } = await promisify(execFile)("docker", [...flags, ...where, ...args], {
            // Without a host the provider takes Docker's default one, whatever context `docker context use` has chosen.
            env: { ...process.env, DOCKER_CONTEXT: "default", ...env },
            timeout: timeoutSeconds * 1000,
        });
        return stdout;
    } finally {
        rmSync(directory, { recursive: true });
    }
}

/** What the provider has as text, Docker's command has in files: in a directory that nobody else can read. */
function security(connection: Connection, directory: string): { flags: string[]; env: NodeJS.ProcessEnv } {
    const { certPath, caMaterial, certMaterial, keyMaterial, sshOpts } = connection;
    const write = (name: string, content: string | undefined, mode = 0o600) => {
        if (content !== undefined) writeFileSync(join(directory, name), content, { mode });
    };
    if (certMaterial !== undefined && keyMaterial !== undefined) {
        write("ca.pem", caMaterial);
        write("cert.pem", certMaterial);
        write("key.pem", keyMaterial);
        // Without a CA the provider verifies nothing.
        return caMaterial === undefined
            ? { flags: ["--tls"], env: { DOCKER_CERT_PATH: directory, DOCKER_TLS_VERIFY: "" } }
            : { flags: [], env: { DOCKER_CERT_PATH: directory, DOCKER_TLS_VERIFY: "1" } };
    }
    if (certPath !== undefined) return { flags: [], env: { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" } };
    if (sshOpts === undefined) return { flags: [], env: {} };
    // Docker's command takes no options for ssh, but the first ssh on the path.
    const options = sshOpts.startsWith("[") ? (JSON.parse(sshOpts) as string[]) : sshOpts.split(/\s+/).filter(Boolean);
    const quoted = options.map((option) => `'${option.replaceAll("'", "'\\''")}'`).join(" ");
    write("ssh", `#!/bin/sh\nPATH=\${PATH#*${delimiter}}\nexec ssh ${quoted} "$@"\n`, 0o700);
    return { flags: [], env: { PATH: [directory, process.env.PATH].join(delimiter) } };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}
