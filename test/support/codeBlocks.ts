/** The code of documents, which tests run. */
import { present } from "./present";

/** A Markdown text's code blocks of a language. */
export function codeBlocks(text: string, language: string): string[] {
    return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code]) => present(code));
}
