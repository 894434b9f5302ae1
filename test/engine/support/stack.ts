/** Pulumi stacks for tests: the real CLI runs a real program. Each stack has its own project, state and Pulumi home. */
import { randomBytes } from "node:crypto";
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import type { Deployment, EngineEvent } from "@pulumi/pulumi/automation";
import { present } from "../../support/present";
import schema from "../../../provider/plugin/schema.json";
import { type Place, declareComponents, plugin, writeOtherVersion } from "./components";
import { docker, existing, onHost } from "./docker";
import { observed } from "./observed";
import { takePairs } from "./ports";
import { PulumiCli } from "./pulumiCli";
import { type DockerObject, type StackState, dockerObjects } from "./stackState";

/**
 * Keys that differ from update to update: encryption is randomized, and dependencies are in the order in which they
 * resolved.
 */
const unstableKeys = ["ciphertext", "dependencies", "propertyDependencies"];

/** Inside the checkout, so that programs resolve the package and its dependencies as a user's program does. */
const root = resolve(__dirname, "../../../.local/engine");

/** The passphrase of every stack, and of the recorded states. */
export const passphrase = "only-for-this-test";

/** The number of resources by operation, for example `{ same: 13 }`. */
export type Summary = Readonly<Record<string, number>>;

export interface Change {
    readonly summary: Summary;
    /** The complete output of the CLI. */
    readonly output: string;
}

/** What a preview shows. */
export interface Planned {
    /** The operation on each resource that would change, by the resource's name. */
    readonly steps: Readonly<Record<string, string>>;
    /** The type of each of these resources, by the resource's name. */
    readonly types: Readonly<Record<string, string>>;
    /** For each of them, why it is replaced, and which of its inputs differ. */
    readonly reasons: Readonly<
        Record<string, { readonly replaces: readonly string[]; readonly differs: readonly string[] }>
    >;
    /** The components' explanations of their changes, without their warnings. */
    readonly explanations: readonly string[];
    /** All messages of the components with their severity, sorted. */
    readonly messages: readonly string[];
    /** The complete output of the CLI. */
    readonly output: string;
}

/** A resource as a preview registers it. Its secrets and unknown values are placeholders. */
export interface PlannedResource {
    readonly parent: string;
    /** Absent instead of false. */
    readonly protect?: boolean;
    /** The name of its provider; undefined for a component. */
    readonly provider: string | undefined;
    readonly inputs: Readonly<Record<string, unknown>>;
}

interface Options {
    /** Additional environment variables for the CLI and the program. */
    readonly env?: Readonly<Record<string, string>>;
    /** Lets the component choose the ports, as in a user's stack. For states that are recorded. */
    readonly randomPorts?: boolean;
}

/** A Pulumi stack of a test. The CLI's output is written to `.local/engine/NAME.log`. */
export class TestStack {
    /** Every Docker object that the stack has ever created, by kind and key. */
    private readonly created = new Map<string, DockerObject>();
    /** The outputs after the last update. */
    private cachedOutputs: Promise<Record<string, unknown>> | undefined;
    /** The program without the declarations in its scope. */
    private text = "";
    private place: Place = "inProcess";

