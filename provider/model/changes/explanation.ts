/** The table of changes in words: for a preview, and for the README. */
import { isDeepStrictEqual } from "node:util";
import { type ChangeRow, type Described, type Effect, changeRows, changesBetween, effects } from "./rows";
import type { Kind } from "../arguments/properties";
import type { Flavor } from "../catalog/versions";

/**
 * What will happen, in one line of words; `undefined` if nothing changes. `values` says whether old and new values may
 * be read in it; those of passwords, keys and directives never are.
 */
export function explainChanges(
    database: string,
    before: Described,
    after: Described,
    { values = true, kind = "RedisDatabase" }: { readonly values?: boolean; readonly kind?: Kind } = {},
): string | undefined {
    const rows = changesBetween(before, after);
    if (rows.length === 0) return undefined;
    const parts = (Object.keys(effects) as Effect[]).flatMap((effect) => {
        const named = rows
            .filter((row) => row.effect === effect)
            .flatMap((row) => changedIn(row, before, after, values));
        return named.length === 0 ? [] : [`${named.join(", ")}: ${sentences[effect](after.spec.flavor)}`];
    });
    const warnings = new Set(rows.flatMap(({ warning }) => warning?.(before, after) ?? []));
    return `${kind} "${database}": ${[...parts, ...warnings].join("; ")}.`;
}

const sentences: Readonly<Record<Effect, (flavor: Flavor) => string>> = {
    live: () => "takes effect while the server runs, clients stay connected",
    resized: () => "the server is resized in place, clients stay connected",
    terminator: () => "the TLS terminator is replaced, clients reconnect once over TLS",
    replaced: (flavor) =>
        `the server is replaced, its data is ${flavor === "nordb" ? "handed over in a dump" : "kept on its volume"}, clients reconnect once`,
    recorded: () => "nothing happens to the server",
    // What a failed up had asked for may not have come to be: so it was not refused yet.
    refused: () => "the last up failed, so this is refused only if the data that is there does not allow it",
};

/** The arguments of a row that were changed, with old and new value where both are short and may be read. */
function changedIn(row: ChangeRow, before: Described, after: Described, values: boolean): string[] {
    const [old, now] = [row.of(before), row.of(after)];
    return row.arguments.flatMap((path, index) => {
        if (isDeepStrictEqual(old[index], now[index])) return [];
        return values && [old[index], now[index]].every(isShort)
            ? [`${path} ${String(old[index])} → ${String(now[index])}`]
            : [path];
    });
}

function isShort(value: unknown): boolean {
    return typeof value === "number" || (typeof value === "string" && value.length <= 40);
}

/** The README's table. */
export function changesTable(): string {
    const rows = changeRows.map(({ change, effect, data, clients }) => [
        change,
        effects[effect].server,
        data ?? effects[effect].data,
        clients ?? effects[effect].clients,
    ]);
    const removal = [
        "database removed from the program, `pulumi destroy`",
        "untouched while `deletionProtection` is on (default), else removed",
        "kept while it is on; else removed, unless it is in `data`",
        "stay connected while it is on",
    ];
    const lines = [["change", "server", "data", "clients"], ["---", "---", "---", "---"], ...rows, removal];
    return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
