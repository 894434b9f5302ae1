/**
 * What the container of a primary holds at worst while its replicas are not well: the figure behind `replicationMb` in
 * provider/model/sizing/memory.ts. Runs a server with the component's own directives and fills it to its maxmemory. Then clients
 * that never stop overwrite all of it, while replicas are stopped and go on again, so that what waits for them grows to
 * its limit, and while each full sync, and where the flavor has dumps each dump, forks. Samples what the container holds
 * and prints the most as a part of memoryMb: above 100 % the kernel ends the server. With `--limited` the container has
 * memoryMb and no more, and the table shows whether that happened.
 */
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { heldBytes } from "../lib/cgroup.mjs";
import { docker, run, say, wasInterrupted, watchInterrupts } from "../lib/command.mjs";
import { cli, fill, hasEnded, info, sample, sleepWhile, slowDown, startServer, until, write } from "../lib/server.mjs";
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

async function measure(wanted) {
    const { version, flavor, workload, memoryMb, replicas } = wanted;
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
            await slowDown(primary, Number(options.seconds));
            await cli(primary, flavor === "aof" ? "BGREWRITEAOF" : "BGSAVE");
            const writer = write(primary, workload, bytes, ["-P", "4", "-c", "10"]);
            writers.add(writer);
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
        writers.add(write(primary, workload, bytes, ["-P", "16", "-c", "50"]));
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
        for (const writer of writers) writer.kill();
        const all = [primary.name, ...followers, primary.writer];
        await run("docker", ["rm", "--force", "--volumes", ...all], { cleaning: true }).catch(() => undefined);
    }
}

async function pause(followers, how) {
    for (const follower of followers) await run("docker", [how, follower], { cleaning: how === "unpause" });
}

/** Until what waits for so many replicas has grown to its limit, with which Redis drops them. */
async function sleepUntilDropped(primary, replicas) {
    const wanted = (await info(primary)).connected - replicas;
    for (const end = performance.now() + Number(options.seconds) * 1000; performance.now() < end; await sleep(250)) {
        if (wasInterrupted() || (await hasEnded(primary)) || (await info(primary)).connected <= wanted) return;
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
