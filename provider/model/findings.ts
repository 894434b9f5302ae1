/** Findings about arguments, which are collected and reported together, and their wording. */
import { inspect } from "node:util";
import { closest, distance } from "fastest-levenshtein";

/** A kind of problem, with its entry in docs/errors.md. */
export interface Problem {
    /** Never changes, since users search for it. */
    readonly code: string;
    /** What is wrong, in one sentence. */
    readonly meaning: string;
    /** How to fix it, as an instruction. */
    readonly remedy: string;
}

export function problem(code: string, meaning: string, remedy: string): Problem {
    return { code: `redis-database/${code}`, meaning, remedy };
}

/** One problem: where it is, what is wrong, and how to fix it. */
export interface Finding {
    readonly code: string;
    /** The property's path as a program writes it, for example `tls.hosts[1]`. */
    readonly path: string;
    /** What is wrong, as the rest of a sentence that starts with the path. */
    readonly problem: string;
    /** How to fix it, as an instruction. */
    readonly remedy: string;
}

/** A case of a problem. Its remedy is the problem's unless there is a more specific one. */
export function finding(kind: Problem, path: string, text: string, remedy: string = kind.remedy): Finding {
    return { code: kind.code, path, problem: text, remedy };
}

/** The message with all findings, by their paths: arguments arrive from other languages in any order. `untouched` names what stays unchanged. */
export function formatFindings(
    database: string,
    findings: readonly Finding[],
    component = "RedisDatabase",
    untouched = "nothing",
): string {
    const count = findings.length === 1 ? "1 problem" : `${findings.length} problems`;
    const lines = [...findings].sort(byPath).map((found) => `  ${formatFinding(found)}`);
    return [
        `${component} ${JSON.stringify(database)}: ${count} in its arguments; ${untouched} was touched.`,
        ...lines,
    ].join("\n");
}

const byPath = (one: Finding, other: Finding) => one.path.localeCompare(other.path, "en", { numeric: true });

let spellPath = (path: string) => path;

/** Sets how messages spell paths. Without a function, paths are as in TypeScript. */
export function spellPaths(spell: (path: string) => string = (path) => path): void {
    spellPath = spell;
}

export function formatFinding({ code, path, problem, remedy }: Finding): string {
    return `${spellPath(path)}: ${problem}\n    → ${remedy} [${code}]`;
}

/** The known name that `unknown` is most likely a misspelling of, if there is one. */
export function nearest(unknown: string, known: readonly string[]): string | undefined {
    if (known.length === 0) return undefined;
    const candidate = closest(unknown.toLowerCase(), known);
    // At least one letter must agree, however short the name is.
    const maxDistance = Math.min(Math.max(2, unknown.length / 3), candidate.length - 1);
    return distance(unknown.toLowerCase(), candidate.toLowerCase()) <= maxDistance ? candidate : undefined;
}

/** A value for an error message: short, on one line, and unless it is a string with its type. */
export function show(value: unknown): string {
    if (typeof value === "function" || value === null || value === undefined) return kindOf(value);
    // `inspect` accepts any value: resources, BigInts, circular objects.
    const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 0 }).replace(/\s+/g, " ");
    const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
    return typeof value === "string" ? short : `${short} (${kindOf(value)})`;
}

/** What is wrong with a value, as the rest of a sentence; `isWrongType` where another type was expected. */
export function wrongValue(value: unknown, { isSecret = false, isWrongType = false } = {}): string {
    if (value === undefined) return "is missing";
    if (typeof value === "string" && value.trim() === "") return "is empty";
    if (!isSecret || value === null)
        return `is ${show(value)}${isWrongType && typeof value === "string" ? " (a string)" : ""}`;
    const kind = isWrongType || typeof value !== "string" ? kindOf(value) : "not usable";
    return `is ${kind} (its value is not shown)`;
}

function kindOf(value: unknown): string {
    if (value === null || value === undefined) return String(value);
    if (Number.isNaN(value)) return "not a number";
    if (Array.isArray(value)) return "a list";
    return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
