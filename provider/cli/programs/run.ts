/** Runs the programs that the command needs: docker, redis-cli, ssh and git, and Pulumi for stacks of other projects. */
import { spawn } from "node:child_process";
import { CommandError } from "../commandErrors";

export interface RunOptions {
    readonly env?: NodeJS.ProcessEnv;
    /** Ctrl-C, which also ends the program. */
    readonly signal?: AbortSignal;
    /** Whether to return what it prints instead of printing it. */
    readonly capture?: boolean;
    /** The directory in which it runs. The default is that of this process. */
    readonly cwd?: string;
}

export interface Ended {
    /** The exit code; null if a signal ended it. */
    readonly code: number | null;
    /** What it printed, if that was captured. */
    readonly stdout: string;
    readonly stderr: string;
}

/** Throws an error if the program cannot be started. */
export async function run(
    program: string,
    args: readonly string[],
    { env = process.env, signal, capture = false, cwd }: RunOptions = {},
): Promise<Ended> {
    const output = capture ? "pipe" : "inherit";
    const child = spawn(program, args, { env, cwd, stdio: ["inherit", output, output] });
    const stop = () => child.kill("SIGINT");
    signal?.addEventListener("abort", stop, { once: true });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", resolve);
        });
        return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
    } catch (error) {
        throw new CommandError(
            `${program} cannot be started (${(error as NodeJS.ErrnoException).code ?? ""})`,
            `install ${program}, or put it on the PATH`,
        );
    } finally {
        signal?.removeEventListener("abort", stop);
    }
}

/** The version of an installed program, such as `7.0`; undefined if there is none. */
export async function versionOf(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
    return run(program, ["--version"], { env, capture: true }).then(
        ({ code, stdout }) => (code === 0 ? /\d+\.\d+/.exec(stdout)?.[0] : undefined),
        () => undefined,
    );
}
