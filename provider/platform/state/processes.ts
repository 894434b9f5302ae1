/** Whether a process still runs. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Whether a process with this id runs on this host. A zombie has ended. */
export function isRunning(pid: number): boolean {
    // For the system, 0 is the group of the caller, and -1 is all processes.
    if (!(pid > 0)) return false;
    try {
        process.kill(pid, 0);
    } catch (error) {
        // Another user's process exists too.
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
    return stateOf(pid) !== "Z";
}

/** Whether the process with this id already ran at that time. An id is used again after its process has ended. */
export function ranAt(pid: number, time: Date): boolean {
    if (!isRunning(pid)) return false;
    const started = startOf(pid);
    // The start of a process is known to the second only.
    return started === undefined || started.getTime() <= time.getTime() + 1000;
}

function startOf(pid: number): Date | undefined {
    const text = ask(pid, "lstart=");
    const started = text === undefined ? NaN : Date.parse(text);
    return Number.isNaN(started) ? undefined : new Date(started);
}

function stateOf(pid: number): string | undefined {
    if (process.platform !== "linux") return ask(pid, "state=")?.[0];
    try {
        // The name in parentheses can contain spaces.
        return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.[0];
    } catch {
        return "Z";
    }
}

function ask(pid: number, field: string): string | undefined {
    try {
        const env = { ...process.env, LC_ALL: "C" };
        return execFileSync("ps", ["-o", field, "-p", String(pid)], { encoding: "utf8", env }).trim() || undefined;
    } catch {
        return undefined;
    }
}
