/** A Pulumi project for recordings, as a user has it, with Pulumi state and a Pulumi home of its own. */
import { execFile } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { createExample, exampleDirectory } from "../../support/exampleProject";
import { checkout } from "../../support/languageTools";
import type { Base } from "../../support/previews/scenario";
import { dockerObjects, type StackState } from "../support/stackState";
import { existing } from "../support/docker";

interface Printed {
    readonly stdout: string;
    readonly stderr: string;
    readonly code: number;
}

const files = { typescript: "index.ts", python: "__main__.py", yaml: "Pulumi.yaml" } as const;

export class Project {
    private constructor(
        readonly directory: string,
        private readonly base: Base,
        private readonly env: NodeJS.ProcessEnv,
    ) {}

    static async create(name: string, base: Base): Promise<Project> {
        const directory = exampleDirectory(`previews-${name}`);
        const project = new Project(directory, base, createExample(directory));
        writeFileSync(join(directory, "Pulumi.yaml"), `name: ${base.project}\nruntime: nodejs\n`);
        writeFileSync(join(directory, "package.json"), JSON.stringify({ main: "index.ts" }));
        // A copy, so that the stack traces have the paths that they have in a user's project.
        const installed = join(directory, "node_modules/pulumi-redis-database");
        for (const path of ["package.json", "dist/provider"])
            cpSync(join(checkout, path), join(installed, path), { recursive: true });
        await project.run("stack", "init", "production");
        await project.configure(base.config ?? {});
        return project;
    }

    program(text: string): void {
        writeFileSync(join(this.directory, files[this.base.language]), text);
    }

    async configure(secrets: Readonly<Record<string, string>>): Promise<void> {
        for (const [key, value] of Object.entries(secrets)) await this.run("config", "set", "--secret", key, value);
    }

    async up(): Promise<void> {
        await this.run("up", "--yes", "--skip-preview");
    }

    /** The output of `pulumi preview --json`, also of a preview that fails. */
    async preview(env: NodeJS.ProcessEnv = {}): Promise<Printed> {
        return this.start(["preview", "--json"], env);
    }

    /** The state with its secrets. */
    async exported(): Promise<Deployment> {
        return JSON.parse(await this.run("stack", "export", "--show-secrets")) as Deployment;
    }

    async import(state: Deployment): Promise<void> {
        const file = join(this.directory, "imported.json");
        writeFileSync(file, JSON.stringify(state));
        await this.run("stack", "import", "--file", file);
        rmSync(file);
    }

    /** Destroys everything, also what is protected. */
    async close(): Promise<void> {
        const created = dockerObjects((await this.exported()).deployment as StackState);
        await this.run("state", "unprotect", "--all", "--yes");
        await this.run("destroy", "--yes", "--skip-preview");
        const left = existing(created).map(({ kind, key }) => `${kind} ${key}`);
        if (left.length > 0) throw new Error(`the stack in ${this.directory} left behind: ${left.join(", ")}`);
        rmSync(this.directory, { recursive: true });
    }

    private async run(...args: string[]): Promise<string> {
        const { stdout, stderr, code } = await this.start(args);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exited with ${code}:\n${stdout}\n${stderr}`);
        return stdout;
    }

    private start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Printed> {
        const options = { cwd: this.directory, maxBuffer: 1 << 28, env: { ...this.env, ...env } };
        const all = [...args, "--non-interactive", "--color", "never"];
        return new Promise((resolve) => {
            const child = execFile("pulumi", all, options, (error, stdout, stderr) => {
                resolve({ stdout, stderr, code: error ? (child.exitCode ?? 1) : 0 });
            });
        });
    }
}
