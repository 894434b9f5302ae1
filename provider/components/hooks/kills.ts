/** Reports in an update that the kernel has killed the server since the previous update. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { log } from "../log";
import { logOf } from "./containerLog";
import { supportsHooks } from "./hooks";
import type { Owner } from "./owner";

/** Does nothing in a preview, which must work without a Docker host. */
export function reportKills(component: string, server: docker.Container, owner: Owner): void {
    if (pulumi.runtime.isDryRun() || !supportsHooks()) return;
    server.name.apply(async (name) => {
        const report = await lastReport(name, owner);
        if (!report?.startsWith("killed: ")) return;
        await log("warn", `"${component}": ${report.slice("killed: ".length)}`, owner);
    });
}

/** The server and its health check repeat the report in the server's log (provider/containers/server/memory.sh). */
async function lastReport(name: string, owner: Owner): Promise<string | undefined> {
    try {
        return (await logOf(name, owner.dockerHost)).filter((line) => /^(killed|reported): /.test(line)).at(-1);
    } catch (error) {
        await log("debug", `${name}: its log could not be read: ${String(error)}`, owner);
        return undefined;
    }
}
