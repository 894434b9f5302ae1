/** Previews, updates or destroys two stacks with three databases each, at the same time and in one process. */
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { RedisDatabase, type RedisDatabaseArgs } from "pulumi-redis-database";

const teams = ["blue", "green"];
const databases = ["sessions", "cache", "jobs"];

/** The program of a stack. Its outputs are the databases' URLs. */
const programOf = (args: RedisDatabaseArgs) => () => {
    const all = databases.map((name) => [name, new RedisDatabase(name, { memoryMb: 64, ...args }).tlsUrl]);
    return Promise.resolve(Object.fromEntries(all) as Record<string, unknown>);
};

/** Prints progress and the databases' messages: explanations, warnings and errors. */
const printEvents = (team: string) => (event: EngineEvent) => {
    const { op, urn = "" } = event.resOutputsEvent?.metadata ?? {};
    if (op && op !== "same" && urn.includes("::redis-database:")) console.log(`${team}: ${op} ${urn.split("::")[3]}`);
    const { severity = "", message = "", urn: source = team } = event.diagnosticEvent ?? {};
    // The engine also sends events of the severity `debug`, which contain secrets.
    if (["info", "warning", "error"].includes(severity)) console.log(`${source}\n  ${severity}: ${message.trim()}`);
};

async function run(team: string, command: string, args: RedisDatabaseArgs): Promise<void> {
    // Pulumi does not delete a protected database, so an update turns off the protection first.
    const program = programOf(command === "destroy" ? { ...args, deletionProtection: false } : args);
    const stack = await LocalWorkspace.createOrSelectStack({ projectName: "redis-teams", stackName: team, program });
    const options = { onEvent: printEvents(team) };
    if (command === "preview") await stack.preview(options);
    else await stack.up(options);
    if (command !== "destroy") return;
    await stack.destroy(options);
    await stack.workspace.removeStack(team);
}

/** Runs the command for every stack, even if it fails for one of them. */
async function runAll(command = "", json = "{}"): Promise<void> {
    if (!["preview", "up", "destroy"].includes(command)) throw new Error("databases.ts preview | up | destroy [JSON]");
    const args = JSON.parse(json) as RedisDatabaseArgs;
    const results = await Promise.allSettled(teams.map((team) => run(team, command, args)));
    if (results.some(({ status }) => status === "rejected")) process.exitCode = 1;
}

void runAll(...process.argv.slice(2));
