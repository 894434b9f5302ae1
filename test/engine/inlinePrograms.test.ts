/** Inline programs of many stacks that run at the same time in one process: each registers its own hooks. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { uniqueName } from "./support/docker";
import { passphrase } from "./support/stack";
import { containersOf, volumesOf } from "./support/testPlatform";

const root = resolve(__dirname, "../..");
const previews = process.env.TEST_ALL ? 18 : 5;
/** Stacks that are created and removed for real. */
const creates = process.env.TEST_ALL ? 2 : 0;

interface Result {
    readonly stack: string;
    /** The number of resources by operation. */
    readonly changes: Readonly<Record<string, number>>;
    /** Errors and warnings. */
    readonly messages: readonly string[];
}

/** Runs all stacks at once, and prints a result for each. */
const program = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { RedisDatabase } = require(${JSON.stringify(join(root, "dist/provider"))});
const { previews, creates, directory } = JSON.parse(process.argv[1]);

async function run(stackName, kind) {
    // The same names in all stacks, except for containers that exist.
    const name = kind === "up" ? stackName : "sessions";
    const create = () => {
        // A turn of the event loop between the databases, so that the programs interleave.
        const one = new RedisDatabase(name, { memoryMb: 64, deletionProtection: false, replicas: 1 });
        return new Promise((next) => setTimeout(next, 20 * Math.random())).then(() => {
            const two = new RedisDatabase(name + "-two", { memoryMb: 64, deletionProtection: false });
            return { one: one.tlsUrl, two: two.tlsUrl };
        });
    };
    const [messages, changes] = [[], {}];
    const onEvent = ({ diagnosticEvent, resourcePreEvent }) => {
        const { severity, message } = diagnosticEvent ?? {};
        if (severity === "error" || severity === "warning") messages.push(severity + ": " + message);
        const { op } = resourcePreEvent?.metadata ?? {};
        if (op) changes[op] = (changes[op] ?? 0) + 1;
    };
    try {
        const workspace = { projectSettings: { name: "inline", runtime: "nodejs", backend: { url: "file://" + directory } } };
        const stack = await LocalWorkspace.createStack({ projectName: "inline", stackName, program: create }, workspace);
        await stack[kind]({ onEvent });
        if (kind === "up") await stack.destroy();
    } catch (error) {
        messages.push(String(error));
    }
    return { stack: stackName, changes, messages };
}

Promise.all([...previews.map((name) => run(name, "preview")), ...creates.map((name) => run(name, "up"))]).then((results) =>
    console.log(JSON.stringify(results)),
);
`;

test(`${previews} previews and ${creates} creates at once, without an error of hooks or locks`, async () => {
    const parent = join(root, ".local/engine");
    mkdirSync(parent, { recursive: true });
    const directory = mkdtempSync(join(parent, "inline-"));
    const names = (count: number) => Array.from({ length: count }, () => uniqueName("inline"));
    const created = names(creates);
    const request = { previews: names(previews), creates: created, directory };
    const { PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...inherited } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program, JSON.stringify(request)], {
        cwd: root,
        env: { ...inherited, PULUMI_CONFIG_PASSPHRASE: passphrase },
        maxBuffer: 1 << 26,
    });
    const results = JSON.parse(stdout) as Result[];
    expect(results.map(({ stack }) => stack)).toEqual([...request.previews, ...created]);
    for (const { messages } of results) expect(messages).toEqual([]);
    // Two databases and a replica, with the same resources in each stack.
    expect(results[0]?.changes.create).toBeGreaterThan(30);
    for (const { changes } of results) expect(changes.create).toBe(results[0]?.changes.create);
    for (const name of created) expect([...containersOf(name), ...volumesOf(name)]).toEqual([]);
    rmSync(directory, { recursive: true });
});
