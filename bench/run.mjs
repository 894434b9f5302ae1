/**
 * Measures the component side by side with an equivalent written by hand (`compare`), and measures constants of the
 * component's model (`calibrate`).
 *
 *   node bench/run.mjs [noop] [first] [plugin] [idle] [memory] [downtime] [terminator] [platform] [review]
 *       [backups] [replication] [headroom] [headroom-replicas] [disk] [--json] [--minutes 20]
 *
 * By default, it runs the first nine parts. The last five run only if they are named: `replication` alone takes eleven
 * minutes. Progress goes to standard error, the tables go to standard output.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { backups } from "./compare/backups.mjs";
import { downtime } from "./compare/downtime.mjs";
import { first } from "./compare/first.mjs";
import { idle } from "./compare/idle.mjs";
import { memory } from "./compare/memory.mjs";
import { noop } from "./compare/noop.mjs";
import { platform } from "./compare/platform.mjs";
import { plugin } from "./compare/plugin.mjs";
import { replication } from "./compare/replication.mjs";
import { review } from "./compare/review.mjs";
import { terminator } from "./compare/terminator.mjs";
import { run, say, wasInterrupted, watchInterrupts } from "./lib/command.mjs";
import { table } from "./lib/report.mjs";
import { Workspace } from "./lib/workspace.mjs";

const byDefault = { noop, first, plugin, idle, memory, downtime, terminator, platform, review };
const parts = { ...byDefault, backups, replication };
/** Programs in `calibrate`. They measure constants of `provider/model` and compare nothing. */
const calibrations = ["headroom", "headroom-replicas", "disk"];

const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, minutes: { type: "string", default: "20" } },
});
const unknown = positionals.filter((name) => !calibrations.includes(name) && !(name in parts));
if (unknown.length > 0) {
    console.error(
        `Unknown part: ${unknown.join(", ")}. Choose from: ${[...Object.keys(parts), ...calibrations].join(", ")}`,
    );
    process.exit(2);
}
const selected = positionals.length > 0 ? positionals : Object.keys(byDefault);

watchInterrupts();
const deadline = performance.now() + Number(options.minutes) * 60_000;
/** After the deadline, a part runs only three rounds. */
const isOvertime = () => performance.now() > deadline;

const machine = {
    date: new Date().toISOString(),
    processors: `${cpus().length} × ${cpus()[0].model}`,
    loadBefore: loadavg()[0],
    node: process.version,
    pulumi: (await run("pulumi", ["version"])).stdout,
    docker: (await run("docker", ["version", "--format", "{{.Server.Version}}"])).stdout,
};
const tables = [];
for (const name of selected.filter((name) => name in parts)) {
    const workspace = new Workspace();
    try {
        tables.push(...(await parts[name](workspace, { isOvertime })));
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
    console.log("Figures are: minimum, median, maximum. A goal applies to the median.");
    console.log(
        Object.entries(machine)
            .map(([name, value]) => `${name} ${value}`)
            .join(", "),
    );
    for (const part of tables) console.log(`\n${table(part)}`);
}
for (const name of calibrations.filter((name) => selected.includes(name) && !wasInterrupted())) {
    execFileSync(process.execPath, [join(import.meta.dirname, "calibrate", `${name}.mjs`)], { stdio: "inherit" });
}
