/** Extracts code from documents, so that tests can run it. */
import { present } from "./present";

/** The code blocks of a language in a Markdown text. */
export function codeBlocks(text: string, language: string): string[] {
    return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code]) => present(code));
}
