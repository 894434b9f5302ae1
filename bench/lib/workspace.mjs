/** Stacks for measurements. They have their own state and directory, and are removed afterwards. */
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { run, say } from "./command.mjs";

export const image = "redis:8.6";

/** Inside the checkout, so that `require("pulumi-redis-database")` finds the package as in a user's program. */
const root = resolve(import.meta.dirname, "../../.local/bench");
const programs = resolve(import.meta.dirname, "../compare/programs");

/** Everything that a part creates. All names contain the workspace's name, so that clean-up removes nothing else. */
export class Workspace {
    name = `bench-${randomBytes(3).toString("hex")}`;
    directory = join(root, this.name);
    stacks = [];
    /** Reserved ports, even if nothing listens on them yet. */
    ports = new Set();

    constructor() {
        mkdirSync(join(this.directory, "state"), { recursive: true });
    }

    /**
     * Creates a stack with `count` databases from `program`, a program in bench/compare/programs. `plugin` is the
     * directory of the plugin, for a program that needs it.
     */
    async stack(program, count, memoryMb, { plugin } = {}) {
        const stack = new Stack(this, program, `${this.name}-${this.stacks.length}`);
        this.stacks.push(stack);
        await stack.create({ count, memoryMb, firstPort: await this.freePorts(2 * count), plugin });
        return stack;
    }

    /** Finds `count` consecutive free ports and returns the first. It is even, as the component's port pairs start even. */
    async freePorts(count) {
        for (let attempt = 0; attempt < 100; attempt++) {
            // Below the component's port range, to avoid conflicts with databases that start later.
            const first = 10000 + 2 * Math.floor(Math.random() * 4500);
            const ports = Array.from({ length: count }, (_, index) => first + index);
            if (ports.some((port) => this.ports.has(port))) continue;
            if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
                ports.forEach((port) => this.ports.add(port));
                return first;
            }
        }
        throw new Error(`found no ${count} consecutive free ports from 10000 to 19000`);
    }

    /** Removes everything. If a stack cannot be destroyed, this keeps the state and prints where it is. */
    async close() {
        for (const stack of this.stacks) await stack.destroy().catch((error) => say(error.message));
        if (this.stacks.some(({ deployed }) => deployed)) {
            say(
                `not everything could be destroyed: the state is in ${this.directory}, its passphrase is "${passphrase}"`,
            );
        } else {
            rmSync(this.directory, { recursive: true });
        }
        await removeLeftovers("container", ["ps", "--all"], ["rm", "--force", "--volumes"], this.name);
        await removeLeftovers("volume", ["volume", "ls"], ["volume", "rm"], this.name);
    }
}

/** Encrypts only the passwords of databases that exist for minutes. */
const passphrase = "bench";

class Stack {
    deployed = false;

    constructor(workspace, program, name) {
        this.program = program;
        this.name = name;
        this.directory = join(workspace.directory, name);
        const { PULUMI_CONFIG_PASSPHRASE_FILE: _file, PULUMI_STACK: _stack, ...env } = process.env;
        this.env = {
            ...env,
            PULUMI_BACKEND_URL: `file://${join(workspace.directory, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: passphrase,
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
    }

    async create({ count, memoryMb, firstPort, plugin }) {
        mkdirSync(this.directory);
        // Compiling TypeScript would add seconds to both sides.
        writeFileSync(
            join(this.directory, "Pulumi.yaml"),
            `name: bench\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n` +
                (plugin ? `plugins: { providers: [{ name: redis-database, path: ${plugin} }] }\n` : ""),
        );
        copyFileSync(join(programs, `${this.program}.js`), join(this.directory, "index.js"));
        const names = Array.from({ length: count }, (_, index) => `${this.name}-${index}`);
        this.configure({ names, memoryMb, firstPort, image });
        await this.pulumi(["stack", "init"]);
    }

    /** Adds or changes settings that the program reads in the next update. Returns all settings. */
    configure(settings) {
        this.settings = { ...this.settings, ...settings };
        this.env.BENCH_DATABASES = JSON.stringify(this.settings);
        return this.settings;
    }

    /** Runs `pulumi up` without a preview, and returns its duration in seconds. */
    async up(...more) {
        this.deployed = true;
        return (await this.pulumi(["up", "--yes", "--skip-preview", ...more])).seconds;
    }

    async preview(...more) {
        return (await this.pulumi(["preview", ...more])).seconds;
    }

    async outputs() {
        return JSON.parse((await this.pulumi(["stack", "output", "--json", "--show-secrets"])).stdout);
    }

    async resourceCount() {
        return JSON.parse((await this.pulumi(["stack", "export"])).stdout).deployment.resources.length;
    }

    async destroy() {
        if (!this.deployed) return;
        await this.pulumi(["destroy", "--yes", "--skip-preview"], { cleaning: true });
        this.deployed = false;
    }

    pulumi(args, { cleaning } = {}) {
        const all = [...args, "--stack", this.name, "--non-interactive", "--color", "never"];
        return run("pulumi", all, { cwd: this.directory, env: this.env, cleaning });
    }
}

function isFree(port) {
    return new Promise((resolve) => {
        const server = createServer()
            .on("error", () => resolve(false))
            .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
}

/** Removes resources that an interrupted update created but did not record in its state. */
async function removeLeftovers(kind, list, remove, name) {
    const format = kind === "volume" ? "{{.Name}}" : "{{.ID}}";
    const args = [...list, "--filter", `name=${name}`, "--format", format];
    const found = (await run("docker", args, { cleaning: true })).stdout.split("\n").filter(Boolean);
    if (found.length === 0) return;
    say(`removing ${found.length} leftover ${kind}s`);
    await run("docker", [...remove, ...found], { cleaning: true });
}
