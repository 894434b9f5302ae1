/** A Pulumi project for recordings, as a user has it, with Pulumi state and a Pulumi home of its own. */
import { execFile } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { createExample, exampleDirectory } from "../../support/exampleProject";
import { checkout } from "../../support/languageTools";
import type { Base } from "../../support/previews/scenario";
import { OpenSsl } from "../../unit/support/openssl";
import { existing } from "../support/docker";
import { type StackState, dockerObjects } from "../support/stackState";

interface Printed {
    readonly stdout: string;
    readonly stderr: string;
    readonly code: number;
}

const programs = { typescript: "index.ts", python: "__main__.py", yaml: "Pulumi.yaml" } as const;

export class Project {
    /** What Pulumi.yaml contains before a program in YAML. */
    private header = "";

    private constructor(
        readonly directory: string,
        private readonly base: Base,
        private readonly env: NodeJS.ProcessEnv,
    ) {}

    static async create(name: string, base: Base): Promise<Project> {
        const directory = exampleDirectory(`previews-${name}`);
        // Every preview loads the same packages.
        const env = { ...createExample(directory), NODE_COMPILE_CACHE: join(directory, "compile-cache") };
        const project = new Project(directory, base, env);
        // The recorded state's containers never existed, so the preview must not look for them.
        if (base.createdBy !== undefined) project.env.DOCKER_HOST = "unix:///nonexistent/docker.sock";
        await project[base.language]();
        await project.run("stack", "init", "production");
        await project.configure(base.config ?? {});
        return project;
    }

    program(text: string): void {
        writeFileSync(join(this.directory, programs[this.base.language]), this.header + text);
    }

    async configure(secrets: Readonly<Record<string, string>>): Promise<void> {
        for (const [key, value] of Object.entries(secrets)) await this.run("config", "set", "--secret", key, value);
    }

    async up(): Promise<void> {
        await this.run("up", "--yes", "--skip-preview");
    }

    /** Runs an update that must fail. */
    async failedUp(): Promise<void> {
        const { code } = await this.start(["up", "--yes", "--skip-preview"]);
        if (code === 0) throw new Error("the update was expected to fail");
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
        this.forget();
    }

    /** Removes only the project, for a stack whose resources do not exist. */
    forget(): void {
        rmSync(this.directory, { recursive: true });
    }

    private typescript(): void {
        this.settings("runtime: nodejs\n");
        writeFileSync(join(this.directory, "package.json"), JSON.stringify({ main: "index.ts" }));
        // A copy, so that the stack traces have the paths that they have in a user's project.
        const installed = join(this.directory, "node_modules/pulumi-redis-database");
        for (const path of ["package.json", "dist/provider"])
            cpSync(join(checkout, path), join(installed, path), { recursive: true });
        const openssl = new OpenSsl();
        const { certPem } = openssl.make({ commonName: "The CA of the clients", ca: true });
        openssl.close();
        writeFileSync(join(this.directory, "clients-ca.pem"), certPem);
    }

    private async python(): Promise<void> {
        this.settings(
            [
                "runtime:\n  name: python\n  options:\n    virtualenv: venv\n",
                "plugins:\n  providers:\n    - name: redis-database\n      path: plugin\n",
            ].join(""),
        );
        this.copyPlugin();
        const packages = join(checkout, "dist/packages");
        const wheels = readdirSync(packages).filter((file) => file.endsWith(".whl"));
        const requirements = readFileSync(join(checkout, "examples/python/requirements.txt"), "utf8").split("\n");
        const pulumi = requirements.filter((line) => line.startsWith("pulumi=="));
        await this.command("python3", ["-m", "venv", "venv"]);
        const all = [...pulumi, ...wheels.map((wheel) => join(packages, wheel))];
        await this.command("venv/bin/pip", ["install", "--quiet", ...all]);
    }

    private async yaml(): Promise<void> {
        this.settings("runtime: yaml\n");
        this.copyPlugin();
        await this.run("package", "add", "./plugin");
        this.header = readFileSync(join(this.directory, "Pulumi.yaml"), "utf8");
    }

    private settings(text: string): void {
        writeFileSync(join(this.directory, "Pulumi.yaml"), `name: ${this.base.project}\n${text}`);
    }

    /** `pulumi package add` writes into the plugin's directory. */
    private copyPlugin(): void {
        cpSync(join(checkout, "dist/plugin"), join(this.directory, "plugin"), { recursive: true });
    }

    private async run(...args: string[]): Promise<string> {
        const { stdout, stderr, code } = await this.start(args);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exited with ${code}:\n${stdout}\n${stderr}`);
        return stdout;
    }

    private start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Printed> {
        return this.execute("pulumi", [...args, "--non-interactive", "--color", "never"], env);
    }

    private async command(file: string, args: readonly string[]): Promise<void> {
        const { stdout, stderr, code } = await this.execute(file, args);
        if (code !== 0) throw new Error(`${file} ${args.join(" ")} exited with ${code}:\n${stdout}\n${stderr}`);
    }

    private execute(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Printed> {
        const options = { cwd: this.directory, maxBuffer: 1 << 28, env: { ...this.env, ...env } };
        return new Promise((resolve) => {
            const child = execFile(file, args, options, (error, stdout, stderr) => {
                resolve({ stdout, stderr, code: error ? (child.exitCode ?? 1) : 0 });
            });
        });
    }
}
