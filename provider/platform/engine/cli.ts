/**
 * Runs the Pulumi CLI. The Automation API also runs it, but starts four commands for an update, and cannot stop one that
 * does not react to a signal.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Settings } from "../options";
import { EventLog } from "./eventLog";
import type { WorkDirectory } from "./workDirectory";

const supervise = join(__dirname, "supervise.sh");

/** A command that has ended. */
export interface Ended {
    /** The exit code; null if it was killed. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Whether the caller cancelled it. */
    readonly cancelled: boolean;
}

export interface RunOptions {
    /** Cancels the command: SIGINT, then SIGKILL. */
    readonly signal?: AbortSignal;
    /** Receives the events of a command that works on resources. */
    readonly onEvent?: (event: EngineEvent) => void;
}

/** Runs a command in a directory. Throws an error if the CLI cannot be started. */
export async function runPulumi(
    { pulumiCommand, stopSeconds, env }: Settings,
    directory: WorkDirectory,
    args: readonly string[],
    { signal, onEvent }: RunOptions = {},
): Promise<Ended> {
    if (signal?.aborted) return { code: null, stdout: "", stderr: "", cancelled: true };
    // The CLI would prefer it to the passphrase's file.
    const { PULUMI_CONFIG_PASSPHRASE: _passphrase, ...inherited } = process.env;
    const events = onEvent && new EventLog(directory.eventLog, onEvent);
    const common = ["--stack", directory.stack, "--non-interactive", "--color", "never"];
    const all = [...args, ...common, ...(events ? ["--event-log", directory.eventLog] : [])];
    const supervised = spawn("/bin/sh", [supervise, String(stopSeconds), pulumiCommand, ...all], {
        cwd: directory.path,
        env: { ...inherited, ...env },
        // A process group of its own: Ctrl-C in a terminal must not reach the CLI's plugins.
        detached: true,
        stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const control = supervised.stdio[3] as Duplex;
    // The script may have ended already.
    control.on("error", () => undefined);
    // It keeps its end open until it has stopped everything.
    const released = new Promise((resolve) => control.once("close", resolve));
    control.resume();
    const cancel = () => control.write("stop\n");
    signal?.addEventListener("abort", cancel, { once: true });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    supervised.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    supervised.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    // A command that was killed has left its plugins behind.
    supervised.once("exit", (code) => control.end(code === null ? "stop\n" : "done\n"));
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            supervised.once("error", reject);
            supervised.once("close", resolve);
        });
        await released;
        const [stdout, stderr] = [out, err].map((chunks) => Buffer.concat(chunks).toString()) as [string, string];
        return { code, stdout, stderr, cancelled: signal?.aborted ?? false };
    } finally {
        signal?.removeEventListener("abort", cancel);
        await events?.close();
    }
}
