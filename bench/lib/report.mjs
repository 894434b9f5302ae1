/** What is printed: figures side by side, their ratio, the goal, and whether it was met. */

/** The least, the middle and the most of what was measured. */
export function spread(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
    return { min: sorted[0], median, max: sorted.at(-1), count: sorted.length };
}

/**
 * One line of a table. Rounds are compared one by one, so that a machine that is slower for a minute slows both sides
 * of the same ratio. The median decides on the goal.
 */
export function comparison(what, ours, theirs, goal) {
    const ratio = spread(ours.map((value, round) => value / theirs[round]));
    return {
        what,
        ours: spread(ours),
        theirs: spread(theirs),
        ratio,
        ...(goal && { goal, met: ratio.median <= goal }),
    };
}

/** The same for a goal that is how much more ours may be, in its unit. */
export function difference(what, ours, theirs, goal) {
    const more = spread(ours.map((value, round) => value - theirs[round]));
    return { what, ours: spread(ours), theirs: spread(theirs), ratio: more, goal, met: more.median <= goal };
}

/** One line without another side. */
export function figure(what, values, goal) {
    const ours = spread(values);
    return { what, ours, ...(goal && { goal, met: ours.median <= goal }) };
}

export function table({ title, ours, theirs, compared: how = "ratio", unit, rows, notes = [] }) {
    const compared = theirs !== undefined;
    const head = ["", `${ours}, ${unit}`, ...(compared ? [`${theirs}, ${unit}`, how] : []), "goal", "met", "rounds"];
    const body = rows.map((row) => [
        row.what,
        three(row.ours),
        ...(compared ? [three(row.theirs), three(row.ratio)] : []),
        row.goal === undefined ? "" : `≤ ${row.goal}`,
        row.goal === undefined ? "" : row.met ? "yes" : "NO",
        String(row.ours.count),
    ]);
    const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column].length)));
    const line = (cells) =>
        cells
            .map((cell, column) => cell.padEnd(widths[column]))
            .join("  ")
            .trimEnd();
    return [title, line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line), ...notes].join("\n");
}

const three = ({ min, median, max }) => [min, median, max].map((value) => value.toFixed(2).padStart(6)).join(" ");
