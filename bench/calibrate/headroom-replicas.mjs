/**
 * Measures the memory of a primary's container while its replicas fall behind: the figure behind `replicationMb` in
 * provider/model/sizing/memory.ts.
 *
 * Starts a server with the component's directives and fills it to its maxmemory. Clients then overwrite all data
 * continuously. Meanwhile, replicas are paused and resumed, so that their output buffers grow to the limit. Each full
 * sync forks, and so does each dump in flavors with dumps. Prints the peak as a percentage of memoryMb. Above 100 %, the
 * kernel kills the server. With `--limited`, the container is limited to memoryMb, and the table shows whether that
 * happened.
 */
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { unreclaimableBytes } from "../lib/cgroup.mjs";
import { docker, flags, run, say, wasInterrupted, watchInterrupts } from "../lib/command.mjs";
import {
    cli,
    fill,
    hasExited,
    info,
    sample,
    sleepWhile,
    slowDown,
    startServer,
    waitUntil,
    write,
} from "../lib/server.mjs";
import { Workspace } from "../lib/workspace.mjs";

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
const workspace = new Workspace();

async function measure({ version, flavor, workload, memoryMb, replicas }) {
    const { spec } = resolveArguments({ version, flavor, memoryMb, replicas });
    const primary = await startServer(`${workspace.name}-primary`, spec, {
        maxmemoryMb: maxmemoryOf(spec),
        directives: primaryDirectives(spec),
        limitMb: options.limited ? memoryMb : memoryMb * 4,
    });
    const writers = new Set();
    const followers = Array.from({ length: replicas }, (_, index) => `${workspace.name}-replica-${index}`);
    try {
        const bytes = maxmemoryOf(spec) * MiB;
        await fill(primary, workload, bytes);
        for (const follower of followers) {
            // The replica runs without a memory limit: only the primary's memory is measured.
            const follow = ["--replicaof", primary.address, "6379", ...flags({ save: "", maxmemory: 0 })];
            await docker("run", "--detach", "--name", follower, spec.image, "redis-server", ...follow);
        }
        await waitUntil(async () => (await info(primary)).connectedReplicas === replicas, 120);
        const before = await info(primary);
        const idle = unreclaimableBytes(primary.group);
        const started = performance.now();
        const memory = sample(primary.group);

        // A slow dump, during which clients write to every page. Then the replicas are paused.
        let duringDump = 0;
        if (flavor !== "nordb") {
            await slowDown(primary, Number(options.seconds));
            await cli(primary, flavor === "aof" ? "BGREWRITEAOF" : "BGSAVE");
            const writer = write(primary, workload, bytes, ["-P", "4", "-c", "10"]);
            writers.add(writer);
            await sleepWhile(primary, Number(options.seconds) * 800);
            await pause(followers, "pause");
            await sleepUntilDropped(primary, replicas);
            duringDump = memory.peak();
            writer.kill();
            await pause(followers, "unpause");
            if (!(await hasExited(primary))) {
                await cli(primary, "CONFIG", "SET", "rdb-key-save-delay", "0");
                await waitUntil(async () => !(await info(primary)).dumping, 5 * Number(options.seconds));
            }
        }

        // Full syncs: replicas are paused and resumed one after the other, under the highest possible write load.
        memory.reset();
        writers.add(write(primary, workload, bytes, ["-P", "16", "-c", "50"]));
        const end = performance.now() + Number(options.seconds) * 1000;
        for (let turn = 0; performance.now() < end && !(await hasExited(primary)); turn++) {
            const paused = followers.slice(turn % Math.max(1, replicas)).slice(0, 1);
            await pause(paused, "pause");
            await sleepUntilDropped(primary, paused.length);
            await pause(paused, "unpause");
            await sleep(1500);
        }
        const duringSync = memory.peak();
        const killed = await hasExited(primary);
        const after = killed ? before : await info(primary);
        const seconds = (performance.now() - started) / 1000;
        const percent = (bytes) => ((bytes / memoryMb / MiB) * 100).toFixed(0);
        const percentages = [percent(idle), duringDump ? percent(duringDump) : "", percent(duringSync)];
        const [syncs, dropped] = [after.fullSyncs - before.fullSyncs, after.dropped - before.dropped];
        const rate = ((after.commands - before.commands) / seconds).toFixed(0);
        const outcome = [killed ? "KILLED" : "no", syncs, dropped, rate];
        const cells = [version, flavor, workload, memoryMb, replicas, maxmemoryOf(spec), ...percentages, ...outcome];
        const widths = [7, 6, 8, 8, 8, 9, 6, 6, 6, 6, 10, 7, 8];
        console.log(cells.map((cell, index) => String(cell).padStart(widths[index])).join("  "));
        memory.stop();
    } finally {
        for (const writer of writers) writer.kill();
        const all = [primary.name, ...followers, primary.writer];
        await run("docker", ["rm", "--force", "--volumes", ...all], { cleaning: true }).catch(() => undefined);
    }
}

async function pause(followers, command) {
    for (const follower of followers) await run("docker", [command, follower], { cleaning: command === "unpause" });
}

/** Waits until Redis disconnects `replicas` replicas, because their output buffers have reached the limit. */
async function sleepUntilDropped(primary, replicas) {
    const remaining = (await info(primary)).connected - replicas;
    for (const end = performance.now() + Number(options.seconds) * 1000; performance.now() < end; await sleep(250)) {
        if (wasInterrupted() || (await hasExited(primary)) || (await info(primary)).connected <= remaining) return;
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
