/** Runs one call of the command: parses it, runs the verb, and prints its result or error. */
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { once } from "node:events";
import { type Command, CommanderError } from "commander";
import type { PlatformOptions } from "../platform/index";
import { UsageError, cancelled } from "./commandErrors";
import { candidates } from "./completion";
import { exitCodeOf } from "./exitCodes";
import { documentOf, textOf } from "./output/errors";
import { ProgressDisplay } from "./output/progress";
import { type Output, screenOn } from "./output/screen";
import { type GlobalFlags, buildProgram } from "./program";
import type { Platform, Session } from "./verb";

/** The surroundings of a call. */
export interface Surroundings {
    readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
    readonly stdout: Output;
    readonly stderr: Output;
    readonly env: NodeJS.ProcessEnv;
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal;
    readonly openPlatform: (options: PlatformOptions) => Platform;
}

/** Returns the exit code. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
    const { stdout, stderr } = surroundings;
    let exitCode = 0;
    const help = { isError: false };
    const program = buildProgram(
        async (verb, call, flags) => {
            // With --json, an error is the only document on stderr.
            const quiet = (flags.quiet ?? false) || (flags.json ?? false);
            const display = new ProgressDisplay(screenOn(stderr, surroundings.env, quiet));
            try {
                const {
                    value,
                    text,
                    exitCode: code = 0,
                } = await verb.run(sessionOf(flags, display, surroundings), call);
                display.end();
                const printed = flags.json ? JSON.stringify(value, null, 2) : text;
                if (printed) stdout.write(`${printed}\n`);
                exitCode = code;
            } finally {
                display.end();
            }
        },
        async (complete, words, flags) => {
            const handles = async () =>
                (await surroundings.openPlatform(optionsOf(flags)).list()).map((each) => each.handle);
            stdout.write((await candidates(complete, words, handles)).map((word) => `${word}\n`).join(""));
        },
    );
    for (const each of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
        each.exitOverride((error) => {
            throw error.exitCode === 0 || error.code === helpShown ? error : usageErrorOf(error, each);
        }).configureOutput({
            writeOut: (text) => stdout.write(text),
            writeErr: (text) => {
                help.isError = true;
                stderr.write(text);
            },
            outputError: () => undefined,
            getOutHelpWidth: () => widthOf(stdout),
            getErrHelpWidth: () => widthOf(stderr),
        });
    }
    try {
        await program.parseAsync(args[0] === "--version" ? ["-V"] : args, { from: "user" });
        return exitCode;
    } catch (error) {
        // The help or the version has been printed. The help is an error if there is no verb. The error's own exit code
        // depends on that of the process.
        if (error instanceof CommanderError) return help.isError ? 2 : 0;
        const asJson = args.slice(0, endOfFlags(args)).includes("--json");
        stderr.write(`${asJson ? JSON.stringify(documentOf(error), null, 2) : textOf(error)}\n`);
        return exitCodeOf(error);
    }
}

const widthOf = ({ columns = 0 }: Output) => (columns > 0 ? columns : 80);

/** Flags end at `--`. */
function endOfFlags(args: readonly string[]): number {
    const end = args.indexOf("--");
    return end < 0 ? args.length : end;
}

/** The code of commander's error after it has printed the help. */
const helpShown = "commander.help";

/** commander adds its suggestion to the message. */
function usageErrorOf({ message }: CommanderError, command: Command): UsageError {
    const [, problem = message, suggestion] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*)\))?$/s.exec(message) ?? [];
    return new UsageError(problem, suggestion ? lowerCase(suggestion) : `read its help: ${pathOf(command)} --help`);
}

/** Such as `redisdb preview upgrade`. */
function pathOf(command: Command): string {
    return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

const lowerCase = (text: string) => `${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`;

function optionsOf({ backend, project, environment, dockerHost }: GlobalFlags): PlatformOptions {
    return {
        ...(backend !== undefined && { backendUrl: backend }),
        ...(project !== undefined && { project }),
        ...(environment !== undefined && { environment }),
        ...(dockerHost !== undefined && { docker: { host: dockerHost } }),
    };
}

function sessionOf(flags: GlobalFlags, display: ProgressDisplay, surroundings: Surroundings): Session {
    const { stdin, stdout, env, signal, openPlatform } = surroundings;
    let platform: Platform | undefined;
    return {
        // Opened when it is needed: `versions` and `completion` create no directories.
        get platform() {
            return (platform ??= openPlatform(optionsOf(flags)));
        },
        options: { signal, onProgress: display.show },
        json: flags.json ?? false,
        yes: flags.yes ?? false,
        onTerminal: stdout.isTTY ?? false,
        width: stdout.isTTY ? widthOf(stdout) : undefined,
        style: (style, line) => screenOn(stdout, env, false).style(style, line),
        inputIsTerminal: stdin.isTTY ?? false,
        env,
        note: (text) => {
            display.note(text);
        },
        ask: (question) => ask(question, surroundings),
        readInput: async () => (stdin.isTTY ? undefined : text(stdin)),
        stdout,
        print: (line) => {
            stdout.write(`${line}\n`);
        },
    };
}

async function ask(question: string, { stdin, stderr, signal }: Surroundings): Promise<string | undefined> {
    if (!stdin.isTTY || !stderr.isTTY) return undefined;
    // Not as a terminal, which would take Ctrl-C from the process.
    const lines = createInterface({ input: stdin, output: stderr, terminal: false });
    try {
        // At the end of the input there is no answer.
        return await Promise.race([lines.question(question, { signal }), once(lines, "close").then(() => "")]);
    } catch (error) {
        if (!signal.aborted) throw error;
        throw cancelled();
    } finally {
        lines.close();
    }
}
