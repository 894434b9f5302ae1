/** Which error a failed command means: from its exit code, its diagnostic events and the codes in the components' messages. */
import { backupRefusals } from "../../model/backupRefusals";
import { restoreRefusals } from "../../model/restoreRefusals";
import { agentRefusals } from "../../model/refusals";
import { type Failure, PlatformError, type Refusal } from "../errors";
import { locked } from "../state/repair";
import type { Ended } from "./cli";
import type { Outcome } from "./progress";

/** The CLI's exit codes, which it documents. */
const exitCodes = { authentication: 3, cancelled: 8 } as const;
/** The shell's exit codes for a command that is not executable or does not exist. */
const notStarted: readonly (number | null)[] = [126, 127];
/**
 * The CLI has no exit code for a stack that another operation has locked. Its Automation API looks for these texts: the
 * first is the service's, the second that of all other backends.
 */
const conflicts = ["[409] Conflict: Another update is currently in progress.", "the stack is currently locked by"];

export function failureOf(
    handle: string,
    { code, stderr, cancelled }: Ended,
    { messages, changed }: Outcome,
): PlatformError {
    if (cancelled || code === exitCodes.cancelled) {
        return new PlatformError(
            "cancelled",
            `the operation on "${handle}" was cancelled`,
            changed.length > 0 ? "repeat the operation: it continues where this one stopped" : "repeat the operation",
            { changed },
        );
    }
    if (notStarted.includes(code)) {
        return new PlatformError(
            "engine-unreachable",
            "the Pulumi CLI was not found",
            "install it and put it on the PATH: https://www.pulumi.com/docs/install/",
            {},
        );
    }
    if (conflicts.some((text) => stderr.includes(text))) return locked(handle);
    const errors = messages.filter(({ severity }) => severity === "error");
    const failures = errors.map(({ about, text }) => {
        const found = codeIn(text);
        return { resource: about, message: text, ...(found !== undefined && { code: found }) };
    });
    const coded = failures.filter((failure): failure is Required<Failure> => failure.code !== undefined);
    // An agent refuses a change before it touches the server, but other resources may have changed already.
    if (coded.length > 0 && (changed.length === 0 || coded.every(({ code }) => isAgentRefusal(code)))) {
        return refused(handle, coded, changed);
    }
    if (code === exitCodes.authentication) {
        return new PlatformError(
            "backend-unreachable",
            `the state backend rejects the credentials: ${lastLine(stderr)}`,
            "log in to the backend, or correct its credentials",
            {},
        );
    }
    if (code === null) {
        return new PlatformError(
            "partial",
            `Pulumi was killed during the operation on "${handle}"`,
            "repeat the operation: it continues where this one stopped. If this happens again, check whether the host has too little memory",
            { failed: failures, changed },
        );
    }
    if (failures.length === 0) {
        return new PlatformError(
            "backend-unreachable",
            `Pulumi failed before it began: ${lastLine(stderr)}`,
            "correct the cause in the message, then repeat the operation",
            {},
        );
    }
    const reasons = (coded.length > 0 ? coded : failures).map(({ message }) => message);
    return new PlatformError(
        "partial",
        [`the operation on "${handle}" failed`, ...new Set(reasons)].join("\n"),
        "correct the cause, then repeat the operation: it continues where this one stopped",
        { failed: failures, changed },
    );
}

function refused(handle: string, failures: readonly Required<Failure>[], changed: readonly string[]): PlatformError {
    const refusals: Refusal[] = failures.map(({ resource, message, code }) => ({ component: resource, message, code }));
    const untouched = changed.length === 0 ? "nothing was touched" : "its server keeps running with its data";
    return new PlatformError(
        "refused",
        [`the change of "${handle}" is refused; ${untouched}`, ...new Set(failures.map(({ message }) => message))].join(
            "\n",
        ),
        "correct or undo the change",
        { refusals },
    );
}

function isAgentRefusal(code: string): boolean {
    const name = code.slice("redis-database/".length);
    return name in agentRefusals || name in backupRefusals || name in restoreRefusals;
}

/** The last code in a message: `[redis-database/CODE]`. */
function codeIn(text: string): string | undefined {
    return [...text.matchAll(/\[(redis-database\/[a-z0-9.-]+)\]/g)].at(-1)?.[1];
}

function lastLine(text: string): string {
    return text.trim().split("\n").at(-1)?.trim() ?? "";
}
