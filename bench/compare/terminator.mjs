/**
 * What TLS costs before 6.0, where HAProxy speaks it in front of Redis 5.0, beside Redis 7.0, which speaks it itself:
 * the same requests to both, in turns. In front and behind are the component's own images and haproxy.cfg.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, cpuSecondsOf, heldBytes } from "../lib/cgroup.mjs";
import { docker, say } from "../lib/command.mjs";
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
        await docker(
            ...["run", "--rm", "--network", "none", "--volume", `${settings}:/settings`, "--volume", `${files}:/from`],
            ...[image, "sh", "-c", prepare],
        );
        const mount = ["--volume", `${settings}:/settings`, "--user", "999:999", "--network"];
        const quiet = ["--save", "", "--protected-mode", "no"];
        await docker(
            ...["run", "--detach", "--name", name("old"), ...mount, "none", "redis:5.0", "redis-server", "--port", "0"],
            ...["--unixsocket", "/settings/run/redis.sock", "--unixsocketperm", "770", ...quiet],
        );
        await docker(
            ...["run", "--detach", "--name", name("terminator"), "--volume", `${settings}:/settings`],
            ...["--user", "99:999", "--publish", `127.0.0.1:${port}:6380`, "--entrypoint", "haproxy", haproxyImage],
            ...["-db", "-f", "/settings/haproxy.cfg"],
        );
        await docker(
            ...["run", "--detach", "--name", name("native"), ...mount, "bridge"],
            ...["--publish", `127.0.0.1:${nativePort}:6380`, "redis:7.0", "redis-server", "--port", "0"],
            ...["--tls-port", "6380", "--tls-auth-clients", "no", "--tls-cert-file", "/settings/tls/tls.crt"],
            ...["--tls-key-file", "/settings/tls/tls.key", "--tls-ca-cert-file", "/settings/tls/tls.crt", ...quiet],
        );
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
                for (const side of round % 2 === 0 ? sides : sides.toReversed()) await ask(side, pipeline);
            }
            say(`terminator: round ${round + 1} of ${rounds}`);
        }
        const [ours, native] = sides;
        const titles = { 1: "one request at a time", 16: "16 in a row" };
        const both = [1, 16];
        return [
            {
                title: "TLS before 6.0: HAProxy before Redis 5.0",
                ours: "terminator",
                theirs: "Redis 7.0 itself",
                unit: "µs",
                rows: [
                    ...both.map((n) =>
                        comparison(`time a request, ${titles[n]}`, ours.seconds[n], native.seconds[n], goals.slower[n]),
                    ),
                    ...both.map((n) =>
                        comparison(`CPU a request, ${titles[n]}`, ours.cpu[n], native.cpu[n], goals.cpu),
                    ),
                ],
                notes: [
                    `50 clients, SET and GET. Throughput is the reciprocal: ≥ 0.6 of native is a time ≤ 1.67, ≥ 0.9 is ≤ 1.11.`,
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

/** Like the component's own: ECDSA on P-256. */
function certificate(directory) {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout"];
    const request = ["req", "-x509", "-days", "2", "-subj", "/CN=localhost"];
    execFileSync("openssl", [...request, ...key, join(directory, "tls.key"), "-out", join(directory, "tls.crt")], {
        stdio: "ignore",
    });
}

async function idleMegabytes(group) {
    const held = [];
    for (let second = 0; second < idleSeconds; second++) {
        await sleep(1000);
        held.push(heldBytes(group) / 2 ** 20);
    }
    return held;
}

/** Microseconds that a request takes, of the clock and of the processors on the servers' side. */
async function ask({ port, groups, seconds, cpu }, pipeline) {
    const before = groups.map(cpuSecondsOf);
    const said = await docker(
        ...["run", "--rm", "--network", "host", image, "redis-benchmark", "--tls"],
        ...["--insecure", "-p", String(port), "-n", String(requests[pipeline]), "-P", String(pipeline)],
        ...["-t", "set,get", "--csv"],
    );
    const used = groups.reduce((sum, group, index) => sum + cpuSecondsOf(group) - before[index], 0);
    const rates = [...said.matchAll(/^"(?:SET|GET)","([\d.]+)"/gm)].map(([, rate]) => Number(rate));
    if (rates.length !== 2) throw new Error(`redis-benchmark said: ${said}`);
    seconds[pipeline].push((rates.reduce((sum, rate) => sum + 1 / rate, 0) / rates.length) * 1e6);
    cpu[pipeline].push((used / requests[pipeline] / rates.length) * 1e6);
}
