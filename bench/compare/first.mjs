/** The duration of the first `pulumi up` of one database, and the time until a client gets a reply. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareCertificates } from "../lib/certificates.mjs";
import { docker, flags, run, say } from "../lib/command.mjs";
import { waitForPing } from "../lib/ping.mjs";
import { comparison } from "../lib/report.mjs";
import { image } from "../lib/workspace.mjs";

const rounds = 5;
const goal = 1.25;

export async function first(workspace, { isOvertime }) {
    const openssl = await prepare(join(workspace.directory, "certificates"));
    const sides = [
        { name: "component", start: () => byPulumi(workspace, "component"), up: [], ping: [] },
        { name: "by hand", start: () => byPulumi(workspace, "by-hand"), up: [], ping: [] },
        { name: "docker run", start: () => byDocker(workspace, openssl), up: [], ping: [] },
    ];
    for (let round = 0; round < rounds && !(round >= 3 && isOvertime()); round++) {
        for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
            const { up, ping, remove } = await side.start();
            side.up.push(up);
            side.ping.push(ping);
            await remove();
            say(
                `first update, round ${round + 1} of ${rounds}: ${side.name} ${up.toFixed(2)} s, PING after ${ping.toFixed(2)} s`,
            );
        }
    }
    const [ours, byHand, dockerRun] = sides;
    return [
        {
            title: "First update of one database, in a new stack",
            ours: "component",
            theirs: "by hand",
            unit: "s",
            rows: [
                comparison("first `pulumi up`", ours.up, byHand.up, goal),
                comparison("from `pulumi up` to a verified TLS PING", ours.ping, byHand.ping),
            ],
            notes: [
                "With the component, `pulumi up` returns when the server answers; by hand, when the container has started.",
            ],
        },
        {
            title: "The same PING, compared with Docker alone and existing certificates",
            ours: "component",
            theirs: "docker run",
            unit: "s",
            rows: [comparison("from the command to a verified TLS PING", ours.ping, dockerRun.ping)],
            notes: [
                "The difference is mostly Pulumi: the program, the plugins and the state. Compare with `by hand` above.",
            ],
        },
    ];
}

/** Seconds of the update, and until the PING. The command that reads the outputs in between does not count. */
async function byPulumi(workspace, program) {
    const stack = await workspace.stack(program, 1, 512);
    const up = await stack.up();
    const { tlsUrls, caCertPems } = await stack.outputs();
    const ping = up + (await secondsOf(() => waitForPing(tlsUrls[0], caCertPems[0])));
    return { up, ping, remove: () => stack.destroy() };
}

async function byDocker(workspace, { directory, caCertPem }) {
    const port = await workspace.freePorts(2);
    const name = `${workspace.name}-run-${port}`;
    const container = { detach: true, name, publish: `127.0.0.1:${port}:6380`, volume: `${directory}:/tls:ro` };
    const command = ["run", ...flags(container), image, "redis-server", "/tls/redis.conf"];
    const { seconds: up } = await run("docker", command);
    const ping = up + (await secondsOf(() => waitForPing(`rediss://:bench@localhost:${port}`, caCertPem)));
    return { up, ping, remove: () => docker("rm", "--force", "--volumes", name) };
}

async function secondsOf(work) {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
}

/** Creates the certificates and the redis.conf for `docker run`. */
async function prepare(directory) {
    const certificates = await prepareCertificates(directory);
    const conf = `port 0
tls-port 6380
tls-cert-file /tls/tls.crt
tls-key-file /tls/tls.key
tls-ca-cert-file /tls/ca.crt
tls-auth-clients no
appendonly yes
requirepass bench
`;
    writeFileSync(join(directory, "redis.conf"), conf);
    return certificates;
}
