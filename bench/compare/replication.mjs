/**
 * The cost of replicas, compared with replicas by hand (`docker run` with `replicaof` over TLS, and Redis's defaults
 * otherwise): the first sync of 1 GB, the same sync while a client writes continuously, and the primary's throughput.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";
import { prepareCertificates } from "../lib/certificates.mjs";
import { cgroupOf, cpuSecondsOf } from "../lib/cgroup.mjs";
import { docker, flags, run, say, wasInterrupted } from "../lib/command.mjs";
import { fill } from "../lib/fill.mjs";
import { comparison } from "../lib/report.mjs";
import { Traffic } from "../lib/traffic.mjs";
import { image } from "../lib/workspace.mjs";

const rounds = 3;
const syncTimeoutSeconds = 600;
const megabytes = 1000;
/** Enough for 1 GB of data and replication in every flavor. */
const memoryMb = 4096;
const requests = { 1: 40_000, 16: 400_000 };

export async function replication(workspace) {
    const certificates = await prepareCertificates(join(workspace.directory, "certificates"));
    return [...(await firstSync(workspace, certificates)), ...(await throughput(workspace, certificates))];
}

async function firstSync(workspace, certificates) {
    const sides = [
        { name: "component", ...(await byComponent(workspace)) },
        { name: "by hand", ...(await byHand(workspace, certificates)) },
    ];
    const idle = { "component": [], "by hand": [] };
    const busy = { "component": [], "by hand": [] };
    for (const side of sides) await fill(side.port, megabytes);
    for (const [figures, writes] of [
        [idle, false],
        [busy, true],
    ]) {
        for (let round = 0; round < rounds; round++) {
            for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
                const result = await syncOnce(workspace, side, writes);
                figures[side.name].push(result);
                say(`first sync${writes ? " under writes" : ""}: ${side.name} ${JSON.stringify(result)}`);
            }
        }
    }
    for (const { remove } of sides) await remove();
    const column = (figures, name, field) => figures[name].map((result) => result[field]);
    const compare = (what, figures, field) =>
        comparison(what, column(figures, "component", field), column(figures, "by hand", field));
    const sum = (name, field) => column(busy, name, field).reduce((all, count) => all + count, 0);
    const summary = (name) =>
        `${name}: ${sum(name, "requests")} writes, ${sum(name, "failures")} failures, ${sum(name, "reconnects")} reconnects. ` +
        `Lost acknowledged writes: ${sum(name, "lost")} on the primary, ${sum(name, "lostOnReplica")} on the replica.`;
    return [
        {
            title: `First sync of ${megabytes} MB: until the link is up and both servers have the same number of keys`,
            ours: "component",
            theirs: "by hand",
            unit: "s",
            rows: [
                compare("from the creation of the replica's container", idle, "fromServer"),
                compare("from `pulumi up` or `docker run`", idle, "fromCommand"),
                compare("under writes, from the creation of the container", busy, "fromServer"),
                compare("under writes, from `pulumi up` or `docker run`", busy, "fromCommand"),
            ],
            notes: [
                "By default, Redis waits five seconds for more replicas before a sync. The component configures a shorter delay.",
            ],
        },
        {
            title: `A client that writes continuously while a primary of ${megabytes} MB gets a replica`,
            ours: "component",
            theirs: "by hand",
            unit: "ms",
            rows: [compare("the slowest write", busy, "worstMs")],
            notes: [
                summary("component"),
                summary("by hand"),
                "Four connections over TLS. Each overwrites values of 1 kB.",
            ],
        },
    ];
}

async function syncOnce(workspace, side, writes) {
    const replicaPort = await workspace.freePorts(2);
    const traffic = writes ? new Traffic(side.port + 1, side.caCertPem, megabytes * 1000) : undefined;
    try {
        if (writes) await sleep(1000);
        const started = Date.now();
        const synced = timeOfSync(replicaPort, side.port);
        const container = await side.follow(replicaPort);
        const syncedAt = await synced;
        const createdAt = Date.parse(await docker("inspect", "--format", "{{.Created}}", container));
        await traffic?.stop();
        const times = { fromServer: (syncedAt - createdAt) / 1000, fromCommand: (syncedAt - started) / 1000 };
        if (!traffic) return times;
        const { requests, failures, reconnects, worstMs } = traffic;
        const lost = await traffic.lostOn(side.port);
        await waitForReplicas(side.port, 1);
        const lostOnReplica = await traffic.lostOn(replicaPort);
        return { ...times, requests, failures, reconnects, worstMs, lost, lostOnReplica };
    } finally {
        await traffic?.stop();
        // Redis refuses to stop until it has written its first append-only file. Docker kills it only after ten minutes.
        await waitForPersistence(replicaPort);
        await side.unfollow();
    }
}

