#!/usr/bin/env node
/** The command `redisdb`. */
import { RedisPlatform } from "../platform/index";
import { run } from "./run";

/** The exit code for a cancelled operation. */
const cancelled = 8;

/** Within this time, a second signal belongs to the same Ctrl-C: npx passes on the signal that the terminal sends to both. */
const sameMs = 500;

const { stdin, stdout, stderr, env } = process;
const controller = new AbortController();

let interrupted: number | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
        const now = Date.now();
        interrupted ??= now;
        // The first one stops the operation, which takes seconds. The second one does not wait for that.
        if (now - interrupted > sameMs) process.exit(cancelled);
        if (controller.signal.aborted) return;
        if (stderr.isTTY) stderr.write("\nstopping; press Ctrl-C again to exit at once\n");
        controller.abort();
    });
}

// The reader of a pipe may end first, as `head` does. Progress that nobody reads must not stop an operation.
stdout.on("error", () => process.exit());
stderr.on("error", () => undefined);

void run(process.argv.slice(2), {
    stdin,
    stdout,
    stderr,
    env,
    signal: controller.signal,
    openPlatform: (options) => RedisPlatform.open(options),
}).then((exitCode) => {
    process.exitCode = exitCode;
});
