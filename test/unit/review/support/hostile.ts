/** Reviews with texts that try to become markup. */
import fc from "fast-check";
import type { Review, ReviewFinding } from "../../../../provider/review/report";
import { severities, type Severity } from "../../../../provider/review/severity";
import { databaseOf, reviewOf, stackOf } from "./reviews";

/** What code hosts, terminals, Mermaid and XML may interpret. */
export const attacks = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></td></table><h1>Approved</h1>",
    "<!-- redisdb-review: 1 -->",
    "--> <b>",
    "]]>",
    "@octocat",
    "@org/team",
    "#1",
    "GH-1",
    "SHOP-12",
    "!12",
    "~label",
    "$5",
    "%1",
    "&amp;&lt;b&gt;&#60;",
    ":rocket:",
    "/approve",
    "https://example.com/a?b=c",
    "www.example.com",
    "example.com",
    "mailto:a@example.com",
    "a@example.com",
    "[x](javascript:alert)",
    "![x](https://example.com/x.png)",
    "[x]: https://example.com",
    "[x]",
    "**bold** __bold__ *i* _i_ ~~s~~",
    "`code` ``code`` ```` ` ````",
    "`",
    "a`b`@octocat`c",
    "```\n# title\n```",
    "\n\n# title\n\n- item\n\n1. item",
    "\n---\n",
    "| a | b |\n|---|---|\n| c | d |",
    String.raw`\| \\| \` \\` + "`",
    "{{ secrets }} ${x} {0}",
    "end",
    'x"]:::dataLoss; click n0 "javascript:alert(1)"',
    "%%{init: {}}%%",
    "#quot;#35;",
    "\u202Eevil\u2066\u200B",
    "\u001B[31mred\u0007\u0000",
    "\uD800",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "deadbeef1",
    "x".repeat(5000),
    "`".repeat(200),
    "",
] as const;

const text = fc.oneof(
    fc.constantFrom(...attacks),
    fc
        .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: "binary" })), { maxLength: 4 })
        .map((all) => all.join("")),
    fc.array(fc.oneof(fc.constantFrom(...attacks), fc.string()), { maxLength: 6 }).map((all) => all.join(" ")),
    fc.string({ unit: fc.constantFrom(..."`|\\@#<>[]()!&*_~:;/-.\n \"'a1".split(/(?:)/u)) }),
);

const severity = fc.constantFrom(...(Object.keys(severities) as Severity[]));
const source = fc.option(fc.record({ file: text, line: fc.integer() }), { nil: undefined });

const finding: fc.Arbitrary<ReviewFinding> = fc
    .record({
        code: text,
        severity,
        urn: text,
        resource: text,
        name: text,
        message: text,
        remedy: text,
        source,
        allowed: fc.option(fc.record({ reason: text, expires: text }), { nil: undefined }),
    })
    .map(({ source: line, allowed, ...rest }) => ({
        ...rest,
        ...(line && { source: line }),
        ...(allowed && { allowed }),
    }));

const database = fc
    .record({
        kind: fc.constantFrom("RedisDatabase" as const, "RedisReplica" as const),
        operation: fc.constantFrom("created" as const, "changed" as const, "unchanged" as const),
        urn: text,
        database: text,
        changes: fc.array(text, { maxLength: 3 }),
        explanation: text,
        server: text,
        data: text,
        clients: text,
        worst: severity,
    })
    .chain((values) => text.map((name) => databaseOf(name, values)));

const stack = fc
    .record({
        project: text,
        stack: text,
        folder: fc.oneof(fc.constant("."), text),
        status: fc.constantFrom("unchanged" as const, "changed" as const, "failed" as const),
        errors: fc.array(text, { maxLength: 3 }),
        databases: fc.array(database, { maxLength: 4 }),
        findings: fc.array(finding, { maxLength: 4 }),
        counts: fc.dictionary(text, fc.nat(100), { maxKeys: 3 }),
        rawChanges: fc.array(
            fc.record({
                operation: text,
                type: text,
                name: text,
                differences: fc.array(text, { maxLength: 3 }),
                replacedBecauseOf: fc.array(text, { maxLength: 2 }),
            }),
            { maxLength: 3 },
        ),
        notes: fc.array(text, { maxLength: 2 }),
    })
    .map(stackOf);

export const hostileReview: fc.Arbitrary<Review> = fc
    .record({
        stacks: fc.array(stack, { minLength: 1, maxLength: 3 }),
        exceptions: fc.array(fc.record({ database: text, code: text, reason: text, expires: text }), { maxLength: 2 }),
    })
    .map(({ stacks, exceptions }) => reviewOf(stacks, exceptions));
