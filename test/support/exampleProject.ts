/** Where examples run: a directory in this checkout, with Pulumi state and a Pulumi home of its own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { uniqueName } from "../engine/support/docker";

/** Inside the checkout, so that a program resolves the package and its dependencies as a user's program does. */
export const exampleDirectory = (name: string) => resolve(__dirname, "../../.local/examples", uniqueName(name));

/** Creates the directory, and returns the environment for commands in it. */
export function createExample(directory: string): NodeJS.ProcessEnv {
    mkdirSync(join(directory, "state"), { recursive: true });
    mkdirSync(join(directory, "home"));
    const plugins = join(process.env.PULUMI_HOME ?? join(process.env.HOME ?? "", ".pulumi"), "plugins");
    symlinkSync(plugins, join(directory, "home/plugins"));
    return {
        ...process.env,
        // In this checkout, the first `npx redisdb` installs the checkout for npx. That would build the package again, and
        // programs of other suites would not find it meanwhile.
        SKIP_PREPARE: "yes",
        // The type checker takes longer than an example, and `make check` has already run it.
        TS_NODE_TRANSPILE_ONLY: "true",
        PULUMI_HOME: join(directory, "home"),
        PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "only-for-this-test",
    };
}

/** Runs shell commands, and returns what they print. If one fails, the error has it, because Pulumi prints errors there. */
export function runShell(commands: string, cwd: string, env: NodeJS.ProcessEnv): string {
    const { status, stdout } = spawnSync("bash", ["-ec", commands], {
        cwd,
        encoding: "utf8",
        maxBuffer: 1 << 26,
        stdio: ["ignore", "pipe", "inherit"],
        env,
    });
    if (status !== 0) throw new Error(`${commands}\n${stdout}`);
    return stdout;
}
