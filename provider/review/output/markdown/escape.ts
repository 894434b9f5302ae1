/**
 * Shows text of a preview in Markdown so that it cannot become markup, a link, a mention or a command on any code host.
 * Words that are certainly plain stay as they are. All others become code, which code hosts do not interpret. That
 * needs neither invisible characters nor a list of everything that a code host may link.
 */
import { cleanLines, oneLine } from "../clean";

/** Letters and digits; between them a few signs that have no meaning in Markdown. A colon could make an emoji: `:100:`. */
const plainWord = /^[\p{L}\p{M}\p{N}]+(?:[-'/][\p{L}\p{M}\p{N}]+|(?<=\d)[.,](?=\d)\d+)*$/u;
/** Code hosts link issues such as GH-12 or SHOP-12, commits, and what follows `www.`. */
const reference = /\p{L}-\d|[0-9a-f]{7}|www$/iu;
const plainSigns = new Set(["→", "–", "—", "=", "…"]);
const punctuated = /^(["'(]*)(.*?)([)"'.,;:!?%…]*)$/su;

/** A text as code on one line. Backticks become apostrophes, so that no text can end the code. */
export function code(text: string, limit = 120): string {
    const shown = oneLine(text, limit).replaceAll("`", "'");
    return shown === "" ? "(empty)" : `\`${shown}\``;
}

/** A sentence that may contain names and values, and parts in backticks. Must not begin a line. */
export function prose(text: string, limit = 400): string {
    // The odd parts were between two backticks. A single backtick becomes an apostrophe.
    return oneLine(text, limit)
        .split(/`([^`]*)`/)
        .map((part, index) =>
            index % 2 === 1 ? code(part, limit) : part.replaceAll("`", "'").split(" ").map(word).join(" "),
        )
        .join("");
}

function word(text: string): string {
    if (plainSigns.has(text)) return text;
    const [, before = "", inner = "", after = ""] = punctuated.exec(text) ?? [];
    if (inner === "") return text.length < 4 ? text : code(text);
    return before + (plainWord.test(inner) && !reference.test(inner) ? inner : code(inner)) + after;
}

/** A row of a table. A pipe would end a cell, even in code. */
export function row(cells: readonly string[]): string {
    // After a backslash, renderers disagree whether the pipe is escaped.
    const safe = cells.map((cell) =>
        cell.replace(/\\+\|/g, (all) => `${all.slice(0, -1)}¦`).replaceAll("|", String.raw`\|`),
    );
    return `| ${safe.join(" | ")} |`;
}

/** Lines as a code block. */
export function block(texts: readonly string[], language: string, limit = 200, most = 400): string {
    const lines = texts.flatMap((text) => cleanLines(text, limit, most).map((line) => line.replaceAll("```", "'''")));
    return [`\`\`\`${language}`, ...lines, "```"].join("\n");
}
