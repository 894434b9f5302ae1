/**
 * What replicas cost, beside replicas by hand (`docker run` with `replicaof` over TLS, and Redis's defaults for all
 * else): the first sync of 1 GB, the same under a client that never stops writing, and the primary's throughput.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Redis from "ioredis";
import { prepareCertificates } from "../lib/certificates.mjs";
import { cgroupOf, cpuSecondsOf } from "../lib/cgroup.mjs";
import { docker, run, say, wasInterrupted } from "../lib/command.mjs";
import { fill } from "../lib/fill.mjs";
import { comparison } from "../lib/report.mjs";
import { Traffic } from "../lib/traffic.mjs";
import { image } from "../lib/workspace.mjs";

const rounds = 3;
const syncPatienceSeconds = 600;
/** With what is left of it for data, beside replication, 1 GB fits in every flavor. */
const megabytes = 1000;
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
                const seen = await syncOnce(workspace, side, writes);
                figures[side.name].push(seen);
                say(`first sync${writes ? " under writes" : ""}: ${side.name} ${JSON.stringify(seen)}`);
            }
        }
    }
    for (const { remove } of sides) await remove();
    const of = (figures, name, field) => figures[name].map((seen) => seen[field]);
    const both = (what, figures, field) =>
        comparison(what, of(figures, "component", field), of(figures, "by hand", field));
    const sum = (name, field) => of(busy, name, field).reduce((all, count) => all + count, 0);
    const said = (name) =>
        `${name}: ${sum(name, "requests")} writes, ${sum(name, "failures")} failed, ${sum(name, "reconnects")} reconnects, ` +
        `${sum(name, "lost")} acknowledged ones lost on the primary and ${sum(name, "lostOnReplica")} on the replica.`;
    return [
        {
            title: `First sync of ${megabytes} MB: until the link is up and both have as many keys`,
            ours: "component",
            theirs: "by hand",
            unit: "s",
            rows: [
                both("from when the replica's container is made", idle, "fromServer"),
                both("from `pulumi up`, from `docker run`", idle, "fromCommand"),
                both("under writes, from when the container is made", busy, "fromServer"),
                both("under writes, from `pulumi up`, from `docker run`", busy, "fromCommand"),
            ],
            notes: [
                "Redis waits five seconds for others to join a sync, unless it is told otherwise, as the component does.",
            ],
        },
        {
            title: `A client that never stops writing while a primary of ${megabytes} MB gets a replica`,
            ours: "component",
            theirs: "by hand",
            unit: "ms",
            rows: [both("the slowest write", busy, "worstMs")],
            notes: [
                said("component"),
                said("by hand"),
                "Four connections over TLS, each of which overwrites values of 1 kB.",
            ],
        },
    ];
}

async function syncOnce(workspace, side, writes) {
    const replicaPort = await workspace.freePorts(2);
    const traffic = writes ? new Traffic(side.port + 1, side.caCertPem, megabytes * 1000) : undefined;
    try {
        if (writes) await sleep(1000);
        const asked = Date.now();
        const synced = whenSynced(replicaPort, side.port);
        const container = await side.follow(replicaPort);
        const at = await synced;
        const made = Date.parse(await docker("inspect", "--format", "{{.Created}}", container));
        await traffic?.stop();
        const seen = { fromServer: (at - made) / 1000, fromCommand: (at - asked) / 1000 };
        if (!traffic) return seen;
        const { requests, failures, reconnects, worstMs } = traffic;
        const lost = await traffic.lostOn(side.port);
        await caughtUp(side.port, 1);
        const lostOnReplica = await traffic.lostOn(replicaPort);
        return { ...seen, requests, failures, reconnects, worstMs, lost, lostOnReplica };
    } finally {
        await traffic?.stop();
        // Until its first log is written, Redis refuses to be stopped, and Docker waits ten minutes before it kills it.
        await settled(replicaPort);
        await side.unfollow();
    }
}

