/** What a container really takes of the machine: memory and processor time. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { docker } from "./command.mjs";

/**
 * Where the kernel accounts for a running container: cgroup v1 or v2, whoever's driver named it. `pid` is Redis's, where that
 * runs beside a shell, or else the container's first process.
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
    const server = all.find((each) => /^(redis|valkey)-server/.test(nameOf(each)));
    return { directory, version: v1 ? 1 : 2, pid: server ?? Number(pid) };
}

function nameOf(pid) {
    try {
        return readFileSync(`/proc/${pid}/comm`, "utf8");
    } catch {
        return ""; // ended in the meantime
    }
}

/** Seconds of processor time that a container has used, in the system's calls, too. */
export function cpuSecondsOf({ directory, version }) {
    if (version === 1) {
        const usage = directory.replace("/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpuacct");
        return Number(readFileSync(`${usage}/cpuacct.usage`, "utf8")) / 1e9;
    }
    return Number(/^usage_usec (\d+)$/m.exec(readFileSync(`${directory}/cpu.stat`, "utf8"))[1]) / 1e6;
}

/** The same for that process alone, with all of its threads. */
export function serverCpuSeconds({ pid }) {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map(
        // Its first field is the time on a processor.
        (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
    );
    return nanoseconds.reduce((sum, thread) => sum + thread) / 1e9;
}

/**
 * Bytes that cannot be taken back: anonymous memory and the kernel's own for these processes. The page cache is left
 * out, as it gives way to whoever needs memory.
 */
export function heldBytes({ directory, version }) {
    const stat = Object.fromEntries(
        readFileSync(`${directory}/memory.stat`, "utf8")
            .trim()
            .split("\n")
            .map((line) => line.split(" "))
            .map(([name, value]) => [name, Number(value)]),
    );
    if (version === 1) return stat.total_rss + Number(readFileSync(`${directory}/memory.kmem.usage_in_bytes`, "utf8"));
    // `kernel` is there since Linux 5.18.
    return stat.anon + (stat.kernel ?? stat.slab + stat.kernel_stack + stat.pagetables + stat.percpu + stat.sock);
}

/** Bytes of anonymous memory of the processes in a container beside the server: its shell and its health checks. */
export function besideServerBytes({ directory, pid }) {
    const pids = readFileSync(`${directory}/cgroup.procs`, "utf8").trim().split("\n").map(Number);
    return pids.filter((other) => other !== pid).reduce((sum, other) => sum + anonymousBytes(other), 0);
}

function anonymousBytes(pid) {
    try {
        const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
        return Number(kib?.[1] ?? 0) * 1024;
    } catch {
        return 0; // ended in the meantime
    }
}
