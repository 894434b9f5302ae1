/** Whether databases can be used, from what Docker reports about their containers. */
import { setTimeout } from "node:timers/promises";
import { type ContainerState, containersOn } from "./engine/dockerHost";
import { PlatformError } from "./errors";
import type { DatabaseInfo } from "./state/databases";

/** The health of a database or a replica. */
export interface Health {
    readonly handle: string;
    /**
     * `healthy`: its server answers, authenticated. `unhealthy`: it runs, but its health check fails. `starting`: its
     * health check has not passed yet. `stopped`: its container is not running. `missing`: its container does not exist.
     * `unknown`: its Docker host does not answer.
     */
    readonly state: "healthy" | "unhealthy" | "starting" | "stopped" | "missing" | "unknown";
    /** Why the state is not `healthy`. */
    readonly reason?: string;
}

/** The health of databases, with one query for each Docker host. */
export async function healthOf(databases: readonly DatabaseInfo[]): Promise<readonly Health[]> {
    const hosts = new Map(databases.map((each) => [keyOf(each), each]));
    const answers = new Map([...hosts].map(([key, each]) => [key, ask(each)]));
    return Promise.all(
        databases.map(async (database): Promise<Health> => {
            const { handle, containerName } = database;
            if (containerName === undefined)
                return { handle, state: "missing", reason: "its container has not been created yet" };
            const containers = await answers.get(keyOf(database));
            if (typeof containers === "string") return { handle, state: "unknown", reason: containers };
            return { handle, ...stateOf(containerName, containers?.get(containerName)) };
        }),
    );
}

/** Waits until a database is healthy. Throws `timeout` with the last reason. */
export async function waitUntilHealthy(
    ask: () => Promise<Health>,
    { timeoutSeconds, signal }: { readonly timeoutSeconds: number; readonly signal?: AbortSignal },
): Promise<Health> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (;;) {
        const health = await ask();
        const { handle, state, reason = state } = health;
        if (state === "healthy") return health;
        if (signal?.aborted)
            throw new PlatformError("cancelled", "the wait was cancelled", "wait again", { changed: [] });
        if (Date.now() >= deadline) {
            throw new PlatformError(
                "timeout",
                `"${handle}" is not healthy after ${timeoutSeconds} seconds: ${reason}`,
                "read the log of its container, or wait longer",
                { state, reason },
            );
        }
        await setTimeout(500, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
}

/** The same for databases that are reached by the same connection. */
function keyOf({ dockerHost, dockerCertPath }: DatabaseInfo): string {
    return JSON.stringify([dockerHost, dockerCertPath]);
}

/** The containers of a database's Docker host, or why it does not answer. */
async function ask({
    dockerHost: host,
    dockerCertPath: certPath,
}: DatabaseInfo): Promise<ReadonlyMap<string, ContainerState> | string> {
    try {
        return await containersOn({ ...(host !== undefined && { host }), ...(certPath !== undefined && { certPath }) });
    } catch (error) {
        return (error as Error).message;
    }
}

function stateOf(name: string, container: ContainerState | undefined): Pick<Health, "state" | "reason"> {
    if (!container) return { state: "missing", reason: `the container ${name} does not exist` };
    const { state, status } = container;
    if (state !== "running") return { state: "stopped", reason: `the container ${name} is ${state}: ${status}` };
    if (status.includes("(healthy)")) return { state: "healthy" };
    if (status.includes("health: starting"))
        return { state: "starting", reason: "its health check has not passed yet" };
    return { state: "unhealthy", reason: `the health check of ${name} fails: docker inspect ${name}` };
}
