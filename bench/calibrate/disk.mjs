/**
 * Measures the disk space that a server needs at most: the figures behind provider/model/sizing/disk.ts.
 *
 * Fills maxmemory, then overwrites the data continuously during dumps and rewrites of the append-only file, and stops the
 * server as Docker does. Samples the used space of the file system of /data, which includes deleted files that are still
 * open. Prints each figure as a ratio to maxmemory. The disk is a tmpfs, which is faster than any disk. `--slow` uses
 * Docker's disk, where only the sizes of the files are measured.
 */
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, statSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { flags } from "../lib/command.mjs";

const { values: options } = parseArgs({
    options: {
        images: { type: "string", default: "redis:3.2,redis:5.0,redis:7.0,redis:8.0" },
        flavors: { type: "string", default: "aof,rdb,nordb" },
        workloads: { type: "string", default: "large,values,small,integers" },
        sizes: { type: "string", default: "128" },
        rewrites: { type: "string", default: "3" },
        slow: { type: "boolean", default: false },
        compress: { type: "boolean", default: false },
    },
});
const list = (text) => text.split(",");
const docker = (...args) => execFileSync("docker", args, { encoding: "utf8" }).trim();
const MiB = 2 ** 20;
const tmpfsMagic = 0x01021994;

/**
 * Arguments of redis-benchmark, by workload. It overwrites the data again and again. Dumps are not compressed, which is
 * the worst case.
 */
const workloads = {
    large: (bytes) => flags({ d: 102400, r: Math.ceil((bytes * 1.3) / 102400), P: 2, c: 10, t: "set" }),
    pages: (bytes) => flags({ d: 4000, r: Math.ceil((bytes * 1.3) / 4200), P: 8, c: 20, t: "set" }),
    values: (bytes) => flags({ d: 512, r: Math.ceil((bytes * 1.3) / 600), P: 16, c: 20, t: "set" }),
    small: (bytes) => flags({ d: 3, r: Math.ceil((bytes * 1.3) / 60), P: 32, c: 20, t: "set" }),
    // Sets of integers. Each takes two bytes in memory and a dozen bytes as a command.
    integers: (bytes) => {
        const options = flags({ r: Math.ceil((bytes * 1.3) / 1100), P: 16, c: 4 });
        return [...options, "eval", addIntegers, "1", "set:__rand_int__"];
    },
};
const addIntegers =
    "for first = -32768, -20000, 1024 do local n = {} for i = 1, 512 do n[i] = first + i end redis.call('SADD', KEYS[1] .. first, unpack(n)) end return 1";

function usedBytes(directory) {
    if (!options.slow) {
        const { type, blocks, bfree, bsize } = statfsSync(directory);
        // Docker mounts the tmpfs only while a container uses the volume.
        return type === tmpfsMagic ? (blocks - bfree) * bsize : 0;
    }
    return readdirSync(directory, { recursive: true })
        .map((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.blocks ?? 0)
        .reduce((sum, blocks) => sum + blocks * 512, 0);
}

async function measure(image, flavor, workload, sizeMb) {
    const volume = `bench-disk-${process.pid}`;
    const tmpfs = flags({ opt: ["type=tmpfs", "device=tmpfs", "o=size=12g"] });
    docker("volume", "create", ...(options.slow ? [] : tmpfs), volume);
    const aof = flavor === "aof";
    const directives = {
        "dir": "/data",
        "maxmemory": `${sizeMb}mb`,
        "maxmemory-policy": "allkeys-random",
        "rdbcompression": options.compress ? "yes" : "no",
        "appendonly": aof ? "yes" : "no",
        "save": "",
    };
    const container = flags({ detach: true, memory: "3g", volume: `${volume}:/data` });
    const id = docker("run", ...container, image, "redis-server", ...flags(directives));
    const cli = (...args) => docker("exec", id, "redis-cli", "--raw", ...args);
    const directory = docker("volume", "inspect", "--format", "{{.Mountpoint}}", volume);
    let writer;
    try {
        await sleep(1000);
        const load = [...workloads[workload](sizeMb * MiB), "-q", "-n", "100000000"];
        writer = spawn("docker", ["exec", id, "redis-benchmark", ...load], { stdio: "ignore" });
        const info = () =>
            Object.fromEntries(
                cli("INFO")
                    .split(/\r?\n/)
                    .map((line) => line.split(":")),
            );
        while (Number(info().used_memory) < 0.97 * sizeMb * MiB) await sleep(200);
        let [peak, log, base, grown, sizeAtStart, rewrites] = [0, 0, 0, 0, 0, 0];
        let [rewriting, busy] = [false, false];
        let lastBusy = Date.now();
        const started = Date.now();
        const before = Number(info().total_commands_processed);
        for (
            let samples = 0;
            rewrites < Number(options.rewrites) && Date.now() - started < (flavor === "nordb" ? 5_000 : 90_000);
            samples++
        ) {
            peak = Math.max(peak, usedBytes(directory));
            await sleep(5);
            if (samples % 10) continue;
            const now = info();
            const size = Number(now.aof_current_size ?? 0);
            log = Math.max(log, size);
            base = Math.max(base, Number(now.aof_base_size ?? 0));
            const isRewriting = now.aof_rewrite_in_progress === "1";
            const isBusy = isRewriting || now.rdb_bgsave_in_progress === "1";
            if (isBusy && !busy) sizeAtStart = size;
            if (isBusy) lastBusy = Date.now();
            // Before 5.0, the append-only file contains scripts instead of their effects, so it grows slowly.
            else if (aof && Date.now() - lastBusy > 10_000) cli("BGREWRITEAOF");
            if (isBusy) grown = Math.max(grown, size - sizeAtStart);
            busy = isBusy;
            // A dump right after each rewrite. They never run at the same time, but both files then exist.
            if ((rewriting && !isRewriting) || (flavor === "rdb" && !isBusy)) {
                rewrites++;
                try {
                    cli("BGSAVE");
                } catch {
                    // a dump is already running
                }
            }
            rewriting = isRewriting;
        }
        const rate = (Number(info().total_commands_processed) - before) / ((Date.now() - started) / 1000);
        if (flavor === "nordb") cli("CONFIG", "SET", "save", "2147483647 2147483647");
        const stopped = new Promise((resolve) =>
            spawn("docker", ["stop", "-t", "60", id], { stdio: "ignore" }).on("exit", resolve),
        );
        let running = true;
        void stopped.then(() => (running = false));
        let dump = 0;
        while (running) {
            await sleep(10);
            try {
                dump = statSync(join(directory, "dump.rdb"), { throwIfNoEntry: false })?.size ?? dump;
                peak = Math.max(peak, usedBytes(directory));
            } catch {
                break;
            }
        }
        await stopped;
        const ratio = (bytes) => (bytes / (sizeMb * MiB)).toFixed(2).padStart(6);
        console.log(
            image.padEnd(18),
            flavor.padEnd(6),
            workload.padEnd(9),
            String(sizeMb).padStart(5),
            ratio(peak),
            ratio(dump),
            ratio(base),
            ratio(log),
            ratio(grown),
            rate.toFixed(0).padStart(8),
            String(rewrites).padStart(3),
        );
    } finally {
        writer?.kill();
        docker("rm", "-f", id);
        docker("volume", "rm", volume);
    }
}

console.log("image              flavor workload     MB   peak   dump   base    log  grown writes/s  rewrites");
for (const image of list(options.images)) {
    for (const flavor of list(options.flavors)) {
        for (const workload of list(options.workloads)) {
            for (const size of list(options.sizes)) await measure(image, flavor, workload, Number(size));
        }
    }
}
