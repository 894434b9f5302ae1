/** The CPU time of a database without clients, compared with a bare Redis container. */
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, cpuSecondsOf, serverCpuSeconds } from "../lib/cgroup.mjs";
import { docker, say, wasInterrupted } from "../lib/command.mjs";
import { comparison } from "../lib/report.mjs";
import { image } from "../lib/workspace.mjs";

const goal = 1.5;
const databases = 3;
/** An agent's first check comes after a minute, and does more than the following ones. */
const settleSeconds = 75;
/** The longest interval is that of the agent's health check. Measuring for that long includes every periodic task. */
const seconds = 300;
const execs = 20;

export async function idle(workspace) {
    say(`idle: deploying ${databases} databases, one with a replica, and ${databases} bare servers`);
    const stack = await workspace.stack("component", databases, 512);
    await stack.up();
    const { agents, servers } = await stack.outputs();
    const pair = await workspace.stack("replicated", 1, 512);
    pair.configure({ flavor: "aof", replicas: [[await workspace.freePorts(2)]] });
    await pair.up();
    const bare = Array.from({ length: databases }, (_, index) => `${workspace.name}-bare-${index}`);
    for (const name of bare) await docker("run", "--detach", "--name", name, image);
    await pause(settleSeconds);
    say(`idle: measuring for ${seconds} s`);
    const started = await Promise.all([agents, servers, bare, await containersOf(pair)].map(startMeters));
    await pause(seconds);
    const [ofAgents, ofServers, ofBare, ofPair] = started.map((meters) => meters.map((read) => read()));
    const exec = await msOfExec(bare[0]);
    await docker("rm", "--force", "--volumes", ...bare);
    await pair.destroy();
    await stack.destroy();
    const all = (used) => used.map((container) => container.all);
    const sum = (figures) => figures.reduce((total, next) => total + next);
    const ofDatabases = ofServers.map((server, index) => server.all + ofAgents[index].all);
    const ofFirstProcesses = ofServers.map((server) => server.first);
    const ofChecks = ofServers.map((server) => server.all - server.first);
    const twoBare = [sum(all(ofBare.slice(0, 2)))];
    return [
        {
            title: "CPU per minute of a database without clients",
            ours: "component",
            theirs: "bare Redis",
            unit: "ms",
            rows: [
                comparison("all containers of the database", ofDatabases, all(ofBare), goal),
                comparison("- the server process", ofFirstProcesses, all(ofBare)),
                comparison("- the server's health checks", ofChecks, all(ofBare)),
                comparison("- the agent and its health checks", all(ofAgents), all(ofBare)),
                comparison("a primary and its replica, compared with two bare servers", [sum(all(ofPair))], twoBare),
            ],
            notes: [
                `${databases} databases and ${databases} containers of \`docker run ${image}\` at the same time, for ${seconds} s.`,
                `Each health check is a \`docker exec\`, which alone takes ${exec.toFixed(1)} ms of the container's CPU time.`,
            ],
        },
    ];
}

async function pause(seconds) {
    for (let second = 0; second < seconds && !wasInterrupted(); second++) await sleep(1000);
}

async function containersOf(stack) {
    return (await docker("ps", "--filter", `name=${stack.name}-`, "--format", "{{.Names}}")).split("\n");
}

const startMeters = (containers) => Promise.all(containers.map(startMeter));

/**
 * Returns a function that reads the CPU time since now, in ms per minute: `all` of the container, `first` of its server
 * process.
 */
async function startMeter(container) {
    const group = await cgroupOf(container);
    if (!group) throw new Error("no cgroup of a container is visible here");
    const started = { at: performance.now(), all: cpuSecondsOf(group), first: serverCpuSeconds(group) };
    return () => {
        const minutes = (performance.now() - started.at) / 60_000;
        return {
            all: ((cpuSecondsOf(group) - started.all) * 1000) / minutes,
            first: ((serverCpuSeconds(group) - started.first) * 1000) / minutes,
        };
    };
}

/** CPU time in ms that `docker exec` takes to start a program, as far as the kernel assigns it to the container. */
async function msOfExec(container) {
    const read = await startMeter(container);
    const started = performance.now();
    for (let exec = 0; exec < execs; exec++) await docker("exec", container, "true");
    const { all, first } = read();
    return ((all - first) * (performance.now() - started)) / 60_000 / execs;
}
