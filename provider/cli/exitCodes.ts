/** The exit codes of the command. Where Pulumi has a code for the same, it is that one. */
import { type ErrorCode, PlatformError } from "../platform/index";
import { StateChanged, UsageError } from "./commandErrors";

/** Each exit code with its meaning, for the documentation. */
export const exitCodes = {
    0: "done",
    1: "failed: no program, Docker host or time, or something is not as it should be",
    2: "the command line is not valid; nothing was done",
    3: "the state backend cannot be read, or rejects the credentials",
    4: "some resources have changed, others failed, or some repositories have not stored a backup; repeat the command",
    5: "refused: the arguments or the change are not valid, or a finding fails the review; the databases run unchanged",
    6: "there is no database or replica with this handle, or no such backup",
    8: "cancelled with Ctrl-C, or by the answer to a question",
    9: "another operation runs on the same database",
} as const;

export type ExitCode = keyof typeof exitCodes;

/** The exit code of each error of the platform library. */
export const exitCodeOfError: Readonly<Record<ErrorCode, ExitCode>> = {
    "validation": 5,
    "handle-taken": 5,
    "handle-unknown": 6,
    "unknown-version": 5,
    "locked": 9,
    "engine-unreachable": 1,
    "backend-unreachable": 3,
    "docker-unreachable": 1,
    "refused": 5,
    "not-backed-up": 5,
    "backup-unknown": 6,
    "backup-failed": 1,
    "partial": 4,
    "timeout": 1,
    "cancelled": 8,
};

export function exitCodeOf(error: unknown): ExitCode {
    if (error instanceof PlatformError) return exitCodeOfError[(error as PlatformError).code];
    if (error instanceof StateChanged) return 5;
    return error instanceof UsageError ? 2 : 1;
}
