/** The outputs for other programs: SARIF, JUnit, GitLab code quality and JSON. */
import "@microsoft/jest-sarif";
import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { reviewSchema } from "../../../../provider/cli/reviewSchema";
import { codeQuality } from "../../../../provider/review/output/codeQuality";
import { json } from "../../../../provider/review/output/json";
import { junit } from "../../../../provider/review/output/junit";
import { sarif } from "../../../../provider/review/output/sarif";
import type { Rule } from "../../../../provider/review/rules";
import { hostileReview } from "../support/hostile";
import { dangerous, examples, excepted, failed, findingOf, reviewOf, several, stackOf } from "../support/reviews";

const rules: readonly Rule[] = [
    {
        code: "redis-database/volume-replaced",
        severity: "data-loss",
        title: "A volume is replaced",
        meaning: "The volume is deleted and created again.",
        danger: "All of its data is deleted.",
        remedy: "Keep its name, driver and labels.",
    },
];
const unsafePath = /^\/|\.\.|\\/;

test.each(Object.entries(examples))("%s", (_name, review) => {
    const log = sarif(review, rules, "1.2.3");
    expect(log).toBeValidSarifLog();
    expect({ sarif: log, codeQuality: codeQuality(review), json: json(review) }).toMatchSnapshot();
    expect(junit(review)).toMatchSnapshot();
    expect(XMLValidator.validate(junit(review))).toBe(true);
    expect(() => reviewSchema.parse(json(review))).not.toThrow();
});

test("any text gives valid documents", () => {
    fc.assert(
        fc.property(hostileReview, (review) => {
            expect(JSON.parse(JSON.stringify(sarif(review, rules, "1.2.3")))).toBeValidSarifLog();
            expect(XMLValidator.validate(junit(review))).toBe(true);
            expect(junit(review)).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}]/u);
            expect(() => reviewSchema.parse(json(review))).not.toThrow();
            for (const { location } of codeQuality(review)) expect(location.path).not.toMatch(/^\/|^\.\.(\/|$)|\\/);
        }),
        { numRuns: 100 },
    );
});

describe("SARIF", () => {
    const many = reviewOf([
        stackOf({
            findings: Array.from({ length: 26_000 }, (_, index) =>
                findingOf(index < 25_999 ? "info" : "data-loss", { name: `d${index}`, urn: `u${index}` }),
            ),
        }),
    ]);

    test("has at most 25,000 results, with the most serious first, and says how many are missing", () => {
        const [run] = sarif(many, rules, "1.2.3").runs;
        expect(run?.results).toHaveLength(25_000);
        expect(run?.results?.[0]?.level).toBe("error");
        expect(run?.invocations?.[0]?.toolExecutionNotifications).toEqual([
            { level: "warning", message: { text: "1000 less serious results left out" } },
        ]);
    });

    test("an allowed finding is suppressed; a failed preview is an unsuccessful execution", () => {
        const [result] = sarif(excepted, rules, "1.2.3").runs[0]?.results ?? [];
        expect(result?.suppressions).toEqual([
            { kind: "external", status: "accepted", justification: "the volume is only a cache (until 2027-01-31)" },
        ]);
        expect(sarif(failed, rules, "1.2.3").runs[0]?.invocations?.[0]?.executionSuccessful).toBe(false);
        expect(sarif(dangerous, rules, "1.2.3").runs[0]?.invocations?.[0]?.executionSuccessful).toBe(true);
    });

    test("brackets and braces of a message are text", () => {
        const review = reviewOf([stackOf({ findings: [findingOf("info", { message: "see [x](y) and {0}" })] })]);
        expect(sarif(review, rules, "1.2.3").runs[0]?.results?.[0]?.message.text).toContain(
            String.raw`see \[x\](y) and {{0}}`,
        );
    });
});

describe("locations", () => {
    const pathOf = (folder: string, file: string) =>
        codeQuality(reviewOf([stackOf({ folder, findings: [findingOf("info", { source: { file, line: 3 } })] })]))[0]
            ?.location;

    test("are relative to the repository", () => {
        expect(pathOf(".", "index.ts")).toEqual({ path: "index.ts", lines: { begin: 3 } });
        expect(pathOf("infra/shop", "src/index.ts")).toEqual({ path: "infra/shop/src/index.ts", lines: { begin: 3 } });
        expect(pathOf("infra/shop", "../shared.ts")).toEqual({ path: "infra/shared.ts", lines: { begin: 3 } });
    });

    test.each(["../x.ts", "/etc/passwd", "a/../../x", String.raw`..\x`])("%s is the project's file", (file) => {
        const location = pathOf(".", file);
        expect(location?.path).not.toMatch(unsafePath);
    });

    test("a finding without a line is in the project's file", () => {
        const { source, ...rest } = findingOf("info");
        expect(source).toBeDefined();
        const review = reviewOf([stackOf({ folder: "infra", findings: [rest] })]);
        expect(codeQuality(review)[0]?.location).toEqual({ path: "infra/Pulumi.yaml", lines: { begin: 1 } });
    });

    test("a fingerprint stays the same when lines move, and is unique", () => {
        const finding = findingOf("info");
        const prints = (...findings: (typeof finding)[]) =>
            codeQuality(reviewOf([stackOf({ findings })])).map(({ fingerprint }) => fingerprint);
        const moved = { ...finding, message: "other words", source: { file: "index.ts", line: 99 } };
        expect(prints(finding)).toEqual(prints(moved));
        expect(new Set(prints(finding, finding, { ...finding, urn: "other" })).size).toBe(3);
    });
});

test("JUnit has a case per finding and per database without findings", () => {
    const parser = new XMLParser({
        ignoreAttributes: false,
        attributeNamePrefix: "",
        isArray: (name) => name === "testcase",
    });
    const { testsuites } = parser.parse(junit(dangerous)) as {
        testsuites: {
            tests: string;
            failures: string;
            testsuite: { testcase: { classname: string; failure?: object }[] };
        };
    };
    expect([testsuites.tests, testsuites.failures]).toEqual(["5", "2"]);
    const cases = testsuites.testsuite.testcase;
    expect(cases.filter(({ failure }) => failure).map(({ classname }) => classname)).toEqual([
        'Volume "uploads"',
        'RedisDatabase "sessions"',
    ]);
    expect(cases.map(({ classname }) => classname)).toContain('RedisDatabase "cache"');
    expect(junit(failed)).toContain('<error message="RedisDatabase &quot;sessions&quot;: version: 6.2');
});

test("code quality has no exceptions: an allowed finding is informative", () => {
    expect(codeQuality(excepted)).toMatchObject([{ severity: "info", check_name: "redis-database/volume-replaced" }]);
    expect(codeQuality(several).map(({ severity }) => severity)).toEqual(["blocker", "critical", "major", "info"]);
});
