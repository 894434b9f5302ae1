/** Which findings fail a review. */
import { closest } from "fastest-levenshtein";
import type { ReviewFinding } from "./report";
import { findRule, rules } from "./rules/index";
import { isSeverity, severities } from "./severity";

/** Severities and codes. */
export const defaultFailOn: readonly string[] = ["data-loss", "security"];

/** An entry is neither a severity nor the code of a rule. */
export class UnknownFailOn extends Error {
    constructor(
        readonly entry: string,
        readonly nearest: string,
    ) {
        super(`"${entry}" is neither a severity nor the code of a rule`);
    }
}

/** Reads `none`, or a list such as `data-loss,redis-database/server-replaced`; the codes may be without `redis-database/`. */
export function parseFailOn(list: string): string[] {
    if (list.trim() === "none") return [];
    const entries = list.split(",").map((each) => each.trim());
    return entries.map((entry) => {
        if (isSeverity(entry)) return entry;
        const rule = findRule(entry);
        if (rule) return rule.code;
        throw new UnknownFailOn(entry, closest(entry, [...Object.keys(severities), ...rules.map(({ code }) => code)]));
    });
}

export function isFailing({ severity, code, allowed }: ReviewFinding, failOn: readonly string[]): boolean {
    return allowed === undefined && (failOn.includes(severity) || failOn.includes(code));
}
