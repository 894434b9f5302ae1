/** What is wrong with somebody's arguments: collected, worded and thrown all at once. */
import { inspect } from "node:util";
import { closest, distance } from "fastest-levenshtein";

/** A kind of problem, as the list of errors in the documentation has it. */
export interface Problem {
    /** Stays the same from release to release. */
    readonly code: string;
    /** What is wrong, in one sentence. */
    readonly meaning: string;
    /** What would be right, as an instruction. */
    readonly remedy: string;
}

export function problem(code: string, meaning: string, remedy: string): Problem {
    return { code: `redis-database/${code}`, meaning, remedy };
}

/** One thing that is wrong: where, what, and what would be right. */
export interface Finding {
    readonly code: string;
    /** The property's path as one would write it in the program, for example `tls.hosts[1]`. */
    readonly path: string;
    /** What is wrong there, as the rest of a sentence that starts with the path. */
    readonly problem: string;
    /** What would be right, as an instruction. */
    readonly remedy: string;
}

/** One case of a problem. The remedy is the problem's own unless this case knows better. */
export function finding(kind: Problem, path: string, text: string, remedy: string = kind.remedy): Finding {
    return { code: kind.code, path, problem: text, remedy };
}

/** The message for a person: every finding, each with what would be right. */
export function formatFindings(
    database: string,
    findings: readonly Finding[],
    component = "RedisDatabase",
    untouched = "nothing",
): string {
    const count = findings.length === 1 ? "1 problem" : `${findings.length} problems`;
    const lines = findings.map((found) => `  ${formatFinding(found)}`);
    return [
        `${component} ${JSON.stringify(database)}: ${count} in its arguments; ${untouched} was touched.`,
        ...lines,
    ].join("\n");
}

/** One of them. */
export function formatFinding({ code, path, problem, remedy }: Finding): string {
    return `${path}: ${problem}\n    → ${remedy} [${code}]`;
}

/** The known name that someone who wrote `unknown` most likely meant, if one is near enough to be a slip. */
export function nearest(unknown: string, known: readonly string[]): string | undefined {
    if (known.length === 0) return undefined;
    const candidate = closest(unknown.toLowerCase(), known);
    // Not every letter may differ, however short the name.
    const slips = Math.min(Math.max(2, unknown.length / 3), candidate.length - 1);
    return distance(unknown.toLowerCase(), candidate.toLowerCase()) <= slips ? candidate : undefined;
}

/** A value as an error may show it: short, on one line, with its type where that may be the surprise. */
export function show(value: unknown): string {
    if (typeof value === "function" || value === null || value === undefined) return kindOf(value);
    // Whatever somebody gives by mistake: a resource, a BigInt, an object that holds itself.
    const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 0 }).replace(/\s+/g, " ");
    const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
    return typeof value === "string" ? short : `${short} (${kindOf(value)})`;
}

/** What is wrong with a value, as the rest of a sentence; `isWrongType` where another type was expected. */
export function wrongValue(value: unknown, { isSecret = false, isWrongType = false } = {}): string {
    if (value === undefined) return "is missing";
    if (typeof value === "string" && value.trim() === "") return "is empty";
    if (!isSecret || value === null)
        return `is ${show(value)}${isWrongType && typeof value === "string" ? " (text)" : ""}`;
    const kind = isWrongType || typeof value !== "string" ? kindOf(value) : "not usable";
    return `is ${kind} (its value is not shown)`;
}

function kindOf(value: unknown): string {
    if (value === null || value === undefined) return String(value);
    if (Number.isNaN(value)) return "not a number";
    if (Array.isArray(value)) return "a list";
    return { string: "text", object: "an object" }[typeof value as string] ?? `a ${typeof value}`;
}
