/** Stacks for tests: a real program, run by the real CLI, in a project, a state and a Pulumi home of their own. */
import { randomBytes } from "node:crypto";
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import type { Deployment, EngineEvent } from "@pulumi/pulumi/automation";
import { present } from "../../support/present";
import { docker, existing, onHost } from "./docker";
import { observed } from "./observed";
import { takePairs } from "./ports";
import { PulumiCli } from "./pulumiCli";
import { type DockerObject, type StackState, dockerObjects } from "./stackState";

/** Secrets are encrypted with chance in it, and dependencies stand in the order in which they came to be known. */
const rewritten = ["ciphertext", "dependencies", "propertyDependencies"];

/** Inside the checkout, so that programs find the package and its dependencies as those of a user do. */
const root = resolve(__dirname, "../../../.local/engine");

/** Of every stack, and of the states that were recorded of some. */
export const passphrase = "only-for-this-test";

/** How many resources had each operation, for example `{ same: 13 }`. */
export type Summary = Readonly<Record<string, number>>;

export interface Change {
    readonly summary: Summary;
    /** All that the CLI printed. */
    readonly output: string;
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

interface Options {
    /** More environment variables of the CLI and the program. */
    readonly env?: Readonly<Record<string, string>>;
    /** Leaves the choice of ports to the component, as in a user's stack: for states that are recorded. */
    readonly randomPorts?: boolean;
}

/** A Pulumi stack that a test owns. What the CLI prints is kept in `.local/engine/NAME.log`. */
export class TestStack {
    /** All that it has ever had on a Docker host, by kind and key. */
    private readonly made = new Map<string, DockerObject>();
    /** The outputs after the last update. */
    private known: Promise<Record<string, unknown>> | undefined;

    private constructor(
        private readonly cli: PulumiCli,
        readonly directory: string,
        /** What the CLI printed. */
        readonly logFile: string,
        private readonly dockerHost: string | undefined,
    ) {
        globalThis.openStacks?.add(this);
    }

    static async create(name: string, { env = {}, randomPorts = false }: Options = {}): Promise<TestStack> {
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
        if (!randomPorts)
            writeFileSync(join(directory, "ports.json"), JSON.stringify({ free: takePairs(40), taken: {} }));
        const logFile = join(root, `${name}.log`);
        writeFileSync(logFile, "");
        const cli = new PulumiCli(
            directory,
            {
                PULUMI_HOME: home,
                PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
                PULUMI_CONFIG_PASSPHRASE: passphrase,
                // Each command loads the same packages again.
                NODE_COMPILE_CACHE: join(root, "compile-cache"),
                ...env,
            },
            logFile,
        );
        await cli.run("stack", "init");
        return new TestStack(cli, directory, logFile, env.DOCKER_HOST);
    }

