/** The comment on a pull request: what it says, what it leaves out to fit, and that no text of a preview becomes markup. */
import fc from "fast-check";
import {
    type CodeHost,
    codeHosts,
    fit,
    markdown,
    markerLine,
    markerOf,
} from "../../../../provider/review/output/markdown";
import { levels } from "../../../../provider/review/output/markdown/detail";
import type { Review } from "../../../../provider/review/report";
import { codeBlocksIn } from "../../../support/codeBlocks";
import { loadMermaid } from "../../support/mermaid";
import { attacks, hostileReview } from "../support/hostile";
import { proseIn, renderWithoutHtml, renderers, tagsIn } from "../support/render";
import {
    dangerous,
    databaseOf,
    examples,
    excepted,
    failed,
    findingOf,
    large,
    reviewOf,
    stackOf,
    unchanged,
} from "../support/reviews";

const hosts = Object.entries(codeHosts);
const mermaid = loadMermaid();

const pair = (tag: string) => [`<${tag}>`, `</${tag}>`];
/** All tags that a comment may become. */
const ours = new Set(
    [
        [
            "p",
            "strong",
            "ul",
            "li",
            "h3",
            "pre",
            "code",
            "details",
            "summary",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ].flatMap(pair),
        ['<code class="language-text">', '<code class="language-mermaid">'],
    ].flat(),
);

