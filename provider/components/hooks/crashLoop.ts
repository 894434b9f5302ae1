/**
 * Stops waiting for a container that exits at every start. The provider waits for the health check until `waitTimeout`
 * expires, but fails as soon as the container no longer exists. Without the docker command, the update waits. An agent
 * that has refused settings keeps running and enforces the previous ones.
 */
import { setTimeout } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { log } from "../log";
import { logOf } from "./containerLog";
import { type Run, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";

/** Longer than almost all containers take to become healthy, so that most are never inspected. */
const intervalMs = 3000;

/** Docker restarts a container after 0.1 s and doubles the delay each time, so this is after about six seconds. */
const maxRestarts = 5;

/** Watches the containers of one component. */
export class CrashLoops {
    /** By container name: the end of the log if the container was removed, otherwise undefined. */
    private readonly awaited = new Map<string, readonly string[] | undefined>();

    constructor(private readonly owner: Owner) {}

    /** `beforeCreate` hooks of a container. */
    hooks(): pulumi.ResourceHook[] {
        return this.owner.hooks.on("endVainWait", ({ newInputs }) => {
            const container: unknown = (newInputs as { readonly name?: unknown } | undefined)?.name;
            if (typeof container !== "string") return;
            // The container is created once this has returned.
            this.watch(container).catch((error: unknown) => log("debug", `${container}: ${String(error)}`, this.owner));
        });
    }

    /** Stops watching a container. Returns the end of its log if `watch` has removed it. */
    end(container: string): readonly string[] | undefined {
        const lines = this.awaited.get(container);
        this.awaited.delete(container);
        return lines;
    }

    /** Resolves when the container is healthy or removed, or when `end` is called. */
    async watch(container: string, interval = intervalMs): Promise<void> {
        const { awaited, owner } = this;
        awaited.set(container, undefined);
        const run = await dockerCommand(owner.dockerHost);
        while (awaited.has(container)) {
            await setTimeout(interval, undefined, { ref: false });
            const state = await stateOf(run, container);
            if (state?.health === "healthy") awaited.delete(container);
            if (!state || state.restarts < maxRestarts || !awaited.has(container)) continue;
            const lines = await logOf(container, owner.dockerHost);
            // The provider may have stopped waiting in the meantime.
            if (!awaited.has(container)) continue;
            awaited.set(container, lines);
            await run("rm", "--force", "--volumes", container);
            return;
        }
    }
}

/** Undefined while the container does not exist. */
async function stateOf(run: Run, container: string): Promise<{ health: string; restarts: number } | undefined> {
    const format = "{{.RestartCount}} {{with .State.Health}}{{.Status}}{{end}}";
    const text = await run("inspect", "--type", "container", "--format", format, container).catch(() => undefined);
    const [restarts, health = ""] = text?.trim().split(" ") ?? [];
    return restarts === undefined ? undefined : { health, restarts: Number(restarts) };
}
