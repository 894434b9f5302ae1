/** Docker's own command, for what no provider can ask. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";

export type Run = (...args: string[]) => Promise<string>;

/** On the host that the provider has. */
export async function dockerCommand(dockerHost: DockerHost): Promise<Run> {
    const { host, context, certPath } = docker.Provider.isInstance(dockerHost)
        ? await valueOf(
              pulumi.all({ host: dockerHost.host, context: dockerHost.context, certPath: dockerHost.certPath }),
          )
        : configured();
    const where = context ? ["--context", context] : host ? ["--host", host] : [];
    const secured = certPath ? { DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" } : {};
    return async (...args) => {
        const { stdout } = await promisify(execFile)("docker", [...where, ...args], {
            env: { ...process.env, ...secured },
        });
        return stdout;
    };
}

function configured(): { host?: string; context?: string; certPath?: string } {
    const config = new pulumi.Config("docker");
    return { host: config.get("host"), context: config.get("context"), certPath: config.get("certPath") };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}
