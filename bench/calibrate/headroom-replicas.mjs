/**
 * What the container of a primary holds at worst while its replicas are not well: the figure behind `replicationMb` in
 * provider/model/sizing/memory.ts. Runs a server with the component's own directives and fills it to its maxmemory. Then clients
 * that never stop overwrite all of it, while replicas are stopped and go on again, so that what waits for them grows to
 * its limit, and while each full sync, and where the flavor has dumps each dump, forks. Samples what the container holds
 * and prints the most as a part of memoryMb: above 100 % the kernel ends the server. With `--limited` the container has
 * memoryMb and no more, and the table shows whether that happened.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { cgroupOf, heldBytes } from "../lib/cgroup.mjs";
import { docker, run, say, wasInterrupted, watchInterrupts } from "../lib/command.mjs";
import { Workspace, image } from "../lib/workspace.mjs";

const require = createRequire(import.meta.url);
const { resolveArguments } = require("../../dist/provider/model/arguments/resolve.js");
const { maxmemoryOf } = require("../../dist/provider/model/sizing/memory.js");
const { primaryDirectives } = require("../../dist/provider/model/render/replication.js");

const { values: options } = parseArgs({
    options: {
        versions: { type: "string", default: "6.2,8.0" },
        flavors: { type: "string", default: "aof,rdb,nordb" },
        workloads: { type: "string", default: "values,small" },
        sizes: { type: "string", default: "512" },
        replicas: { type: "string", default: "0,1,2" },
        seconds: { type: "string", default: "45" },
        limited: { type: "boolean", default: false },
    },
});
const list = (text) => text.split(",");
const MiB = 2 ** 20;
/** Milliseconds between two looks at what the container holds. */
const sampleMs = 10;

/** Arguments of redis-benchmark: what it writes. More keys than fit, so that the server stays at its maxmemory. */
const workloads = {
    values: (bytes) => ["-d", "512", "-r", `${Math.ceil((bytes * 1.3) / 600)}`],
    // Each write of a few bytes makes the kernel copy a page.
    small: (bytes) => ["-d", "3", "-r", `${Math.ceil((bytes * 1.3) / 60)}`],
};

const workspace = new Workspace();

