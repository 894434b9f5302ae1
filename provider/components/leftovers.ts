/**
 * Removes what an up that was killed left behind: a container that Docker has made and Pulumi has not heard of, which
 * would hold on to the ports. Docker's own command is asked, as no provider can look for what is not in the state.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { agentPath, settingsDir } from "../spec/layout";
import { oncePerStack } from "./hooks";

type Provider = pulumi.ProviderResource | undefined;

/**
 * For the `beforeCreate` hooks of a provider's containers. What was there before is deleted by then, so whatever is,
 * is left over.
 */
export const removeLeftovers = oncePerStack(
    (provider: Provider, index) =>
        new pulumi.ResourceHook(`redis-database:removeLeftovers-${index}`, (args) => remove(provider, args)),
);

async function remove(provider: Provider, args: pulumi.ResourceHookArgs): Promise<void> {
    const volume = settingsVolumeOf(args.newInputs?.volumes);
    if (volume === undefined) return;
    try {
        const run = await dockerCommand(provider);
        // The volume is this database's alone, and so is whatever has it mounted.
        const find = async (name: string, ...more: string[]) => {
            const filters = ["--filter", `volume=${volume}`, "--filter", `name=^/${name}-[0-9a-f]+$`];
            return (await run("ps", "--quiet", "--no-trunc", ...filters, ...more)).split("\n").filter(Boolean);
        };
        for (const id of await find(args.name, "--all")) {
            // A memory-only server takes its data along when it goes, unless the agent has it handed over.
            const agents = args.name.endsWith("-server") ? await find(args.name.replace(/server$/, "agent")) : [];
            for (const agent of agents) await run("exec", agent, "sh", agentPath, "release");
            await run("stop", id);
            await run("rm", "--volumes", id);
            await pulumi.log.warn(`${args.name}: removed a container that an interrupted update had left behind.`);
        }
    } catch (error) {
        // Nothing may be left over at all; if something is, creating the container fails and says what is in its way.
        await pulumi.log.debug(`${args.name}: could not look for what an interrupted update left: ${String(error)}`);
    }
}

function settingsVolumeOf(volumes: unknown): string | undefined {
    const mounts = (volumes ?? []) as { containerPath?: string; volumeName?: string }[];
    return mounts.find(({ containerPath }) => containerPath === settingsDir)?.volumeName;
}

type Run = (...args: string[]) => Promise<string>;

/** The `docker` command, on the host that the provider has. */
async function dockerCommand(provider: Provider): Promise<Run> {
    const { host, context, certPath } = docker.Provider.isInstance(provider)
        ? await valueOf(pulumi.all({ host: provider.host, context: provider.context, certPath: provider.certPath }))
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

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}
