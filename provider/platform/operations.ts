/** Runs operations: a limited number at once, and one at a time for each database. */
import { hostname } from "node:os";
import limit from "p-limit";
import { DatabaseStack, type OperationOptions } from "./engine/databaseStack";
import { PlatformError } from "./errors";
import type { Settings } from "./options";
import type { StateBackend } from "./state/backend";
import { locked, repair } from "./state/repair";

export class Operations {
    private readonly slots: ReturnType<typeof limit>;
    /** When the operation on each handle began. */
    private readonly running = new Map<string, Date>();

    constructor(
        private readonly settings: Settings,
        readonly backend: StateBackend,
    ) {
        this.slots = limit(settings.concurrency);
    }

    stack(handle: string): DatabaseStack {
        return new DatabaseStack(this.settings, this.backend, handle);
    }

    /** Runs an operation that no other operation on the same handle may overlap. Throws `locked` instead of waiting. */
    async exclusively<T>(
        handle: string,
        { signal, onProgress }: OperationOptions,
        operation: (stack: DatabaseStack) => Promise<T>,
    ): Promise<T> {
        const since = this.running.get(handle);
        if (since) throw locked(handle, { pid: process.pid, host: hostname(), since: since.toISOString() });
        if (signal?.aborted) throw cancelled(handle);
        this.running.set(handle, new Date());
        let cancel: (() => void) | undefined;
        try {
            onProgress?.({ type: "phase", handle, phase: "waiting" });
            let begun = false;
            const cancelledBefore = new Promise<never>((_resolve, reject) => {
                cancel = () => {
                    if (!begun) reject(cancelled(handle));
                };
                signal?.addEventListener("abort", cancel, { once: true });
            });
            const done = this.slots(() => {
                begun = true;
                return this.run(handle, { signal, onProgress }, operation);
            });
            return await Promise.race([done, cancelledBefore]);
        } finally {
            this.running.delete(handle);
            if (cancel) signal?.removeEventListener("abort", cancel);
        }
    }

    private async run<T>(
        handle: string,
        { signal, onProgress }: OperationOptions,
        operation: (stack: DatabaseStack) => Promise<T>,
    ): Promise<T> {
        if (signal?.aborted) throw cancelled(handle);
        onProgress?.({ type: "phase", handle, phase: "preparing" });
        await repair(this.backend, handle);
        try {
            const result = await operation(this.stack(handle));
            onProgress?.({ type: "phase", handle, phase: "done" });
            return result;
        } catch (error) {
            // A killed command leaves its lock behind. If it cannot be removed yet, the next operation removes it.
            if (PlatformError.is(error, "cancelled")) await repair(this.backend, handle).catch(() => undefined);
            throw error;
        }
    }
}

function cancelled(handle: string): PlatformError {
    return new PlatformError(
        "cancelled",
        `the operation on "${handle}" was cancelled before it began`,
        "repeat the operation",
        { changed: [] },
    );
}
