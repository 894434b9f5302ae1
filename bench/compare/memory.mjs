/** The memory that a database needs in addition to its server: the agent, and the health checks of both containers. */
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupOf, otherProcessesBytes, unreclaimableBytes } from "../lib/cgroup.mjs";
import { say, wasInterrupted } from "../lib/command.mjs";
import { figure } from "../lib/report.mjs";

const goalMb = 3;
const databases = 3;
/**
 * Long enough to include a restart of the server's health check, which happens every 45 s. The agent's restarts every five
 * minutes. In between, each health check is a sleeping shell.
 */
const seconds = 75;
const samplesPerSecond = 4;

export async function memory(workspace) {
    say(`memory: deploying ${databases} databases`);
    const stack = await workspace.stack("component", databases, 512);
    await stack.up();
    const { agents, servers } = await stack.outputs();
    const groups = await Promise.all([...agents, ...servers].map(cgroupOf));
    const title = "Memory of a database in addition to its server";
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
    say(`memory: measuring for ${seconds} s`);
    for (let sample = 0; sample < seconds * samplesPerSecond && !wasInterrupted(); sample++) {
        await sleep(1000 / samplesPerSecond);
        for (let database = 0; database < databases; database++) {
            const agent = unreclaimableBytes(ofAgents[database]) / 2 ** 20;
            const checks = otherProcessesBytes(ofServers[database]) / 2 ** 20;
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
                figure("all except the server", figures.all, goalMb),
                figure("the agent's container: anonymous and kernel memory", figures.agent),
                figure("the server's health check: anonymous memory", figures.checks),
            ],
            notes: [
                `${databases} databases, ${samplesPerSecond} samples per second for ${seconds} s. The maximum occurs when a health check starts.`,
            ],
        },
    ];
}
