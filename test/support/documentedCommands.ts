/** Which suite runs the commands of which document: every `sh` block is run by one. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeBlock, codeBlocks, pages } from "./codeBlocks";

/** The examples in other languages, which one suite runs at the same time. */
export const languages: readonly string[] = ["python", "go", "java", "yaml"];

/** The suite in test/examples that runs the `sh` blocks of a page; `redisdb` is in test/engine. */
export function suiteOf(page: string): string | undefined {
    if (page === "docs/guides/redisdb.md") return "redisdb";
    if (page === "README.md") return "quickstart";
    if (page.startsWith("docs/guides/")) return "guides";
    if (page === "examples/platform/README.md") return "portal";
    const [, example] = /^examples\/([\w-]+)\/README\.md$/.exec(page) ?? [];
    return example && languages.includes(example) ? "languages" : example;
}

/** The `sh` blocks of a suite's pages, each of which the suite must take. */
export class DocumentedCommands {
    private readonly left: CodeBlock[];

    constructor(suite: string) {
        this.left = pages.filter((page) => suiteOf(page) === suite).flatMap((page) => codeBlocks(page, "sh"));
    }

    /** The first block under a heading that was not taken before. */
    take(page: string, heading: string): string {
        const index = this.left.findIndex((block) => block.page === page && block.heading === heading);
        const [block] = index < 0 ? [] : this.left.splice(index, 1);
        if (!block) throw new Error(`${page} has no more sh blocks under "${heading}"`);
        return block.code;
    }

    /** A block that the suite did not take is one that nothing runs. */
    testThatAllWereTaken(): void {
        test("runs every command of its documents", () => {
            expect(this.left.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
        });
    }
}

/** Writes a `redis-cli` for machines without one, which runs that of an image. Returns its directory, for PATH. */
export function redisCliOf(image: string, directory: string): string {
    mkdirSync(directory, { recursive: true });
    const run =
        'docker run --rm --interactive --network host --volume "$PWD:$PWD:ro" --workdir "$PWD" --env REDISCLI_AUTH';
    writeFileSync(join(directory, "redis-cli"), `#!/bin/sh\nexec ${run} ${image} redis-cli "$@"\n`, { mode: 0o755 });
    return directory;
}
