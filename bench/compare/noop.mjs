/** The duration of `pulumi up` and `pulumi preview` without changes, for 1, 10 and 50 databases. */
import { say } from "../lib/command.mjs";
import { comparison } from "../lib/report.mjs";

const goal = 1.05;
const sizes = [
    { count: 1, rounds: 2, memoryMb: 512 },
    { count: 10, rounds: 2, memoryMb: 32 },
    { count: 50, rounds: 2, memoryMb: 32 },
];

export async function noop(workspace, { isOvertime }) {
    const rows = [];
    const notes = [];
    for (const { count, rounds, memoryMb } of sizes) {
        const databases = count === 1 ? "1 database" : `${count} databases`;
        say(`no-op: deploying ${databases} with the component and by hand`);
        const sides = [];
        for (const program of ["component", "by-hand"]) {
            const stack = await workspace.stack(program, count, memoryMb);
            await stack.up();
            sides.push({ stack, up: [], preview: [] });
        }
        for (let round = 0; round < rounds && !(round >= 3 && isOvertime()); round++) {
            for (const command of ["up", "preview"]) {
                for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
                    side[command].push(await side.stack[command]("--expect-no-changes"));
                }
                const [ours, theirs] = sides.map((side) => side[command].at(-1).toFixed(2));
                say(`no-op ${command}, ${databases}, round ${round + 1} of ${rounds}: ${ours} s, by hand ${theirs} s`);
            }
        }
        const [ours, theirs] = sides;
        rows.push(comparison(`up, ${databases}`, ours.up, theirs.up, goal));
        rows.push(comparison(`preview, ${databases}`, ours.preview, theirs.preview, goal));
        const [resources, byHand] = [await ours.stack.resourceCount(), await theirs.stack.resourceCount()];
        notes.push(`${databases}: ${resources} resources in the state, ${byHand} by hand.`);
        for (const { stack } of sides) await stack.destroy();
    }
    return [
        {
            title: "`pulumi up` and `pulumi preview` without changes",
            ours: "component",
            theirs: "by hand",
            unit: "s",
            rows,
            notes,
        },
    ];
}
