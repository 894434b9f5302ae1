/** The Mermaid diagrams of the documents are valid: Mermaid's own parser accepts them. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { codeBlocksIn } from "../../support/codeBlocks";
import { loadMermaid } from "../support/mermaid";

const root = join(__dirname, "../../..");

/** README.md and the other documents in the root, and those in these folders. */
const documents = [
    ...readdirSync(root),
    ...["docs", "examples"].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    ),
].filter((file) => file.endsWith(".md"));

const mermaid = loadMermaid();

/** What is wrong with the diagrams of a Markdown text, each with its line. */
async function problemsIn(text: string): Promise<string[]> {
    const problems: string[] = [];
    for (const { language, line, code } of codeBlocksIn(text, "")) {
        if (language !== "mermaid") continue;
        try {
            await mermaid.parse(code);
        } catch (error) {
            problems.push(`diagram at line ${line}: ${(error as Error).message}`);
        }
    }
    return problems;
}

test.each(documents)("the diagrams of %s are valid", async (document) => {
    expect(await problemsIn(readFileSync(join(root, document), "utf8"))).toEqual([]);
});

test("an invalid diagram is found, with its line", async () => {
    const valid = '```mermaid\nflowchart LR\n  app["Application"] -- TLS --> redis[("Redis<br/>8.6")]\n```\n';
    expect(await problemsIn(`# Title\n\n${valid}`)).toEqual([]);
    const [problem, ...rest] = await problemsIn(`# Title\n\n${valid}\n${valid.replace('"]', "")}`);
    expect(problem).toMatch(/^diagram at line 8: Parse error on line 2/);
    expect(rest).toEqual([]);
    expect(await problemsIn("```mermaid\nflowcart LR\n```\n")).toEqual([
        expect.stringContaining("No diagram type detected"),
    ]);
});
