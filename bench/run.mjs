/**
 * Measures the component against what a person would write by hand, side by side in one run (`compare`), and constants
 * of its model (`calibrate`).
 *
 *   node bench/run.mjs [noop] [first] [idle] [memory] [downtime] [terminator] [replication] [headroom]
 *       [headroom-replicas] [disk] [--json] [--minutes 20]
 *
 * By default the first six. `replication` alone takes another eleven minutes, so it is measured only where it is named,
 * as are the last three. Progress goes to standard error, the tables to standard output.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { downtime } from "./compare/downtime.mjs";
import { first } from "./compare/first.mjs";
import { idle } from "./compare/idle.mjs";
import { memory } from "./compare/memory.mjs";
import { noop } from "./compare/noop.mjs";
import { replication } from "./compare/replication.mjs";
import { terminator } from "./compare/terminator.mjs";
import { run, say, wasInterrupted, watchInterrupts } from "./lib/command.mjs";
import { table } from "./lib/report.mjs";
import { Workspace } from "./lib/workspace.mjs";

const byDefault = { noop, first, idle, memory, downtime, terminator };
const parts = { ...byDefault, replication };
/** In `calibrate`: they measure constants of `provider/model`, without another side to compare with. */
const calibrations = ["headroom", "headroom-replicas", "disk"];

const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, minutes: { type: "string", default: "20" } },
});
const unknown = positionals.filter((name) => !calibrations.includes(name) && !(name in parts));
if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(", ")}: ${[...Object.keys(parts), ...calibrations].join(", ")}`);
    process.exit(2);
}
const wanted = positionals.length > 0 ? positionals : Object.keys(byDefault);

watchInterrupts();
const deadline = performance.now() + Number(options.minutes) * 60_000;
/** Past the time, a part makes do with three rounds. */
const hurry = () => performance.now() > deadline;

const machine = {
    date: new Date().toISOString(),
    processors: `${cpus().length} × ${cpus()[0].model}`,
    loadBefore: loadavg()[0],
    node: process.version,
    pulumi: (await run("pulumi", ["version"])).stdout,
    docker: (await run("docker", ["version", "--format", "{{.Server.Version}}"])).stdout,
};
const tables = [];
for (const name of wanted.filter((name) => name in parts)) {
    const workspace = new Workspace();
    try {
        tables.push(...(await parts[name](workspace, { hurry })));
    } catch (error) {
        process.exitCode = 1;
        say(`${name}: ${error.message}`);
    } finally {
        await workspace.close();
    }
}

if (options.json) {
    console.log(JSON.stringify({ machine, tables }, null, 2));
} else if (tables.length > 0) {
    console.log(`Figures are: least, median, most. The median decides.`);
    console.log(
        Object.entries(machine)
            .map(([name, value]) => `${name} ${value}`)
            .join(", "),
    );
    for (const part of tables) console.log(`\n${table(part)}`);
}
for (const name of calibrations.filter((name) => wanted.includes(name) && !wasInterrupted())) {
    execFileSync(process.execPath, [join(import.meta.dirname, "calibrate", `${name}.mjs`)], { stdio: "inherit" });
}
