/** Runs commands, and sees to it that an interrupted measurement still cleans up behind itself. */
import { spawn } from "node:child_process";

const interrupts = ["SIGINT", "SIGTERM", "SIGHUP"];
let interrupted = false;
const running = new Set();

/** From here on a signal ends the command that is measured, and no other one is started but for cleaning up. */
export function watchInterrupts() {
    for (const signal of interrupts) {
        process.on(signal, () => {
            if (!interrupted) say("interrupted: cleaning up, which takes a while");
            interrupted = true;
            // Pulumi cancels at the first one and gives up at the second, as if it had been typed to it.
            for (const child of running) child.kill("SIGINT");
        });
    }
}

export const wasInterrupted = () => interrupted;

/** A line of progress. */
export function say(text) {
    process.stderr.write(`[${new Date().toTimeString().slice(0, 8)}] ${text}\n`);
}

/** Runs one command; `cleaning` ones run even after an interrupt, and to their end. */
export async function run(command, args, { cwd, env, cleaning = false } = {}) {
    if (interrupted && !cleaning) throw new Error("interrupted");
    const started = performance.now();
    // In a process group of its own: what is typed at the terminal reaches it through us, or not at all.
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    if (!cleaning) running.add(child);
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
        child[stream].setEncoding("utf8").on("data", (text) => (output[stream] += text));
    }
    try {
        const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
        if (interrupted && !cleaning) throw new Error("interrupted");
        if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed (${code}):\n${tail(output)}`);
    } finally {
        running.delete(child);
    }
    return { seconds: (performance.now() - started) / 1000, stdout: output.stdout.trim() };
}

export async function docker(...args) {
    return (await run("docker", args)).stdout;
}

const tail = ({ stdout, stderr }) => `${stdout}\n${stderr}`.trim().split("\n").slice(-25).join("\n");
