/** What the agent's and the server's containers have in common. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The scripts that run in one kind of container, by file name. */
export function scripts(container: "agent" | "server"): { name: string; text: string }[] {
    const directory = join(__dirname, "..", "containers", container);
    return readdirSync(directory)
        .sort()
        .map((name) => ({ name, text: readFileSync(join(directory, name), "utf8") }));
}

/**
 * Docker's health check, tuned so that an up waits for milliseconds and not for a whole interval: the scripts answer
 * at once until they have succeeded, and pause by themselves after that. (A start interval would need Docker 25.)
 * Durations are in Go's canonical spelling; any other replaces the container at every up.
 */
export function healthcheck(command: string[], timeout: "1m0s" | "6m0s") {
    return { tests: ["CMD", ...command], interval: "100ms", timeout, startPeriod: "1m0s", retries: 3 };
}
