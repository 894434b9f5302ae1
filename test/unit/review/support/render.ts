/** Renders Markdown as code hosts do, and lists what became of it. */
import { runInThisContext } from "node:vm";
import { buildSync } from "esbuild";
import MarkdownIt from "markdown-it";

interface Micromark {
    readonly micromark: (text: string, options: object) => string;
    readonly gfm: () => object;
    readonly gfmHtml: () => object;
}

/** micromark consists of ES modules, which jest cannot load. */
function loadMicromark(): Micromark {
    const contents = `export { micromark } from "micromark"; export { gfm, gfmHtml } from "micromark-extension-gfm";`;
    const { outputFiles } = buildSync({
        stdin: { contents, resolveDir: __dirname },
        bundle: true,
        format: "iife",
        globalName: "loaded",
        platform: "node",
        write: false,
    });
    return runInThisContext(`(() => { ${outputFiles[0]?.text ?? ""}; return loaded; })()`) as Micromark;
}

const { micromark, gfm, gfmHtml } = loadMicromark();
const options = { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true };
const markdownIt = new MarkdownIt({ html: true, linkify: true });
const withoutHtml = new MarkdownIt({ html: false, linkify: true });

/** GitHub's dialect, and a renderer that also makes links of addresses without a scheme. */
export const renderers: Readonly<Record<string, (markdown: string) => string>> = {
    "GitHub's Markdown": (markdown) => micromark(markdown, options),
    "markdown-it": (markdown) => markdownIt.render(markdown),
};

/** For hosts that show HTML as text. */
export const renderWithoutHtml = (markdown: string): string => withoutHtml.render(markdown);

/** The tags of an HTML text with their attributes, once each. */
export function tagsIn(html: string): string[] {
    return [...new Set([...html.matchAll(/<\/?[a-z!][^>]*>/gi)].map(([tag]) => tag))].sort();
}

/** The text outside of code, where code hosts look for mentions and references. */
export function proseIn(html: string): string {
    return html
        .replace(/<(code|pre)\b[^>]*>.*?<\/\1>/gs, " ")
        .replace(/<[^>]*>/g, " ")
        .replaceAll("&quot;", '"')
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&amp;", "&");
}