    /**
     * The program of the next commands; `exports` are its outputs. In scope are the Pulumi packages and a
     * `RedisDatabase` that goes without deletion protection, so that tests can clean up behind themselves.
     */
    program(text: string): this {
        const packages = ["pulumi", "docker", "random", "tls"].map(
            (name) => `const ${name} = require("@pulumi/${name}");`,
        );
        writeFileSync(join(this.directory, "index.js"), [...packages, ownPorts, unprotected, text, ""].join("\n"));
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

    /** One database called `db` with these arguments, and `more` as the program writes it; all its outputs are the stack's. */
    database(args: object, more = "{}"): this {
        const all = `{ ...${JSON.stringify(args)}, ...${more} }`;
        return this.program(
            `const { nodes, urn, ...db } = new RedisDatabase("db", ${all});\nmodule.exports = ${allOutputs};`,
        );
    }

    /** `flags` are more of those that `pulumi up` has. */
    async up(...flags: string[]): Promise<Change> {
        return this.operate("up", "--yes", "--skip-preview", ...flags);
    }

    /** `pulumi up --replace` of the resource of this name. */
    async replace(name: string): Promise<Change> {
        const { resources } = await this.state();
        const { urn } = present(resources.find((resource) => resource.urn.endsWith(`::${name}`)));
        return this.operate("up", "--yes", "--skip-preview", "--replace", urn);
    }

    async refresh(): Promise<Summary> {
        return (await this.operate("refresh", "--yes", "--skip-preview")).summary;
    }

    async preview(): Promise<Summary> {
        return (await this.operate("preview")).summary;
    }

    /** Removes all that there is; the stack stays. */
    async destroy(): Promise<void> {
        await this.operate("destroy", "--yes", "--skip-preview");
    }

    /** What a preview shows of each resource that would not stay as it is, and the words that it prints. */
    async plannedSteps(): Promise<Planned> {
        const { output, events } = await this.operate("preview");
        const steps: Record<string, string> = {};
        const types: Record<string, string> = {};
        const explanations: string[] = [];
        for (const { resourcePreEvent, diagnosticEvent } of events) {
            const { op, urn = "", type = "" } = resourcePreEvent?.metadata ?? {};
            const name = urn.split("::").at(-1) ?? "";
            if (op && op !== "same") {
                steps[name] = op.includes("replace") ? "replace" : op;
                types[name] = type;
            }
            const { severity, message = "" } = diagnosticEvent ?? {};
            if (severity === "info" && /^Redis(Database|Replica) "/.test(message)) explanations.push(message.trim());
        }
        return { steps, types, explanations, output };
    }

    /** A second update does nothing, not even to the state, and neither does one after a refresh, which finds nothing either. */
    async expectNoChanges(): Promise<void> {
        const before = this.recorded();
        expect((await this.up()).summary).toEqual(unchanged());
        expect(this.recorded()).toEqual(before);
        expect(await this.refresh()).toEqual(unchanged());
        await this.expectEmptyPreview();
    }

    async expectEmptyPreview(): Promise<void> {
        expect(await this.preview()).toEqual(unchanged());
    }

    /** The whole output of a command that must fail; `flags` are more of those that `pulumi up` has. */
    async failure(command: "up" | "preview" | "destroy", ...flags: string[]): Promise<string> {
        const failed = await (command === "up" ? this.up(...flags) : this[command]()).catch(String);
        if (typeof failed !== "string") throw new Error(`pulumi ${command} was expected to fail`);
        return failed;
    }

    /**
     * An up whose CLI is killed by its id, so many milliseconds after it has printed what `line` matches. Resolves to
     * whether it was still at work. Then does what a person would: breaks the lock, and takes the copy of the state where
     * the CLI had only begun to write it (that of a file, in place; other backends have no such moment).
     */
    async killedUp(line: RegExp, delayMs = 0): Promise<boolean> {
        this.known = undefined;
        const killed = await this.cli.kill(["up", "--yes", "--skip-preview"], line, delayMs);
        for (const [file, copy] of [
            [this.checkpoint, `${this.checkpoint}.bak`],
            [`${this.checkpoint}.attrs`, `${this.checkpoint}.bak.attrs`],
        ] as const) {
            if (statSync(file).size === 0) copyFileSync(copy, file);
        }
        await this.cli.run("cancel", "--yes");
        this.noteDockerObjects();
        return killed;
    }

    /** The outputs, secrets included. */
    async outputs(): Promise<Record<string, unknown>> {
        this.known ??= this.cli
            .run("stack", "output", "--json", "--show-secrets")
            .then((json) => JSON.parse(json) as Record<string, unknown>);
        return this.known;
    }

    async value<T = string>(name: string): Promise<T> {
        return (await this.outputs())[name] as T;
    }

    /** The state as it lies on the disk, with its secrets readable. */
    async state(): Promise<StackState> {
        return (await this.exported()).deployment as StackState;
    }

    async replaceState(deployment: StackState): Promise<void> {
        await this.import({ ...(await this.exported()), deployment });
    }

    /** As `pulumi stack export` gives it. */
    async exported(): Promise<Deployment> {
        return JSON.parse(await this.cli.run("stack", "export", "--show-secrets")) as Deployment;
    }

    /** As `pulumi stack import`, of a stack with the same name and passphrase. */
    async import(exported: Deployment): Promise<void> {
        this.known = undefined;
        const file = join(this.directory, "imported.json");
        writeFileSync(file, JSON.stringify(exported));
        await this.cli.run("stack", "import", "--file", file);
        rmSync(file);
    }

    /**
     * The names of its containers, running or not, also of those that Pulumi has not heard of: each has one of the
     * stack's volumes mounted. Whatever else is on the Docker host may be somebody else's.
     */
    containers(host?: string): string[] {
        const volumes = [...this.made.values()]
            .filter((object) => object.kind === "volume" && object.host === host)
            .flatMap(({ key }) => ["--filter", `volume=${key}`]);
        if (volumes.length === 0) return [];
        const names = docker(...onHost(host ?? this.dockerHost), "ps", "--all", "--format", "{{.Names}}", ...volumes);
        return names.split("\n").filter(Boolean);
    }

    /** For whom a test failed: the last words of its containers and of the CLI, without secrets. */
    async observed(): Promise<string> {
        const hosts = new Set([...this.made.values()].map(({ host }) => host));
        return observed({
            title: this.directory,
            logFile: this.logFile,
            hosts: [...hosts].map((host) => ({
                docker: onHost(host ?? this.dockerHost),
                containers: () => this.containers(host),
            })),
            exported: () => this.exported(),
        });
    }

    /** Destroys everything, also after a test that gave up in the middle of an update; fails if anything is left. */
    async close(): Promise<void> {
        try {
            await this.destroy();
        } catch {
            await this.cli.run("cancel", "--yes");
            await this.destroy();
        }
        const left = existing([...this.made.values()], this.dockerHost).map(({ kind, key }) => `${kind} ${key}`);
        if (left.length > 0) throw new Error(`the stack in ${this.directory} left behind: ${left.join(", ")}`);
        this.forget();
    }

    /** Removes the stack alone: for one whose resources do not exist. */
    forget(): void {
        globalThis.openStacks?.delete(this);
        rmSync(this.directory, { recursive: true });
    }

    private async operate(...args: string[]): Promise<Change & { readonly events: readonly EngineEvent[] }> {
        this.known = undefined;
        try {
            const { output, events } = await this.cli.operate(...args);
            const summary = events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {};
            return { summary, output, events };
        } finally {
            this.noteDockerObjects();
        }
    }

    /** All of each resource as the state has it, but what Pulumi may write anew at any update. */
    private recorded(): Readonly<Record<string, unknown>> {
        const kept = (key: string, value: unknown) => (rewritten.includes(key) ? undefined : value);
        return Object.fromEntries(
            this.readCheckpoint().resources.map((resource) => [
                resource.urn,
                JSON.parse(JSON.stringify(resource, kept)) as unknown,
            ]),
        );
    }

    private readCheckpoint(): StackState {
        const { checkpoint } = JSON.parse(readFileSync(this.checkpoint, "utf8")) as {
            readonly checkpoint: { readonly latest?: Partial<StackState> };
        };
        return { resources: [], ...checkpoint.latest };
    }

    private noteDockerObjects(): void {
        if (!existsSync(this.checkpoint)) return;
        const { resources, ...rest } = this.readCheckpoint();
        for (const object of dockerObjects({ resources, ...rest })) {
            this.made.set(`${object.kind} ${object.key}`, object);
        }
    }

    private get checkpoint(): string {
        return join(this.directory, "state/.pulumi/stacks/engine-test/test.json");
    }
}

declare global {
    /** Where a test fails, these say what they observed: `environment.ts`. */
    var openStacks: Set<TestStack> | undefined;
}

/** Nothing but resources that stay as they are. */
export const unchanged = (): Summary => ({ same: expect.any(Number) as number });

/** What the component says is wrong with its arguments, out of all that the CLI prints: the whole message. */
export function findingsIn(output: string): string {
    return /^ {4}error: .*?(RedisDatabase "[^]*?)\n *\n/m.exec(output)?.[1]?.replace(/^ {4}/gm, "") ?? output;
}

/** Why the agent refused, likewise. */
export function reasonIn(output: string): string {
    return /\S+: (refused: .*)$/m.exec(output)?.[1] ?? output;
}

/** What the component would choose at random is given, in the order in which the program asks. `ports.ts` says why. */
const ownPorts = `
const fs = require("node:fs");
if (fs.existsSync("ports.json")) {
    const { free, taken } = JSON.parse(fs.readFileSync("ports.json", "utf8"));
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        if (type !== "random:index/randomInteger:RandomInteger") return undefined;
        const pair = (taken[name] ??= free.shift());
        fs.writeFileSync("ports.json", JSON.stringify({ free, taken }));
        return { props: { ...props, min: pair, max: pair }, opts };
    });
}`;

const unprotected = `
const { RedisDatabase: Protected } = require("pulumi-redis-database");
class RedisDatabase extends Protected {
    constructor(name, args, opts) { super(name, { deletionProtection: false, ...args }, opts); }
}`;

const allOutputs = "Object.fromEntries(Object.entries(db).filter(([name, value]) => pulumi.Output.isInstance(value)))";
