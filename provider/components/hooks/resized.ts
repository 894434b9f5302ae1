/**
 * Notifies the agent that Docker has given a server's container more memory. The agent comes before that, and so must wait
 * with what needs it. Where Docker's own command is not at hand, the agent sees it by itself within a minute.
 */
import * as pulumi from "@pulumi/pulumi";
import { agentPath } from "../../model/render/layout";
import type { DockerHost } from "../dockerHost";
import { dockerCommand } from "./dockerCommand";
import { settingsVolumeOf } from "./leftovers";
import { oncePerStack } from "./oncePerStack";
import { plain } from "./plain";

/** For the `afterUpdate` hooks of a server's container. */
export const notifyResized = oncePerStack(
    (dockerHost: DockerHost, index) =>
        new pulumi.ResourceHook(`redis-database:notifyResized-${index}`, (args) => notify(dockerHost, args)),
);

interface Container {
    readonly memory?: number;
    readonly volumes?: unknown;
}

async function notify(dockerHost: DockerHost, { name, oldInputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const [before, now] = (await Promise.all([oldInputs, newInputs].map(plain))) as (Container | undefined)[];
    const volume = settingsVolumeOf(now?.volumes);
    if (volume === undefined || before?.memory === now?.memory) return;
    try {
        const run = await dockerCommand(dockerHost);
        const agent = `name=^/${name.replace(/server$/, "agent")}-[0-9a-f]+$`;
        const found = await run("ps", "--quiet", "--filter", `volume=${volume}`, "--filter", agent);
        for (const id of found.split("\n").filter(Boolean)) await run("exec", id, "sh", agentPath, "resized");
    } catch (error) {
        await pulumi.log.debug(`${name}: the agent was not notified of the new memory: ${String(error)}`);
    }
}
