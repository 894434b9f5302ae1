// How much more memory than its data a server needs at worst: the figure for aof and rdb in provider/model/sizing/memory.ts.
// Fills a server, then overwrites all of it without a pause while it dumps, and samples what the container holds
// (anonymous memory only: the page cache gives way under a limit). Prints peak / used_memory for several sizes.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const image = process.argv[2] ?? "redis:8.0";
const sizesMb = (process.argv[3] ?? "32,128,512").split(",").map(Number);
const docker = (...args) => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** Bytes of anonymous memory that the container holds; cgroup v1 and v2 keep it in different places. */
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
        const id = docker(
            "run",
            "-d",
            "--rm",
            "--memory",
            "3g",
            image,
            "redis-server",
            "--appendonly",
            appendonly,
            "--save",
            "",
        );
        const cli = (...args) => docker("exec", id, "redis-cli", "--raw", ...args);
        const info = (field) => Number(new RegExp(`^${field}:([\\d.]+)`, "m").exec(cli("INFO"))[1]);
        try {
            await sleep(500);
            const empty = info("used_memory");
            const keys = Math.round((sizeMb * 2 ** 20) / 620); // a 512-byte value with its key and bookkeeping
            docker(
                "exec",
                id,
                "redis-benchmark",
                "-q",
                "-t",
                "set",
                "-d",
                "512",
                "-r",
                `${keys}`,
                "-n",
                `${keys * 5}`,
                "-P",
                "64",
                "-c",
                "4",
            );
            await sleep(1500);
            const [data, idle] = [info("used_memory") - empty, anonymousBytes(id)];
            const writer = spawn(
                "docker",
                [
                    "exec",
                    id,
                    "redis-benchmark",
                    "-q",
                    "-t",
                    "set",
                    "-d",
                    "512",
                    "-r",
                    `${keys}`,
                    "-n",
                    "100000000",
                    "-P",
                    "16",
                    "-c",
                    "50",
                ],
                { stdio: "ignore" },
            );
            const before = info("total_commands_processed");
            const started = Date.now();
            let peak = 0;
            for (let round = 0; round < 3; round++) {
                try {
                    cli(dump);
                } catch {
                    /* one is running already */
                }
                for (const until = Date.now() + 60_000; Date.now() < until;) {
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
