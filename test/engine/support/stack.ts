/** Stacks for tests: a real program, run by the real CLI, in a project, a state and a Pulumi home of their own. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, copyFileSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Deployment, LocalWorkspace, type OutputMap, type Stack } from "@pulumi/pulumi/automation";

/** Inside the checkout, so that programs find the package and its dependencies as those of a user do. */
const root = resolve(__dirname, "../../../.local/engine");

/** Of every stack, and of the states that were recorded of some. */
export const passphrase = "only-for-this-test";

export interface Change {
    /** How many resources had each operation, for example `{ same: 13 }`. */
    readonly summary: Readonly<Record<string, number>>;
    readonly output: string;
    readonly outputs: OutputMap;
}

/** What a preview shows. */
export interface Planned {
    /** The operation on each resource that would not stay as it is, by the resource's name. */
    readonly steps: Readonly<Record<string, string>>;
    /** The type of each of these resources, by the resource's name. */
    readonly types: Readonly<Record<string, string>>;
    /** What the components say about their changes. Their warnings are not among it. */
    readonly explanations: readonly string[];
    /** All that the CLI prints. */
    readonly output: string;
}

/** A Pulumi stack that a test owns. What the CLI prints is kept in `.local/engine/NAME.log`. */
export class TestStack {
    private readonly log: { color: "never"; onOutput: (text: string) => void; onError: (text: string) => void };

    private constructor(
        private readonly stack: Stack,
        readonly directory: string,
        private readonly env: Readonly<Record<string, string>>,
        logFile: string,
    ) {
        const onOutput = (text: string) => {
            appendFileSync(logFile, text);
        };
        this.log = { color: "never", onOutput, onError: onOutput };
    }

    static async create(name: string, more: Readonly<Record<string, string>> = {}): Promise<TestStack> {
        const directory = join(root, `${name}-${randomBytes(3).toString("hex")}`);
        const home = join(directory, "home");
        mkdirSync(join(directory, "state"), { recursive: true });
        mkdirSync(home);
        symlinkSync(
            join(process.env.PULUMI_HOME ?? join(process.env.HOME ?? "", ".pulumi"), "plugins"),
            join(home, "plugins"),
        );
        writeFileSync(
            join(directory, "Pulumi.yaml"),
            "name: engine-test\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
        );
        writeFileSync(join(directory, "index.js"), "");
        const env = {
            PULUMI_HOME: home,
            PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: passphrase,
            ...more,
        };
        const stack = await LocalWorkspace.createOrSelectStack(
            { stackName: "test", workDir: directory },
            { envVars: env },
        );
        const logFile = join(root, `${name}.log`);
        writeFileSync(logFile, "");
        return new TestStack(stack, directory, env, logFile);
    }

    /**
     * The program of the next commands; `exports` are its outputs. In scope are the Pulumi packages and a
     * `RedisDatabase` that goes without deletion protection, so that tests can clean up behind themselves.
     */
    program(text: string): this {
        const prelude = ["pulumi", "docker", "random", "tls"].map(
            (name) => `const ${name} = require("@pulumi/${name}");`,
        );
        writeFileSync(join(this.directory, "index.js"), [...prelude, unprotected, text, ""].join("\n"));
        return this;
    }

    /**
     * The directory from which the next programs load the package; without one, this checkout. Node.js finds a package by
     * its own name within itself, so the program must be in a package of its own to find another directory's.
     */
    usePackage(directory?: string): this {
        const [manifest, modules] = [join(this.directory, "package.json"), join(this.directory, "node_modules")];
        for (const path of [manifest, modules]) rmSync(path, { recursive: true, force: true });
        if (directory !== undefined) {
            writeFileSync(manifest, "{}");
            mkdirSync(modules);
            symlinkSync(directory, join(modules, "pulumi-redis-database"));
        }
        return this;
    }

    /** One database called `db` with these arguments; all its outputs are the stack's. */
    database(args: object): this {
        return this.program(
            `const { nodes, urn, ...db } = new RedisDatabase("db", ${JSON.stringify(args)});\nmodule.exports = ${allOutputs};`,
        );
    }

    async up(): Promise<Change> {
        const { summary, stdout, outputs } = await this.stack.up(this.log);
        return { summary: summary.resourceChanges ?? {}, output: stdout, outputs };
    }

