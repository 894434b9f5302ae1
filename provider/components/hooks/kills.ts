/** Reports in an update that the kernel has killed a server since the last one. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import { takesHooks } from "./oncePerStack";

/** The server and its health check say it in the server's log, and go on saying it (provider/containers/server/memory.sh). */
const readLines = 500;

/** Not in a preview, which needs no Docker host. */
export function reportKills(component: string, server: docker.Container, provider: DockerHost): void {
    if (pulumi.runtime.isDryRun() || !takesHooks()) return;
    server.name.apply(async (name) => {
        const report = await lastReport(name, provider);
        if (report?.startsWith("killed: ")) await pulumi.log.warn(`"${component}": ${report.slice("killed: ".length)}`);
    });
}

async function lastReport(name: string, provider: DockerHost): Promise<string | undefined> {
    try {
        const { logsListStrings } = await docker.getLogs(
            {
                name,
                showStdout: true,
                showStderr: true,
                tail: String(readLines),
                discardHeaders: true,
                logsListStringEnabled: true,
            },
            { ...(provider && { provider }) },
        );
        return logsListStrings.filter((line) => /^(killed|reported): /.test(line)).at(-1);
    } catch (error) {
        await pulumi.log.debug(`${name}: its log could not be read: ${String(error)}`);
        return undefined;
    }
}
