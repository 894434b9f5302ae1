/** A review as text: on a terminal with colors and within its width, in a pipe with one statement per line. */
import { stripVTControlCharacters, styleText } from "node:util";
import fc from "fast-check";
import { reviewText } from "../../../provider/cli/output/review";
import type { Screen } from "../../../provider/cli/output/screen";
import { hostileReview } from "../review/support/hostile";
import { dangerous, examples, several, unchanged } from "../review/support/reviews";

const plain: Screen["style"] = (_style, text) => text;
const colored: Screen["style"] = (style, text) => styleText(style, text, { validateStream: false });

test.each(Object.entries(examples))("%s", (_name, review) => {
    expect(reviewText(review, plain)).toMatchSnapshot();
});

test("fits the width of a terminal, and says the same", () => {
    const text = reviewText(several, colored, 60);
    const visible = stripVTControlCharacters(text);
    expect(visible).not.toBe(text);
    expect(visible).toMatchSnapshot();
    for (const line of visible.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
    const words = (printed: string) => printed.split(/\s+/);
    expect(words(visible)).toEqual(words(reviewText(several, plain)));
});

test("findings come first, and the verdict last", () => {
    const lines = reviewText(dangerous, plain).split("\n");
    expect(lines[0]).toMatch(/^✗ data-loss: redis-database\/volume-replaced/);
    expect(lines.at(-1)).toBe("2 findings fail this review: 1 data-loss, 1 security");
    expect(reviewText(unchanged, plain)).toBe("nothing will change: shop/prod");
});

test("hostile texts cannot control a terminal or add lines", () => {
    fc.assert(
        fc.property(hostileReview, fc.constantFrom(undefined, 20, 80), (review, width) => {
            const text = reviewText(review, plain, width);
            expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\u200B]/u);
            if (width !== undefined)
                for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
            const findings = review.stacks.flatMap((stack) => stack.findings);
            if (width === undefined)
                expect(text.match(/^→|^ {2}(→|allowed until)/gm) ?? []).toHaveLength(findings.length);
        }),
        { numRuns: 150 },
    );
});
