/** A Mermaid diagram of the databases of a stack, their replicas and other resources with findings. */
import type { ReviewFinding, ReviewedDatabase, StackReview } from "../../report";
import { bySeverity } from "../../severity";
import { oneLine } from "../clean";
import { counted, groupedByUrn, isAffected } from "../counts";

/** More would not be readable. */
const most = 30;

/** Each state is a class for its color, and is also written in the node. */
const classes = {
    dataLoss: "fill:#ffebe9,stroke:#cf222e,stroke-width:4px,color:#1f2328",
    finding: "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    changed: "fill:#ddf4ff,stroke:#0969da,stroke-width:2px,color:#1f2328",
    unchanged: "fill:#ffffff,stroke:#6e7781,color:#1f2328",
} as const;

interface Node {
    readonly name: string;
    readonly words: string;
    readonly state: keyof typeof classes;
    readonly shape: readonly [open: string, close: string];
    /** The name of the database that a replica follows. */
    readonly follows?: string;
}

/** Nothing for a single node: the table says the same. */
export function diagram(stack: StackReview): string[] {
    if (stack.status === "unchanged") return [];
    const all = nodesOf(stack);
    if (all.length < 2) return [];
    const shown = [...all].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state)).slice(0, most);
    const ids = new Map(shown.map(({ name }, index) => [name, `n${index}`]));
    const used = [...new Set(shown.map(({ state }) => state))];
    const lines = [
        "```mermaid",
        "flowchart LR",
        ...shown.map(({ name, words, state, shape: [open, close] }, index) => {
            const text = `${labelOf(name)}<br/>${labelOf(words)}`;
            return `  n${index}${open}"${text}"${close}:::${state}`;
        }),
        ...shown.flatMap(({ follows }, index) => {
            const primary = follows === undefined ? undefined : ids.get(follows);
            return primary === undefined || primary === `n${index}`
                ? []
                : [`  ${primary} -->|replicates to| n${index}`];
        }),
        ...used.map((state) => `  classDef ${state} ${classes[state]}`),
        "```",
    ];
    const more = all.length - shown.length;
    return more > 0
        ? [lines.join("\n"), `The diagram does not show ${counted(more, "more resource")}.`]
        : [lines.join("\n")];
}

const order = Object.keys(classes) as (keyof typeof classes)[];

function nodesOf({ databases, findings }: StackReview): Node[] {
    const known = new Set(databases.map(({ urn }) => urn));
    const others = groupedByUrn(findings.filter(({ urn }) => !known.has(urn)));
    return [...databases.map(databaseNode), ...[...others.values()].map(resourceNode)];
}

function databaseNode(database: ReviewedDatabase): Node {
    const { kind, name, operation, worst, database: follows } = database;
    const state =
        worst === "data-loss"
            ? "dataLoss"
            : worst !== undefined && worst !== "info"
              ? "finding"
              : isAffected(database)
                ? "changed"
                : "unchanged";
    const words = [operation, worst ?? ""].filter(Boolean).join(", ");
    const shape = kind === "RedisDatabase" ? (["[(", ")]"] as const) : (["([", "])"] as const);
    return { name, words, state, shape, ...(follows !== undefined && { follows }) };
}

function resourceNode(findings: readonly ReviewFinding[]): Node {
    const [worst] = [...findings].sort((one, other) => bySeverity(one.severity, other.severity));
    const severity = worst?.severity ?? "info";
    const state = severity === "data-loss" ? "dataLoss" : severity === "info" ? "changed" : "finding";
    return { name: worst?.resource ?? "", words: severity, state, shape: ["[", "]"] };
}

/** In quotes, Mermaid reads only `#…;` and its own Markdown. All signs become codes, so that neither occurs. */
function labelOf(text: string): string {
    return oneLine(text, 60).replace(/[^\p{L}\p{M}\p{N} ,.:-]/gu, (sign) => `#${sign.codePointAt(0) ?? 0};`);
}