/** What code hosts make of text outside of code: mentions, references, commits, emoji and addresses. */
const interpreted = [/[@~$%!#&]\w/, /\p{L}-\d/u, /\b[0-9a-f]{7,40}\b/, /:\w+:/, /:\/\//, /www\./, /\w\.[a-z]/];

function problemsIn(comment: string, { html }: CodeHost, marker: string): string[] {
    const rendered = html ? Object.values(renderers).map((render) => render(comment)) : [renderWithoutHtml(comment)];
    return rendered.flatMap((page) => [
        ...tagsIn(page)
            .filter((tag) => !ours.has(tag) && tag !== marker)
            .map((tag) => `tag ${tag}`),
        ...interpreted.flatMap((pattern) => pattern.exec(proseIn(page)) ?? []).map((found) => `interpreted: ${found}`),
    ]);
}

function exceeds(comment: string, { characters, bytes = Infinity }: CodeHost): boolean {
    return comment.length > characters || Buffer.byteLength(comment) > bytes;
}

async function expectDiagrams(comment: string): Promise<number> {
    const diagrams = codeBlocksIn(comment, "").filter(({ language }) => language === "mermaid");
    for (const { code } of diagrams) await mermaid.parse(code);
    return diagrams.length;
}

test.each(Object.entries(examples))("%s", async (_name, review) => {
    const comment = fit(review, codeHosts.github);
    expect(comment).toMatchSnapshot();
    expect(problemsIn(comment, codeHosts.github, markerLine(markerOf(review), codeHosts.github))).toEqual([]);
    await expectDiagrams(comment);
});

test("without HTML, raw changes are left out and the marker is a link definition", () => {
    const comment = fit(dangerous, codeHosts.bitbucket);
    expect(comment).toMatchSnapshot();
    expect(renderWithoutHtml(comment)).not.toMatch(/&lt;|redisdb-review/);
});

test("the summary comes first: it is the line after the marker", () => {
    const summaryOf = (review: Review) => fit(review, codeHosts.github).split("\n\n")[1];
    expect(summaryOf(dangerous)).toMatch(
        /^✖ \*\*2 findings fail this review\*\*: 1 data-loss, 1 security\. .*adds 1 exception/,
    );
    expect(summaryOf(failed)).toBe("✖ **The preview failed** of `shop/prod`.");
    expect(summaryOf(excepted)).toContain("1 finding is allowed by an exception");
    // For an unchanged stack there is nothing else.
    expect(fit(unchanged, codeHosts.github)).toBe(
        `${markerLine(markerOf(unchanged), codeHosts.github)}\n\n✔ **Nothing will change** in \`shop/prod\`.\n`,
    );
});

describe("the marker", () => {
    const review = (...stacks: readonly (readonly [project: string, stack: string, folder: string])[]) =>
        reviewOf(stacks.map(([project, stack, folder]) => stackOf({ project, stack, folder })));

    test("depends on project, stack and folder of all stacks, in any order", () => {
        const same = review(["a", "b", "."], ["a", "c", "."]);
        expect(markerOf(same)).toBe(markerOf(review(["a", "c", "."], ["a", "b", "."])));
        const others = [
            review(["a", "b", "."]),
            review(["a", "b", "infra"]),
            review(["ab", "", "."]),
            review(["a", "b", "."], ["a", "d", "."]),
        ].map(markerOf);
        expect(new Set([markerOf(same), ...others]).size).toBe(5);
    });

    test.each(attacks)("cannot be ended by %j", (attack) => {
        const line = markerLine(attack, codeHosts.github);
        expect(line).toMatch(/^<!-- redisdb-review: [\w%.]* -->$/);
        expect(markerLine(attack, codeHosts.bitbucket)).toMatch(/^\[\/\/\]: # \(redisdb-review: [\w%.]*\)$/);
        for (const render of Object.values(renderers)) expect(render(line).trim()).toBe(line);
    });
});

describe("limits", () => {
    const reviews = {
        "5,000 resources in one stack": large(1, 5000),
        "5,000 resources in 50 stacks": large(50, 5000),
        "50 failed previews": reviewOf(
            Array.from({ length: 50 }, (_, index) =>
                stackOf({
                    stack: `s${index}`,
                    status: "failed",
                    errors: Array.from({ length: 20 }, () => "e".repeat(5000)),
                }),
            ),
        ),
        "1,000 stacks with 1,000 codes": reviewOf(
            Array.from({ length: 1000 }, (_, index) =>
                stackOf({
                    stack: `s${index}`,
                    findings: [findingOf("data-loss", { code: `redis-database/c${index}` })],
                }),
            ),
            Array.from({ length: 1000 }, () => ({
                database: "d",
                code: "c",
                reason: "r".repeat(1000),
                expires: "2030-01-01",
            })),
        ),
    };

    test.each(
        Object.entries(reviews).flatMap(([name, review]) =>
            hosts.map(([, host]) => [name, host.name, review, host] as const),
        ),
    )("%s on %s", async (_name, _host, review, host) => {
        const comment = fit(review, host);
        expect(exceeds(comment, host)).toBe(false);
        // To render the largest comment takes several seconds.
        if (host !== codeHosts.gitlab) {
            expect(problemsIn(comment, host, markerLine(markerOf(review), host))).toEqual([]);
        }
        expect(mentions(comment, review)).toBe(true);
        await expectDiagrams(comment);
    });

    test("each step is shorter, and says what is missing", () => {
        const review = large(50, 5000);
        const comments = levels.map((level) => markdown(review, level, codeHosts.github, "m"));
        // Without the last line, which names what is missing.
        const lengths = comments.map(
            (comment, index) => (index === 0 ? comment : comment.slice(0, comment.lastIndexOf("Left out"))).length,
        );
        expect(lengths).toEqual([...lengths].sort((one, other) => other - one));
        expect(levels[0]?.leftOut).toEqual([]);
        for (const [index, { leftOut }] of levels.entries()) {
            for (const words of leftOut) expect(comments[index]?.split("\n").at(-2)).toContain(words);
        }
    });

    test("bytes count, too", () => {
        const wide = reviewOf([
            stackOf({ databases: Array.from({ length: 60 }, (_, index) => databaseOf(`${index}${"語".repeat(79)}`)) }),
        ]);
        const host = { ...codeHosts.github, bytes: 20_000 };
        expect(fit(wide, codeHosts.github).length).toBeLessThan(20_000);
        expect(exceeds(fit(wide, host), host)).toBe(false);
    });
});

/** Whether the comment has the code of each failing finding, or how many findings fail. */
function mentions(comment: string, { failing }: Review): boolean {
    if (failing.length === 0) return true;
    return comment.includes(`${failing.length} finding${failing.length === 1 ? " fails" : "s fail"} this review`);
}

describe("hostile texts", () => {
    test.each(hosts)("become no markup, link, mention or command on %s", (_name, host) => {
        fc.assert(
            fc.property(hostileReview, fc.constantFrom(...levels), (review, level) => {
                const comment = markdown(review, level, host, "m");
                expect(problemsIn(comment, host, markerLine("m", host))).toEqual([]);
            }),
            { numRuns: 150 },
        );
    });

    test("stay within the limits, and each failing finding is counted", () => {
        fc.assert(
            fc.property(hostileReview, fc.constantFrom(...hosts.map(([, host]) => host)), (review, host) => {
                const comment = fit(review, host);
                expect(exceeds(comment, host)).toBe(false);
                expect(mentions(comment, review)).toBe(true);
                expect(comment).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\u200B]/u);
            }),
            { numRuns: 100 },
        );
    });

    test("give valid diagrams", async () => {
        let diagrams = 0;
        await fc.assert(
            fc.asyncProperty(hostileReview, async (review) => {
                diagrams += await expectDiagrams(fit(review, codeHosts.github));
            }),
            { numRuns: 100 },
        );
        expect(diagrams).toBeGreaterThan(20);
    });
});

test("ordinary words stay as they are, and names are readable", () => {
    const message = 'RedisDatabase "sessions": 1.5 GiB → 2 GiB (with backups); it\'s 50% more';
    const comment = fit(reviewOf([stackOf({ findings: [findingOf("info", { message })] })]), codeHosts.github);
    expect(comment).toContain(message);
});
