/**
 * Notifies the agent that the memory limit of its server's container has changed. An update replaces the agent first,
 * so the agent has to wait before it applies settings that need the memory. Without the docker command, the agent
 * notices the new limit within a minute.
 */
import type * as pulumi from "@pulumi/pulumi";
import { agentPath } from "../../model/render/layout";
import { log } from "../log";
import { dockerCommand } from "./dockerCommand";
import { settingsVolumeOf } from "./leftovers";
import type { Owner } from "./owner";
import { plain } from "./plain";

/** `afterUpdate` hooks of a server's container. */
export function notifyResized(owner: Owner): pulumi.ResourceHook[] {
    return owner.hooks.on("notifyResized", (args) => notify(owner, args));
}

interface Container {
    readonly memory?: number;
    readonly volumes?: unknown;
}

async function notify(owner: Owner, { name, oldInputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const [before, now] = (await Promise.all([oldInputs, newInputs].map(plain))) as (Container | undefined)[];
    const volume = settingsVolumeOf(now?.volumes);
    if (volume === undefined || before?.memory === now?.memory) return;
    try {
        const run = await dockerCommand(owner.dockerHost);
        const agent = `name=^/${name.replace(/server$/, "agent")}-[0-9a-f]+$`;
        const found = await run("ps", "--quiet", "--filter", `volume=${volume}`, "--filter", agent);
        for (const id of found.split("\n").filter(Boolean)) await run("exec", id, "sh", agentPath, "resized");
    } catch (error) {
        await log("debug", `${name}: the agent was not notified of the new memory: ${String(error)}`, owner);
    }
}