    private constructor(
        private readonly cli: PulumiCli,
        readonly directory: string,
        /** The log of the CLI's output. */
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
        writeProject(directory, [{ path: plugin }]);
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
                // Every command loads the same packages.
                NODE_COMPILE_CACHE: join(root, "compile-cache"),
                ...env,
            },
            logFile,
        );
        await cli.run("stack", "init");
        return new TestStack(cli, directory, logFile, env.DOCKER_HOST);
    }

    /**
     * Sets the program of the next commands; its `exports` are the outputs. In scope are the Pulumi packages,
     * `RedisDatabase` and `RedisReplica` without deletion protection by default, so that tests can clean up, and the
     * functions of `declareComponents`.
     */
    program(text: string): this {
        this.text = text;
        return this.writeProgram();
    }

    /** Sets where the components of the program run; the default is in process. */
    create(place: Place): this {
        this.place = place;
        return this.writeProgram();
    }

    /** Adds the plugin in another version, besides that of this checkout. Returns its folder. */
    addPlugin(version: string): string {
        const other = join(this.directory, `plugin-${version}`);
        writeOtherVersion(other, version);
        writeProject(this.directory, [
            { path: plugin, version: schema.version },
            { path: other, version },
        ]);
        return other;
    }

    private writeProgram(): this {
        const packages = ["pulumi", "docker", "random", "tls"].map(
            (name) => `const ${name} = require("@pulumi/${name}");`,
        );
        const inScope = `const { RedisDatabase, RedisReplica } = components("${this.place}");`;
        // In a block, because recorded programs declare RedisReplica themselves.
        const lines = [...packages, ownPorts, declareComponents, inScope, "{", this.text, "}", ""];
        writeFileSync(join(this.directory, "index.js"), lines.join("\n"));
        return this;
    }

    /**
     * Sets the directory from which the next programs load the package; the default is this checkout. Inside a package,
     * Node.js resolves the package's own name to itself, so a program needs its own package to load another directory.
     */
    usePackage(directory?: string): this {
        const [manifest, modules] = [join(this.directory, "package.json"), join(this.directory, "node_modules")];
        for (const path of [manifest, modules]) rmSync(path, { recursive: true, force: true });
        if (directory !== undefined) {
            writeFileSync(manifest, "{}");
            mkdirSync(modules);
            symlinkSync(directory, join(modules, "pulumi-redis-database"));
            // The first releases have no plugin.
            const itsPlugin = join(directory, "dist/plugin");
            if (existsSync(itsPlugin)) writeProject(this.directory, [{ path: itsPlugin }]);
        }
        return this;
    }

    /**
     * A program with one database, `db`. `more` is an expression with more arguments. The stack has all outputs of the
     * database.
     */
    database(args: object, more = "{}"): this {
        const all = `{ ...${JSON.stringify(args)}, ...${more} }`;
        return this.program(`const db = new RedisDatabase("db", ${all});\nmodule.exports = outputsOf(db);`);
    }

    /** `flags` are additional flags for `pulumi up`. */
    async up(...flags: string[]): Promise<Change> {
        return this.operate("up", "--yes", "--skip-preview", ...flags);
    }

    /** Runs `pulumi up --replace` for the resource with this name. */
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

    /** Removes all resources, but not the stack. */
    async destroy(): Promise<void> {
        await this.operate("destroy", "--yes", "--skip-preview");
    }

    /** Runs a preview, and returns what would change and what it prints. `flags` are additional flags. */
    async plannedSteps(...flags: string[]): Promise<Planned> {
        const { output, events } = await this.operate("preview", ...flags);
        const steps: Record<string, string> = {};
        const types: Record<string, string> = {};
        const reasons: Record<string, Planned["reasons"][string]> = {};
        const [explanations, messages]: [string[], string[]] = [[], []];
        for (const { resourcePreEvent, diagnosticEvent } of events) {
            const { op, urn = "", type = "", keys, diffs } = resourcePreEvent?.metadata ?? {};
            const name = urn.split("::").at(-1) ?? "";
            if (op && op !== "same") {
                steps[name] = op.includes("replace") ? "replace" : op;
                types[name] = type;
                reasons[name] = { replaces: [...(keys ?? [])].sort(), differs: [...(diffs ?? [])].sort() };
            }
            const { severity, message = "", urn: about = "" } = diagnosticEvent ?? {};
            if (["info", "warning", "error"].includes(severity ?? "") && about.includes("::redis-database:index:")) {
                messages.push(`${about.split("::").at(-1)}: ${severity}: ${message.trim()}`);
            }
            if (severity === "info" && /^Redis(Database|Replica) "/.test(message)) explanations.push(message.trim());
        }
        return { steps, types, reasons, explanations, messages: messages.sort(), output };
    }

    /** Runs a preview, and returns what it registers, by URN, without default providers. */
    async plannedResources(): Promise<Readonly<Record<string, PlannedResource>>> {
        const { events } = await this.operate("preview");
        const planned = events
            .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata.new ?? [])
            .filter(({ type, urn }) => !(type.startsWith("pulumi:providers:") && /::default[^:]*$/.test(urn)));
        return Object.fromEntries(
            planned.map(({ urn, parent, protect, provider, inputs }) => [
                urn,
                {
                    parent,
                    protect,
                    provider: /([^:]*)::[^:]*$/.exec(provider)?.[1],
                    inputs: withoutRandomNames(inputs),
                },
            ]),
        );
    }

    /**
     * Expects that another update changes nothing, including the state, that a refresh finds nothing, and that the
     * preview after it is empty.
     */
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

    /** The complete output of a command that must fail; `flags` are additional flags for `pulumi up`. */
    async failure(command: "up" | "preview" | "destroy", ...flags: string[]): Promise<string> {
        const failed = await (command === "up" ? this.up(...flags) : this[command]()).catch(String);
        if (typeof failed !== "string") throw new Error(`pulumi ${command} was expected to fail`);
        return failed;
    }

    /**
     * Runs an update and kills the CLI `delayMs` after it has printed a match of `line`. Resolves to whether it was still
     * running. Then recovers as a user would: cancels the update, and restores the backup of the state if the CLI was
     * killed while it wrote the file. Only the file backend can be interrupted there.
     */
    async killedUp(line: RegExp, delayMs = 0): Promise<boolean> {
        this.cachedOutputs = undefined;
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

    /**
     * Runs an update that must fail, since its CLI or its plugin receives a signal once the CLI has printed a match of
     * `line`. Resolves to the complete output of the CLI.
     */
    async disturbedUp(line: RegExp, receiver: "CLI" | "plugin", signal: NodeJS.Signals): Promise<string> {
        this.cachedOutputs = undefined;
        const { output, code } = await this.cli.disturb(["up", "--yes", "--skip-preview"], line, 0, ({ pid = 0 }) => {
            for (const each of receiver === "CLI" ? [pid] : pluginsOf(pid)) process.kill(each, signal);
        });
        this.noteDockerObjects();
        if (code === 0) throw new Error("the update was expected to fail");
        return output;
    }

    /** The outputs, secrets included. */
    async outputs(): Promise<Record<string, unknown>> {
        this.cachedOutputs ??= this.cli
            .run("stack", "output", "--json", "--show-secrets")
            .then((json) => JSON.parse(json) as Record<string, unknown>);
        return this.cachedOutputs;
    }

    async value<T = string>(name: string): Promise<T> {
        return (await this.outputs())[name] as T;
    }

    /** The state, with its secrets decrypted. */
    async state(): Promise<StackState> {
        return (await this.exported()).deployment as StackState;
    }

    async replaceState(deployment: StackState): Promise<void> {
        await this.import({ ...(await this.exported()), deployment });
    }

    /** The result of `pulumi stack export --show-secrets`. */
    async exported(): Promise<Deployment> {
        return JSON.parse(await this.cli.run("stack", "export", "--show-secrets")) as Deployment;
    }

    /** Runs `pulumi stack import` with the state of a stack that has the same name and passphrase. */
    async import(exported: Deployment): Promise<void> {
        this.cachedOutputs = undefined;
        const file = join(this.directory, "imported.json");
        writeFileSync(file, JSON.stringify(exported));
        await this.cli.run("stack", "import", "--file", file);
        rmSync(file);
    }

    /**
     * The names of the stack's containers, running or not, including those that Pulumi has not recorded. Each of them
     * mounts one of the stack's volumes. Other containers on the Docker host may belong to other programs.
     */
    containers(host?: string): string[] {
        const volumes = [...this.created.values()]
            .filter((object) => object.kind === "volume" && object.host === host)
            .flatMap(({ key }) => ["--filter", `volume=${key}`]);
        if (volumes.length === 0) return [];
        const names = docker(...onHost(host ?? this.dockerHost), "ps", "--all", "--format", "{{.Names}}", ...volumes);
        return names.split("\n").filter(Boolean);
    }

    /** For a failed test: the last lines of the containers' logs and of the CLI's output, without secrets. */
    async observed(): Promise<string> {
        const hosts = new Set([...this.created.values()].map(({ host }) => host));
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

    /** Destroys everything, even after a test that failed during an update. Throws an error if anything is left. */
    async close(): Promise<void> {
        try {
            await this.destroy();
        } catch {
            await this.cli.run("cancel", "--yes");
            await this.destroy();
        }
        const left = existing([...this.created.values()], this.dockerHost).map(({ kind, key }) => `${kind} ${key}`);
        if (left.length > 0) throw new Error(`the stack in ${this.directory} left behind: ${left.join(", ")}`);
        this.forget();
    }

    /** Removes only the stack's directory, for a stack whose resources do not exist. */
    forget(): void {
        globalThis.openStacks?.delete(this);
        rmSync(this.directory, { recursive: true });
    }

    private async operate(...args: string[]): Promise<Change & { readonly events: readonly EngineEvent[] }> {
        this.cachedOutputs = undefined;
        try {
            const { output, events } = await this.cli.operate(...args);
            const summary = events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {};
            return { summary, output, events };
        } finally {
            this.noteDockerObjects();
        }
    }

    /** Every resource in the state, without the keys that Pulumi may rewrite in any update. */
    private recorded(): Readonly<Record<string, unknown>> {
        const kept = (key: string, value: unknown) => (unstableKeys.includes(key) ? undefined : value);
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
            this.created.set(`${object.kind} ${object.key}`, object);
        }
    }

    private get checkpoint(): string {
        return join(this.directory, "state/.pulumi/stacks/engine-test/test.json");
    }
}

