/** Repairs what an interrupted operation left behind in the state. Resources are repaired by the next update. */
import { hostname } from "node:os";
import { PlatformError } from "../errors";
import type { Lock, StateBackend } from "./backend";
import { ranAt } from "./processes";

/** Throws `locked` if another operation is running on the stack. */
export async function repair(backend: StateBackend, stack: string): Promise<void> {
    for (const lock of await backend.locks(stack)) {
        if (!isStale(lock)) throw locked(stack, lock);
        await backend.removeLock(stack, lock);
    }
    if ((await backend.read(stack)) === "") await backend.restoreBackup(stack);
}

/** Whether the operation that took a lock has ended. A lock from another host counts as live: only that host knows. */
export function isStale({ pid, host, since }: Lock): boolean {
    return host === hostname() && !ranAt(pid, new Date(since));
}

export function locked(stack: string, { pid, host, since }: Omit<Lock, "id">): PlatformError {
    return new PlatformError(
        "locked",
        `"${stack}" is locked by process ${pid} on ${host} since ${since}`,
        host === hostname()
            ? "wait until that operation has ended"
            : `wait until that operation has ended; if ${host} no longer exists, run \`pulumi cancel\` for the stack`,
        { pid, host, since },
    );
}
