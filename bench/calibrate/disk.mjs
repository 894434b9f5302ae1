// How much disk a server needs at worst: the figures behind provider/model/sizing/disk.ts.
// Fills maxmemory, then overwrites without a pause through dumps and rewrites of the log, stops the server as Docker
// does, and samples what the file system of /data holds, files that are deleted but still open included. Prints each as
// a ratio to maxmemory. The disk is a tmpfs, which is as fast as disks get; `--slow` takes Docker's own disk, where only
// the files' sizes are seen.
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, statSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

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

/** Arguments of redis-benchmark: what it writes, over and over. Compression is off, so all of it is incompressible. */
const workloads = {
    large: (bytes) => [
        "-d",
        "102400",
        "-r",
        `${Math.ceil((bytes * 1.3) / 102400)}`,
        "-P",
        "2",
        "-c",
        "10",
        "-t",
        "set",
    ],
    pages: (bytes) => ["-d", "4000", "-r", `${Math.ceil((bytes * 1.3) / 4200)}`, "-P", "8", "-c", "20", "-t", "set"],
    values: (bytes) => ["-d", "512", "-r", `${Math.ceil((bytes * 1.3) / 600)}`, "-P", "16", "-c", "20", "-t", "set"],
    small: (bytes) => ["-d", "3", "-r", `${Math.ceil((bytes * 1.3) / 60)}`, "-P", "32", "-c", "20", "-t", "set"],
    // Sets of integers, which take two bytes each in memory and a dozen as a command.
    integers: (bytes) => [
        "-r",
        `${Math.ceil((bytes * 1.3) / 1100)}`,
        "-P",
        "16",
        "-c",
        "4",
        "eval",
        addIntegers,
        "1",
        "set:__rand_int__",
    ],
};
const addIntegers =
    "for first = -32768, -20000, 1024 do local n = {} for i = 1, 512 do n[i] = first + i end redis.call('SADD', KEYS[1] .. first, unpack(n)) end return 1";

function usedBytes(directory) {
    if (!options.slow) {
        const { type, blocks, bfree, bsize } = statfsSync(directory);
        // Docker mounts it for as long as a container has it.
        return type === tmpfsMagic ? (blocks - bfree) * bsize : 0;
    }
    return readdirSync(directory, { recursive: true })
        .map((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.blocks ?? 0)
        .reduce((sum, blocks) => sum + blocks * 512, 0);
}

async function measure(image, flavor, workload, sizeMb) {
    const volume = `bench-disk-${process.pid}`;
    const tmpfs = ["type=tmpfs", "device=tmpfs", "o=size=12g"].flatMap((option) => ["--opt", option]);
    docker("volume", "create", ...(options.slow ? [] : tmpfs), volume);
    const aof = flavor === "aof";
    const id = docker(
        ...["run", "-d", "--memory", "3g", "-v", `${volume}:/data`, image, "redis-server", "--dir", "/data"],
        ...[
            "--maxmemory",
            `${sizeMb}mb`,
            "--maxmemory-policy",
            "allkeys-random",
            "--rdbcompression",
            options.compress ? "yes" : "no",
        ],
        ...["--appendonly", aof ? "yes" : "no", "--save", ""],
    );
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
        let [peak, log, base, rewrites, rewriting, busy, grown, atStart, ended] = [
            0,
            0,
            0,
            0,
            false,
            false,
            0,
            0,
            Date.now(),
        ];
        const started = Date.now();
        const before = Number(info().total_commands_processed);
        for (
            let looks = 0;
            rewrites < Number(options.rewrites) && Date.now() - started < (flavor === "nordb" ? 5_000 : 90_000);
            looks++
        ) {
            peak = Math.max(peak, usedBytes(directory));
            await sleep(5);
            if (looks % 10) continue;
            const now = info();
            const size = Number(now.aof_current_size ?? 0);
            log = Math.max(log, size);
            base = Math.max(base, Number(now.aof_base_size ?? 0));
            const isRewriting = now.aof_rewrite_in_progress === "1";
            const isBusy = isRewriting || now.rdb_bgsave_in_progress === "1";
            if (isBusy && !busy) atStart = size;
            if (isBusy) ended = Date.now();
            // Before 5.0 a script is in the log as it was called, which makes it grow slowly.
            else if (aof && Date.now() - ended > 10_000) cli("BGREWRITEAOF");
            if (isBusy) grown = Math.max(grown, size - atStart);
            busy = isBusy;
            // A dump right after each rewrite: the two never run at once, but their files lie side by side.
            if ((rewriting && !isRewriting) || (flavor === "rdb" && !isBusy)) {
                rewrites++;
                try {
                    cli("BGSAVE");
                } catch {
                    // one is running already
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
