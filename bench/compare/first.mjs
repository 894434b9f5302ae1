/** The first `pulumi up` of one database, and how long it takes until a client gets through to it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareCertificates } from "../lib/certificates.mjs";
import { docker, run, say } from "../lib/command.mjs";
import { waitForPing } from "../lib/ping.mjs";
import { comparison } from "../lib/report.mjs";
import { image } from "../lib/workspace.mjs";

const rounds = 5;
const goal = 1.25;

export async function first(workspace, { hurry }) {
    const openssl = await prepare(join(workspace.directory, "certificates"));
    const sides = [
        { name: "component", start: () => byPulumi(workspace, "component"), up: [], ping: [] },
        { name: "by hand", start: () => byPulumi(workspace, "by-hand"), up: [], ping: [] },
        { name: "docker run", start: () => byDocker(workspace, openssl), up: [], ping: [] },
    ];
    for (let round = 0; round < rounds && !(round >= 3 && hurry()); round++) {
        for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
            const { up, ping, remove } = await side.start();
            side.up.push(up);
            side.ping.push(ping);
            await remove();
            say(
                `first up, round ${round + 1} of ${rounds}: ${side.name} ${up.toFixed(2)} s, to PING ${ping.toFixed(2)} s`,
            );
        }
    }
    const [ours, byHand, dockerRun] = sides;
    return [
        {
            title: "First up of one database, in a new stack",
            ours: "component",
            theirs: "by hand",
            unit: "s",
            rows: [
                comparison("first up", ours.up, byHand.up, goal),
                comparison("from `pulumi up` to a verified TLS PING", ours.ping, byHand.ping),
            ],
            notes: [
                "The component's up returns once its server answers; the one by hand returns once its container is started.",
            ],
        },
        {
            title: "The same PING against Docker alone, with certificates made beforehand",
            ours: "component",
            theirs: "docker run",
            unit: "s",
            rows: [comparison("from the command to a verified TLS PING", ours.ping, dockerRun.ping)],
            notes: ["What is more is Pulumi's own: its program, its plugins, its state. Compare with `by hand` above."],
        },
    ];
}

/** Seconds of the up, and until the PING; reading where to ping is a command of its own, which is not counted. */
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
    const args = ["--name", name, "--publish", `127.0.0.1:${port}:6380`, "--volume", `${directory}:/tls:ro`];
    const { seconds: up } = await run("docker", ["run", "--detach", ...args, image, "redis-server", "/tls/redis.conf"]);
    const ping = up + (await secondsOf(() => waitForPing(`rediss://:bench@localhost:${port}`, caCertPem)));
    return { up, ping, remove: () => docker("rm", "--force", "--volumes", name) };
}

async function secondsOf(work) {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
}

/** With what `docker run` is given beside them: a redis.conf. */
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