/** Deploys a database. Returns its address, and functions that add and remove a replica. */
async function byComponent(workspace) {
    const stack = await workspace.stack("replicated", 1, memoryMb);
    const { firstPort: port } = stack.configure({ flavor: "aof", replicas: [[]] });
    await stack.up();
    const caCertPem = (await stack.outputs()).caCertPems[0];
    return {
        port,
        caCertPem,
        follow: async (replicaPort) => {
            stack.configure({ replicas: [[replicaPort]] });
            await stack.up();
            return (await stack.outputs()).replicas[0][0];
        },
        unfollow: async () => {
            stack.configure({ replicas: [[]] });
            if (!wasInterrupted()) await stack.up();
        },
        remove: () => stack.destroy(),
    };
}

async function byHand(workspace, certificates) {
    const primary = await runPrimary(workspace, certificates);
    const replica = `${primary.name}-replica`;
    return {
        port: primary.port,
        caCertPem: certificates.caCertPem,
        follow: async (replicaPort) => {
            await runReplica(primary, replica, certificates, replicaPort);
            return replica;
        },
        unfollow: () => remove([replica]),
        remove: () => remove([primary.name]),
    };
}

const remove = (names) => run("docker", ["rm", "--force", "--volumes", ...names], { cleaning: true });

async function runPrimary(workspace, certificates, more = []) {
    const port = await workspace.freePorts(2);
    const name = `${workspace.name}-run-${port}`;
    await start(name, certificates, port, more);
    return { name, port, address: await docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name) };
}

function runReplica({ address }, name, certificates, port, more = []) {
    const follow = flags({ "tls-replication": "yes", "masterauth": "bench" });
    return start(name, certificates, port, ["--replicaof", address, "6380", ...follow, ...more]);
}

function start(name, { directory }, port, more) {
    const container = {
        detach: true,
        name,
        publish: [`127.0.0.1:${port}:6379`, `127.0.0.1:${port + 1}:6380`],
        volume: `${directory}:/tls:ro`,
    };
    const directives = {
        "tls-port": 6380,
        "tls-cert-file": "/tls/tls.crt",
        "tls-key-file": "/tls/tls.key",
        "tls-ca-cert-file": "/tls/ca.crt",
        "tls-auth-clients": "no",
        "requirepass": "bench",
    };
    return docker("run", ...flags(container), image, "redis-server", ...flags(directives), ...more);
}

/** The time at which the replica's link is up and it has as many keys as its primary, in milliseconds since 1970. */
async function timeOfSync(replicaPort, port) {
    const [replica, primary] = [connect(replicaPort), connect(port)];
    try {
        for (const end = performance.now() + syncTimeoutSeconds * 1000; performance.now() < end; await sleep(10)) {
            if (wasInterrupted()) throw new Error("interrupted");
            const info = await replica.info("replication").catch(() => "");
            if (!/^master_link_status:up/m.test(info)) continue;
            const [replicaKeys, primaryKeys] = await Promise.all([replica.dbsize().catch(() => 0), primary.dbsize()]);
            if (replicaKeys === primaryKeys && primaryKeys > 0) return Date.now();
        }
        throw new Error(`no sync within ${syncTimeoutSeconds} s`);
    } finally {
        replica.disconnect();
        primary.disconnect();
    }
}

function connect(port) {
    const redis = new Redis({
        port,
        password: "bench",
        retryStrategy: () => 5,
        maxRetriesPerRequest: 0,
        // Connects even while the server loads its data. Callers retry.
        enableReadyCheck: false,
    });
    redis.on("error", () => undefined);
    return redis;
}

/** Waits until the server neither loads, dumps nor rewrites its append-only file. */
async function waitForPersistence(port) {
    const redis = connect(port);
    try {
        for (const end = performance.now() + 120_000; performance.now() < end && !wasInterrupted(); await sleep(100)) {
            const info = await redis.info("persistence").catch(() => "");
            if (/^loading:0/m.test(info) && !/^(rdb_bgsave|aof_rewrite)_(in_progress|scheduled):1/m.test(info)) return;
        }
    } finally {
        redis.disconnect();
    }
}

/** Waits until all replicas have received all writes, so that a measurement does not affect the next. */
async function waitForReplicas(port, replicas) {
    const redis = connect(port);
    try {
        for (const end = performance.now() + 120_000; performance.now() < end && !wasInterrupted(); await sleep(50)) {
            const info = await redis.info("replication").catch(() => "");
            const offset = /^master_repl_offset:(\d+)/m.exec(info)?.[1];
            const acknowledged = [...info.matchAll(/^slave\d+:.*state=online,offset=(\d+)/gm)].map(
                ([, value]) => value,
            );
            if (acknowledged.filter((value) => value === offset).length === replicas) return;
        }
        throw new Error(`the replicas of the server on port ${port} have not received all writes`);
    } finally {
        redis.disconnect();
    }
}

