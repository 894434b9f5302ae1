/** A review as SARIF 2.1.0, which code hosts show as annotations of the program's lines. */
import type { Log, Notification, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import type { Review, ReviewFinding } from "../report";
import type { Rule } from "../rules";
import type { Severity } from "../severity";
import { oneLine } from "./clean";
import { type Located, allFindings, counted } from "./counts";
import { fingerprintsOf, locationOf } from "./location";

/** GitHub rejects a file with more results. */
const mostResults = 25_000;

const levels = {
    "data-loss": "error",
    "security": "error",
    "downtime": "warning",
    "capacity": "warning",
    "eol": "warning",
    "info": "note",
} as const satisfies Readonly<Record<Severity, Result.level>>;

/** The document. `version` is the version of this package. */
export function sarif(review: Review, rules: readonly Rule[], version: string): Log {
    const findings = allFindings(review);
    const shown = findings.slice(0, mostResults);
    const fingerprints = fingerprintsOf(shown);
    const descriptors = rules.map(descriptor);
    const indices = new Map(rules.map(({ code }, index) => [code, index]));
    return {
        $schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [
            {
                tool: { driver: { name: "redisdb review", semanticVersion: version, rules: descriptors } },
                results: shown.map((each, index) => result(each, indices, fingerprints[index] ?? "")),
                invocations: [
                    {
                        executionSuccessful: review.stacks.every(({ status }) => status !== "failed"),
                        toolExecutionNotifications: notifications(review, findings.length - shown.length),
                    },
                ],
                columnKind: "utf16CodeUnits",
            },
        ],
    };
}

function descriptor({ code, severity, title, meaning, danger, remedy }: Rule): ReportingDescriptor {
    return {
        id: code,
        shortDescription: { text: title },
        fullDescription: { text: meaning },
        help: {
            text: `${meaning}\n\n${danger}\n\n${remedy}`,
            markdown: `${meaning}\n\n**Why it is dangerous.** ${danger}\n\n**The safe way.** ${remedy}`,
        },
        defaultConfiguration: { level: levels[severity] },
        properties: { tags: [severity] },
    };
}

function result({ stack, finding, fails }: Located, indices: ReadonlyMap<string, number>, fingerprint: string): Result {
    const { code, severity, urn, allowed } = finding;
    const index = indices.get(code);
    return {
        ruleId: code,
        ...(index !== undefined && { ruleIndex: index }),
        level: levels[severity],
        message: { text: messageOf(finding) },
        locations: [
            {
                physicalLocation: physical(locationOf(stack, finding.source)),
                logicalLocations: [{ fullyQualifiedName: oneLine(urn, 500), kind: "resource" }],
            },
        ],
        // GitHub identifies a result by this name. Without it, GitHub would hash the line, which other changes move.
        partialFingerprints: { primaryLocationLineHash: `${fingerprint}:1` },
        ...(allowed && {
            suppressions: [
                {
                    kind: "external",
                    status: "accepted",
                    justification: oneLine(`${allowed.reason} (until ${allowed.expires})`, 500),
                },
            ],
        }),
        properties: { severity, fails, stack: oneLine(`${stack.project}/${stack.stack}`, 200) },
    };
}

/** SARIF reads brackets as links and braces as placeholders. */
function messageOf({ resource, message, remedy }: ReviewFinding): string {
    const text = `${oneLine(resource, 200)}: ${oneLine(message, 500)}. Safe way: ${oneLine(remedy, 500)}`;
    return text.replace(/[[\]]/g, String.raw`\$&`).replace(/[{}]/g, "$&$&");
}

function physical({ file, line }: { readonly file: string; readonly line: number }): PhysicalLocation {
    const uri = file.split("/").map(encodeURIComponent).join("/");
    return { artifactLocation: { uri, uriBaseId: "%SRCROOT%" }, region: { startLine: line } };
}

function notifications({ stacks }: Review, omitted: number): Notification[] {
    const failures = stacks.flatMap(({ project, stack, errors }) =>
        errors.slice(0, 100).map((error) => ({
            level: "error" as const,
            message: { text: `${oneLine(`${project}/${stack}`, 200)}: ${oneLine(error, 1000)}` },
        })),
    );
    const notes = [...new Set(stacks.flatMap((each) => each.notes))].slice(0, 100).map((note) => ({
        level: "note" as const,
        message: { text: oneLine(note, 500) },
    }));
    const missing = {
        level: "warning" as const,
        message: { text: `${counted(omitted, "less serious result")} left out` },
    };
    return [...failures, ...notes, ...(omitted > 0 ? [missing] : [])];
}
