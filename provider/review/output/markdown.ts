/** A review as a comment on a pull request, in Markdown. */
import type { Review } from "../report";
import { counted, failureTest } from "./counts";
import { type Level, levels } from "./markdown/detail";
import type { CodeHost } from "./markdown/hosts";
import { markerLine, markerOf } from "./markdown/marker";
import { stackLine, stackSection } from "./markdown/stackSection";
import { failingCodes, joined, summary } from "./markdown/summary";

export { type CodeHost, type CodeHostName, codeHosts } from "./markdown/hosts";
export { markerLine, markerOf } from "./markdown/marker";

/**
 * The comment with as much detail as the code host accepts. What it leaves out is named at its end. Its first line is an
 * invisible marker, by which a later run finds it.
 */
export function fit(review: Review, host: CodeHost, marker = markerOf(review)): string {
    // Without HTML, raw changes cannot be collapsed, and would cover the rest.
    const isTooLong = !host.html && review.stacks.some(({ rawChanges }) => rawChanges.length > 0);
    let text = "";
    for (const level of levels.slice(isTooLong ? 1 : 0)) {
        text = markdown(review, level, host, marker);
        if (fits(text, host)) return text;
    }
    return text;
}

/** The comment with the detail of one level. */
export function markdown(review: Review, level: Level, host: CodeHost, marker: string): string {
    const parts = [
        markerLine(marker, host),
        ...summary(review, level.detail),
        ...(level.detail.sections ? sections(review, level, host) : lines(review, level)),
        ...omissions(level),
    ];
    return `${parts.join("\n\n")}\n`;
}

function fits(text: string, { characters, bytes = Infinity }: CodeHost): boolean {
    return text.length <= characters && Buffer.byteLength(text) <= bytes;
}

function sections(review: Review, { detail }: Level, host: CodeHost): string[] {
    const fails = failureTest(review);
    const changed = review.stacks.filter(({ status, findings }) => status === "changed" || findings.length > 0);
    const unchanged = review.stacks.filter(({ status, findings }) => status === "unchanged" && findings.length === 0);
    return [
        ...changed.flatMap((stack) => stackSection(stack, fails, detail, host)),
        // For a single stack, the summary says it.
        ...joined(
            review.stacks.length > 1
                ? limited(
                      unchanged.map((stack) => stackLine(stack, fails)),
                      detail.entries,
                  )
                : [],
        ),
    ];
}

function lines(review: Review, { detail }: Level): string[] {
    const fails = failureTest(review);
    const failingFirst = [...review.stacks].sort(
        (one, other) => Number(other.findings.some(fails)) - Number(one.findings.some(fails)),
    );
    const items = limited(
        failingFirst.map((stack) => stackLine(stack, fails)),
        detail.entries,
    );
    return [...failingCodes(review, detail), ...joined(items)];
}

function limited(items: readonly string[], most: number): string[] {
    if (items.length <= most) return [...items];
    return [...items.slice(0, most), `- … and ${counted(items.length - most, "more stack")}`];
}

function omissions({ leftOut }: Level): string[] {
    if (leftOut.length === 0) return [];
    const words = new Intl.ListFormat("en").format(leftOut);
    return [`Left out of this comment: ${words}. \`redisdb review\` prints everything in a terminal.`];
}
