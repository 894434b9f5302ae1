/**
 * Measures how much more memory than its data a server needs at most: the figure for aof and rdb in
 * provider/model/sizing/memory.ts.
 *
 * Fills a server, then overwrites all data continuously while the server dumps, and samples the container's anonymous
 * memory. The page cache does not count, because the kernel reclaims it at the memory limit. Prints peak / used_memory
 * for several sizes.
 */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { flags } from "../lib/command.mjs";

const image = process.argv[2] ?? "redis:8.0";
const sizesMb = (process.argv[3] ?? "32,128,512").split(",").map(Number);
const docker = (...args) => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** Bytes of anonymous memory of a container. cgroup v1 and v2 record it in different files. */
function anonymousBytes(id) {
    const v1 = `/sys/fs/cgroup/memory/docker/${id}/memory.stat`;
    const v2 = `/sys/fs/cgroup/system.slice/docker-${id}.scope/memory.stat`;
    const [file, field] = existsSync(v1) ? [v1, "total_rss"] : [v2, "anon"];
    return Number(new RegExp(`^${field} (\\d+)`, "m").exec(readFileSync(file, "utf8"))[1]);
}

console.log("persistence  data MB  idle MB  peak MB  peak/data  dump s  writes/s");
for (const [persistence, dump] of [
    ["aof", "BGREWRITEAOF"],
    ["rdb", "BGSAVE"],
]) {
    for (const sizeMb of sizesMb) {
        const appendonly = persistence === "aof" ? "yes" : "no";
        const container = flags({ detach: true, rm: true, memory: "3g" });
        const id = docker("run", ...container, image, "redis-server", ...flags({ appendonly, save: "" }));
        const cli = (...args) => docker("exec", id, "redis-cli", "--raw", ...args);
        const info = (field) => Number(new RegExp(`^${field}:([\\d.]+)`, "m").exec(cli("INFO"))[1]);
        try {
            await sleep(500);
            const empty = info("used_memory");
            const keys = Math.round((sizeMb * 2 ** 20) / 620); // a 512-byte value with its key and overhead
            const benchmark = ["exec", id, "redis-benchmark", ...flags({ q: true, t: "set", d: 512, r: keys })];
            docker(...benchmark, ...flags({ n: keys * 5, P: 64, c: 4 }));
            await sleep(1500);
            const [data, idle] = [info("used_memory") - empty, anonymousBytes(id)];
            const writing = [...benchmark, ...flags({ n: 100_000_000, P: 16, c: 50 })];
            const writer = spawn("docker", writing, { stdio: "ignore" });
            const before = info("total_commands_processed");
            const started = Date.now();
            let peak = 0;
            for (let round = 0; round < 3; round++) {
                try {
                    cli(dump);
                } catch {
                    /* a dump is already running */
                }
                for (const end = Date.now() + 60_000; Date.now() < end;) {
                    await sleep(20);
                    peak = Math.max(peak, anonymousBytes(id));
                    if (
                        Math.random() < 0.1 &&
                        /(rdb_bgsave|aof_rewrite)_in_progress:1/.test(cli("INFO", "persistence")) === false
                    )
                        break;
                }
            }
            const seconds = (Date.now() - started) / 1000;
            const rate = (info("total_commands_processed") - before) / seconds;
            writer.kill();
            const mb = (bytes) => (bytes / 2 ** 20).toFixed(0).padStart(7);
            console.log(
                persistence.padEnd(11),
                mb(data),
                mb(idle),
                mb(peak),
                (peak / data).toFixed(2).padStart(9),
                (seconds / 3).toFixed(1).padStart(7),
                rate.toFixed(0).padStart(9),
            );
        } finally {
            docker("kill", id);
        }
    }
}