/** Servers without persistence, so that only replication differs, with 0, 1 and 2 replicas on each side. */
async function throughput(workspace, certificates) {
    const stack = await workspace.stack("replicated", 3, 512);
    const ports = [await workspace.freePorts(2), await workspace.freePorts(2), await workspace.freePorts(2)];
    const { firstPort } = stack.configure({ flavor: "nordb", replicas: [[], ports.slice(0, 1), ports.slice(1)] });
    await stack.up();
    const { servers } = await stack.outputs();
    const sides = { "component": [], "by hand": [] };
    const containers = [];
    try {
        for (const replicas of [0, 1, 2]) {
            sides.component.push(await meter(servers[replicas], firstPort + 2 * replicas, replicas));
            const primary = await runPrimary(workspace, certificates, ["--save", ""]);
            containers.push(primary.name);
            for (let index = 0; index < replicas; index++) {
                const name = `${primary.name}-replica-${index}`;
                await runReplica(primary, name, certificates, await workspace.freePorts(2), ["--save", ""]);
                containers.push(name);
            }
            sides["by hand"].push(await meter(primary.name, primary.port, replicas));
        }
        const all = Object.values(sides).flat();
        for (const { port, replicas } of all) await waitForReplicas(port, replicas);
        const before = await syncs(all);
        for (let round = 0; round < rounds; round++) {
            for (const pipeline of [1, 16]) {
                for (const server of round % 2 === 0 ? all : all.toReversed()) await load(server, pipeline);
            }
            say(`throughput with replicas: round ${round + 1} of ${rounds}`);
        }
        return report(sides, (await syncs(all)) - before);
    } finally {
        if (containers.length > 0) await remove(containers);
        await stack.destroy();
    }
}

async function meter(container, port, replicas) {
    const group = await cgroupOf(container);
    if (!group) throw new Error("no cgroup of a container is visible here");
    return { port, replicas, group, rate: { 1: [], 16: [] }, cpu: { 1: [], 16: [] } };
}

/** Counts the full syncs so far. A further one means that a replica was too slow and was disconnected. */
async function syncs(servers) {
    let count = 0;
    for (const { port } of servers) {
        const redis = connect(port);
        count += Number(/^sync_full:(\d+)/m.exec(await redis.info("stats"))[1]);
        redis.disconnect();
    }
    return count;
}

async function load({ port, replicas, group, rate, cpu }, pipeline) {
    const before = cpuSecondsOf(group);
    const connection = flags({ tls: true, insecure: true, a: "bench", p: port + 1 });
    const options = flags({ n: requests[pipeline], P: pipeline, r: 100_000, d: 100, t: "set", csv: true });
    const container = ["run", "--rm", "--network", "host", image];
    const output = await docker(...container, "redis-benchmark", ...connection, ...options);
    const [, perSecond] = /^"SET","([\d.]+)"/m.exec(output) ?? [];
    if (!perSecond) throw new Error(`unexpected output of redis-benchmark: ${output}`);
    rate[pipeline].push(Number(perSecond) / 1000);
    cpu[pipeline].push(((cpuSecondsOf(group) - before) / requests[pipeline]) * 1e6);
    await waitForReplicas(port, replicas);
}

function report(sides, furtherSyncs) {
    const titles = { 1: "one request at a time", 16: "pipelines of 16" };
    const rows = (field) =>
        [1, 16].flatMap((pipeline) =>
            Object.entries(sides).flatMap(([side, [none, ...replicated]]) =>
                replicated.map((server) =>
                    comparison(
                        `${side}, ${server.replicas} replica${server.replicas > 1 ? "s" : ""}, ${titles[pipeline]}`,
                        server[field][pipeline],
                        none[field][pipeline],
                    ),
                ),
            ),
        );
    const notes = [
        `50 clients that run SET over TLS. Clients, primary and replicas share the CPUs of this machine.`,
        `Replicas that were disconnected and synced again during the measurement: ${furtherSyncs}.`,
    ];
    return [
        {
            title: "Throughput of a primary",
            ours: "replicated",
            theirs: "alone",
            unit: "1000/s",
            rows: rows("rate"),
            notes,
        },
        {
            title: "CPU per request of the primary's container",
            ours: "replicated",
            theirs: "alone",
            unit: "µs",
            rows: rows("cpu"),
        },
    ];
}
