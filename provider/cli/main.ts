#!/usr/bin/env node
/** The command `redisdb`. */
import { RedisPlatform } from "../platform/index";
import { run } from "./run";

/** The exit code for a cancelled operation. */
const cancelled = 8;

const { stdin, stdout, stderr, env } = process;
const controller = new AbortController();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
        // The operation stops by itself; the second Ctrl-C does not wait for that.
        if (controller.signal.aborted) process.exit(cancelled);
        if (signal === "SIGINT" && stderr.isTTY) stderr.write("\nstopping; press Ctrl-C again to exit at once\n");
        controller.abort();
    });
}

// The reader of a pipe may end first, as `head` does.
stdout.on("error", () => process.exit());

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
