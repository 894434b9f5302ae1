/**
 * The cost of TLS before 6.0: HAProxy terminates TLS for Redis 5.0, compared with Redis 7.0, which supports TLS. Both get
 * the same requests in turns. HAProxy and Redis run the component's images and haproxy.cfg.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, cpuSecondsOf, unreclaimableBytes } from "../lib/cgroup.mjs";
import { docker, flags, say } from "../lib/command.mjs";
import { comparison, figure } from "../lib/report.mjs";
import { image } from "../lib/workspace.mjs";

const goals = { cpu: 2, slower: { 1: 1.67, 16: 1.11 }, idleMb: 8 };
const requests = { 1: 40_000, 16: 400_000 };
const rounds = 5;
const idleSeconds = 10;

export async function terminator(workspace) {
    const { haproxyCfg, haproxyImage } = createRequire(import.meta.url)(
        "../../dist/provider/model/render/haproxyCfg.js",
    );
    const { resolveArguments } = createRequire(import.meta.url)("../../dist/provider/model/arguments/resolve.js");
    const name = (part) => `${workspace.name}-${part}`;
    const files = mkdtempSync(join(tmpdir(), "terminator-"));
    const settings = name("settings");
    const [port, nativePort] = [await workspace.freePorts(1), await workspace.freePorts(1)];
    try {
        certificate(files);
        writeFileSync(join(files, "haproxy.cfg"), haproxyCfg(resolveArguments({ version: "5.0" }).spec));
        await docker("volume", "create", settings);
        const volume = `${settings}:/settings`;
        const preparing = { rm: true, network: "none", volume: [volume, `${files}:/from`] };
        await docker("run", ...flags(preparing), image, "sh", "-c", prepare);
        const start = (part, container, ...command) =>
            docker("run", ...flags({ detach: true, name: name(part), volume, ...container }), ...command);
        const directives = { "port": 0, "save": "", "protected-mode": "no" };
        const socket = { unixsocket: "/settings/run/redis.sock", unixsocketperm: 770 };
        const old = flags({ ...directives, ...socket });
        await start("old", { user: "999:999", network: "none" }, "redis:5.0", "redis-server", ...old);
        const terminating = { user: "99:999", publish: `127.0.0.1:${port}:6380`, entrypoint: "haproxy" };
        await start("terminator", terminating, haproxyImage, "-db", "-f", "/settings/haproxy.cfg");
        const native = flags({
            ...directives,
            "tls-port": 6380,
            "tls-auth-clients": "no",
            "tls-cert-file": "/settings/tls/tls.crt",
            "tls-key-file": "/settings/tls/tls.key",
            "tls-ca-cert-file": "/settings/tls/tls.crt",
        });
        const published = { user: "999:999", publish: `127.0.0.1:${nativePort}:6380` };
        await start("native", published, "redis:7.0", "redis-server", ...native);
        const groupsOf = (...parts) => Promise.all(parts.map((part) => cgroupOf(name(part))));
        const sides = [
            { port, groups: await groupsOf("old", "terminator"), seconds: { 1: [], 16: [] }, cpu: { 1: [], 16: [] } },
            { port: nativePort, groups: await groupsOf("native"), seconds: { 1: [], 16: [] }, cpu: { 1: [], 16: [] } },
        ];
        if (sides.some(({ groups }) => groups.includes(undefined))) {
            throw new Error("no cgroup of a container is visible here");
        }
        const idle = await idleMegabytes(sides[0].groups[1]);
        for (let round = 0; round < rounds; round++) {
            for (const pipeline of [1, 16]) {
                for (const side of round % 2 === 0 ? sides : sides.toReversed()) await benchmark(side, pipeline);
            }
            say(`terminator: round ${round + 1} of ${rounds}`);
        }
        const [ours, theirs] = sides;
        const titles = { 1: "one request at a time", 16: "pipelines of 16" };
        const pipelines = [1, 16];
        return [
            {
                title: "TLS before 6.0: HAProxy in front of Redis 5.0",
                ours: "terminator",
                theirs: "Redis 7.0",
                unit: "µs",
                rows: [
                    ...pipelines.map((n) =>
                        comparison(
                            `time per request, ${titles[n]}`,
                            ours.seconds[n],
                            theirs.seconds[n],
                            goals.slower[n],
                        ),
                    ),
                    ...pipelines.map((n) =>
                        comparison(`CPU per request, ${titles[n]}`, ours.cpu[n], theirs.cpu[n], goals.cpu),
                    ),
                ],
                notes: [
                    "50 clients, SET and GET. Throughput is the reciprocal: 0.6 of Redis 7.0's is 1.67 times its time, 0.9 is 1.11 times.",
                ],
            },
            {
                title: "Memory of the terminator without clients",
                ours: "terminator",
                unit: "MiB",
                rows: [figure("anonymous and kernel memory", idle, goals.idleMb)],
            },
        ];
    } finally {
        rmSync(files, { recursive: true });
        const containers = ["old", "terminator", "native"].map(name);
        await docker("rm", "--force", "--volumes", ...containers).catch(() => undefined);
        await docker("volume", "rm", settings).catch(() => undefined);
    }
}

const prepare = `mkdir -p /settings/run /settings/tls /settings/terminator && cp /from/tls.* /settings/tls/ &&
    cp /from/haproxy.cfg /settings/ && chown -R 0:999 /settings && chmod 640 /settings/tls/* &&
    chmod 770 /settings/run && chown 99 /settings/terminator`;

/** Creates a certificate of the same kind as the component's: ECDSA P-256. */
function certificate(directory) {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout"];
    const request = ["req", "-x509", "-days", "2", "-subj", "/CN=localhost"];
    execFileSync("openssl", [...request, ...key, join(directory, "tls.key"), "-out", join(directory, "tls.crt")], {
        stdio: "ignore",
    });
}

async function idleMegabytes(group) {
    const samples = [];
    for (let second = 0; second < idleSeconds; second++) {
        await sleep(1000);
        samples.push(unreclaimableBytes(group) / 2 ** 20);
    }
    return samples;
}

/** Measures the microseconds per request: elapsed time, and CPU time on the server's side. */
async function benchmark({ port, groups, seconds, cpu }, pipeline) {
    const before = groups.map(cpuSecondsOf);
    const options = { tls: true, insecure: true, p: port, n: requests[pipeline], P: pipeline, t: "set,get", csv: true };
    const container = ["run", "--rm", "--network", "host", image];
    const output = await docker(...container, "redis-benchmark", ...flags(options));
    const used = groups.reduce((sum, group, index) => sum + cpuSecondsOf(group) - before[index], 0);
    const rates = [...output.matchAll(/^"(?:SET|GET)","([\d.]+)"/gm)].map(([, rate]) => Number(rate));
    if (rates.length !== 2) throw new Error(`unexpected output of redis-benchmark: ${output}`);
    seconds[pipeline].push((rates.reduce((sum, rate) => sum + 1 / rate, 0) / rates.length) * 1e6);
    cpu[pipeline].push((used / requests[pipeline] / rates.length) * 1e6);
}
