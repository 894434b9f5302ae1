/** Markdown extensions with which the same files can be read on the site and in the repository. */
import { posix } from "node:path";
import { slug } from "github-slugger";
import type { MarkdownOptions } from "vitepress";

type MarkdownIt = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

/** GitHub's anchors: a link to a heading works on the site and in the repository, and the link check applies one rule. */
export const slugify = slug;

/** Keeps Vue from evaluating `{{.Id}}` in inline code. VitePress does this for code blocks only. */
export function literalInlineCode(md: MarkdownIt): void {
    const render = md.renderer.rules.code_inline;
    md.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]?.attrSet("v-pre", "");
        return render?.(tokens, index, ...rest) ?? "";
    };
}

/** Replaces a Mermaid block with the theme's component, which draws it. */
export function mermaidDiagrams(md: MarkdownIt): void {
    const render = md.renderer.rules.fence;
    md.renderer.rules.fence = (tokens, index, ...rest) => {
        const token = tokens[index];
        if (token?.info.trim() === "mermaid") {
            return `<MermaidDiagram source="${encodeURIComponent(token.content)}" />\n`;
        }
        return render?.(tokens, index, ...rest) ?? "";
    };
}

/** Replaces a link to a file that is not a page of the site, such as an example, with its text and the file's path. */
export function repositoryLinks(md: MarkdownIt): void {
    md.core.ruler.push("repository-links", ({ tokens, env }) => {
        const folder = posix.dirname((env as { relativePath: string }).relativePath);
        for (const { children } of tokens) {
            let path: string | undefined;
            let text = "";
            for (const token of children ?? []) {
                if (token.type === "link_open") {
                    path = repositoryPath(folder, token.attrGet("href") ?? "");
                    text = "";
                    if (path !== undefined) Object.assign(token, { type: "text", content: "" });
                } else if (token.type === "link_close" && path !== undefined) {
                    Object.assign(token, { type: "text", content: text.includes(path) ? "" : ` (${path})` });
                    path = undefined;
                } else text += token.content;
            }
        }
    });
}

/** The path in the repository that a link refers to, or undefined for a page of the site or another host. */
function repositoryPath(folder: string, href: string): string | undefined {
    if (/^([a-z]+:|[/#])/.test(href)) return undefined;
    const target = posix.join("docs", folder, href.replace(/[?#].*$/, ""));
    return target.startsWith("docs/") && target.endsWith(".md") ? undefined : target;
}
