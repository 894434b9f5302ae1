/** Brings the reason of a container's failure to the person who runs `pulumi up`. */
import type * as pulumi from "@pulumi/pulumi";
import { dockerProblems, takenPortIn } from "../../model/dockerRefusals";
import { redact } from "../../model/redaction";
import type { DockerHost } from "../dockerHost";
import { log } from "../log";
import { logOf } from "./containerLog";
import type { Owner } from "./owner";
import { plain } from "./plain";
import type { VainWaits } from "./vainWait";

/** The last lines of a log are enough to tell why, where none among more of them is a reason of ours. */
const lastLines = 5;

/** For the `onError` hooks of a container. */
export function explainFailure(owner: Owner, waits: VainWaits): pulumi.ErrorHook[] {
    return owner.hooks.onError("explainFailure", (args) => explain(owner, waits, args));
}

/** Never retries: the next update does, and a person has read the reason by then. */
async function explain(
    owner: Owner,
    waits: VainWaits,
    { name, newInputs, errors }: pulumi.ErrorHookArgs,
): Promise<boolean> {
    const { name: container, waitTimeout } = (await plain(newInputs ?? {})) as {
        readonly name?: string;
        readonly waitTimeout?: number;
    };
    const removed = container === undefined ? undefined : waits.end(container);
    const lines = (removed ?? (container === undefined ? [] : await readableLog(container, owner.dockerHost))).map(
        redact,
    );
    const timedOut = errors.some((text) => text.includes("failed to be in healthy state"));
    const parts = [
        reasonOf(lines, errors, removed !== undefined),
        ...(removed ? ["The update removed the container to end at once: that is why Pulumi finds none."] : []),
        ...(timedOut ? timeUp(name, waitTimeout) : consequences(name)),
    ];
    await log("error", `${name}: ${parts.join("\n")}`, owner);
    return false;
}

/** With a code where no refusal has its own. The container's own last words; those of Docker where it never said any, as one that was not started. */
function reasonOf(lines: readonly string[], errors: readonly string[], removed: boolean): string {
    const taken = errors.map(takenPortIn).find(Boolean);
    if (taken)
        return `port ${taken} is taken. Free it, or give others in \`ports\`. [${dockerProblems.portTaken.code}]`;
    const refusal = lines.filter((line) => line.startsWith("refused: ")).at(-1);
    if (refusal) return refusal;
    const words = [...new Set(lines.filter((line) => line.trim() !== "").slice(-lastLines))].join("\n");
    const { code } = dockerProblems.exitsAtEachStart;
    if (words !== "" && removed) return `it ends at each start. Its last words:\n${words} [${code}]`;
    if (removed) return `it ends at each start, and writes nothing to its log [${code}]`;
    if (words !== "") return words;
    const dockers = errors.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
    const reason = dockers.at(-1)?.replace(/^\s*\* /, "") ?? "Docker gives no reason";
    return `${reason} [${dockerProblems.containerRefused.code}]`;
}

/** Of a container that may still be about to become healthy. */
function timeUp(name: string, seconds = 0): string[] {
    // A server that runs is not touched before its agent has accepted all.
    if (name.endsWith("-agent")) {
        return ["A database that runs goes on with the settings that it had. The next `pulumi up` tries again."];
    }
    return [
        `The container did not become healthy within ${seconds} seconds. The next \`pulumi up\` starts it anew.`,
        ...(name.endsWith("-server")
            ? ["If it needs longer, increase `startTimeoutSeconds`, or `syncTimeoutSeconds` of a replica."]
            : []),
    ];
}

/** Of the parts without which clients cannot connect. */
function consequences(name: string): string[] {
    const part = /-(server|terminator)$/.exec(name)?.[1];
    if (part === undefined) return [];
    const stopped = part === "server" ? "The database is stopped now; its data is kept." : "TLS is stopped now.";
    return [`${stopped} Remove the cause, or undo the change, and run \`pulumi up\` to start it again.`];
}

async function readableLog(container: string, dockerHost: DockerHost): Promise<readonly string[]> {
    try {
        return await logOf(container, dockerHost);
    } catch (error) {
        // Of one that was never made, Docker's own error is the reason.
        if (/no such container/i.test(String(error))) return [];
        return [`its log could not be read (${String(error)}); read it with: docker logs ${container}`];
    }
}