async function measure(wanted) {
    const { version, flavor, workload, memoryMb, replicas } = wanted;
    const { spec } = resolveArguments({ version, flavor, memoryMb, replicas });
    const primary = await startPrimary(spec);
    const writers = new Set();
    const followers = Array.from({ length: replicas }, (_, index) => `${workspace.name}-replica-${index}`);
    try {
        const bytes = maxmemoryOf(spec) * MiB;
        await fill(primary, workload, bytes);
        for (const follower of followers) {
            // The memory is the primary's alone here: nothing but what it sends is the replica's.
            const follow = ["--replicaof", primary.address, "6379", "--save", "", "--maxmemory", "0"];
            await docker("run", "--detach", "--name", follower, spec.image, "redis-server", ...follow);
        }
        await until(async () => (await info(primary)).connectedReplicas === replicas, 120);
        const before = await info(primary);
        const idle = heldBytes(primary.group);
        const started = performance.now();
        const watch = sample(primary.group);

        // A dump that takes its time, until clients have written to each page, and then replicas that stand still.
        let duringDump = 0;
        if (flavor !== "nordb") {
            await slowDown(primary);
            await cli(primary, flavor === "aof" ? "BGREWRITEAOF" : "BGSAVE");
            const writer = write(writers, primary, workload, bytes, ["-P", "4", "-c", "10"]);
            await sleepWhile(primary, Number(options.seconds) * 800);
            await pause(followers, "pause");
            await sleepUntilDropped(primary, replicas);
            duringDump = watch.most();
            writer.kill();
            await pause(followers, "unpause");
            if (!(await hasEnded(primary))) {
                await cli(primary, "CONFIG", "SET", "rdb-key-save-delay", "0");
                await until(async () => !(await info(primary)).dumping, 5 * Number(options.seconds));
            }
        }

        // Full syncs: replicas stand still and go on again, one after the other, under as many writes as there can be.
        watch.reset();
        write(writers, primary, workload, bytes, ["-P", "16", "-c", "50"]);
        const end = performance.now() + Number(options.seconds) * 1000;
        for (let turn = 0; performance.now() < end && !(await hasEnded(primary)); turn++) {
            const one = followers.slice(turn % Math.max(1, replicas)).slice(0, 1);
            await pause(one, "pause");
            await sleepUntilDropped(primary, one.length);
            await pause(one, "unpause");
            await sleep(1500);
        }
        const duringSync = watch.most();
        const killed = await hasEnded(primary);
        const after = killed ? before : await info(primary);
        const seconds = (performance.now() - started) / 1000;
        const percent = (bytes) => ((bytes / memoryMb / MiB) * 100).toFixed(0);
        const cells = [
            ...[version, flavor, workload, memoryMb, replicas, maxmemoryOf(spec)],
            ...[percent(idle), duringDump ? percent(duringDump) : "", percent(duringSync)],
            ...[killed ? "KILLED" : "no", after.fullSyncs - before.fullSyncs, after.dropped - before.dropped],
            ((after.commands - before.commands) / seconds).toFixed(0),
        ];
        const widths = [7, 6, 8, 8, 8, 9, 6, 6, 6, 6, 10, 7, 8];
        console.log(cells.map((cell, index) => String(cell).padStart(widths[index])).join("  "));
        watch.stop();
    } finally {
        for (const writer of writers) writer.kill("SIGKILL");
        const all = [primary.name, ...followers, `${workspace.name}-writer`];
        await run("docker", ["rm", "--force", "--volumes", ...all], { cleaning: true }).catch(() => undefined);
    }
}

/** As the component has it, but for the schedule of dumps: here it is told when. */
async function startPrimary(spec) {
    const name = `${workspace.name}-primary`;
    const directives = [
        ["maxmemory", `${maxmemoryOf(spec)}mb`],
        ["maxmemory-policy", "allkeys-random"],
        ["appendonly", spec.flavor === "aof" ? "yes" : "no"],
        ["auto-aof-rewrite-percentage", "0"],
        ["save", ""],
        ["protected-mode", "no"],
        ...primaryDirectives(spec),
    ].flatMap(([directive, value]) => [
        `--${directive}`,
        ...(directive === "client-output-buffer-limit" ? value.split(" ") : [value]),
    ]);
    const limit = `${options.limited ? spec.memoryMb : spec.memoryMb * 4}m`;
    const memory = ["--memory", limit, "--memory-swap", limit];
    await docker("run", "--detach", "--name", name, ...memory, spec.image, "redis-server", ...directives);
    const address = await docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name);
    const group = await cgroupOf(name);
    if (!group) throw new Error("no cgroup of a container is visible here");
    const server = { name, address, group };
    await until(async () => (await cli(server, "PING")) === "PONG", 30);
    return server;
}

const cli = ({ name }, ...args) => docker("exec", name, "redis-cli", "--raw", ...args);

async function info(server) {
    const text = await cli(server, "INFO");
    const field = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1] ?? 0);
    return {
        used: field("used_memory"),
        notCounted: field("mem_not_counted_for_evict"),
        keys: Number(/keys=(\d+)/.exec(text)?.[1] ?? 0),
        connected: field("connected_slaves"),
        connectedReplicas: (text.match(/^slave\d+:.*state=online/gm) ?? []).length,
        fullSyncs: field("sync_full"),
        dropped: field("client_output_buffer_limit_disconnections"),
        dumping: /^(rdb_bgsave|aof_rewrite)_in_progress:1/m.test(text),
        commands: field("total_commands_processed"),
    };
}

