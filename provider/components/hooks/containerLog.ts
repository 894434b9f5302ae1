/** The end of a container's log, in which its scripts report to the person who runs `pulumi up`. */
import * as docker from "@pulumi/docker";
import type { DockerHost } from "../dockerHost";
import { answerSeconds, within } from "./dockerCommand";

/** Somewhere among so many lines is a report of ours. */
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
