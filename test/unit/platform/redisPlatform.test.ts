/** The platform's operations with a fake CLI. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { ProgressEvent } from "../../../provider/platform/index";
import { isRunning } from "../../../provider/platform/state/processes";
import { dockerDoes, fakeDocker } from "../support/fakeDocker";
import { FakeEngine } from "./support/fakeEngine";

let engine: FakeEngine;

fakeDocker();

beforeEach(() => {
    engine = new FakeEngine();
    dockerDoes("");
});

afterEach(() => {
    engine.close();
});

const updates = () => engine.commands().filter((command) => command.startsWith("up "));
const applying = (event: ProgressEvent) => event.type === "phase" && event.phase === "applying";
const lockFiles = (handle: string) => {
    const directory = join(engine.stateDirectory, "locks/organization/redis", handle);
    mkdirSync(directory, { recursive: true });
    return directory;
};

test("a create runs two commands; a repeat with the same arguments reads the state only", async () => {
    const platform = engine.open();
    const created = await platform.create("quick", { memoryMb: 64 });
    expect(created).toMatchObject({ handle: "quick", status: "ready" });
    const common = "--stack quick --non-interactive --color never";
    expect(engine.commands()).toEqual([
        `stack init --secrets-provider passphrase ${common}`,
        expect.stringMatching(`^up --yes --skip-preview --suppress-outputs ${common} --event-log /.*/events.json$`),
    ]);
    expect(await platform.create("quick", { memoryMb: 64 })).toEqual(created);
    expect(updates()).toHaveLength(1);
    expect(engine.workFiles()).toEqual([]);
});

test("a create with other arguments is an error, and touches nothing", async () => {
    const platform = engine.open();
    await platform.create("quick", { memoryMb: 64 });
    await expect(platform.create("quick", { memoryMb: 128 })).rejects.toMatchObject({
        code: "handle-taken",
        details: { differences: [{ path: "memoryMb", current: 64, requested: 128 }] },
    });
    expect(updates()).toHaveLength(1);
});

test.each(["", "-a", "a/b", "a b", "x".repeat(101)])("the handle %j is not valid", async (handle) => {
    await expect(engine.open().create(handle)).rejects.toMatchObject({ code: "validation" });
    expect(engine.commands()).toEqual([]);
});

test("invalid arguments run no command", async () => {
    const invalid = engine.open().create("quick", { version: "9.9" });
    await expect(invalid).rejects.toMatchObject({ code: "unknown-version" });
    expect(engine.commands()).toEqual([]);
});

test("an unknown handle is an error with the nearest one", async () => {
    const platform = engine.open();
    await platform.create("quick");
    await expect(platform.update("quik", {})).rejects.toMatchObject({
        code: "handle-unknown",
        details: { nearest: ["quick"] },
        remedy: 'did you mean "quick"?',
    });
});

test("a failure after which the lock is gone is no lock", async () => {
    await expect(engine.open().create("failing-1")).rejects.toMatchObject({
        code: "partial",
        details: { failed: [{ resource: "volume", message: "no space" }] },
    });
});

test("a CLI that does not exist", async () => {
    await expect(engine.open({ pulumiCommand: "/nowhere/pulumi" }).create("quick")).rejects.toMatchObject({
        code: "engine-unreachable",
    });
});

test("a CLI that is killed during an update: the error says so, and a repeat finishes", async () => {
    const platform = engine.open();
    const killed = platform.create("deaf-1", {}, { onProgress: (event) => applying(event) && void kill() });
    const kill = async () => {
        while (engine.plugins().length === 0) await setTimeout(10);
        const [lock = ""] = readdirSync(lockFiles("deaf-1"));
        process.kill(Number(lock.replace(".json", "")), "SIGKILL");
    };
    await expect(killed).rejects.toMatchObject({
        code: "partial",
        message: expect.stringContaining("killed") as string,
    });
    expect(engine.plugins()).toEqual([]);
    expect(await platform.create("deaf-1")).toMatchObject({ status: "ready" });
});

test("a live lock of another process: the error has its holder, and the lock stays", async () => {
    const platform = engine.open();
    await platform.create("quick");
    const holder = { pid: process.pid, hostname: hostname(), timestamp: new Date().toISOString() };
    writeFileSync(join(lockFiles("quick"), "other.json"), JSON.stringify(holder));
    await expect(platform.update("quick", {})).rejects.toMatchObject({
        code: "locked",
        details: { pid: holder.pid, host: holder.hostname, since: holder.timestamp },
    });
    expect(readdirSync(lockFiles("quick"))).toEqual(["other.json"]);
});

test("a lock that is taken between the check and the command is reported with its holder", async () => {
    const platform = engine.open();
    await platform.create("quick");
    const holder = { pid: process.pid, hostname: hostname(), timestamp: new Date().toISOString() };
    const onProgress = (event: ProgressEvent) => {
        if (applying(event)) writeFileSync(join(lockFiles("quick"), "other.json"), JSON.stringify(holder));
    };
    await expect(platform.update("quick", {}, { onProgress })).rejects.toMatchObject({
        code: "locked",
        details: { pid: process.pid },
    });
});

describe("a replica that an interrupted `replicate` has begun to create", () => {
    beforeEach(async () => {
        await engine.open().create("quick");
        const file = join(engine.stateDirectory, "stacks/redis/quick.json");
        const state = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: { resources: object[] } } };
        const database = "redis-database:index:RedisDatabase";
        const { resources } = state.checkpoint.latest;
        const { urn } = resources.find((each) => "type" in each && each.type === database) as { urn: string };
        const type = "redis-database:index:RedisReplica";
        resources.push({ type, urn: `${urn}-copy`, parent: urn });
        writeFileSync(file, JSON.stringify(state));
    });

    test("is not removed by an operation that requests something else", async () => {
        const platform = engine.open();
        expect(await platform.get("copy")).toMatchObject({ kind: "replica", primary: "quick", status: "incomplete" });
        for (const operation of [
            () => platform.rotatePassword("quick"),
            () => platform.update("copy", { memoryMb: 64 }),
            () => platform.reload("copy"),
        ]) {
            await expect(operation()).rejects.toMatchObject({
                code: "partial",
                message: expect.stringContaining('"copy"') as string,
                remedy: expect.stringContaining("repeat `replicate`") as string,
            });
        }
        expect(updates()).toHaveLength(1);
    });

    test("can be created completely", async () => {
        await engine
            .open()
            .replicate("quick", "copy")
            .catch(() => undefined);
        expect(updates()).toHaveLength(2);
    });

    test("can be removed", async () => {
        await engine.open().deprovision("copy", "copy");
        expect(updates()).toHaveLength(2);
    });
});

describe("a creation that was interrupted", () => {
    test("is removed from the state before the next update, and a volume that exists is reported", async () => {
        await engine.open().create("quick");
        const file = join(engine.stateDirectory, "stacks/redis/quick.json");
        const state = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: object } };
        const pending = (name: string, defaults: string[]) => ({
            resource: {
                urn: `urn:pulumi:quick::redis::docker:index/volume:Volume::${name}`,
                type: "docker:index/volume:Volume",
                inputs: { name: `${name}-1`, __defaults: defaults },
            },
            type: "creating",
        });
        const operations = [pending("made", ["name"]), pending("not-made", ["name"]), pending("named", [])];
        Object.assign(state.checkpoint.latest, { pending_operations: operations });
        writeFileSync(file, JSON.stringify(state));
        dockerDoes("echo made-1; echo named-1");
        const messages: string[] = [];
        const onProgress = (event: ProgressEvent) => {
            if (event.type === "message") messages.push(`${event.about}: ${event.text}`);
        };
        const platform = engine.open();
        expect(await platform.get("quick")).toMatchObject({ status: "interrupted" });
        expect(await platform.create("quick", {}, { onProgress })).toMatchObject({ status: "ready" });
        expect(engine.commands().at(-2)).toMatch(/^refresh --yes --skip-preview --clear-pending-creates /);
        expect(messages).toEqual([expect.stringMatching(/^made: .*`docker volume rm made-1`$/)]);
    });

    test("stays in the state if the Docker host does not answer", async () => {
        await engine.open().create("quick");
        const file = join(engine.stateDirectory, "stacks/redis/quick.json");
        const state = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: object } };
        Object.assign(state.checkpoint.latest, { pending_operations: [{ resource: { urn: "x" }, type: "creating" }] });
        writeFileSync(file, JSON.stringify(state));
        dockerDoes('echo "cannot connect" >&2; exit 1');
        await expect(engine.open().create("quick")).rejects.toMatchObject({
            code: "docker-unreachable",
            message: "the Docker host does not answer: cannot connect",
        });
        expect(engine.commands().filter((command) => command.startsWith("refresh"))).toEqual([]);
    });
});

test("an update that finishes in spite of an abort has succeeded", async () => {
    const controller = new AbortController();
    const onProgress = (event: ProgressEvent) => {
        if (event.type === "resource" && event.resource === "2") controller.abort();
    };
    const platform = engine.open();
    const created = await platform.create("deaf-2", {}, { signal: controller.signal, onProgress });
    expect(created.status).toBe("ready");
});

test("work files of processes that have ended are removed, those of others stay", () => {
    engine.open();
    const work = join(engine.dataDirectory, "work");
    const ended = 2 ** 22 + 1;
    for (const name of [`${ended}-abc`, `${process.pid}-abc`, "1-abc"]) {
        mkdirSync(join(work, name));
        writeFileSync(join(work, name, "specification.json"), "{}");
    }
    engine.open();
    expect(readdirSync(work).sort()).toEqual([`1-abc`, `${process.pid}-abc`].sort());
});

/** Calls the supervising script as the library does, from a process that can be killed. */
function supervised(handle: string): ChildProcess {
    const caller = `
        const { spawn } = require("node:child_process");
        const [script, ...args] = process.argv.slice(1);
        spawn("/bin/sh", [script, "2", ...args], { detached: true, stdio: ["ignore", "ignore", "ignore", "pipe"] });
        setInterval(() => {}, 1000);`;
    const script = join(__dirname, "../../../provider/platform/engine/supervise.sh");
    const command = [
        join(__dirname, "support/fakePulumi.sh"),
        "up",
        "--yes",
        "--stack",
        handle,
        "--event-log",
        "/dev/null",
    ];
    return spawn(process.execPath, ["-e", caller, script, ...command], {
        env: { ...process.env, PULUMI_BACKEND_URL: `file://${join(engine.dataDirectory, "state")}` },
        stdio: "ignore",
    });
}

test.each(["quick-1", "slow-1", "stuck-1", "leaving-1"])(
    "if the calling process is killed, the CLI of %s is stopped with its plugin",
    async (handle) => {
        engine.open();
        const caller = supervised(handle);
        while (engine.plugins().length === 0) await setTimeout(10);
        const [lock = ""] = readdirSync(lockFiles(handle));
        caller.kill("SIGKILL");
        await once(caller, "exit");
        const began = Date.now();
        const cli = Number(lock.replace(".json", ""));
        while (isRunning(cli) || engine.plugins().length > 0) await setTimeout(10);
        expect(Date.now() - began).toBeLessThan(6000);
        // Only a killed CLI leaves its lock behind.
        expect(readdirSync(lockFiles(handle))).toEqual(handle.startsWith("stuck") ? [lock] : []);
        expect(await engine.open().create(handle)).toMatchObject({ status: "ready" });
    },
);
