/** Two stacks with three databases each, at the same time and in one process: `preview`, `up` or `destroy` them. */
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { RedisDatabase, type RedisDatabaseArgs } from "pulumi-redis-database";

const teams = ["blue", "green"];
const databases = ["sessions", "cache", "jobs"];

/** The program of a stack. Its outputs are the databases' URLs. */
const programOf = (args: RedisDatabaseArgs) => () => {
    const all = databases.map((name) => [name, new RedisDatabase(name, { memoryMb: 64, ...args }).tlsUrl]);
    return Promise.resolve(Object.fromEntries(all) as Record<string, unknown>);
};

/** Prints progress, and what the databases say of a change: explanations, warnings and the reasons of failures. */
const reportOn = (team: string) => (event: EngineEvent) => {
    const { op, urn = "" } = event.resOutputsEvent?.metadata ?? {};
    if (op && op !== "same" && urn.includes("::redis-database:")) console.log(`${team}: ${op} ${urn.split("::")[3]}`);
    const { severity = "", message = "", urn: about = team } = event.diagnosticEvent ?? {};
    // The engine also sends `debug`, which has secrets in it.
    if (["info", "warning", "error"].includes(severity)) console.log(`${about}\n  ${severity}: ${message.trim()}`);
};

async function run(team: string, command: string, args: RedisDatabaseArgs): Promise<void> {
    // Pulumi removes no database that is protected: an update ends that first.
    const program = programOf(command === "destroy" ? { ...args, deletionProtection: false } : args);
    const stack = await LocalWorkspace.createOrSelectStack({ projectName: "redis-teams", stackName: team, program });
    const options = { onEvent: reportOn(team) };
    if (command === "preview") await stack.preview(options);
    else await stack.up(options);
    if (command !== "destroy") return;
    await stack.destroy(options);
    await stack.workspace.removeStack(team);
}

/** One that fails does not keep the others from coming to their end. */
async function runAll(command = "", json = "{}"): Promise<void> {
    if (!["preview", "up", "destroy"].includes(command)) throw new Error("databases.ts preview | up | destroy [JSON]");
    const args = JSON.parse(json) as RedisDatabaseArgs;
    const results = await Promise.allSettled(teams.map((team) => run(team, command, args)));
    if (results.some(({ status }) => status === "rejected")) process.exitCode = 1;
}

void runAll(...process.argv.slice(2));
