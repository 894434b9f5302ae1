/** What the command needs on a machine, and how to find out whether it is there. */
import { createRequire } from "node:module";
import { CommandError } from "../commandErrors";
import { oldestNode } from "../package";
import { run } from "./run";

/** The oldest Pulumi CLI that works: that of the components. */
export const oldestPulumi = "3.256.0";

/** Where the Pulumi CLI downloads missing plugins from. */
const pluginSource = "https://get.pulumi.com";
const answerMs = 3000;

export interface Check {
    readonly name: string;
    /** Whether the command cannot work without it. */
    readonly needed: boolean;
    /** What to do if it is missing. */
    readonly remedy: string;
    /** What is there. Throws an error with the reason if it is missing; a `CommandError` has a better remedy. */
    readonly find: () => Promise<string>;
}

export interface Machine {
    readonly env: NodeJS.ProcessEnv;
    /** Throws an error if the state backend does not answer. Returns the databases in it. */
    readonly backend: () => Promise<readonly unknown[]>;
}

/** All checks, in the order in which a person would fix what they find. */
export function checks({ env, backend }: Machine): readonly Check[] {
    return [
        {
            name: "Node.js",
            needed: true,
            remedy: `install Node.js ${oldestNode} or later: https://nodejs.org`,
            find: () => Promise.resolve(atLeast(process.versions.node, String(oldestNode))),
        },
        {
            name: "Pulumi CLI",
            needed: true,
            remedy: `install Pulumi ${oldestPulumi} or later: https://www.pulumi.com/docs/install/`,
            find: async () => atLeast(await print("pulumi", ["version"], env), oldestPulumi),
        },
        ...["docker", "random", "tls"].map((plugin) => pluginCheck(plugin, env)),
        {
            name: "Docker",
            needed: true,
            remedy: "start Docker, or give another host with --docker-host",
            find: () => print("docker", ["version", "--format", "{{.Server.Version}}"], env),
        },
        {
            name: "state backend",
            needed: true,
            remedy: "correct --backend, or log in to it",
            find: async () => `${(await backend()).length} databases and replicas`,
        },
        {
            name: "redis-cli",
            needed: false,
            remedy: "install redis-cli 6.0 or later; without it, `execute` uses the one in the server's container",
            find: () => print("redis-cli", ["--version"], env),
        },
    ];
}

function pluginCheck(plugin: string, env: NodeJS.ProcessEnv): Check {
    const { version } = createRequire(__filename)(`@pulumi/${plugin}/package.json`) as { readonly version: string };
    const remedy = `pulumi plugin install resource ${plugin} ${version}`;
    return {
        name: `plugin ${plugin}`,
        needed: true,
        remedy,
        async find() {
            const listed = JSON.parse(await print("pulumi", ["plugin", "ls", "--json"], env)) as readonly Plugin[];
            const found = listed.some((each) => each.name === plugin && each.version === version);
            if (found) return version;
            if (await canDownload()) return `not installed; Pulumi downloads ${version} when it is needed`;
            throw new CommandError(`${version} is not installed, and ${pluginSource} does not answer`, remedy);
        },
    };
}

interface Plugin {
    readonly name: string;
    readonly version?: string;
}

async function canDownload(): Promise<boolean> {
    return fetch(pluginSource, { method: "HEAD", signal: AbortSignal.timeout(answerMs) }).then(
        ({ ok }) => ok,
        () => false,
    );
}

/** The first line that a program prints. Throws an error with its reason if it fails. */
async function print(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
    const { code, stdout, stderr } = await run(program, args, { env, capture: true });
    if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1) ?? `exit code ${code}`);
    return stdout.trim();
}

/** The version, if it is not too old. */
function atLeast(version: string, oldest: string): string {
    const numbers = (text: string) => text.replace(/^v/, "").split(".").map(Number.parseFloat);
    const [found, wanted] = [numbers(version), numbers(oldest)];
    const difference = wanted.map((number, index) => (found[index] ?? 0) - number).find((each) => each !== 0) ?? 0;
    if (difference < 0) throw new Error(`${version} is too old`);
    return version;
}
