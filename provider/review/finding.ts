/** Makes findings, and finds the line of the program that each belongs to. */
import type { LossCode } from "../model/changes/consequences";
import type { Step } from "./preview";
import type { ReviewFinding, SourceLine } from "./report";
import { type RuleName, ruleOf } from "./rules/index";

/** What a finding is about. */
export interface Subject {
    readonly urn: string;
    /** Such as `RedisDatabase "sessions"`. */
    readonly resource: string;
    readonly name: string;
    readonly source?: SourceLine;
}

export function findingOf(rule: RuleName | LossCode, subject: Subject, message: string): ReviewFinding {
    const { code, severity, remedy } = ruleOf(rule);
    return { code, severity, ...subject, message, remedy };
}

/** Makes the findings about one subject. */
export type Finding = (rule: RuleName | LossCode, message: string) => ReviewFinding;

export function about(subject: Subject): Finding {
    return (rule, message) => findingOf(rule, subject, message);
}

/** Where the packages of each language are, and the plugin. This package may also be linked to a checkout. */
const packages =
    /(^|\/)((node_modules|site-packages|dist-packages|pkg\/mod|dist\/provider|provider\/components)\/|plugin\/main\.js$)/;

/** Such as `Volume "uploads"`. */
export function titleOf(type: string, name: string): string {
    return `${type.split(":").at(-1) ?? type} ${JSON.stringify(name)}`;
}

/** The line of the program that creates the resource: the innermost position outside of packages. */
export function sourceOf(step: Step | undefined): SourceLine | undefined {
    // The old state has positions in a program that may have changed since.
    for (const frame of step?.next?.stackTrace ?? []) {
        const [, file = "", line = "0"] = /^project:\/\/\/(.+)#(\d+)(?:,\d+)?$/s.exec(frame) ?? [];
        if (file !== "" && !packages.test(file)) return { file, line: Number(line) };
    }
    return undefined;
}
