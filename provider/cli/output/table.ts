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

/** The rows under their headings. Missing values are empty. */
export function table(
    headings: readonly string[],
    rows: readonly (readonly (string | number | undefined)[])[],
): string {
    return format([headings.map((heading) => heading.toUpperCase()), ...rows]);
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