/** The inputs without the random ends of the names that Pulumi chooses. */
function withoutRandomNames(inputs: object): Readonly<Record<string, unknown>> {
    return JSON.parse(JSON.stringify(inputs).replace(/-[0-9a-f]{7}(?=")/g, "")) as Readonly<Record<string, unknown>>;
}

declare global {
    /** When a test fails, `environment.ts` prints what these stacks observed. */
    var openStacks: Set<TestStack> | undefined;
}

/** The processes of plugins that this CLI has started. */
function pluginsOf(cli: number): number[] {
    const tasks = readdirSync(`/proc/${cli}/task`);
    const children = tasks.flatMap((task) => readFileSync(`/proc/${cli}/task/${task}/children`, "utf8").split(" "));
    return children
        .filter((child) => child !== "" && readFileSync(`/proc/${child}/cmdline`, "utf8").includes("plugin/main.js"))
        .map(Number);
}

/** Writes the project file. JSON is valid YAML. */
function writeProject(directory: string, plugins: readonly { readonly path: string; readonly version?: string }[]) {
    const project = {
        name: "engine-test",
        runtime: { name: "nodejs", options: { typescript: false } },
        main: "index.js",
        plugins: { providers: plugins.map((plugin) => ({ name: "redis-database", ...plugin })) },
    };
    writeFileSync(join(directory, "Pulumi.yaml"), JSON.stringify(project));
}

/** The summary of an operation that changes nothing. */
export const unchanged = (): Summary => ({ same: expect.any(Number) as number });

/** The component's complete message about its arguments, from the CLI's output. */
export function findingsIn(output: string): string {
    return (
        /^ {4}error: .*?(RedisDatabase "[^]*?)\n *(?:\n|error: )/m.exec(output)?.[1]?.replace(/^ {4}/gm, "") ?? output
    );
}

/** The agent's reason for a refusal, from the CLI's output. */
export function reasonIn(output: string): string {
    return /\S+: (refused: .*)$/m.exec(output)?.[1] ?? output;
}

/** Assigns ports in the order of the program, in place of the component's random choice; see `ports.ts`. */
const ownPorts = `
const fs = require("node:fs");
if (fs.existsSync("ports.json")) {
    const { free, taken } = JSON.parse(fs.readFileSync("ports.json", "utf8"));
    const assign = ({ type, name, props, opts }) => {
        if (type !== "random:index/randomInteger:RandomInteger") return undefined;
        const pair = (taken[name] ??= free.shift());
        fs.writeFileSync("ports.json", JSON.stringify({ free, taken }));
        return { props: { ...props, min: pair, max: pair }, opts };
    };
    // A transformation also makes a choice independent of those before it, but does not reach the plugin's resources.
    pulumi.runtime.registerStackTransformation(assign);
    pulumi.runtime.registerResourceTransform(async (args) => assign(args));
}`;
