/** The change table in words: for a preview, and for docs/changes.md. */
import type { Kind } from "../arguments/definition";
import { definitions } from "../arguments/index";
import { isDeepStrictEqual } from "node:util";
import type { DatabaseSpec } from "../databaseSpec";
import { clientLimits } from "../sizing/clients";
import { maxmemoryOf } from "../sizing/memory";
import { changesLimits } from "./formats";
import type { Flavor } from "../catalog/versions";
import type { Described } from "./describe";
import { type Effect, effects } from "./rows";
import { type ChangeRow, changeRows, changedIn, changesBetween } from "./table";
import { changeOf } from "./words";

/** What the words of a preview go by. */
interface Told {
    readonly kind?: Kind;
    /** Whether old and new values may be read; those of secrets never are. */
    readonly values?: boolean;
    /** Arguments that hold a secret in this program, so that none of their values may be read. */
    readonly secrets?: readonly string[];
}

/**
 * What will happen, in one line of words; `undefined` if nothing changes. What somebody loses comes first, then what
 * happens to the server and by which changes, and last what else a person should know.
 */
export function explainChanges(
    database: string,
    before: Described,
    after: Described,
    { kind = "RedisDatabase", values = true, secrets = [] }: Told = {},
): string | undefined {
    const rows = changesBetween(before, after, kind);
    const worst = effectsByWeight.find((effect) => rows.some((row) => row.effect === effect));
    if (worst === undefined) {
        return before.format === after.format
            ? undefined
            : `${kind} "${database}": an earlier release of this package made it; ${sentences.recorded(after.spec.flavor)}.`;
    }
    const mayShow = (path: string) => values && !secrets.includes(path.split(".")[0] ?? "");
    const changes = (some: readonly ChangeRow[]) => some.flatMap((row) => wordsFor(row, before, after, mayShow));
    const causes = changes(rows.filter(({ effect }) => effect === worst));
    const others = changes(rows.filter(({ effect }) => effect !== worst));
    if (mayShow("config")) (others.length > 0 ? others : causes).push(...maxmemoryWords(before, after));
    const losses = rows.flatMap(({ loss }) => loss?.(before, after, mayShow) ?? []);
    const closes = losses.some((loss) => loss.endsWith("connections close"));
    const remarks = [
        ...rows.flatMap(({ warning }) => warning?.(before, after, mayShow) ?? []),
        ...introductions(before, after, kind),
    ];
    const parts = [
        ...losses,
        `${sentences[worst](after.spec.flavor, closes)}${causes.length > 0 ? `: ${causes.join(", ")}` : ""}`,
        ...(others.length > 0 ? [`also ${others.join(", ")}`] : []),
        ...remarks,
    ];
    return `${kind} "${database}": ${[...new Set(parts)].join("; ")}.`;
}

/** What an earlier release left a server with is not known. */
function maxmemoryWords({ spec: before, format: from }: Described, { spec, format: to }: Described): string[] {
    const [old, now] = [maxmemoryOf(before), maxmemoryOf(spec)];
    return old === now || changesLimits(from, to) ? [] : [`maxmemory ${old} → ${now} MiB`];
}

/** What a preview cannot explain; `undefined` where it can explain all. */
export function explainUnknown(database: string, paths: readonly string[], kind: Kind): string | undefined {
    if (paths.length === 0) return undefined;
    const known = paths.length === 1 ? "its value is known" : "their values are known";
    return `${kind} "${database}": ${paths.join(", ")}: ${known} only in the update, and the preview does not explain what that changes.`;
}

/** What a person should know of a release that limits the memory of clients; `undefined` where there is nothing. */
export function warnOfLimits(
    database: string,
    { spec: before, format: from }: Described,
    { spec, format: to }: Described,
    kind: Kind = "RedisDatabase",
): string | undefined {
    if (!changesLimits(from, to)) return undefined;
    const { valueMb, allMb } = clientLimits(spec);
    const sized = ({ memoryMb, flavor, followers }: DatabaseSpec) => [memoryMb, flavor, followers.length];
    const maxmemory = isDeepStrictEqual(sized(before), sized(spec))
        ? `maxmemory stays as it was until memoryMb, the flavor or the number of replicas changes; then it leaves room for clients, and is ${maxmemoryOf(spec)} MiB for these`
        : `maxmemory leaves room for clients now, and is ${maxmemoryOf(spec)} MiB`;
    return `${kind} "${database}": ${maxmemory}. From now on a value may have ${valueMb} MiB, and what clients send and receive ${allMb} MiB; \`config\` can give them more.`;
}

/** The worst first. */
const effectsByWeight: readonly Effect[] = ["refused", "replaced", "terminator", "resized", "live", "recorded"];

/** `closes` says that connections of some clients close. */
const sentences: Readonly<Record<Effect, (flavor: Flavor, closes?: boolean) => string>> = {
    live: (_flavor, closes) => `takes effect while the server runs, ${closes ? "other " : ""}clients stay connected`,
    resized: (_flavor, closes) => `the server is resized in place, ${closes ? "other " : ""}clients stay connected`,
    terminator: () => "HAProxy is replaced, clients reconnect once over TLS",
    replaced: (flavor) =>
        `the server is replaced, its data is ${flavor === "nordb" ? "handed over in a dump" : "kept on its volume"}, clients reconnect once`,
    recorded: () => "nothing happens to the server",
    // What a failed update had asked for may not have come to be: so it was not refused yet.
    refused: () => "the last update failed, so this is refused only if the data that is there does not allow it",
};

/** Why a release of this package changes what the program does not mention. */
function introductions(before: Described, after: Described, kind: Kind): string[] {
    return Object.entries(definitions[kind]).flatMap(([name, { introduced }]) =>
        introduced &&
        before.format < introduced.format &&
        after.format >= introduced.format &&
        after.args[name] === undefined
            ? [introduced.reason]
            : [],
    );
}

/** The arguments of a row that were changed, with old and new value where both are short and may be read. */
function wordsFor(row: ChangeRow, before: Described, after: Described, mayShow: (path: string) => boolean): string[] {
    return changedIn(row, before, after).flatMap(({ path, shown, value, words, unset }) => {
        const show = shown && mayShow(path);
        return words?.(before, after, show) ?? changeOf(path, value(before), value(after), show, unset);
    });
}

/** How docs/changes.md names a row. */
export function titleOf({ prefix, suffix, arguments: compared }: ChangeRow): string {
    const labels = compared.map(({ label }) => label).filter(Boolean);
    // What follows more than a bare name would be read as a part of it after a comma.
    const [first = "", ...others] = labels;
    const listed = others.reduce(
        (before, label) => `${before}${/^(`[^ ]+`, )*`[^ ]+`$/.test(before) ? ", " : "; "}${label}`,
        first,
    );
    const separator = prefix?.includes(":") ? ", " : ": ";
    return `${prefix ? `${prefix}${separator}` : ""}${listed}${suffix ? `: ${suffix}` : ""}`;
}

/** The table of docs/changes.md, as Markdown. */
export function changesTable(): string {
    const cells = changeRows.map((row) => [
        titleOf(row),
        effects[row.effect].server,
        row.data ?? effects[row.effect].data,
        row.clients ?? effects[row.effect].clients,
    ]);
    const removal = [
        "database removed from the program, `pulumi destroy`",
        "untouched while `deletionProtection` is on (default), else removed",
        "kept while it is on; else removed, unless it is in `data`",
        "stay connected while it is on",
    ];
    const lines = [["change", "server", "data", "clients"], ["---", "---", "---", "---"], ...cells, removal];
    return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
