/**
 * Runs the Pulumi CLI. The Automation API also runs it, but reads the outputs and the history after each update, which
 * takes longer than an update without changes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";

export class PulumiCli {
    constructor(
        private readonly directory: string,
        private readonly env: Readonly<Record<string, string>>,
        private readonly logFile: string,
    ) {}

    /** Runs a command and returns its standard output. A failure throws an error with its complete output. */
    async run(...args: string[]): Promise<string> {
        const { stdout, stderr, code } = await this.finished(this.start(args));
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exited with ${code}:\n${stdout}\n${stderr}`);
        return stdout;
    }

    /**
     * Like `run`, for a command that works on resources. Also writes its output to the log, and returns the engine's
     * events.
     */
    async operate(...args: string[]): Promise<{ readonly output: string; readonly events: readonly EngineEvent[] }> {
        const eventLog = join(this.directory, "events.json");
        rmSync(eventLog, { force: true });
        const cli = this.start([...args, "--event-log", eventLog]);
        this.keepLog(cli);
        const { stdout, stderr, code } = await this.finished(cli);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exited with ${code}:\n${stdout}\n${stderr}`);
        const lines = existsSync(eventLog) ? readFileSync(eventLog, "utf8").split("\n").filter(Boolean) : [];
        return { output: stdout, events: lines.map((line) => JSON.parse(line) as EngineEvent) };
    }

    /** Kills the command `delayMs` after it has printed a match of `line`. Returns whether it was still running. */
    async kill(args: readonly string[], line: RegExp, delayMs: number): Promise<boolean> {
        const { signalCode } = await this.disturb(args, line, delayMs, (cli) => cli.kill("SIGKILL"));
        return signalCode === "SIGKILL";
    }

    /** Calls `disturb` with the command's process `delayMs` after it has printed a match of `line`. */
    async disturb(
        args: readonly string[],
        line: RegExp,
        delayMs: number,
        disturb: (cli: ChildProcess) => unknown,
    ): Promise<{ readonly output: string; readonly code: number | null; readonly signalCode: string | null }> {
        const cli = this.start(args);
        this.keepLog(cli);
        let printed = "";
        let timer: NodeJS.Timeout | undefined;
        cli.stdout?.on("data", (chunk: Buffer) => {
            printed += chunk.toString();
            if (line.test(printed)) timer ??= setTimeout(() => disturb(cli), delayMs);
        });
        const { stdout, stderr, code } = await this.finished(cli);
        clearTimeout(timer);
        return { output: stdout + stderr, code, signalCode: cli.signalCode };
    }

    private start(args: readonly string[]): ChildProcess {
        const commonArgs = ["--non-interactive", "--color", "never", "--stack", "test"];
        // The checkout's passphrase file must not replace the passphrase of these stacks.
        const { PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...inherited } = process.env;
        return spawn("pulumi", [...args, ...commonArgs], {
            cwd: this.directory,
            // --event-log requires PULUMI_DEBUG_COMMANDS.
            env: { ...inherited, PULUMI_DEBUG_COMMANDS: "true", ...this.env },
            stdio: ["ignore", "pipe", "pipe"],
        });
    }

    private keepLog(cli: ChildProcess): void {
        for (const stream of [cli.stdout, cli.stderr]) {
            stream?.on("data", (chunk: Buffer) => {
                appendFileSync(this.logFile, chunk);
            });
        }
    }

    private async finished(cli: ChildProcess) {
        const [out, err]: [Buffer[], Buffer[]] = [[], []];
        cli.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
        cli.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
        const code = await new Promise<number | null>((resolve, reject) => {
            cli.once("error", reject);
            cli.once("close", resolve);
        });
        return { stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code };
    }
}
