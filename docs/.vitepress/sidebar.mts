/** The sidebar: the pages of docs/ in the order in which a reader needs them. Each title is the page's first heading. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";

const docs = join(import.meta.dirname, "..");

const guides = [
    "first-database",
    "connect",
    "redisdb",
    "languages",
    "memory-and-disk",
    "flavors",
    "passwords",
    "certificates",
    "users",
    "replicas",
    "upgrade",
    "old-versions",
    "backups",
    "adopt-data",
    "pull-requests",
    "platform",
    "failed-updates",
    "drift",
    "options",
    "security",
    "destroy",
];

const reference = ["arguments", "outputs", "redisdb", "changes", "errors", "versions", "api", "platform-api"];

const languages = ["python", "go", "java", "dotnet", "yaml"];

export function sidebar(): DefaultTheme.SidebarItem[] {
    return [
        { text: "Guides", items: pages("guides", guides) },
        { text: "Reference", items: pages("", reference) },
        { text: "Reference by language", items: pages("languages", languages) },
        {
            text: "Rules of the PR check",
            link: "/rules/",
            collapsed: true,
            items: pages("rules", pagesIn(join(docs, "rules"))),
        },
    ];
}

/** The pages of a folder in the given order. A page that is not in the order is an error: no reader would find it. */
function pages(folder: string, order: readonly string[]): DefaultTheme.SidebarItem[] {
    const unlisted = pagesIn(join(docs, folder)).filter((name) => !order.includes(name));
    if (unlisted.length > 0) {
        throw new Error(
            `${unlisted.map((name) => join("docs", folder, `${name}.md`)).join(", ")}: not in the sidebar; ` +
                "add it to the order in docs/.vitepress/sidebar.mts.",
        );
    }
    return order.map((name) => ({ text: titleOf(join(docs, folder, `${name}.md`)), link: `/${join(folder, name)}` }));
}

function pagesIn(folder: string): string[] {
    return readdirSync(folder)
        .filter((file) => file.endsWith(".md") && file !== "index.md")
        .map((file) => file.slice(0, -".md".length));
}

function titleOf(file: string): string {
    const title = /^# (.+)$/m.exec(readFileSync(file, "utf8"))?.[1];
    if (title === undefined) throw new Error(`${file}: has no title; begin it with a line such as "# Connect".`);
    return title;
}
