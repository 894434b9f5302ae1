/** Memory and CPU time of a container, as the kernel accounts for them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { docker } from "./command.mjs";

/**
 * The cgroup of a running container: v1 or v2, with any cgroup driver. `pid` is the process of the Redis server, or else
 * the container's first process.
 */
export async function cgroupOf(container) {
    const pid = await docker("inspect", "--format", "{{.State.Pid}}", container);
    if (!existsSync(`/proc/${pid}/cgroup`)) return undefined; // the engine is on another machine
    const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n");
    const entries = lines.map((line) => /^\d+:([^:]*):(.*)$/.exec(line).slice(1));
    const v1 = entries.find(([controllers]) => controllers.split(",").includes("memory"));
    const [, path] = v1 ?? entries.find(([controllers]) => controllers === "");
    const directory = v1 ? `/sys/fs/cgroup/memory${path}` : `/sys/fs/cgroup${path}`;
    if (!existsSync(`${directory}/memory.stat`)) return undefined;
    const all = readFileSync(`${directory}/cgroup.procs`, "utf8").trim().split("\n").map(Number);
    const server = all.find((candidate) => /^(redis|valkey)-server/.test(nameOf(candidate)));
    return { directory, version: v1 ? 1 : 2, pid: server ?? Number(pid) };
}

function nameOf(pid) {
    try {
        return readFileSync(`/proc/${pid}/comm`, "utf8");
    } catch {
        return ""; // the process has exited
    }
}

/** Seconds of CPU time that a container has used, including the time in system calls. */
export function cpuSecondsOf({ directory, version }) {
    if (version === 1) {
        const usage = directory.replace("/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpuacct");
        return Number(readFileSync(`${usage}/cpuacct.usage`, "utf8")) / 1e9;
    }
    return Number(/^usage_usec (\d+)$/m.exec(readFileSync(`${directory}/cpu.stat`, "utf8"))[1]) / 1e6;
}

/** Seconds of CPU time that the process `pid` has used in all of its threads. */
export function serverCpuSeconds({ pid }) {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map(
        // The first field is the time on a CPU.
        (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
    );
    return nanoseconds.reduce((sum, thread) => sum + thread) / 1e9;
}

/**
 * Bytes that the kernel cannot reclaim: anonymous memory, and kernel memory for these processes. The page cache does not
 * count, because the kernel reclaims it when memory is needed.
 */
export function unreclaimableBytes({ directory, version }) {
    const stat = Object.fromEntries(
        readFileSync(`${directory}/memory.stat`, "utf8")
            .trim()
            .split("\n")
            .map((line) => line.split(" "))
            .map(([name, value]) => [name, Number(value)]),
    );
    if (version === 1) return stat.total_rss + Number(readFileSync(`${directory}/memory.kmem.usage_in_bytes`, "utf8"));
    // `kernel` exists since Linux 5.18.
    return stat.anon + (stat.kernel ?? stat.slab + stat.kernel_stack + stat.pagetables + stat.percpu + stat.sock);
}

/** Bytes of anonymous memory of a container's processes other than the server: its shell and its health checks. */
export function otherProcessesBytes({ directory, pid }) {
    const pids = readFileSync(`${directory}/cgroup.procs`, "utf8").trim().split("\n").map(Number);
    return pids.filter((each) => each !== pid).reduce((sum, each) => sum + anonymousBytes(each), 0);
}

function anonymousBytes(pid) {
    try {
        const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
        return Number(kib?.[1] ?? 0) * 1024;
    } catch {
        return 0; // the process has exited
    }
}
