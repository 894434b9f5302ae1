/** Stacks to measure: two programs, in a state and a directory of their own, gone when the measuring is over. */
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { run, say } from "./command.mjs";

export const image = "redis:8.6";

/** Inside the checkout, so that `require("pulumi-redis-database")` finds the package as a user's program would. */
const root = resolve(import.meta.dirname, "../../.local/bench");
const programs = resolve(import.meta.dirname, "../compare/programs");

/** Everything that a run makes: its name is part of all names, so that nothing else is ever cleaned up. */
export class Workspace {
    name = `bench-${randomBytes(3).toString("hex")}`;
    directory = join(root, this.name);
    stacks = [];
    /** Ports given out, whether or not something listens there yet. */
    ports = new Set();

    constructor() {
        mkdirSync(join(this.directory, "state"), { recursive: true });
    }

    /** A stack of `count` databases by `program`, one of those in bench/compare/programs. */
    async stack(program, count, memoryMb) {
        const stack = new Stack(this, program, `${this.name}-${this.stacks.length}`);
        this.stacks.push(stack);
        await stack.create({ count, memoryMb, firstPort: await this.freePorts(2 * count) });
        return stack;
    }

    /** The first of so many free ports in a row; even, as the component's pairs begin there. */
    async freePorts(count) {
        for (let attempt = 0; attempt < 100; attempt++) {
            // Below the component's own range, so that databases of others, not started yet, are not in the way.
            const first = 10000 + 2 * Math.floor(Math.random() * 4500);
            const row = Array.from({ length: count }, (_, index) => first + index);
            if (row.some((port) => this.ports.has(port))) continue;
            if ((await Promise.all(row.map(isFree))).every(Boolean)) {
                row.forEach((port) => this.ports.add(port));
                return first;
            }
        }
        throw new Error(`no ${count} free ports in a row were found from 10000 to 19000`);
    }

    /** Removes it all. What could not be destroyed stays, with the words to try again. */
    async close() {
        for (const stack of this.stacks) await stack.destroy().catch((error) => say(error.message));
        if (this.stacks.some(({ alive }) => alive)) {
            say(`not all could be destroyed: the state is in ${this.directory}, its passphrase is "${passphrase}"`);
        } else {
            rmSync(this.directory, { recursive: true });
        }
        await sweep("container", ["ps", "--all"], ["rm", "--force", "--volumes"], this.name);
        await sweep("volume", ["volume", "ls"], ["volume", "rm"], this.name);
    }
}

/** Guards passwords of databases that live for minutes. */
const passphrase = "bench";

class Stack {
    alive = false;

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

    async create({ count, memoryMb, firstPort }) {
        mkdirSync(this.directory);
        // TypeScript would add seconds of compiling to both sides.
        writeFileSync(
            join(this.directory, "Pulumi.yaml"),
            `name: bench\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n`,
        );
        copyFileSync(join(programs, `${this.program}.js`), join(this.directory, "index.js"));
        const names = Array.from({ length: count }, (_, index) => `${this.name}-${index}`);
        this.databases({ names, memoryMb, firstPort, image });
        await this.pulumi(["stack", "init"]);
    }

    /** Tells the program of the next up what else, or what different, is wanted; returns all that is. */
    databases(wanted) {
        this.wanted = { ...this.wanted, ...wanted };
        this.env.BENCH_DATABASES = JSON.stringify(this.wanted);
        return this.wanted;
    }

    /** Seconds that `pulumi up` takes, without the preview before it. */
    async up(...more) {
        this.alive = true;
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
        if (!this.alive) return;
        await this.pulumi(["destroy", "--yes", "--skip-preview"], { cleaning: true });
        this.alive = false;
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

/** What an interrupted up has made but not yet written down. */
async function sweep(kind, list, remove, name) {
    const format = kind === "volume" ? "{{.Name}}" : "{{.ID}}";
    const args = [...list, "--filter", `name=${name}`, "--format", format];
    const found = (await run("docker", args, { cleaning: true })).stdout.split("\n").filter(Boolean);
    if (found.length === 0) return;
    say(`removing ${found.length} left-over ${kind}s`);
    await run("docker", [...remove, ...found], { cleaning: true });
}
