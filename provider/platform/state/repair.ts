/** Repairs what an interrupted operation left behind in the state. Resources are repaired by the next update. */
import { hostname } from "node:os";
import { type LockHolder, PlatformError } from "../errors";
import type { Lock, StateBackend } from "./backend";
import { ranAt } from "./processes";

/** Throws `locked` if another operation is running on the stack. */
export async function repair(backend: StateBackend, stack: string): Promise<void> {
    for (const lock of await backend.locks(stack)) {
        if (!isStale(lock)) throw locked(stack, lock);
        await backend.removeLock(stack, lock);
    }
    await backend.repair(stack);
}

/** Whether the operation that took a lock has ended. A lock from another host counts as live: only that host knows. */
export function isStale({ pid, host, since }: Lock): boolean {
    return host === hostname() && !ranAt(pid, new Date(since));
}

/** The service does not report who holds its lock. */
export function locked(stack: string, holder: LockHolder = {}): PlatformError {
    const { pid, host, since } = holder;
    const cancel = "run `pulumi cancel` for the stack";
    if (pid === undefined || host === undefined || since === undefined) {
        const remedy = `wait until that operation has ended; if it was killed, ${cancel}`;
        return new PlatformError("locked", `another operation is running on "${stack}"`, remedy, holder);
    }
    return new PlatformError(
        "locked",
        `"${stack}" is locked by process ${pid} on ${host} since ${since}`,
        host === hostname()
            ? "wait until that operation has ended"
            : `wait until that operation has ended; if ${host} no longer exists, ${cancel}`,
        { pid, host, since },
    );
}
