/** Counts, names and orders that several outputs share. */
import type { Review, ReviewFinding, ReviewedDatabase, StackReview } from "../report";
import { type Severity, bySeverity } from "../severity";

/** Such as `1 database` or `2 databases`. */
export function counted(count: number, one: string, many = `${one}s`): string {
    return `${count} ${count === 1 ? one : many}`;
}

/** Such as `1 data-loss, 2 info`; the most serious first. */
export function bySeverityInWords(findings: readonly ReviewFinding[]): string {
    const counts = new Map<Severity, number>();
    for (const { severity } of findings) counts.set(severity, (counts.get(severity) ?? 0) + 1);
    return [...counts]
        .sort(([one], [other]) => bySeverity(one, other))
        .map(([severity, count]) => `${count} ${severity}`)
        .join(", ");
}

export const isAffected = ({ operation }: ReviewedDatabase): boolean => operation !== "unchanged";

/** Decides whether a finding fails the review. */
export function failureTest({ failing }: Review): (finding: ReviewFinding) => boolean {
    const keys = new Set(failing.map(keyOf));
    return (finding) => finding.allowed === undefined && keys.has(keyOf(finding));
}

const keyOf = ({ code, urn, message }: ReviewFinding) => [code, urn, message].join("\n");

/** The findings of each resource. */
export function groupedByUrn(findings: readonly ReviewFinding[]): Map<string, ReviewFinding[]> {
    const groups = new Map<string, ReviewFinding[]>();
    for (const finding of findings) {
        const group = groups.get(finding.urn);
        if (group) group.push(finding);
        else groups.set(finding.urn, [finding]);
    }
    return groups;
}

/** A finding with the stack to which it belongs. */
export interface Located {
    readonly stack: StackReview;
    readonly finding: ReviewFinding;
    readonly fails: boolean;
}

/** The findings of all stacks: those that fail the review first, then the most serious. */
export function allFindings(review: Review): Located[] {
    const fails = failureTest(review);
    const located = review.stacks.flatMap((stack) =>
        stack.findings.map((finding) => ({ stack, finding, fails: fails(finding) })),
    );
    return located.sort(
        (one, other) =>
            Number(other.fails) - Number(one.fails) || bySeverity(one.finding.severity, other.finding.severity),
    );
}
