/** Errors as text and as JSON. Neither shows a secret: the library's errors do not contain any. */
import { PlatformError } from "../../platform/index";
import { CommandError, UsageError } from "../commandErrors";
import { exitCodeOf } from "../exitCodes";

/** The document that `--json` prints to stderr when a command fails. */
export interface ErrorDocument {
    readonly error: {
        /** A code of the platform library; `usage`; `failed` for a program that the command runs; or `unexpected`. */
        readonly code: string;
        readonly message: string;
        /** What to do next. */
        readonly remedy: string;
        readonly exitCode: number;
        /** Facts for programs, for the codes of the platform library. */
        readonly details?: unknown;
    };
}

export function documentOf(error: unknown): ErrorDocument {
    const exitCode = exitCodeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof PlatformError) {
        const { code, details } = error as PlatformError;
        return { error: { code, message, remedy: remedyOf(error as PlatformError), exitCode, details } };
    }
    if (error instanceof CommandError) {
        const code = error instanceof UsageError ? "usage" : "failed";
        return { error: { code, message, remedy: error.remedy, exitCode } };
    }
    const remedy = "run `redisdb doctor`, which checks what the command needs";
    return { error: { code: "unexpected", message, remedy, exitCode } };
}

/** The message, and what to do next. */
export function textOf(error: unknown): string {
    const { message, remedy } = documentOf(error).error;
    return `redisdb: ${message}\n→ ${remedy}`;
}

/** The library's remedies are for programs. Some of them are a verb of the command. */
function remedyOf(error: PlatformError): string {
    if (PlatformError.is(error, "handle-unknown") && error.details.nearest.length === 0) {
        return "list the databases: redisdb list";
    }
    if (PlatformError.is(error, "unknown-version")) return `${error.remedy}; list the versions: redisdb versions`;
    return error.remedy;
}