async function hasEnded({ name }) {
    return (await docker("inspect", "--format", "{{.State.Running}}", name)) === "false";
}

const load = ({ address }, workload, bytes, more) => [
    ...["run", "--rm", "--name", `${workspace.name}-writer`, image, "redis-benchmark", "-h", address, "-q"],
    ...["-t", "set", "-n", "1000000000", ...workloads[workload](bytes), ...more],
];

/** Clients in a container of their own, whose memory is not the server's. */
function write(writers, primary, workload, bytes, more) {
    const child = spawn("docker", load(primary, workload, bytes, more), { stdio: "ignore", detached: true });
    const writer = {
        kill: () => {
            spawn("docker", ["rm", "--force", `${workspace.name}-writer`], { stdio: "ignore", detached: true });
            child.kill("SIGKILL");
        },
    };
    writers.add(writer);
    return writer;
}

async function fill(primary, workload, bytes) {
    const writers = new Set();
    write(writers, primary, workload, bytes, ["-P", "32", "-c", "20"]);
    await until(async () => {
        const { used, notCounted } = await info(primary);
        return used - notCounted > 0.97 * bytes;
    }, 180);
    await run("docker", ["rm", "--force", `${workspace.name}-writer`], { cleaning: true });
}

/** So that a dump lasts as long as the measurement, whatever the disk: a large database has such dumps. */
async function slowDown(primary) {
    const { keys } = await info(primary);
    const each = (Number(options.seconds) * 1e6) / keys;
    // A sleep takes some 60 µs at least; a negative number has Redis sleep at one key in so many.
    const delay = each > 120 ? Math.floor(each - 60) : -Math.max(2, Math.ceil(60 / each));
    await cli(primary, "CONFIG", "SET", "rdb-key-save-delay", `${delay}`);
}

async function pause(followers, how) {
    for (const follower of followers) await run("docker", [how, follower], { cleaning: how === "unpause" });
}

/** In pieces, so that it ends with the server. */
async function sleepWhile(primary, milliseconds) {
    for (const end = performance.now() + milliseconds; performance.now() < end;) {
        if (wasInterrupted() || (await hasEnded(primary))) return;
        await sleep(250);
    }
}

/** Until what waits for so many replicas has grown to its limit, with which Redis drops them. */
async function sleepUntilDropped(primary, replicas) {
    const wanted = (await info(primary)).connected - replicas;
    for (const end = performance.now() + Number(options.seconds) * 1000; performance.now() < end; await sleep(250)) {
        if (wasInterrupted() || (await hasEnded(primary)) || (await info(primary)).connected <= wanted) return;
    }
}

/** The most that a container held since it was asked to begin anew. */
function sample(group) {
    let most = 0;
    const timer = setInterval(() => {
        try {
            most = Math.max(most, heldBytes(group));
        } catch {
            clearInterval(timer); // the container has ended
        }
    }, sampleMs);
    return { most: () => most, reset: () => (most = 0), stop: () => clearInterval(timer) };
}

async function until(holds, seconds) {
    for (const end = performance.now() + seconds * 1000; ; await sleep(100)) {
        if (await holds().catch(() => false)) return;
        if (performance.now() > end || wasInterrupted()) throw new Error(`not so after ${seconds} s: ${holds}`);
    }
}

watchInterrupts();
try {
    console.log(
        "version  flavor  workload  memoryMb  replicas  maxmemory  idle %  dump %  sync %  killed  full syncs  dropped  writes/s",
    );
    for (const version of list(options.versions)) {
        for (const flavor of list(options.flavors)) {
            for (const workload of list(options.workloads)) {
                for (const memoryMb of list(options.sizes).map(Number)) {
                    for (const replicas of list(options.replicas).map(Number)) {
                        await measure({ version, flavor, workload, memoryMb, replicas });
                    }
                }
            }
        }
    }
} catch (error) {
    process.exitCode = 1;
    say(error.message);
} finally {
    await workspace.close();
}
