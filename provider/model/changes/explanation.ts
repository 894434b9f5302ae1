/** Writes the change table as text: one line for a preview, and the table of docs/changes.md. */
import type { Kind } from "../arguments/definition";
import { definitions } from "../arguments/index";
import { isDeepStrictEqual } from "node:util";
import type { DatabaseSpec } from "../databaseSpec";
import { clientLimits } from "../sizing/clients";
import { maxmemoryOf } from "../sizing/memory";
import { changesLimits } from "./formats";
import type { Flavor } from "../catalog/versions";
import { type Loss, type UrlChange, lost, mustFit } from "./consequences";
import type { Described } from "./describe";
import { type Effect, effects } from "./rows";
import { type ChangeRow, changeRows, changedIn, changesBetween } from "./table";
import { changeOf } from "./words";

/** What the text of a preview depends on, besides the change. */
interface ExplanationOptions {
    readonly kind?: Kind;
    /** Whether old and new values may be shown. Secret values never are. */
    readonly values?: boolean;
    /** Arguments that hold a secret in this program, so none of their values may be shown. */
    readonly secrets?: readonly string[];
}

/** What a change does, in the parts of which the line of a preview consists. */
export interface Explanation {
    /** The most severe one. */
    readonly effect: Effect;
    readonly rows: readonly ChangeRow[];
    readonly losses: readonly Loss[];
    /** The changes that have this effect, such as `memoryMb 512 → 1024`. */
    readonly causes: readonly string[];
    readonly otherChanges: readonly string[];
    /** What else the preview should mention. */
    readonly remarks: readonly string[];
}

/** `undefined` if no row of the change table applies. */
export function explanationOf(
    before: Described,
    after: Described,
    { kind = "RedisDatabase", values = true, secrets = [] }: ExplanationOptions = {},
): Explanation | undefined {
    const rows = changesBetween(before, after, kind);
    const effect = effectsBySeverity.find((each) => rows.some((row) => row.effect === each));
    if (effect === undefined) return undefined;
    const mayShow = (path: string) => values && !secrets.includes(path.split(".")[0] ?? "");
    const changes = (some: readonly ChangeRow[]) => some.flatMap((row) => wordsFor(row, before, after, mayShow));
    const causes = changes(rows.filter((row) => row.effect === effect));
    const otherChanges = changes(rows.filter((row) => row.effect !== effect));
    if (mayShow("config")) (otherChanges.length > 0 ? otherChanges : causes).push(...maxmemoryWords(before, after));
    const urls = urlSentence(rows.flatMap((row) => row.urls?.(before, after) ?? []));
    return {
        effect,
        rows,
        losses: [...rows.flatMap(({ loss }) => loss?.(before, after, mayShow) ?? []), ...urls.losses],
        causes,
        otherChanges,
        remarks: [
            ...rows.flatMap(({ warning }) => warning?.(before, after, mayShow) ?? []),
            ...(effect === "refused" ? [] : mustFit(before, after)),
            ...urls.remarks,
            ...introductions(before, after, kind),
        ],
    };
}

/**
 * What will happen, in one line; `undefined` if nothing changes. What is lost comes first, then what happens to the
 * server and which changes cause it, then other changes, and last what else the preview should mention.
 */
export function explainChanges(
    database: string,
    before: Described,
    after: Described,
    options: ExplanationOptions = {},
): string | undefined {
    return lineOf(database, before, after, explanationOf(before, after, options), options.kind);
}

/** The explanation as one line. Without one, `undefined` or what the release of this package changes. */
export function lineOf(
    database: string,
    before: Described,
    after: Described,
    explanation: Explanation | undefined,
    kind: Kind = "RedisDatabase",
): string | undefined {
    if (!explanation) {
        return before.format === after.format
            ? undefined
            : `${kind} "${database}": created by an earlier release of this package; ${sentences.recorded(after.spec.flavor)}.`;
    }
    const { effect, causes, otherChanges, remarks } = explanation;
    const losses = explanation.losses.map(({ text }) => text);
    const closesConnections = losses.some((loss) => loss.endsWith("connections close"));
    const parts = [
        ...losses,
        `${sentences[effect](after.spec.flavor, closesConnections)}${causes.length > 0 ? `: ${causes.join(", ")}` : ""}`,
        ...(otherChanges.length > 0 ? [`also ${otherChanges.join(", ")}`] : []),
        ...remarks,
    ];
    return `${kind} "${database}": ${[...new Set(parts)].join("; ")}.`;
}

/**
 * What changes in the URLs, as one sentence however many rows change them. It is a loss if clients can no longer use the
 * old URLs.
 */
