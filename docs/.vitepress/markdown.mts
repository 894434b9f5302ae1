/** What the site's Markdown needs so that the same files read well on the site and in the repository. */
import { posix } from "node:path";
import { slug } from "github-slugger";
import type { MarkdownOptions } from "vitepress";

type MarkdownIt = Parameters<NonNullable<MarkdownOptions["config"]>>[0];

/** The anchors of headings are those of the repository's pages: one link works in both, and the link check knows one rule. */
export const slugify = slug;

/** Vue does not evaluate `{{.Id}}` in inline code. VitePress takes care of blocks only. */
export function codeIsText(md: MarkdownIt): void {
    const render = md.renderer.rules.code_inline;
    md.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]?.attrSet("v-pre", "");
        return render?.(tokens, index, ...rest) ?? "";
    };
}

/** A block of Mermaid is drawn by the theme's component. */
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

/** A link to a file of the repository that is no page of the site becomes its text and the file's path. */
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

/** Where in the repository a link leads, or undefined if it leads to a page of the site or to another host. */
function repositoryPath(folder: string, href: string): string | undefined {
    if (/^([a-z]+:|[/#])/.test(href)) return undefined;
    const target = posix.join("docs", folder, href.replace(/[?#].*$/, ""));
    return target.startsWith("docs/") && target.endsWith(".md") ? undefined : target;
}
