/** The documentation site, which `make docs-site` builds from the Markdown files in docs/. */
import { defineConfig } from "vitepress";
import { literalInlineCode, mermaidDiagrams, repositoryLinks, slugify } from "./markdown.mjs";
import { sidebar } from "./sidebar.mjs";

export default defineConfig({
    title: "pulumi-redis-database",
    description: "Managed Redis on Docker hosts you own, as one Pulumi component",
    outDir: "../.local/docs-site",
    cacheDir: "../.local/vitepress",
    // Diagrams are drawn in light colors only, so there is no dark mode.
    appearance: false,
    // An empty icon: without one, browsers request /favicon.ico, which does not exist.
    head: [["link", { rel: "icon", href: "data:," }]],
    markdown: {
        anchor: { slugify },
        codeTransformers: [
            {
                // Without a limit: on a busy machine, a line that takes 500 ms would lose its colors.
                preprocess: (_code, options) => {
                    options.tokenizeTimeLimit = 0;
                },
            },
        ],
        config: (md) => {
            literalInlineCode(md);
            mermaidDiagrams(md);
            repositoryLinks(md);
        },
    },
    themeConfig: {
        search: {
            provider: "local",
            // Guides rank first. Without this, the API reference, which contains almost every word, hides them.
            options: {
                miniSearch: {
                    searchOptions: {
                        boostDocument: (page: string) =>
                            page.includes("/guides/") ? 4 : page.includes("/api.") ? 0.25 : 1,
                    },
                },
            },
        },
        sidebar: sidebar(),
        outline: [2, 3],
    },
});
