/** The part of a comment that is always visible: what fails, how much changes, and what the source does not show. */
import type { Review, StackReview } from "../../report";
import { allFindings, bySeverityInWords, counted, isAffected } from "../counts";
import type { Detail } from "./detail";
import { block, code, prose } from "./escape";

export function summary(review: Review, detail: Detail): string[] {
    return [
        [verdict(review), ...changes(review), ...allowed(review), ...added(review)].join(" "),
        ...failedPreviews(review, detail),
        ...addedExceptions(review, detail),
        ...notes(review),
    ];
}

/** Such as `shop/prod` or `shop/prod in infra`, as code. */
export function stackName({ project, stack, folder }: StackReview): string {
    const name = code(`${project}/${stack}`, 80);
    return folder === "." ? name : `${name} in ${code(folder, 80)}`;
}

function verdict(review: Review): string {
    const { stacks, failing } = review;
    const failed = stacks.filter(({ status }) => status === "failed");
    const failingWords =
        failing.length > 0
            ? `${counted(failing.length, "finding fails", "findings fail")} this review**: ${bySeverityInWords(failing)}.`
            : "";
    if (failed.length > 0) {
        const [first] = failed;
        const which = failed.length === 1 && first ? ` of ${stackName(first)}` : "";
        const words = `✖ **${failed.length === 1 ? "The preview" : `${failed.length} previews`} failed**${which}.`;
        return failingWords === "" ? words : `${words} **${failingWords}`;
    }
    if (failing.length > 0) return `✖ **${failingWords}`;
    const others = stacks.flatMap(({ findings }) => findings.filter((each) => each.allowed === undefined));
    if (others.length > 0) {
        return `✔ **No finding fails this review.** ${counted(others.length, "other finding")}: ${bySeverityInWords(others)}.`;
    }
    const [only] = stacks;
    if (stacks.every(({ status }) => status === "unchanged")) {
        return `✔ **Nothing will change**${stacks.length === 1 && only ? ` in ${stackName(only)}` : ` in ${stacks.length} stacks`}.`;
    }
    return "✔ **No finding fails this review.**";
}

function changes({ stacks }: Review): string[] {
    const changed = stacks.filter(({ status }) => status === "changed");
    if (changed.length === 0) return [];
    const databases = changed.flatMap((each) => each.databases.filter(isAffected)).length;
    const where = stacks.length === 1 ? "" : ` in ${changed.length} of ${stacks.length} stacks`;
    return [
        databases === 0
            ? `No database changes${where}.`
            : `${counted(databases, "database changes", "databases change")}${where}.`,
    ];
}

function allowed({ stacks }: Review): string[] {
    const count = stacks.flatMap(({ findings }) => findings.filter((each) => each.allowed)).length;
    return count === 0 ? [] : [`${counted(count, "finding is", "findings are")} allowed by an exception.`];
}

function added({ addedExceptions: { length } }: Review): string[] {
    if (length === 0) return [];
    const when = length === 1 ? "which applies once it is" : "which apply once they are";
    return [`**This pull request adds ${counted(length, "exception")}**, ${when} on the base branch.`];
}

function failedPreviews({ stacks }: Review, { sections, entries }: Detail): string[] {
    const failed = stacks.filter(({ status }) => status === "failed");
    const shown = failed.slice(0, entries);
    const parts = shown.map((stack) => {
        const errors = stack.errors.length > 0 ? stack.errors : ["The preview has no error message."];
        if (!sections) return `- The preview of ${stackName(stack)} failed: ${prose(errors[0] ?? "", 150)}`;
        const more = errors.length > 10 ? [`… and ${errors.length - 10} more errors`] : [];
        return `Errors of ${stackName(stack)}:\n\n${block([...errors.slice(0, 10), ...more], "text", 300, 20)}`;
    });
    const rest = failed.length > shown.length ? [`- ${failed.length - shown.length} more previews failed`] : [];
    return sections ? [...parts, ...rest] : joined([...parts, ...rest]);
}

function addedExceptions({ addedExceptions: all }: Review, { entries }: Detail): string[] {
    const shown = all.slice(0, Math.min(entries, 50));
    return joined([
        ...shown.map(
            ({ database, code: rule, reason, expires }) =>
                `- Exception added: ${code(rule)} for ${code(database)} until ${prose(expires, 40)}: ${prose(reason, 200)}`,
        ),
        ...(all.length > shown.length ? [`- ${counted(all.length - shown.length, "more exception")} added`] : []),
    ]);
}

/** Most notes are the same for all stacks. */
function notes({ stacks }: Review): string[] {
    const all = [...new Set(stacks.flatMap((stack) => stack.notes))];
    const shown = all.slice(0, 10).map((note) => `- Note: ${prose(note, 300)}`);
    return joined(all.length > 10 ? [...shown, `- ${all.length - 10} more notes`] : shown);
}

/** How often each code fails the review, if the findings themselves are not listed. */
export function failingCodes(review: Review, { entries }: Detail): string[] {
    const counts = new Map<string, number>();
    for (const { finding, fails } of allFindings(review)) {
        if (fails) counts.set(finding.code, (counts.get(finding.code) ?? 0) + 1);
    }
    const shown = [...counts].slice(0, Math.min(entries, 100));
    const rest = [...counts].slice(shown.length).reduce((sum, [, count]) => sum + count, 0);
    const listed = shown.map(([rule, count]) => `- ✖ ${code(rule)}: ${counted(count, "finding")}`);
    return joined(rest > 0 ? [...listed, `- ✖ other codes: ${counted(rest, "finding")}`] : listed);
}

/** Items of one list; nothing for none. */
export const joined = (items: readonly string[]): string[] => (items.length > 0 ? [items.join("\n")] : []);
