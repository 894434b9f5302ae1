/** Reports in an update that the kernel has killed a server since the last one. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../dockerHost";
import { logOf } from "./containerLog";
import { takesHooks } from "./oncePerStack";

/** Not in a preview, which needs no Docker host. */
export function reportKills(component: string, server: docker.Container, provider: DockerHost): void {
    if (pulumi.runtime.isDryRun() || !takesHooks()) return;
    server.name.apply(async (name) => {
        const report = await lastReport(name, provider);
        if (report?.startsWith("killed: ")) await pulumi.log.warn(`"${component}": ${report.slice("killed: ".length)}`);
    });
}

/** The server and its health check go on reporting it in the server's log (provider/containers/server/memory.sh). */
async function lastReport(name: string, provider: DockerHost): Promise<string | undefined> {
    try {
        return (await logOf(name, provider)).filter((line) => /^(killed|reported): /.test(line)).at(-1);
    } catch (error) {
        await pulumi.log.debug(`${name}: its log could not be read: ${String(error)}`);
        return undefined;
    }
}
