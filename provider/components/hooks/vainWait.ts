/**
 * Ends the wait for a container that ends at each start. The provider waits for the health check until `waitTimeout` is
 * over, but fails as soon as the container is gone. Where Docker's own command is not at hand, the update waits. An agent
 * that has refused runs on: it watches over what is in force.
 */
import { setTimeout } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { log } from "../log";
import { logOf } from "./containerLog";
import { type Run, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";

/** Longer than nearly all containers need, which are not asked at all then. */
const intervalMs = 3000;

/** Docker starts a container again after 0.1 s, and each time after twice as long: this is about six seconds of it. */
const restartsInVain = 5;

/** The waits for one component's containers. */
export class VainWaits {
    /** By the containers' names; for one that was removed, the end of its log. */
    private readonly awaited = new Map<string, readonly string[] | undefined>();

    constructor(private readonly owner: Owner) {}

    /** For the `beforeCreate` hooks of a container. */
    hooks(): pulumi.ResourceHook[] {
        return this.owner.hooks.on("endVainWait", ({ newInputs }) => {
            const container: unknown = (newInputs as { readonly name?: unknown } | undefined)?.name;
            if (typeof container !== "string") return;
            // The container is created once this has returned.
            this.watch(container).catch((error: unknown) => log("debug", `${container}: ${String(error)}`, this.owner));
        });
    }

    /** Says that the wait for a container is over. Returns the end of its log, of one that was removed for that. */
    end(container: string): readonly string[] | undefined {
        const lines = this.awaited.get(container);
        this.awaited.delete(container);
        return lines;
    }

    /** Ends with the wait, whoever ends it. */
    async watch(container: string, interval = intervalMs): Promise<void> {
        const { awaited, owner } = this;
        awaited.set(container, undefined);
        const run = await dockerCommand(owner.dockerHost);
        while (awaited.has(container)) {
            await setTimeout(interval, undefined, { ref: false });
            const state = await stateOf(run, container);
            if (state?.health === "healthy") awaited.delete(container);
            if (!state || state.restarts < restartsInVain || !awaited.has(container)) continue;
            const lines = await logOf(container, owner.dockerHost);
            // The provider may have given up meanwhile.
            if (!awaited.has(container)) continue;
            awaited.set(container, lines);
            await run("rm", "--force", "--volumes", container);
            return;
        }
    }
}

/** Undefined while there is no such container. */
async function stateOf(run: Run, container: string): Promise<{ health: string; restarts: number } | undefined> {
    const format = "{{.RestartCount}} {{with .State.Health}}{{.Status}}{{end}}";
    const text = await run("inspect", "--type", "container", "--format", format, container).catch(() => undefined);
    const [restarts, health = ""] = text?.trim().split(" ") ?? [];
    return restarts === undefined ? undefined : { health, restarts: Number(restarts) };
}
