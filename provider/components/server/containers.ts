/** What the agent's and the server's containers have in common. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../hooks/failures";
import { removeLeftovers } from "../hooks/leftovers";

export type ContainerHooks = Pick<pulumi.ResourceHookBinding, "beforeCreate" | "onError">;

export const containerType = "docker:index/container:Container";

/** The provider that a component's containers will have. */
export function dockerProviderOf({
    provider,
    providers,
    parent,
}: pulumi.ComponentResourceOptions): pulumi.ProviderResource | undefined {
    const all = [provider, ...(Array.isArray(providers) ? providers : Object.values(providers ?? {}))];
    return all.find((each) => docker.Provider.isInstance(each)) ?? parent?.getProvider(containerType);
}

/** What happens around the creation of each container of a database. */
export function containerHooks(database: pulumi.ComponentResource): ContainerHooks {
    return {
        beforeCreate: removeLeftovers(database.getProvider(containerType)),
        onError: explainFailure(),
    };
}

const directory = join(__dirname, "../..", "containers");
const scripts = new Map<string, string>();

/**
 * The text of a script that runs inside a container, with the parts that it sources in their places: Docker takes
 * longer for a file than for what is in it.
 */
export function script(
    name:
        | "agent/agent.sh"
        | "server/start.sh"
        | "server/health.sh"
        | "haproxy/health.sh"
        | "haproxy/tunnel.sh"
        | "haproxy/tunnelHealth.sh",
): string {
    const path = join(directory, name);
    const whole =
        scripts.get(name) ??
        readFileSync(path, "utf8").replace(/^\. "\$parts\/(.+)"$/gm, (_line, part: string) =>
            readFileSync(join(dirname(path), part), "utf8"),
        );
    scripts.set(name, whole);
    return whole;
}

/**
 * Docker's health check, tuned so that an up waits for milliseconds and not for a whole interval: the scripts answer
 * at once until they have succeeded, and pause by themselves after that. (A start interval would need Docker 25.)
 * Durations are in Go's canonical spelling; any other replaces the container at every up.
 */
export function healthcheck(command: string[], timeout: "1m0s" | "6m0s") {
    return { tests: ["CMD", ...command], interval: "100ms", timeout, startPeriod: "1m0s", retries: 3 };
}