/** A database that exists, and how it gets and loses a replica. */
async function byComponent(workspace) {
    const stack = await workspace.stack("replicated", 1, memoryMb);
    const { firstPort: port } = stack.databases({ flavor: "aof", replicas: [[]] });
    await stack.up();
    const caCertPem = (await stack.outputs()).caCertPems[0];
    return {
        port,
        caCertPem,
        follow: async (replicaPort) => {
            stack.databases({ replicas: [[replicaPort]] });
            await stack.up();
            return (await stack.outputs()).replicas[0][0];
        },
        unfollow: async () => {
            stack.databases({ replicas: [[]] });
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
    const follow = ["--replicaof", address, "6380", "--tls-replication", "yes", "--masterauth", "bench"];
    return start(name, certificates, port, [...follow, ...more]);
}

function start(name, { directory }, port, more) {
    const publish = ["--publish", `127.0.0.1:${port}:6379`, "--publish", `127.0.0.1:${port + 1}:6380`];
    return docker(
        ...["run", "--detach", "--name", name, ...publish, "--volume", `${directory}:/tls:ro`, image, "redis-server"],
        ...["--tls-port", "6380", "--tls-cert-file", "/tls/tls.crt", "--tls-key-file", "/tls/tls.key"],
        ...["--tls-ca-cert-file", "/tls/ca.crt", "--tls-auth-clients", "no", "--requirepass", "bench", ...more],
    );
}

/** When the replica's link is up and it has as many keys as its primary, in milliseconds since 1970, as Docker's are. */
async function whenSynced(replicaPort, port) {
    const [replica, primary] = [await ask(replicaPort), await ask(port)];
    try {
        for (const end = performance.now() + syncPatienceSeconds * 1000; performance.now() < end; await sleep(10)) {
            if (wasInterrupted()) throw new Error("interrupted");
            const said = await replica.info("replication").catch(() => "");
            if (!/^master_link_status:up/m.test(said)) continue;
            const [has, had] = await Promise.all([replica.dbsize().catch(() => 0), primary.dbsize()]);
            if (has === had && had > 0) return Date.now();
        }
        throw new Error(`no sync within ${syncPatienceSeconds} s`);
    } finally {
        replica.disconnect();
        primary.disconnect();
    }
}

function ask(port) {
    const redis = new Redis({
        ...{ port, password: "bench", retryStrategy: () => 5, maxRetriesPerRequest: 0 },
        // Waiting for a server that is loading is done here, by asking again.
        enableReadyCheck: false,
    });
    redis.on("error", () => undefined);
    return redis;
}

/** Until it neither dumps nor rewrites its log. */
async function settled(port) {
    const redis = ask(port);
    try {
        for (const end = performance.now() + 120_000; performance.now() < end && !wasInterrupted(); await sleep(100)) {
            const said = await redis.info("persistence").catch(() => "");
            if (/^loading:0/m.test(said) && !/^(rdb_bgsave|aof_rewrite)_(in_progress|scheduled):1/m.test(said)) return;
        }
    } finally {
        redis.disconnect();
    }
}

/** So that what one measurement has left to send is not part of the next. */
async function caughtUp(port, replicas) {
    const redis = ask(port);
    try {
        for (const end = performance.now() + 120_000; performance.now() < end && !wasInterrupted(); await sleep(50)) {
            const said = await redis.info("replication").catch(() => "");
            const offset = /^master_repl_offset:(\d+)/m.exec(said)?.[1];
            if (
                [...said.matchAll(/^slave\d+:.*state=online,offset=(\d+)/gm)].filter(([, its]) => its === offset)
                    .length === replicas
            )
                return;
        }
        throw new Error(`its replicas have not caught up with the server on port ${port}`);
    } finally {
        redis.disconnect();
    }
}

/** Servers without persistence, so that nothing but replication differs; each size of each side on its own. */
async function throughput(workspace, certificates) {
    const stack = await workspace.stack("replicated", 3, 512);
    const ports = [await workspace.freePorts(2), await workspace.freePorts(2), await workspace.freePorts(2)];
    const { firstPort } = stack.databases({ flavor: "nordb", replicas: [[], ports.slice(0, 1), ports.slice(1)] });
    await stack.up();
    const { servers } = await stack.outputs();
    const sides = { "component": [], "by hand": [] };
    const made = [];
    try {
        for (const replicas of [0, 1, 2]) {
            sides.component.push(await counted(servers[replicas], firstPort + 2 * replicas, replicas));
            const primary = await runPrimary(workspace, certificates, ["--save", ""]);
            made.push(primary.name);
            for (let index = 0; index < replicas; index++) {
                const name = `${primary.name}-replica-${index}`;
                await runReplica(primary, name, certificates, await workspace.freePorts(2), ["--save", ""]);
                made.push(name);
            }
            sides["by hand"].push(await counted(primary.name, primary.port, replicas));
        }
        const all = Object.values(sides).flat();
        for (const { port, replicas } of all) await caughtUp(port, replicas);
        const before = await syncs(all);
        for (let round = 0; round < rounds; round++) {
            for (const pipeline of [1, 16]) {
                for (const server of round % 2 === 0 ? all : all.toReversed()) await load(server, pipeline);
            }
            say(`throughput with replicas: round ${round + 1} of ${rounds}`);
        }
        return report(sides, (await syncs(all)) - before);
    } finally {
        if (made.length > 0) await remove(made);
        await stack.destroy();
    }
}

async function counted(container, port, replicas) {
    const group = await cgroupOf(container);
    if (!group) throw new Error("no cgroup of a container is visible here");
    return { port, replicas, group, rate: { 1: [], 16: [] }, cpu: { 1: [], 16: [] } };
}

/** Full syncs so far: one more is a replica that was dropped, as it could not follow. */
async function syncs(servers) {
    let count = 0;
    for (const { port } of servers) {
        const redis = ask(port);
        count += Number(/^sync_full:(\d+)/m.exec(await redis.info("stats"))[1]);
        redis.disconnect();
    }
    return count;
}

async function load({ port, replicas, group, rate, cpu }, pipeline) {
    const before = cpuSecondsOf(group);
    const said = await docker(
        ...["run", "--rm", "--network", "host", image, "redis-benchmark", "--tls", "--insecure", "-a", "bench"],
        ...["-p", String(port + 1), "-n", String(requests[pipeline]), "-P", String(pipeline)],
        ...["-r", "100000", "-d", "100", "-t", "set", "--csv"],
    );
    const [, perSecond] = /^"SET","([\d.]+)"/m.exec(said) ?? [];
    if (!perSecond) throw new Error(`redis-benchmark said: ${said}`);
    rate[pipeline].push(Number(perSecond) / 1000);
    cpu[pipeline].push(((cpuSecondsOf(group) - before) / requests[pipeline]) * 1e6);
    await caughtUp(port, replicas);
}

function report(sides, furtherSyncs) {
    const titles = { 1: "one request at a time", 16: "16 in a row" };
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
        `50 clients that SET over TLS. Clients, primary and replicas share this machine's processors.`,
        `${furtherSyncs} replicas were dropped meanwhile and synced anew.`,
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
            title: "CPU a request, of the primary's container",
            ours: "replicated",
            theirs: "alone",
            unit: "µs",
            rows: rows("cpu"),
        },
    ];
}
