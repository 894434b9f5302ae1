/** Where the CLI keeps the files of a backend without a service: a directory, or a bucket of an object store. */
import { PlatformError } from "../errors";

/** Access to files by path. The separator is a slash. */
export interface Bucket {
    /** The names of the files in a folder. None if there is no such folder. */
    list(folder: string): Promise<readonly string[]>;
    /** The content of a file; undefined if it does not exist. */
    read(file: string): Promise<Buffer | undefined>;
    /** Does nothing if the file does not exist. */
    remove(file: string): Promise<void>;
    /** Removes attributes of a file that a killed CLI has not written completely, and with which it cannot read the file. */
    removeIncompleteAttributes(file: string): Promise<void>;
    /** Replaces `to`. Returns false if `from` does not exist. */
    copy(from: string, to: string): Promise<boolean>;
}

export function unreachable(what: string, error: unknown, remedy: string): PlatformError {
    const { message } = error as Error;
    return new PlatformError("backend-unreachable", `${what}: ${message}`, remedy, {});
}
