/** A platform for tests: real Pulumi and Docker, with a data directory of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type * as platform from "../../../provider/platform/index";
import { docker } from "./docker";

const root = resolve(__dirname, "../../..");
const built = join(root, "dist/provider/platform");
/** The build: the CLI runs the program next to it. */
const { RedisPlatform } = jest.requireActual<typeof platform>(built);

/** Calls a method of the library, and prints the progress events, one per line. Its pid is that of the operation. */
const caller = `
    const { RedisPlatform } = require(${JSON.stringify(built)});
    const { options, method, args } = JSON.parse(process.argv[1]);
    const onProgress = (event) => console.log(JSON.stringify(event));
    RedisPlatform.open(options)[method](...args, { onProgress }).then(
        () => process.exit(),
        ({ code, message, details }) => {
            console.log(JSON.stringify({ code, message, details }));
            process.exit(1);
        },
    );`;

/** A line that a calling process prints: a progress event, or the error with which it fails. */
export type Line =
    platform.ProgressEvent | { readonly code: string; readonly message: string; readonly details: object };

export class TestPlatform {
    readonly directory: string;
    redis: platform.RedisPlatform;

    constructor(name: string) {
        const parent = join(root, ".local/engine");
        mkdirSync(parent, { recursive: true });
        this.directory = mkdtempSync(join(parent, `${name}-`));
        this.redis = this.open();
    }

    private open(): platform.RedisPlatform {
        return RedisPlatform.open({ dataDirectory: this.directory });
    }

    /** Opens the platform again, as the next process does. */
    reopen(): void {
        this.redis = this.open();
    }

    /** Calls a method in another process. */
    call(method: "create" | "update" | "rotatePassword", ...args: unknown[]): { child: ChildProcess; lines: Line[] } {
        const request = JSON.stringify({ options: { dataDirectory: this.directory }, method, args });
        const child = spawn(process.execPath, ["-e", caller, request], { stdio: ["ignore", "pipe", "inherit"] });
        const lines: Line[] = [];
        let incomplete = "";
        child.stdout.on("data", (chunk: Buffer) => {
            const complete = (incomplete + chunk.toString()).split("\n");
            incomplete = complete.pop() ?? "";
            lines.push(...complete.map((line) => JSON.parse(line) as Line));
        });
        return { child, lines };
    }

    /** What is left in the work directory of all operations, or of those that a process called. */
    workFiles(caller?: number): readonly string[] {
        const files = readdirSync(join(this.directory, "work"));
        return files.filter((name) => caller === undefined || name.startsWith(`${caller}-`));
    }

    /** The command lines of the CLIs and plugins that still run, of all operations or of those that a process called. */
    processes(caller?: number): readonly string[] {
        const work = join(this.directory, "work", caller === undefined ? "" : `${caller}-`);
        const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
        return ids.filter((id) => directoryOf(id).startsWith(work)).map(commandLineOf);
    }

    /** Removes all databases, even after a test that failed. Throws an error if anything is left. */
    async close(): Promise<void> {
        const names: string[] = [];
        for (const { handle, kind, primary } of await this.redis.list()) {
            names.push(handle);
            if (kind === "database" && primary === undefined) await this.redis.deprovision(handle, handle);
        }
        const left = names.flatMap((name) => [...containersOf(name), ...volumesOf(name)]);
        if (left.length > 0) throw new Error(`the platform in ${this.directory} left behind: ${left.join(", ")}`);
        rmSync(this.directory, { recursive: true });
    }
}

function directoryOf(pid: string): string {
    try {
        return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
        // It has ended.
        return "";
    }
}

function commandLineOf(pid: string): string {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
        return "";
    }
}

const lines = (text: string) => text.split("\n").filter(Boolean);

/**
 * The containers of a database whose name is unique on this host, running or not, and those of its replicas. A killed
 * update can leave a trial container, which a trial removes ten minutes later.
 */
export const containersOf = (database: string): string[] =>
    lines(docker("ps", "--all", "--format", "{{.Names}}", "--filter", `name=^/${database}-`)).filter(
        (name) => !/-trial-[0-9a-f]{8}$/.test(name),
    );

export const volumesOf = (database: string): string[] =>
    lines(docker("volume", "ls", "--format", "{{.Name}}", "--filter", `name=^${database}-`));

/** Waits until a calling process has printed a line that matches. */
export async function printed(lines: readonly Line[], matches: (line: Line) => boolean): Promise<void> {
    while (!lines.some(matches)) await new Promise((next) => setTimeout(next, 20));
}
