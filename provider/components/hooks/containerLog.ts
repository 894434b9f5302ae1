/** The end of a container's log, in which its scripts report to the person who runs `pulumi up`. */
import * as docker from "@pulumi/docker";
import type { DockerHost } from "../dockerHost";

/** Somewhere among so many lines is a report of ours. */
const readLines = 500;

export async function logOf(container: string, provider?: DockerHost): Promise<string[]> {
    const { logsListStrings } = await docker.getLogs(
        {
            name: container,
            showStdout: true,
            showStderr: true,
            tail: String(readLines),
            discardHeaders: true,
            logsListStringEnabled: true,
        },
        { ...(provider && { provider }) },
    );
    return logsListStrings;
}
