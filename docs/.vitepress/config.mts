/** The documentation site, which `make docs-site` builds from the Markdown files in docs/. */
import { defineConfig } from "vitepress";
import { codeIsText, mermaidDiagrams, repositoryLinks, slugify } from "./markdown.mjs";
import { sidebar } from "./sidebar.mjs";

export default defineConfig({
    title: "pulumi-redis-database",
    description: "Managed Redis on Docker hosts you own, as one Pulumi component",
    outDir: "../.local/docs-site",
    cacheDir: "../.local/vitepress",
    // Diagrams are drawn in light colors only.
    appearance: false,
    // Browsers ask for a favicon otherwise.
    head: [["link", { rel: "icon", href: "data:," }]],
    markdown: {
        anchor: { slugify },
        config: (md) => {
            codeIsText(md);
            mermaidDiagrams(md);
            repositoryLinks(md);
        },
    },
    themeConfig: {
        search: {
            provider: "local",
            // Guides explain a task, and come before the API reference, which has almost every word.
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
