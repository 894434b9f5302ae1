/**
 * Makes text of a preview safe to show. The author of a pull request decides what a preview contains, so it may try to
 * imitate other text, to hide some, or to fill the output.
 */

/** Controls, invisible characters, and those that change the order of others. A selector of emoji styles is harmless. */
const unsafe = /(?!\uFE0F)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Marks stacked on a letter would cover the lines above and below. */
const stackedMarks = /(\p{M}{4})\p{M}+/gu;

/** The text on one line, with � for each unsafe character, and at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
    // Spaces are joined later, so the start is enough even if it has many.
    const line = clip(text, limit * 4)
        .replace(/\s+/gu, " ")
        .replace(unsafe, "�")
        .replace(stackedMarks, "$1");
    return clip(line.trim(), limit);
}

/** The lines of a text, each like `oneLine` but with its indentation. */
export function cleanLines(text: string, limit: number, most: number): string[] {
    const lines = text.split(/\r\n|[\n\r\u2028\u2029]/u, most + 1);
    const shown = lines.slice(0, most).map((line) => {
        const [indent = ""] = /^ {0,8}/.exec(line) ?? [];
        return indent + oneLine(line, limit);
    });
    return lines.length > most ? [...shown, "…"] : shown;
}

/** At most `limit` characters, with an ellipsis for what is missing. */
export function clip(text: string, limit: number): string {
    if (text.length <= limit) return text;
    return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
