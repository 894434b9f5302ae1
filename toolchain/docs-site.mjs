/** Checks the links of the Markdown files and builds the documentation site from docs/:  npm run docs-site */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const checkout = join(import.meta.dirname, "..");
/** `outDir` in docs/.vitepress/config.mts. */
const site = ".local/docs-site";

step(
    "check the links of the Markdown files",
    "npx",
    "remark",
    ".",
    "--frail",
    "--quiet",
    "--ignore-path",
    ".gitignore",
);
step("build the site", "npx", "vitepress", "build", "docs");
console.log("docs-site: check that nothing loads from another host");
const external = externalAssets();
if (external.length > 0) fail(`The site must work offline, but loads from other hosts:\n  ${external.join("\n  ")}`);
console.log(`docs-site: built in ${join(checkout, site)}\ndocs-site: to view it, run: npx vitepress preview docs`);

function step(what, ...[command, ...args]) {
    console.log(`docs-site: ${what}`);
    const { status } = spawnSync(command, args, { cwd: checkout, stdio: "inherit" });
    if (status !== 0) fail(`Could not ${what}: see above.`);
}

function fail(message) {
    console.error(`docs-site: FAILED. ${message}`);
    process.exit(1);
}

/** URLs of scripts, styles, fonts and images on other hosts, each with the file that loads it. Links (`<a>`) are allowed. */
function externalAssets() {
    const loads = {
        ".html": /<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)="((?:https?:)?\/\/[^"]*)"/g,
        ".css": /(?:url\(|@import)\s*["']?((?:https?:)?\/\/[^"')]*)/g,
    };
    return readdirSync(join(checkout, site), { recursive: true }).flatMap((file) => {
        const pattern = Object.entries(loads).find(([extension]) => file.endsWith(extension))?.[1];
        if (pattern === undefined) return [];
        const text = readFileSync(join(checkout, site, file), "utf8");
        return [...text.matchAll(pattern)].map(([, url]) => `${url} in ${file}`);
    });
}
