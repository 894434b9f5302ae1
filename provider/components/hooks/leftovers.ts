/**
 * Removes leftovers of a killed `pulumi up`: a container that Docker has created but that is not in Pulumi's state, and
 * that would keep the ports in use. The docker command finds it, since a provider cannot search for resources outside
 * the state.
 */
import type * as pulumi from "@pulumi/pulumi";
import { agentPath, settingsDir } from "../../model/render/layout";
import { log } from "../log";
import { NotReached, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";

/**
 * `beforeCreate` hooks of a component's containers. By then, an update has deleted the container that it replaces. An
 * existing container is therefore a leftover, or it is replaced by `pulumi up --replace`, which deletes last. The hook
 * cannot distinguish the two.
 */
export function removeLeftovers(owner: Owner): pulumi.ResourceHook[] {
    return owner.hooks.on("removeLeftovers", (args) => remove(owner, args));
}

/** Ten minutes for a server's last dump (server/server.ts), plus some time for Docker. */
const stopSeconds = 660;

async function remove(owner: Owner, args: pulumi.ResourceHookArgs): Promise<void> {
    const volume = settingsVolumeOf(await plain(args.newInputs?.volumes));
    if (volume === undefined) return;
    try {
        const run = await dockerCommand(owner.dockerHost, stopSeconds);
        // Only this database's containers mount its settings volume.
        const find = async (name: string, ...more: string[]) => {
            const filters = ["--filter", `volume=${volume}`, "--filter", `name=^/${name}-[0-9a-f]+$`];
            return (await run("ps", "--format", "{{.Names}}", ...filters, ...more)).split("\n").filter(Boolean);
        };
        for (const container of await find(args.name, "--all")) {
            if (args.name.endsWith("-server")) {
                // A memory-only server loses its data when it stops, unless the agent arranges a hand-over.
                const [agent] = await find(args.name.replace(/server$/, "agent"));
                if (agent === undefined)
                    throw new Error(`no agent is running that could hand over the data of ${container}`);
                await run("exec", agent, "sh", agentPath, "release");
            }
            await run("stop", container);
            await run("rm", "--volumes", container);
            await log(
                "warn",
                `${args.name}: removed ${container}, which an interrupted update left behind or this update replaces.`,
                owner,
            );
        }
    } catch (error) {
        // There may be no leftovers. If there are, creating the container fails and the error names the conflict.
        await log(
            "debug",
            `${args.name}: could not search for leftovers of an interrupted update: ${String(error)}`,
            owner,
        );
        if (!(error instanceof NotReached && args.name.endsWith("-agent"))) return;
        const database = args.name.slice(0, -"-agent".length);
        const text = `"${database}": the docker command does not reach its Docker host, so leftovers of an interrupted update are not removed.`;
        await log("info", text, owner);
    }
}

/** The settings volume among the mounts of a container. Each server has its own. */
export function settingsVolumeOf(volumes: unknown): string | undefined {
    const mounts = (Array.isArray(volumes) ? volumes : []) as { containerPath?: string; volumeName?: string }[];
    return mounts.find(({ containerPath }) => containerPath === settingsDir)?.volumeName;
}