function urlSentence(changes: readonly UrlChange[]): { losses: Loss[]; remarks: string[] } {
    const breaks = changes.flatMap((change) => change.breaks ?? []);
    if (breaks.length > 0) {
        const clients = breaks.includes("all clients") ? "clients" : "clients that write";
        return {
            losses: lost("urls-changed", `the URLs change, and ${clients} need the new ones`),
            remarks: [],
        };
    }
    const parts = [...new Set(changes.map(({ part }) => (part === "user app" ? `the ${part}` : `the new ${part}`)))];
    if (parts.length === 0) return { losses: [], remarks: [] };
    const contents = [parts.slice(0, -1).join(", "), ...parts.slice(-1)].filter(Boolean).join(" and ");
    const keepWorking = changes.every(({ part }) => part === "user app") ? ", and the old URLs keep working" : "";
    return { losses: [], remarks: [`the URLs contain ${contents}${keepWorking}`] };
}

/** Left out if the limits change with the format: the `maxmemory` that an earlier release set is not known. */
function maxmemoryWords({ spec: before, format: from }: Described, { spec, format: to }: Described): string[] {
    const [old, now] = [maxmemoryOf(before), maxmemoryOf(spec)];
    return old === now || changesLimits(from, to) ? [] : [`maxmemory ${old} → ${now} MiB`];
}

/** The line about changes that a preview cannot explain; `undefined` if there are none. */
export function explainUnknown(database: string, paths: readonly string[], kind: Kind): string | undefined {
    if (paths.length === 0) return undefined;
    const [values, they] = paths.length === 1 ? ["its value is", "it"] : ["their values are", "they"];
    return `${kind} "${database}": ${paths.join(", ")}: ${values} known only during the update, so the preview cannot explain what ${they} will change.`;
}

/** The warning about a release that limits the memory of clients; `undefined` if the release does not apply here. */
export function warnOfLimits(
    database: string,
    before: Described,
    after: Described,
    kind: Kind = "RedisDatabase",
): string | undefined {
    const limits = limitsAfter(before, after);
    return limits === undefined ? undefined : `${kind} "${database}": ${limits}.`;
}

/** How the memory limits change with the release; `undefined` if they do not. */
export function limitsAfter(
    { spec: before, format: from }: Described,
    { spec, format: to }: Described,
): string | undefined {
    if (!changesLimits(from, to)) return undefined;
    const { valueMb, allMb } = clientLimits(spec);
    const sized = ({ memoryMb, flavor, followers, backup }: DatabaseSpec) => [
        memoryMb,
        flavor,
        followers.length,
        backup !== undefined,
    ];
    const maxmemory = isDeepStrictEqual(sized(before), sized(spec))
        ? `maxmemory stays the same until memoryMb, the flavor or the number of replicas changes; it will then leave room for clients (${maxmemoryOf(spec)} MiB with the current values)`
        : `maxmemory now leaves room for clients and is ${maxmemoryOf(spec)} MiB`;
    return `${maxmemory}. A value is now limited to ${valueMb} MiB, and the buffers of all clients together to ${allMb} MiB; \`config\` can raise these limits`;
}

/** The most severe first. */
const effectsBySeverity: readonly Effect[] = ["refused", "replaced", "terminator", "resized", "live", "recorded"];

/** `closesConnections` says whether some clients are disconnected. */
const sentences: Readonly<Record<Effect, (flavor: Flavor, closesConnections?: boolean) => string>> = {
    live: (_flavor, closesConnections) => `the server keeps running, ${staying(closesConnections)}`,
    resized: (_flavor, closesConnections) => `the server is resized in place, ${staying(closesConnections)}`,
    terminator: () => "HAProxy is replaced, TLS clients reconnect once",
    replaced: (flavor) =>
        `the server is replaced, its data is ${flavor === "nordb" ? "handed over in a dump" : "kept on its volume"}, clients reconnect once`,
    recorded: () => "the server is not affected",
    // After a failed update it is not known which of its changes took effect, so the preview does not refuse any.
    refused: () => "the last update failed, so this is refused only if the existing data does not allow it",
};

const staying = (closesConnections = false) => `${closesConnections ? "other " : ""}clients stay connected`;

/** Why a release of this package changes arguments that the program leaves out. */
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

/** The changed arguments of a row, with their old and new values if these are short and may be shown. */
function wordsFor(row: ChangeRow, before: Described, after: Described, mayShow: (path: string) => boolean): string[] {
    return changedIn(row, before, after).flatMap(({ path, shown, value, words, unset }) => {
        const show = shown && mayShow(path);
        return words?.(before, after, show) ?? changeOf(path, value(before), value(after), show, unset);
    });
}

/** How docs/changes.md names a row. */
export function titleOf({ prefix, suffix, arguments: compared }: ChangeRow): string {
    const labels = compared.map(({ label }) => label).filter(Boolean);
    // Only bare names are separated by commas: after a longer label, a comma would seem to be part of that label.
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
        "not affected while `deletionProtection` is on (default); otherwise removed",
        "kept while the protection is on; otherwise removed, unless it is in `data`",
        "stay connected while the protection is on",
    ];
    const lines = [["change", "server", "data", "clients"], ["---", "---", "---", "---"], ...cells, removal];
    return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
