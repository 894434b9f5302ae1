/** The comment of a review as readers see it: in a browser, with GitHub's style sheet and Mermaid. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type Page, chromium } from "playwright-core";
import { codeHosts, fit } from "../../provider/review/output/markdown";
import type { Review } from "../../provider/review/report";
import { attacks } from "../unit/review/support/hostile";
import { renderers } from "../unit/review/support/render";
import { dangerous, databaseOf, excepted, failed, findingOf, reviewOf, stackOf } from "../unit/review/support/reviews";

const images = join(resolve(__dirname, "../.."), "docs/images");
const file = (module: string) => readFileSync(require.resolve(module), "utf8");
const styles = file("github-markdown-css/github-markdown-light.css");

let browser: Browser;

beforeAll(async () => {
    const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
    browser = await chromium.launch({ executablePath });
});

afterAll(() => browser.close());

/** A page that loads nothing from elsewhere, with the diagrams drawn. */
async function open(review: Review, requests: string[] = []): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 900, height: 400 }, colorScheme: "light" });
    page.on("request", (request) => requests.push(request.url()));
    const comment = renderers["GitHub's Markdown"]?.(fit(review, codeHosts.github)) ?? "";
    await page.setContent(
        `<!doctype html><html lang="en"><head><title>Review</title><style>${styles} body { margin: 16px } .page { position: absolute; left: -9999px }</style></head>` +
            `<body><main class="markdown-body"><h1 class="page">Pull request</h1><h2 class="page">Comment</h2>${comment}</main></body></html>`,
    );
    await page.addScriptTag({ content: file("@mermaid-js/tiny") });
    await page.evaluate(drawDiagrams);
    return page;
}

/** As code hosts do: with the strict security level. */
const drawDiagrams = `(async () => {
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
    for (const [index, code] of [...document.querySelectorAll("code.language-mermaid")].entries()) {
        const { svg } = await mermaid.render("diagram" + index, code.textContent);
        const figure = document.createElement("div");
        figure.innerHTML = svg;
        code.parentElement.replaceWith(figure);
    }
})()`;

async function accessibilityProblems(page: Page): Promise<string[]> {
    await page.evaluate(file("axe-core/axe.min.js"));
    const { violations } = await page.evaluate<AxeResults>("axe.run()");
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** For the guide. Only on request, since each run would change the files. */
async function screenshot(page: Page, name: string): Promise<void> {
    if (process.env.UPDATE_SCREENSHOTS === undefined) return;
    await page.locator("body").screenshot({ path: join(images, `review-${name}.png`) });
}

test.each([
    ["comment", dangerous, 1],
    ["exception", excepted, 0],
    ["failed", failed, 0],
] as const)("%s", async (name, review, diagrams) => {
    const page = await open(review);
    expect(await page.locator("svg[role]").count()).toBe(diagrams);
    expect(await page.locator("details[open]").count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, name);
    await page.close();
});

test("the diagram names what happens to each node, not only by its color", async () => {
    const page = await open(dangerous);
    const nodes = await page.locator("svg .node .nodeLabel").allInnerTexts();
    expect(nodes.map((text) => text.replace(/\s+/g, " ").trim()).sort()).toEqual([
        'Volume "uploads" data-loss',
        "cache unchanged",
        "jobs changed, downtime",
        "jobs-copy created",
        "sessions changed, security",
    ]);
    await page.close();
});

test("hostile texts run nothing, load nothing and add no elements", async () => {
    const hostile = reviewOf(
        attacks
            .map((text, index) =>
                stackOf({
                    stack: text,
                    databases: [databaseOf(text, { explanation: text }), databaseOf(`d${index}`, { database: text })],
                    findings: [findingOf("data-loss", { urn: text, resource: text, message: text, remedy: text })],
                    rawChanges: [
                        { operation: text, type: text, name: text, differences: [text], replacedBecauseOf: [text] },
                    ],
                }),
            )
            .slice(0, 15),
    );
    const requests: string[] = [];
    const page = await open(hostile, requests);
    const errors: string[] = [];
    page.on("dialog", () => errors.push("dialog"));
    page.on("pageerror", ({ message }) => errors.push(message));
    expect(await page.locator("main :is(script, img, a, h1:not(.page), iframe, form, input, em, s, ol)").count()).toBe(
        0,
    );
    expect(await page.locator("svg[role]").count()).toBe(15);
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("about:"))).toEqual([]);
    await page.close();
});
