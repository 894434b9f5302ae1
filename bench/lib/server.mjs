/** Shared by the calibrations: a plain container with the component's directives, and clients that put load on it. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, unreclaimableBytes } from "./cgroup.mjs";
import { docker, flags, run, wasInterrupted } from "./command.mjs";
import { image } from "./workspace.mjs";

/** Milliseconds between two samples of a container's memory. */
const sampleMs = 10;

/** Arguments of redis-benchmark, by workload. It writes more keys than fit, so that the server stays at maxmemory. */
const workloads = {
    values: (bytes) => flags({ d: 512, r: Math.ceil((bytes * 1.3) / 600) }),
    // While the server dumps, the kernel copies a page for each write of a few bytes.
    small: (bytes) => flags({ d: 3, r: Math.ceil((bytes * 1.3) / 60) }),
};

/** Starts a server with the component's directives but without save points: the calibrations start the dumps. */
export async function startServer(name, spec, { maxmemoryMb, directives, limitMb }) {
    const all = [
        ["maxmemory", `${maxmemoryMb}mb`],
        ["maxmemory-policy", "allkeys-random"],
        ["appendonly", spec.flavor === "aof" ? "yes" : "no"],
        ["auto-aof-rewrite-percentage", "0"],
        ["save", ""],
        ["protected-mode", "no"],
        ...directives,
    ].flatMap(([directive, value]) => [
        `--${directive}`,
        ...(directive === "client-output-buffer-limit" ? value.split(" ") : [value]),
    ]);
    const container = { "detach": true, name, "memory": `${limitMb}m`, "memory-swap": `${limitMb}m` };
    await docker("run", ...flags(container), spec.image, "redis-server", ...all);
    const address = await docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name);
    const group = await cgroupOf(name);
    if (!group) throw new Error("no cgroup of a container is visible here");
    const server = { name, address, group, writer: `${name}-writer` };
    await waitUntil(async () => (await cli(server, "PING")) === "PONG", 30);
    return server;
}

export const cli = ({ name }, ...args) => docker("exec", name, "redis-cli", "--raw", ...args);

export async function info(server) {
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
        evicted: field("evicted_clients"),
        dumping: /^(rdb_bgsave|aof_rewrite)_in_progress:1/m.test(text),
        commands: field("total_commands_processed"),
    };
}

export async function hasExited({ name }) {
    return (await docker("inspect", "--format", "{{.State.Running}}", name)) === "false";
}

/** Starts clients that write, in a separate container, so that their memory does not count as the server's. */
export function write(server, workload, bytes, more) {
    const container = ["run", "--rm", "--name", server.writer, image];
    const load = flags({ h: server.address, q: true, t: "set", n: 1_000_000_000 });
    const benchmark = ["redis-benchmark", ...load, ...workloads[workload](bytes), ...more];
    const child = spawn("docker", [...container, ...benchmark], { stdio: "ignore", detached: true });
    return {
        kill: () => {
            spawn("docker", ["rm", "--force", server.writer], { stdio: "ignore", detached: true });
            child.kill("SIGKILL");
        },
    };
}

/** Writes until the data reaches maxmemory. */
export async function fill(server, workload, bytes) {
    write(server, workload, bytes, ["-P", "32", "-c", "20"]);
    await waitUntil(async () => {
        const { used, notCounted } = await info(server);
        return used - notCounted > 0.97 * bytes;
    }, 180);
    await run("docker", ["rm", "--force", server.writer], { cleaning: true });
}

/** Slows dumps down, so that a dump takes as long as the measurement on any disk, as it does in a large database. */
export async function slowDown(server, seconds) {
    const { keys } = await info(server);
    const perKeyUs = (seconds * 1e6) / keys;
    // A sleep takes at least about 60 µs. With a delay of -n, Redis sleeps only at every n-th key.
    const delay = perKeyUs > 120 ? Math.floor(perKeyUs - 60) : -Math.max(2, Math.ceil(60 / perKeyUs));
    await cli(server, "CONFIG", "SET", "rdb-key-save-delay", `${delay}`);
}

/** Sleeps until the time is over, the server exits or the run is interrupted. */
export async function sleepWhile(server, milliseconds) {
    for (const end = performance.now() + milliseconds; performance.now() < end;) {
        if (wasInterrupted() || (await hasExited(server))) return;
        await sleep(250);
    }
}

/** Samples a container's memory. `peak` is the maximum since the start or the last `reset`. */
export function sample(group) {
    let peak = 0;
    const timer = setInterval(() => {
        try {
            peak = Math.max(peak, unreclaimableBytes(group));
        } catch {
            clearInterval(timer); // the container has exited
        }
    }, sampleMs);
    return { peak: () => peak, reset: () => (peak = 0), stop: () => clearInterval(timer) };
}

export async function waitUntil(condition, seconds) {
    for (const end = performance.now() + seconds * 1000; ; await sleep(100)) {
        if (await condition().catch(() => false)) return;
        if (performance.now() > end || wasInterrupted()) throw new Error(`not true after ${seconds} s: ${condition}`);
    }
}
