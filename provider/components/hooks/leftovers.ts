/**
 * Removes what an up that was killed left behind: a container that Docker has made and Pulumi has not heard of, which
 * would hold on to the ports. Docker's own command is asked, as no provider can look for what is not in the state.
 */
import type * as pulumi from "@pulumi/pulumi";
import { agentPath, settingsDir } from "../../model/render/layout";
import { log } from "../log";
import { NotReached, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";

/**
 * For the `beforeCreate` hooks of a provider's containers. What a change replaces is deleted by then; what is there was
 * left over, or is replaced by `pulumi up --replace`, which deletes last. The hook cannot know which.
 */
export function removeLeftovers(owner: Owner): pulumi.ResourceHook[] {
    return owner.hooks.on("removeLeftovers", (args) => remove(owner, args));
}

/** Ten minutes for a server's last dump (server/server.ts), and some more for Docker. */
const stopSeconds = 660;

async function remove(owner: Owner, args: pulumi.ResourceHookArgs): Promise<void> {
    const volume = settingsVolumeOf(await plain(args.newInputs?.volumes));
    if (volume === undefined) return;
    try {
        const run = await dockerCommand(owner.dockerHost, stopSeconds);
        // The volume is this database's alone, and so is whatever has it mounted.
        const find = async (name: string, ...more: string[]) => {
            const filters = ["--filter", `volume=${volume}`, "--filter", `name=^/${name}-[0-9a-f]+$`];
            return (await run("ps", "--format", "{{.Names}}", ...filters, ...more)).split("\n").filter(Boolean);
        };
        for (const container of await find(args.name, "--all")) {
            if (args.name.endsWith("-server")) {
                // A memory-only server takes its data along when it goes, unless the agent has it handed over.
                const [agent] = await find(args.name.replace(/server$/, "agent"));
                if (agent === undefined) throw new Error(`no agent runs that would see to the data of ${container}`);
                await run("exec", agent, "sh", agentPath, "release");
            }
            await run("stop", container);
            await run("rm", "--volumes", container);
            await log(
                "warn",
                `${args.name}: removed ${container}, which an interrupted update had left behind or this one replaces.`,
                owner,
            );
        }
    } catch (error) {
        // Nothing may be left over at all; if something is, creating the container fails and says what is in its way.
        await log("debug", `${args.name}: could not look for what an interrupted update left: ${String(error)}`, owner);
        if (!(error instanceof NotReached && args.name.endsWith("-agent"))) return;
        const database = args.name.slice(0, -"-agent".length);
        const text = `"${database}": the docker command does not reach its Docker host, so what an interrupted update left behind is not looked for.`;
        await log("info", text, owner);
    }
}

/** The volume that is one database's alone, among the mounts of one of its containers. */
export function settingsVolumeOf(volumes: unknown): string | undefined {
    const mounts = (Array.isArray(volumes) ? volumes : []) as { containerPath?: string; volumeName?: string }[];
    return mounts.find(({ containerPath }) => containerPath === settingsDir)?.volumeName;
}
