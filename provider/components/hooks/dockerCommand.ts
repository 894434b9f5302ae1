/** Docker's own command, for what no provider can ask. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { unresolved } from "../../model/arguments/definition";
import type { DockerHost } from "../dockerHost";
import { plain } from "./plain";

export type Run = (...args: string[]) => Promise<string>;

/** Enough for a Docker host that answers. One that does not is left to the provider, which says what is wrong with it. */
export const answerSeconds = 30;

/** On the host that the provider has. Without `timeoutSeconds`, it may take as long as it needs. */
export async function dockerCommand(dockerHost: DockerHost, timeoutSeconds = 0): Promise<Run> {
    const { host, context, certPath } = docker.Provider.isInstance(dockerHost)
        ? await ofProvider(dockerHost)
        : configured();
    const where = context ? ["--context", context] : host ? ["--host", host] : [];
    const secured = certPath ? { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" } : {};
    return async (...args) => {
        const { stdout } = await promisify(execFile)("docker", [...where, ...args], {
            // Without a host the provider takes Docker's default one, whatever context `docker context use` has chosen.
            env: { DOCKER_CONTEXT: "default", ...process.env, ...secured },
            timeout: timeoutSeconds * 1000,
        });
        return stdout;
    };
}

/** In a preview what a provider does not have is as unknown as what is not known yet. */
async function ofProvider(provider: docker.Provider): Promise<ReturnType<typeof configured>> {
    const values = await Promise.all([provider.host, provider.context, provider.certPath].map(plain));
    const [host, context, certPath] = values.map((value) => (typeof value === "string" ? value : undefined));
    if (values[0] === unresolved && context === undefined) throw new Error("the Docker host is not known yet");
    return { host, context, certPath };
}

function configured(): { host?: string; context?: string; certPath?: string } {
    const config = new pulumi.Config("docker");
    return { host: config.get("host"), context: config.get("context"), certPath: config.get("certPath") };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}
