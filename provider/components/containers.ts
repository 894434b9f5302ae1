/** What the agent's and the server's containers have in common. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a script that runs inside a container. */
export function script(name: "agent.sh" | "health.sh"): string {
    return readFileSync(join(__dirname, "..", "containers", name), "utf8");
}

/**
 * Docker's health check, tuned so that an up waits for milliseconds and not for a whole interval: the scripts answer
 * at once until they have succeeded, and pause by themselves after that. (A start interval would need Docker 25.)
 * Durations are in Go's canonical spelling; any other replaces the container at every up.
 */
export function healthcheck(command: string[], timeout: "30s" | "1m30s") {
    return { tests: ["CMD", ...command], interval: "100ms", timeout, startPeriod: "1m0s", retries: 3 };
}
