/** A server with the component's own directives, as a plain container, and clients that load it: what calibrations share. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, heldBytes } from "./cgroup.mjs";
import { docker, run, wasInterrupted } from "./command.mjs";
import { image } from "./workspace.mjs";

/** Milliseconds between two looks at what the container holds. */
const sampleMs = 10;

/** Arguments of redis-benchmark: what it writes. More keys than fit, so that the server stays at its maxmemory. */
const workloads = {
    values: (bytes) => ["-d", "512", "-r", `${Math.ceil((bytes * 1.3) / 600)}`],
    // Each write of a few bytes makes the kernel copy a page.
    small: (bytes) => ["-d", "3", "-r", `${Math.ceil((bytes * 1.3) / 60)}`],
};

/** As the component has it, but for the schedule of dumps: the calibration tells it when. */
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
    const memory = ["--memory", `${limitMb}m`, "--memory-swap", `${limitMb}m`];
    await docker("run", "--detach", "--name", name, ...memory, spec.image, "redis-server", ...all);
    const address = await docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name);
    const group = await cgroupOf(name);
    if (!group) throw new Error("no cgroup of a container is visible here");
    const server = { name, address, group, writer: `${name}-writer` };
    await until(async () => (await cli(server, "PING")) === "PONG", 30);
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

export async function hasEnded({ name }) {
    return (await docker("inspect", "--format", "{{.State.Running}}", name)) === "false";
}

/** Clients in a container of their own, whose memory is not the server's. */
export function write(server, workload, bytes, more) {
    const load = [
        ...["run", "--rm", "--name", server.writer, image, "redis-benchmark", "-h", server.address, "-q"],
        ...["-t", "set", "-n", "1000000000", ...workloads[workload](bytes), ...more],
    ];
    const child = spawn("docker", load, { stdio: "ignore", detached: true });
    return {
        kill: () => {
            spawn("docker", ["rm", "--force", server.writer], { stdio: "ignore", detached: true });
            child.kill("SIGKILL");
        },
    };
}

/** Until the data has reached maxmemory. */
export async function fill(server, workload, bytes) {
    write(server, workload, bytes, ["-P", "32", "-c", "20"]);
    await until(async () => {
        const { used, notCounted } = await info(server);
        return used - notCounted > 0.97 * bytes;
    }, 180);
    await run("docker", ["rm", "--force", server.writer], { cleaning: true });
}

/** So that a dump lasts as long as the measurement, whatever the disk: a large database has such dumps. */
export async function slowDown(server, seconds) {
    const { keys } = await info(server);
    const each = (seconds * 1e6) / keys;
    // A sleep takes some 60 µs at least; a negative number has Redis sleep at one key in so many.
    const delay = each > 120 ? Math.floor(each - 60) : -Math.max(2, Math.ceil(60 / each));
    await cli(server, "CONFIG", "SET", "rdb-key-save-delay", `${delay}`);
}

/** In pieces, so that it ends with the server. */
export async function sleepWhile(server, milliseconds) {
    for (const end = performance.now() + milliseconds; performance.now() < end;) {
        if (wasInterrupted() || (await hasEnded(server))) return;
        await sleep(250);
    }
}

/** The most that a container held since it was asked to begin anew. */
export function sample(group) {
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

export async function until(holds, seconds) {
    for (const end = performance.now() + seconds * 1000; ; await sleep(100)) {
        if (await holds().catch(() => false)) return;
        if (performance.now() > end || wasInterrupted()) throw new Error(`not so after ${seconds} s: ${holds}`);
    }
}
