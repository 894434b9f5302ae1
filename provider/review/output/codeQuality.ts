/** A review as a Code Quality report of GitLab, which shows it in merge requests. */
import type { Review } from "../report";
import type { Severity } from "../severity";
import { oneLine } from "./clean";
import { allFindings } from "./counts";
import { fingerprintsOf, locationOf } from "./location";

export interface CodeQualityIssue {
    readonly description: string;
    readonly check_name: string;
    /** Unique in the report. */
    readonly fingerprint: string;
    readonly severity: "info" | "minor" | "major" | "critical" | "blocker";
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

const gitlabSeverities = {
    "data-loss": "blocker",
    "security": "critical",
    "downtime": "major",
    "capacity": "minor",
    "eol": "minor",
    "info": "info",
} as const satisfies Readonly<Record<Severity, CodeQualityIssue["severity"]>>;

/** One issue per finding. The format has no exceptions, so an allowed finding is only informative. */
export function codeQuality(review: Review): CodeQualityIssue[] {
    const findings = allFindings(review);
    const fingerprints = fingerprintsOf(findings);
    return findings.map(({ stack, finding }, index) => {
        const { code, severity, resource, message, remedy, source, allowed } = finding;
        const { file, line } = locationOf(stack, source);
        const advice = allowed ? `Allowed until ${allowed.expires}: ${allowed.reason}` : `Safe way: ${remedy}`;
        return {
            description: oneLine(`${resource}: ${oneLine(message, 500)}. ${advice}`, 1000),
            check_name: oneLine(code, 200),
            fingerprint: fingerprints[index] ?? "",
            severity: allowed ? "info" : gitlabSeverities[severity],
            location: { path: file, lines: { begin: line } },
        };
    });
}
