/** Where `redisdb review` gets previews from: files, the input, or a preview that it runs itself. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Preview, UnreadablePreview, combine, readPreview } from "../../review/index";
import { CommandError, UsageError, cancelled, programFailed } from "../commandErrors";
import { run } from "../programs/run";
import type { Session } from "../verb";

/** The project of the user, whose stacks are previewed. */
export interface Project {
    readonly directory: string;
    readonly env: NodeJS.ProcessEnv;
    readonly signal: AbortSignal;
}

export function projectOf({ env, options }: Session, directory = "."): Project {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory())
        return { directory, env, signal: options.signal };
    throw new UsageError(`--cwd: there is no directory ${directory}`, "give the directory of the Pulumi project");
}

/** Reads a file; `-` is the input. */
export async function previewIn(file: string, { readInput }: Session): Promise<Preview> {
    const text = file === "-" ? await readInput() : await contentOf(file);
    if (text === undefined) {
        throw new UsageError(
            "there is no preview: the input is a terminal",
            "pipe a preview: pulumi preview --json | redisdb review; or name a file, or a stack with --stack",
        );
    }
    try {
        return readPreview(text);
    } catch (error) {
        if (!(error instanceof UnreadablePreview)) throw error;
        const where = file === "-" ? "the input" : file;
        throw new CommandError(
            `${where} cannot be reviewed: ${error.message}`,
            "run `pulumi preview --json` and read its error, or let `redisdb review --stack NAME` run it",
        );
    }
}

async function contentOf(file: string): Promise<string> {
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        throw new UsageError(
            `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? ""})`,
            "name a file with the output of `pulumi preview --json`",
        );
    }
}

/** Runs a preview of a stack. With `planFile`, Pulumi saves its plan there. */
export async function previewOfStack(stack: string, project: Project, planFile?: string): Promise<Preview> {
    const directory = mkdtempSync(join(tmpdir(), "redisdb-"));
    const eventLog = join(directory, "events.json");
    try {
        const { code, stdout, stderr } = await pulumi(project, [
            ...["preview", "--stack", stack, "--json", "--event-log", eventLog],
            ...(planFile === undefined ? [] : ["--save-plan", planFile]),
        ]);
        if (project.signal.aborted) throw cancelled();
        // Without a document, Pulumi could not even start the program.
        if (code !== 0 && stdout.trim() === "") throw previewFailed(stderr);
        return combine(readPreview(stdout), readPreview(readFileSync(eventLog, "utf8")));
    } finally {
        rmSync(directory, { recursive: true });
    }
}

function previewFailed(message: string): CommandError {
    return programFailed("pulumi preview", message, "correct what its message says, and repeat the command");
}

/** Runs Pulumi in the project, and returns what it prints. */
export async function pulumi({ directory, env, signal }: Project, args: readonly string[], capture = true) {
    const all = [...args, "--non-interactive"];
    return run("pulumi", all, {
        cwd: directory,
        capture,
        signal,
        env: {
            ...env,
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // --event-log requires it.
            PULUMI_DEBUG_COMMANDS: "true",
            // It would replace the document by a stream of events.
            PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "false",
        },
    });
}