    /**
     * An up whose CLI is killed by its id, so many milliseconds after it has printed what `line` matches. Resolves to
     * whether it was still at work. Then does what a person would: breaks the lock, and takes the copy of the state where
     * the CLI had only begun to write it (that of a file, in place; other backends have no such moment).
     */
    async killedUp(line: RegExp, delayMs = 0): Promise<boolean> {
        const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--stack", "test"];
        const { PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...inherited } = process.env;
        const cli = spawn("pulumi", args, { cwd: this.directory, env: { ...inherited, ...this.env } });
        const ended = new Promise((resolve) => cli.once("exit", resolve));
        let printed = "";
        let timer: NodeJS.Timeout | undefined;
        cli.stdout.on("data", (chunk: Buffer) => {
            printed += chunk.toString();
            this.log.onOutput(chunk.toString());
            if (line.test(printed)) timer ??= setTimeout(() => cli.kill("SIGKILL"), delayMs);
        });
        await ended;
        clearTimeout(timer);
        const checkpoint = join(this.directory, "state/.pulumi/stacks/engine-test/test.json");
        for (const [file, copy] of [
            [checkpoint, `${checkpoint}.bak`],
            [`${checkpoint}.attrs`, `${checkpoint}.bak.attrs`],
        ] as const) {
            if (statSync(file).size === 0) copyFileSync(copy, file);
        }
        await this.stack.cancel();
        return cli.signalCode === "SIGKILL";
    }

    async refresh(): Promise<Readonly<Record<string, number>>> {
        const { summary } = await this.stack.refresh(this.log);
        return summary.resourceChanges ?? {};
    }

    async preview(): Promise<Readonly<Record<string, number>>> {
        return (await this.stack.preview(this.log)).changeSummary;
    }

    /** What a preview shows of each resource that would not stay as it is, and the words that it prints. */
    async plannedSteps(): Promise<Planned> {
        const steps: Record<string, string> = {};
        const types: Record<string, string> = {};
        const explanations: string[] = [];
        const { stdout } = await this.stack.preview({
            ...this.log,
            onEvent: ({ resourcePreEvent, diagnosticEvent }) => {
                const { op, urn = "", type = "" } = resourcePreEvent?.metadata ?? {};
                const name = urn.split("::").at(-1) ?? "";
                if (op && op !== "same") {
                    steps[name] = op.includes("replace") ? "replace" : op;
                    types[name] = type;
                }
                const { severity, message = "" } = diagnosticEvent ?? {};
                if (severity === "info" && /^Redis(Database|Replica) "/.test(message))
                    explanations.push(message.trim());
            },
        });
        return { steps, types, explanations, output: stdout };
    }

    /** The whole output of a command that must fail. */
    async failure(command: "up" | "preview" | "destroy"): Promise<string> {
        try {
            await this.stack[command](this.log);
        } catch (error) {
            return String(error);
        }
        throw new Error(`pulumi ${command} was expected to fail`);
    }

    async value<T = string>(name: string): Promise<T> {
        return (await this.stack.outputs())[name]?.value as T;
    }

    /** The state as it lies on the disk. */
    async state(): Promise<StackState> {
        return (await this.stack.exportStack()).deployment as StackState;
    }

    async replaceState(deployment: StackState): Promise<void> {
        const exported = await this.stack.exportStack();
        await this.stack.importStack({ ...exported, deployment });
    }

    /** As `pulumi stack export` gives it: secrets are encrypted. */
    async exported(): Promise<Deployment> {
        return this.stack.exportStack();
    }

    /** As `pulumi stack import`, of a stack with the same name and passphrase. */
    async import(exported: Deployment): Promise<void> {
        await this.stack.importStack(exported);
    }

    /** Removes all that there is; the stack stays. */
    async destroy(): Promise<void> {
        await this.stack.destroy(this.log);
    }

    /** Destroys everything, also after a test that gave up in the middle of an update. */
    async close(): Promise<void> {
        try {
            await this.stack.destroy(this.log);
        } catch {
            await this.stack.cancel();
            await this.stack.destroy(this.log);
        }
        this.forget();
    }

    /** Removes the stack alone: for one whose resources do not exist. */
    forget(): void {
        rmSync(this.directory, { recursive: true });
    }
}

export interface StackState {
    readonly resources: {
        readonly urn: string;
        readonly type: string;
        readonly id?: string;
        readonly inputs?: Record<string, unknown>;
        readonly outputs?: Record<string, unknown>;
    }[];
}

/** What the component says is wrong with its arguments, out of all that the CLI prints: the whole message. */
export function findingsIn(output: string): string {
    return /^ {4}error: .*?(RedisDatabase "[^]*?)\n *\n/m.exec(output)?.[1]?.replace(/^ {4}/gm, "") ?? output;
}

/** Why the agent refused, likewise. */
export function reasonIn(output: string): string {
    return /\S+: (refused: .*)$/m.exec(output)?.[1] ?? output;
}

const unprotected = `
const { RedisDatabase: Protected } = require("pulumi-redis-database");
class RedisDatabase extends Protected {
    constructor(name, args, opts) { super(name, { deletionProtection: false, ...args }, opts); }
}`;

const allOutputs = "Object.fromEntries(Object.entries(db).filter(([name, value]) => pulumi.Output.isInstance(value)))";
