/** Where states are stored. Where possible, reads them directly, since the CLI takes a second for each stack. */
import type { LockHolder } from "../errors";

/** A lock on a stack. */
export interface Lock extends Required<LockHolder> {
    /** Identifies the lock in its backend. */
    readonly id: string;
}

/** Access to the states of one project. */
export interface StateBackend {
    /** The names of all stacks. */
    list(): Promise<readonly string[]>;
    /**
     * The checkpoint as JSON; undefined if there is no such stack, empty if a crash of the CLI has emptied the file. Not
     * decoded: a search of 1,000 checkpoints of 400 kB then takes 0.2 s. Any number of calls may be made at once.
     */
    read(stack: string): Promise<Buffer | undefined>;
    /** The locks on a stack. */
    locks(stack: string): Promise<readonly Lock[]>;
    removeLock(stack: string, lock: Lock): Promise<void>;
    /**
     * Repairs the files of a stack that a killed CLI has not written completely: replaces an empty checkpoint with the CLI's
     * backup of it. Without a backup, the stack was never created: removes it.
     */
    repair(stack: string): Promise<void>;
    /** Removes what the CLI keeps of a removed stack: its history and backups of its state, with its secrets. */
    forget(stack: string): Promise<void>;
}

/** The content of a lock, as the CLI writes it. */
export function parseLock(id: string, json: string): Lock {
    const { pid, hostname, timestamp } = JSON.parse(json) as { pid: number; hostname: string; timestamp: string };
    return { id, pid, host: hostname, since: timestamp };
}
