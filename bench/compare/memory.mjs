/** What a database costs in memory beside its server: the agent, and the health checks of both containers. */
import { setTimeout as sleep } from "node:timers/promises";
import { besideServerBytes, cgroupOf, heldBytes } from "../lib/cgroup.mjs";
import { say, wasInterrupted } from "../lib/command.mjs";
import { figure } from "../lib/report.mjs";

const goalMb = 3;
const databases = 3;
/**
 * Long enough to see the server's health check start anew, which it does every 45 s. The agent's does every five minutes;
 * in between, each is a shell that sleeps.
 */
const seconds = 75;
const samplesASecond = 4;

export async function memory(workspace) {
    say(`memory: bringing up ${databases} databases`);
    const stack = await workspace.stack("component", databases, 512);
    await stack.up();
    const { agents, servers } = await stack.outputs();
    const groups = await Promise.all([...agents, ...servers].map(cgroupOf));
    const title = "Memory beside the server, of each database";
    if (groups.includes(undefined)) {
        await stack.destroy();
        return [
            {
                title,
                ours: "component",
                unit: "MiB",
                rows: [],
                notes: ["Not measured: no cgroup of a container is visible here."],
            },
        ];
    }
    const [ofAgents, ofServers] = [groups.slice(0, databases), groups.slice(databases)];
    const figures = { agent: [], checks: [], all: [] };
    say(`memory: watching for ${seconds} s`);
    for (let sample = 0; sample < seconds * samplesASecond && !wasInterrupted(); sample++) {
        await sleep(1000 / samplesASecond);
        for (let database = 0; database < databases; database++) {
            const agent = heldBytes(ofAgents[database]) / 2 ** 20;
            const checks = besideServerBytes(ofServers[database]) / 2 ** 20;
            figures.agent.push(agent);
            figures.checks.push(checks);
            figures.all.push(agent + checks);
        }
    }
    await stack.destroy();
    return [
        {
            title,
            ours: "component",
            unit: "MiB",
            rows: [
                figure("all beside the server", figures.all, goalMb),
                figure("the agent's container: anonymous and kernel memory", figures.agent),
                figure("the server's health check: anonymous memory", figures.checks),
            ],
            notes: [
                `${databases} databases, ${samplesASecond} looks a second for ${seconds} s; the most is while a health check starts.`,
            ],
        },
    ];
}
