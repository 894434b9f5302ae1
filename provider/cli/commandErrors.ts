/** Errors of the command, in addition to those of the platform library. */
import { PlatformError } from "../platform/index";

export class CommandError extends Error {
    override readonly name: string = "CommandError";

    constructor(
        message: string,
        /** What to do next, as an instruction. */
        readonly remedy: string,
    ) {
        super(message);
    }
}

/** A command line that is not valid. Nothing has been done. */
export class UsageError extends CommandError {
    override readonly name = "UsageError";
}

/** A program has failed. Its own message is empty if it has printed it. */
export function programFailed(program: string, message: string, remedy: string): CommandError {
    return new CommandError([`${program} failed`, message.trim()].filter(Boolean).join(": "), remedy);
}

/** A person has cancelled the command at a question. */
export function cancelled(): PlatformError {
    return new PlatformError("cancelled", "cancelled; nothing was done", "repeat the command", { changed: [] });
}

/** Another update has changed the state since the review. */
export class StateChanged extends CommandError {
    constructor(stack: string) {
        super(
            `the state of ${stack} is no longer the one that was reviewed; nothing was changed`,
            `review the change again: redisdb review --stack ${stack} --plan FILE`,
        );
    }
}
