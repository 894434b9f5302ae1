/** Runs commands, and makes sure that an interrupted measurement still cleans up. */
import { spawn } from "node:child_process";

const interrupts = ["SIGINT", "SIGTERM", "SIGHUP"];
const controller = new AbortController();
/** Is aborted by an interrupt. */
export const interruption = controller.signal;
const running = new Set();

/** After this call, a signal stops the running command, and only commands that clean up start afterwards. */
export function watchInterrupts() {
    for (const signal of interrupts) {
        process.on(signal, () => {
            if (!interruption.aborted) say("interrupted: cleaning up, which takes a while");
            controller.abort();
            // As at a terminal, Pulumi cancels the update at the first SIGINT and exits at the second.
            for (const child of running) child.kill("SIGINT");
        });
    }
}

export const wasInterrupted = () => interruption.aborted;

/** Prints a line of progress. */
export function say(text) {
    process.stderr.write(`[${new Date().toTimeString().slice(0, 8)}] ${text}\n`);
}

/** Runs a command. With `cleaning`, it starts even after an interrupt, and an interrupt does not stop it. */
export async function run(command, args, { cwd, env, cleaning = false } = {}) {
    if (interruption.aborted && !cleaning) throw new Error("interrupted");
    const started = performance.now();
    // In its own process group, so that a signal from the terminal reaches it only through watchInterrupts.
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    if (!cleaning) running.add(child);
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
        child[stream].setEncoding("utf8").on("data", (text) => (output[stream] += text));
    }
    try {
        const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
        if (interruption.aborted && !cleaning) throw new Error("interrupted");
        if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed (${code}):\n${tail(output)}`);
    } finally {
        running.delete(child);
    }
    return { seconds: (performance.now() - started) / 1000, stdout: output.stdout.trim() };
}

export async function docker(...args) {
    return (await run("docker", args)).stdout;
}

/** Command-line options: `{ name: "a", p: 1, rm: true }` is `--name a -p 1 --rm`. An array repeats its option. */
export function flags(options) {
    return Object.entries(options).flatMap(([name, values]) => {
        const flag = name.length === 1 ? `-${name}` : `--${name}`;
        return [values].flat().flatMap((value) => (value === true ? [flag] : [flag, String(value)]));
    });
}

const tail = ({ stdout, stderr }) => `${stdout}\n${stderr}`.trim().split("\n").slice(-25).join("\n");
