/** The tables of a run: figures side by side, their ratio, the goal, and whether it was met. */

/** The minimum, median and maximum of the measurements. */
export function spread(values) {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
    return { min: sorted[0], median, max: sorted.at(-1), count: sorted.length };
}

/**
 * A row that compares two sides. The ratio is computed for each round, so that a machine that is slow for a minute affects
 * both sides of the ratio. The goal applies to the median ratio.
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

/** Like `comparison`, with differences in place of ratios. The goal is the largest difference, in the row's unit. */
export function difference(what, ours, theirs, goal) {
    const differences = spread(ours.map((value, round) => value - theirs[round]));
    return {
        what,
        ours: spread(ours),
        theirs: spread(theirs),
        ratio: differences,
        goal,
        met: differences.median <= goal,
    };
}

/** A row with a single side. */
export function figure(what, values, goal) {
    const ours = spread(values);
    return { what, ours, ...(goal && { goal, met: ours.median <= goal }) };
}

export function table({ title, ours, theirs, compared: how = "ratio", unit, rows, notes = [] }) {
    const compared = theirs !== undefined;
    const head = ["", `${ours}, ${unit}`, ...(compared ? [`${theirs}, ${unit}`, how] : []), "goal", "met", "rounds"];
    const body = rows.map((row) => [
        row.what,
        formatSpread(row.ours),
        ...(compared ? [formatSpread(row.theirs), formatSpread(row.ratio)] : []),
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

const formatSpread = ({ min, median, max }) =>
    [min, median, max].map((value) => value.toFixed(2).padStart(6)).join(" ");
