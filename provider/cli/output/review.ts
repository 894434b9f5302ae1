/** A review as text for a terminal or a pipe. */
import type { Review, ReviewFinding, ReviewedDatabase, StackReview } from "../../review/report";
import type { Severity } from "../../review/severity";
import { oneLine } from "../../review/output/clean";
import { type Located, allFindings, bySeverityInWords, counted, isAffected } from "../../review/output/counts";
import { lineIn } from "../../review/output/location";
import type { Screen } from "./screen";

type Style = Screen["style"];

const colors = {
    "data-loss": "red",
    "security": "red",
    "downtime": "yellow",
    "capacity": "yellow",
    "eol": "yellow",
    "info": "cyan",
} as const satisfies Readonly<Record<Severity, string>>;

/**
 * The findings, the databases and the counts. Lines are at most `width` characters long; without a width, as in a pipe,
 * each statement is one line.
 */
export function reviewText(review: Review, style: Style, width?: number): string {
    const findings = allFindings(review);
    const printed = (lines: readonly Line[]) => lines.flatMap((line) => wrapped(line, width, style));
    if (nothingChanges(review)) return printed([unchanged(review)]).join("\n");
    const groups = [
        review.stacks.filter(({ status }) => status === "failed").flatMap(failure),
        findings.flatMap((each) => finding(each, review.stacks.length > 1)),
        review.addedExceptions.map(({ database, code, reason, expires }) => ({
            label: "exception added",
            color: "yellow" as const,
            text: `${code} for ${database} until ${expires}: ${reason}`,
        })),
        ...review.stacks.map((stack) => databases(stack)),
        [...new Set(review.stacks.flatMap(({ notes }) => notes))].map((text) => ({ label: "note", text })),
        verdict(review),
    ];
    return groups
        .filter((group) => group.length > 0)
        .map((group) => printed(group).join("\n"))
        .join("\n\n");
}

/** A statement: a label, which may have a color, and text. */
interface Line {
    readonly label?: string;
    readonly color?: Parameters<Style>[0];
    readonly text: string;
    readonly indent?: string;
}

function failure({ project, stack, errors }: StackReview): Line[] {
    const [first = "no error message", ...others] = errors.flatMap((error) => error.split("\n"));
    return [
        { label: "preview failed", color: "red", text: `${project}/${stack}: ${first}` },
        ...others.map((text) => ({ text, indent: "  " })),
    ];
}

function finding({ stack, finding: each, fails }: Located, several: boolean): Line[] {
    const { code, severity, resource, message, remedy, source, allowed } = each;
    const line = source && lineIn(stack, source);
    const where = [several ? `${stack.project}/${stack.stack}` : "", line ? `${line.file}:${line.line}` : ""];
    const place = where.filter(Boolean).join(", ");
    const sign = fails ? "✗ " : "";
    return [
        {
            label: `${sign}${severity}`,
            color: allowed ? "dim" : colors[severity],
            text: `${code}: ${resource}: ${message}${place === "" ? "" : ` (${place})`}`,
        },
        allowed
            ? { text: `allowed until ${allowed.expires}: ${allowed.reason}`, indent: "  " }
            : { text: `→ ${remedy}`, indent: "  " },
    ];
}

function databases(stack: StackReview): Line[] {
    const affected = stack.databases.filter(isAffected);
    const unaffected = stack.databases.length - affected.length;
    const counts = Object.entries(stack.counts).map(([operation, count]) => `${operation} ${count}`);
    const rest = [unaffected > 0 ? counted(unaffected, "database does", "databases do").concat(" not change") : ""];
    const facts = [stack.status, ...rest, counts.length > 0 ? `resources: ${counts.join(", ")}` : ""];
    const where = stack.folder === "." ? "" : ` in ${stack.folder}`;
    return [
        { label: `${stack.project}/${stack.stack}${where}`, color: "bold", text: facts.filter(Boolean).join("; ") },
        ...affected.map(databaseLine),
    ];
}

function databaseLine({ kind, name, database, operation, changes, explanation, ...effects }: ReviewedDatabase): Line {
    const role = kind === "RedisReplica" ? ` (replica${database === undefined ? "" : ` of ${database}`})` : "";
    const what = changes.length > 0 ? changes.join("; ") : explanation;
    const { server, data, clients } = effects;
    const consequences = `server: ${server}; data: ${data}; clients: ${clients}`;
    return { text: `${name}${role} ${operation}${what === "" ? "" : `: ${what}`} | ${consequences}`, indent: "  " };
}

function nothingChanges({ stacks, addedExceptions }: Review): boolean {
    return (
        addedExceptions.length === 0 &&
        stacks.every(({ status, findings }) => status === "unchanged" && findings.length === 0)
    );
}

/** One line, with what the review could not see. */
function unchanged({ stacks }: Review): Line {
    const names = stacks.map(({ project, stack }) => `${project}/${stack}`).join(", ");
    const notes = [...new Set(stacks.flatMap((stack) => stack.notes))];
    return { label: "nothing will change", color: "green", text: [names, ...notes].join("; ") };
}

function verdict({ stacks, failing, failOn }: Review): Line[] {
    const failed = stacks.filter(({ status }) => status === "failed").length;
    if (failed > 0) return [{ label: counted(failed, "preview failed", "previews failed"), color: "red", text: "" }];
    if (failing.length > 0) {
        const label = counted(failing.length, "finding fails", "findings fail").concat(" this review");
        return [{ label, color: "red", text: bySeverityInWords(failing) }];
    }
    const open = stacks.flatMap(({ findings }) => findings.filter((each: ReviewFinding) => each.allowed === undefined));
    const others = open.length > 0 ? `; ${counted(open.length, "other finding")}: ${bySeverityInWords(open)}` : "";
    return [
        { label: "no finding fails this review", color: "green", text: `${failOn.join(", ")} would fail it${others}` },
    ];
}

/** The lines of a statement. Those after the first are indented further. */
function wrapped({ label = "", color, text, indent = "" }: Line, width: number | undefined, style: Style): string[] {
    const clean = oneLine(text, 2000);
    const name = oneLine(label, 200);
    const whole = [name, clean].filter(Boolean).join(": ");
    const lines = width === undefined ? [indent + whole] : wrap(whole, indent, Math.max(width, 20));
    const [first = "", ...others] = lines;
    // A label that is broken across lines keeps the color of its first part.
    const colored =
        color === undefined
            ? first
            : first.replace(name.slice(0, first.length - indent.length), (part) => style(color, part));
    return [colored, ...others];
}

function wrap(text: string, indent: string, width: number): string[] {
    const lines: string[] = [];
    let line = indent;
    const further = `${indent}  `;
    let isEmpty = true;
    for (const word of text.split(" ").flatMap((each) => pieces(each, width - further.length))) {
        if (!isEmpty && line.length + 1 + word.length > width) {
            lines.push(line);
            line = further;
            isEmpty = true;
        }
        line += isEmpty ? word : ` ${word}`;
        isEmpty = false;
    }
    return [...lines, line];
}

/** A word that is longer than a line, in parts. A character of two code units stays whole. */
function pieces(word: string, length: number): string[] {
    if (word.length <= length) return [word];
    const end = /[\uD800-\uDBFF]/.test(word.charAt(length - 1)) ? length - 1 : length;
    return [word.slice(0, end), ...pieces(word.slice(end), length)];
}
