/** Tables without borders, as plain text. */
import Table from "cli-table3";

const edges = ["top", "bottom", "left", "right", "mid"] as const;
const noBorders = {
    ...Object.fromEntries(
        edges.flatMap((edge) => [
            [edge, ""],
            [`${edge}-mid`, ""],
        ]),
    ),
    "top-left": "",
    "top-right": "",
    "bottom-left": "",
    "bottom-right": "",
    "left-mid": "",
    "right-mid": "",
    "mid-mid": "",
    "middle": "  ",
};

/** How a table fits a terminal. */
export interface Fit {
    /** Undefined if it is not printed on a terminal. */
    readonly width: number | undefined;
    /** The columns that can be left out, by their headings, the first one first. */
    readonly dispensable: readonly string[];
}

/** The rows under their headings. Missing values are empty. */
export function table(
    headings: readonly string[],
    rows: readonly (readonly (string | number | undefined)[])[],
    { width, dispensable }: Fit = { width: undefined, dispensable: [] },
): string {
    const text = format([headings.map((heading) => heading.toUpperCase()), ...rows]);
    const left = dispensable.find((heading) => headings.includes(heading));
    if (width === undefined || left === undefined || text.split("\n").every((line) => line.length <= width))
        return text;
    const column = headings.indexOf(left);
    return table(
        headings.filter((_heading, index) => index !== column),
        rows.map((row) => row.filter((_cell, index) => index !== column)),
        { width, dispensable },
    );
}

/** Names and values, one per line. */
export function record(fields: readonly (readonly [name: string, value: string])[]): string {
    return format(fields);
}

function format(rows: readonly (readonly (string | number | undefined)[])[]): string {
    const printed = new Table({
        chars: noBorders,
        style: { "head": [], "border": [], "padding-left": 0, "padding-right": 0 },
    });
    printed.push(...rows.map((row) => row.map((cell) => String(cell ?? ""))));
    return printed
        .toString()
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n");
}
