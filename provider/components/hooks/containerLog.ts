/** Reads the end of a container's log, to which its scripts write messages for the user of `pulumi up`. */
import * as docker from "@pulumi/docker";
import type { DockerHost } from "../dockerHost";
import { answerSeconds, within } from "./dockerCommand";

/** Enough lines to include the last message of the component's scripts. */
const readLines = 500;

export async function logOf(
    container: string,
    provider: DockerHost,
    timeoutSeconds = answerSeconds,
): Promise<string[]> {
    const args = {
        name: container,
        showStdout: true,
        showStderr: true,
        tail: String(readLines),
        discardHeaders: true,
        logsListStringEnabled: true,
    };
    const answer = docker.getLogs(args, { ...(provider && { provider }) });
    return (await within(timeoutSeconds, answer)).logsListStrings;
}
