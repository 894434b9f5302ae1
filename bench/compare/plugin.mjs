/** The components in process compared with the same components through the plugin; the plugin's start and its memory. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { say } from "../lib/command.mjs";
import { startAndConstruct } from "../lib/engine.mjs";
import { comparison, figure } from "../lib/report.mjs";

const rounds = 5;
const databases = 10;
/** Seconds until the plugin is ready, and until a component has checked its arguments. */
const goals = { ready: 1.2, construct: 0.5 };
const goalMb = 200;
const folder = resolve(import.meta.dirname, "../../dist/plugin");

export async function plugin(workspace, { isOvertime }) {
    const memoryFile = join(workspace.directory, "memory");
    const recording = join(workspace.directory, "pulumi-resource-redis-database");
    const preload = join(import.meta.dirname, "../lib/recordMemory.cjs");
    writeFileSync(
        recording,
        `#!/bin/sh\nexport BENCH_MEMORY_FILE='${memoryFile}' NODE_OPTIONS='--require ${preload}'\nexec '${folder}/pulumi-resource-redis-database' "$@"\n`,
        { mode: 0o755 },
    );
    const starts = { ready: [], construct: [] };
    const first = { ours: [], theirs: [] };
    const again = { ours: [], theirs: [] };
    const memory = [];
    for (let round = 0; round < rounds && !(round >= 3 && isOvertime()); round++) {
        const { ready, construct } = await startAndConstruct(join(folder, "pulumi-resource-redis-database"));
        starts.ready.push(ready);
        starts.construct.push(construct);
        say(
            `plugin, round ${round + 1} of ${rounds}: ready ${ready.toFixed(2)} s, Construct ${construct.toFixed(2)} s`,
        );
        const sides = [
            ["plugin", "ours"],
            ["in-process", "theirs"],
        ];
        for (const [program, side] of round % 2 === 0 ? sides : sides.toReversed()) {
            const stack = await workspace.stack(program, databases, 32, { plugin: workspace.directory });
            first[side].push(await stack.up());
            again[side].push(await stack.up("--expect-no-changes"));
            await stack.destroy();
        }
        memory.push(Number(readFileSync(memoryFile, "utf8")) / 2 ** 20);
        const seconds = [first, again].map(
            ({ ours, theirs }) => `${ours.at(-1).toFixed(2)}/${theirs.at(-1).toFixed(2)}`,
        );
        say(`plugin, round ${round + 1} of ${rounds}: first update ${seconds[0]} s, without changes ${seconds[1]} s`);
    }
    return [
        {
            title: `\`pulumi up\` of ${databases} databases`,
            ours: "plugin",
            theirs: "in process",
            unit: "s",
            rows: [
                comparison("first `pulumi up`", first.ours, first.theirs),
                comparison("`pulumi up` without changes", again.ours, again.theirs),
            ],
        },
        {
            title: "The plugin's start",
            ours: "plugin",
            unit: "s",
            rows: [
                figure("from its start until it is ready", starts.ready, goals.ready),
                figure("from then until a component has checked its arguments", starts.construct, goals.construct),
            ],
        },
        {
            title: "The plugin's memory",
            ours: "plugin",
            unit: "MiB",
            rows: [figure(`most memory, with ${databases} databases`, memory, goalMb)],
        },
    ];
}
