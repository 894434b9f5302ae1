/** Explains why a container failed, in the output of `pulumi up`. */
import type * as pulumi from "@pulumi/pulumi";
import { dockerProblems, takenPortIn } from "../../model/dockerRefusals";
import { redact } from "../../model/redaction";
import type { DockerHost } from "../dockerHost";
import { log } from "../log";
import { logOf } from "./containerLog";
import type { CrashLoops } from "./crashLoop";
import type { Owner } from "./owner";
import { plain } from "./plain";

/** Number of lines shown from a log without a refusal. */
const lastLines = 5;

/** `onError` hooks of a container. */
export function explainFailure(owner: Owner, crashLoops: CrashLoops): pulumi.ErrorHook[] {
    return owner.hooks.onError("explainFailure", (args) => explain(owner, crashLoops, args));
}

/** Never retries: the user should read the reason first, and then run another update. */
async function explain(
    owner: Owner,
    crashLoops: CrashLoops,
    { name, newInputs, errors }: pulumi.ErrorHookArgs,
): Promise<boolean> {
    const { name: container, waitTimeout } = (await plain(newInputs ?? {})) as {
        readonly name?: string;
        readonly waitTimeout?: number;
    };
    const removed = container === undefined ? undefined : crashLoops.end(container);
    const lines = (removed ?? (container === undefined ? [] : await readableLog(container, owner.dockerHost))).map(
        redact,
    );
    const timedOut = errors.some((text) => text.includes("failed to be in healthy state"));
    const parts = [
        reasonOf(lines, errors, removed !== undefined),
        ...(removed
            ? ["The update removed the container instead of waiting longer, so Pulumi reports that it does not exist."]
            : []),
        ...(timedOut ? afterTimeout(name, waitTimeout) : consequences(name)),
    ];
    await log("error", `${name}: ${parts.join("\n")}`, owner);
    return false;
}

/**
 * The first of these that exists: a port that is in use, the agent's refusal, the end of the container's log, Docker's
 * error. A refusal includes its own error code.
 */
function reasonOf(lines: readonly string[], errors: readonly string[], removed: boolean): string {
    const taken = errors.map(takenPortIn).find(Boolean);
    if (taken)
        return `port ${taken} is already in use. Free it, or set other ports in \`ports\`. [${dockerProblems.portTaken.code}]`;
    const refusal = lines.filter((line) => line.startsWith("refused: ")).at(-1);
    if (refusal) return refusal;
    const logEnd = [...new Set(lines.filter((line) => line.trim() !== "").slice(-lastLines))].join("\n");
    const { code } = dockerProblems.exitsAtEachStart;
    if (logEnd !== "" && removed) return `it exits at every start. The end of its log:\n${logEnd} [${code}]`;
    if (removed) return `it exits at every start and writes nothing to its log [${code}]`;
    if (logEnd !== "") return logEnd;
    const dockerErrors = errors.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
    const reason = dockerErrors.at(-1)?.replace(/^\s*\* /, "") ?? "Docker gives no reason";
    return `${reason} [${dockerProblems.containerRefused.code}]`;
}

/** For a container that may still become healthy. */
function afterTimeout(name: string, seconds = 0): string[] {
    // A running server is not changed until its agent has accepted all settings.
    if (name.endsWith("-agent")) {
        return [
            "A running database keeps its previous settings. Correct or undo the change, then run `pulumi up` again.",
        ];
    }
    return [
        `The container did not become healthy within ${seconds} seconds. The next \`pulumi up\` starts it again.`,
        ...(name.endsWith("-server")
            ? ["If it needs more time, increase `startTimeoutSeconds`, or `syncTimeoutSeconds` of a replica."]
            : []),
    ];
}

/** For the containers without which clients cannot connect. */
function consequences(name: string): string[] {
    const part = /-(server|terminator)$/.exec(name)?.[1];
    if (part === undefined) return [];
    const stopped = part === "server" ? "The database is stopped now; its data is kept." : "TLS is stopped now.";
    return [`${stopped} Fix the cause or revert the change, and run \`pulumi up\` to start it again.`];
}

async function readableLog(container: string, dockerHost: DockerHost): Promise<readonly string[]> {
    try {
        return await logOf(container, dockerHost);
    } catch (error) {
        // The container was never created, so Docker's error is the reason.
        if (/no such container/i.test(String(error))) return [];
        return [`its log could not be read (${String(error)}); read it with: docker logs ${container}`];
    }
}
