/** Whether databases can be used, from what Docker reports about their containers. */
import { setTimeout } from "node:timers/promises";
import type { BackupStatus } from "./backups/backup";
import { dockerOf } from "./backups/container";
import { parseStatus } from "./backups/documents";
import { type CheckedHealth, type ContainerState, containersOn, healthChecksOf } from "./engine/dockerHost";
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
    /** How its backups are doing; absent if it has none, or its Docker host does not answer. */
    readonly backup?: BackupHealth;
}

/** The health of the backups of a database. If they are not healthy or starting, neither is the database. */
export interface BackupHealth extends BackupStatus {
    readonly state: Exclude<Health["state"], "unknown">;
    /** Why the state is not `healthy`. */
    readonly reason?: string;
}

/** What a Docker host says about its containers. */
interface Answer {
    /** The containers by name, or why it does not answer. */
    readonly containers: ReadonlyMap<string, ContainerState> | string;
    /** The last health checks of the backup containers, by name; the newest first. */
    readonly checks: ReadonlyMap<string, readonly CheckedHealth[]>;
}

/** The health of databases and of their backups, from all containers of each Docker host at once. */
export async function healthOf(databases: readonly DatabaseInfo[]): Promise<readonly Health[]> {
    return ask(databases, (database, { containers, checks }, now) => {
        const server = serverHealth(database, containers);
        const { backupContainerName: name } = database;
        if (name === undefined || typeof containers === "string") return server;
        const backup = backupHealth(name, containers.get(name), checks.get(name) ?? [], now);
        const sick = server.state === "healthy" && !["healthy", "starting"].includes(backup.state);
        return {
            ...server,
            ...(sick && { state: "unhealthy", reason: `its backups: ${backup.reason ?? backup.state}` }),
            backup,
        };
    });
}

/** The health of servers alone: whether clients can use them. */
export async function serverHealthOf(databases: readonly DatabaseInfo[]): Promise<readonly Health[]> {
    const servers = databases.map(({ backupContainerName: _name, ...server }) => server);
    return ask(servers, (server, { containers }) => serverHealth(server, containers));
}

/** Asks each Docker host once, however many databases it has. */
async function ask(
    databases: readonly DatabaseInfo[],
    describe: (database: DatabaseInfo, answer: Answer, now: Date) => Health,
): Promise<readonly Health[]> {
    const hosts = new Map<string, DatabaseInfo[]>();
    for (const each of databases) {
        const known = hosts.get(keyOf(each));
        if (known) known.push(each);
        else hosts.set(keyOf(each), [each]);
    }
    const answers = new Map([...hosts].map(([key, each]) => [key, answerOf(each)]));
    return Promise.all(
        databases.map(async (database) => {
            const answer = (await answers.get(keyOf(database))) ?? { containers: new Map(), checks: new Map() };
            return describe(database, answer, new Date());
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

/** `databases` are on one Docker host. */
async function answerOf(databases: readonly DatabaseInfo[]): Promise<Answer> {
    const [database] = databases;
    const connection = database && dockerOf(database);
    const names = databases.flatMap(({ backupContainerName: name }) => name ?? []);
    const [containers, checks] = await Promise.all([
        containersOn(connection).catch((error: unknown) => (error as Error).message),
        names.length > 0 ? healthChecksOf(connection, names) : new Map<string, readonly CheckedHealth[]>(),
    ]);
    return { containers, checks };
}

function serverHealth({ handle, containerName }: DatabaseInfo, containers: Answer["containers"]): Health {
    if (containerName === undefined)
        return { handle, state: "missing", reason: "its container has not been created yet" };
    if (typeof containers === "string") return { handle, state: "unknown", reason: containers };
    return { handle, ...stateOf(containerName, containers.get(containerName)) };
}

/** A health check that fails also prints the status, after its reason. */
function backupHealth(
    name: string,
    container: ContainerState | undefined,
    checks: readonly CheckedHealth[],
    now: Date,
): BackupHealth {
    const found = stateOf(name, container);
    const [last] = checks;
    const reason = found.state === "unhealthy" && last && last.exitCode !== 0 ? firstLine(last.output) : found.reason;
    const status = checks.map(({ output }) => parseStatus(output, now)).find((each) => each !== undefined);
    return { ...status, ...found, ...(reason && { reason }) };
}

function firstLine(text: string): string {
    return text.trim().split("\n")[0]?.trim() ?? "";
}

function stateOf(name: string, container: ContainerState | undefined): Pick<BackupHealth, "state" | "reason"> {
    if (!container) return { state: "missing", reason: `the container ${name} does not exist` };
    const { state, status } = container;
    if (state !== "running") return { state: "stopped", reason: `the container ${name} is ${state}: ${status}` };
    if (status.includes("(healthy)")) return { state: "healthy" };
    if (status.includes("health: starting"))
        return { state: "starting", reason: "its health check has not passed yet" };
    return { state: "unhealthy", reason: `the health check of ${name} fails: docker inspect ${name}` };
}
