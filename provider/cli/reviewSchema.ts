/** The schema of the JSON of a review. For the documentation and the tests; the command does not load it. */
import { z } from "zod";
import type { ReviewDocument } from "../review/output/json";
import { severities, type Severity } from "../review/severity";

const text = z.string();
const count = z.int().nonnegative();
const severity = z.enum(Object.keys(severities) as [Severity, ...Severity[]]);
const date = text.describe("date, such as 2027-01-31");

const source = z
    .strictObject({ file: text.describe("relative to the folder of the Pulumi project"), line: z.number() })
    .describe("the line of the program");

const finding = z.strictObject({
    code: text.describe("such as redis-database/volume-replaced"),
    severity,
    fails: z.boolean().describe("whether it fails the review"),
    urn: text,
    resource: text,
    name: text,
    message: text.describe("what happens"),
    remedy: text.describe("the safe way"),
    source: source.optional(),
    allowed: z.strictObject({ reason: text, expires: date }).describe("the exception that applies").optional(),
});

const database = z.strictObject({
    kind: z.enum(["RedisDatabase", "RedisReplica"]),
    name: text,
    urn: text,
    database: text.describe("for an entry of replicas: its database").optional(),
    operation: z.enum(["created", "changed", "renamed", "deleted", "replaced", "unchanged"]),
    changes: z.array(text).describe("each changed argument in words"),
    explanation: text,
    server: text.describe("what happens to the server"),
    data: text,
    clients: text,
    worst: severity.describe("of its findings that no exception allows").optional(),
    source: source.optional(),
});

const rawChange = z.strictObject({
    operation: text,
    type: text,
    name: text,
    differences: z.array(text),
    replacedBecauseOf: z.array(text),
});

/** What `redisdb review --json` prints. */
export const reviewSchema = z.strictObject({
    format: z.literal(1),
    exitCode: z.literal([0, 1, 5]),
    failOn: z.array(text).describe("the severities and codes that fail the review"),
    failing: count.describe("the number of findings that fail it"),
    addedExceptions: z
        .array(z.strictObject({ database: text, code: text, reason: text, expires: date }))
        .describe("exceptions that the pull request adds; they do not apply yet"),
    stacks: z.array(
        z.strictObject({
            project: text,
            stack: text,
            folder: text.describe("of the Pulumi project in the repository"),
            status: z.enum(["unchanged", "changed", "failed"]),
            errors: z.array(text).describe("why the preview failed"),
            databases: z.array(database),
            findings: z.array(finding).describe("the most serious first"),
            counts: z.record(text, count).describe("the number of resources by Pulumi's operation"),
            rawChanges: z.array(rawChange),
            notes: z.array(text).describe("what the preview does not contain"),
        }),
    ),
}) satisfies z.ZodType<ReviewDocument>;
