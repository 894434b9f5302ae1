/** The code blocks of the documents, which tests check and run. */
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { present } from "./present";

const root = resolve(__dirname, "../..");

export interface CodeBlock {
    /** The file, from the root of the repository. */
    readonly page: string;
    /** The last heading before the block. */
    readonly heading: string;
    readonly language: string;
    /** The number of the line of the opening fence. */
    readonly line: number;
    /** Without the indentation of a list item. */
    readonly code: string;
}

/** README.md, the documents and the READMEs of the examples; without the API references, which typedoc writes. */
export const pages: readonly string[] = [
    "README.md",
    ...markdownFiles("docs").filter((page) => !/^docs\/(platform-)?api\.md$/.test(page)),
    ...markdownFiles("examples"),
];

function markdownFiles(directory: string): string[] {
    return readdirSync(join(root, directory), { withFileTypes: true })
        .flatMap((entry) => {
            const path = `${directory}/${entry.name}`;
            if (entry.isDirectory()) return /^(\.|node_modules$)/.test(entry.name) ? [] : markdownFiles(path);
            return entry.name.endsWith(".md") ? [path] : [];
        })
        .sort();
}

/** A page's code blocks, from top to bottom: all, or those of a language. */
export function codeBlocks(page: string, language?: string): CodeBlock[] {
    return codeBlocksIn(readFileSync(join(root, page), "utf8"), page).filter(
        (block) => language === undefined || block.language === language,
    );
}

/** The code blocks of a Markdown text, which is the content of `page`. */
export function codeBlocksIn(text: string, page: string): CodeBlock[] {
    const lines = text.split("\n");
    const blocks: CodeBlock[] = [];
    let heading = "";
    for (let index = 0; index < lines.length; index++) {
        const line = present(lines[index]);
        heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
        const fence = /^( *)```(\w*)/.exec(line);
        if (!fence) continue;
        const [, indent = "", found = ""] = fence;
        const end = lines.indexOf(`${indent}\`\`\``, index + 1);
        if (end < 0) throw new Error(`${page}:${index + 1}: the code block has no end`);
        const code = lines.slice(index + 1, end).map((each) => `${each.slice(indent.length)}\n`);
        blocks.push({ page, heading, language: found, line: index + 1, code: code.join("") });
        index = end;
    }
    return blocks;
}

/** The only block of a language under a heading, or the one at `index` of several. */
export function codeBlock(page: string, heading: string, language: string, index?: number): string {
    const found = codeBlocks(page, language).filter((block) => block.heading === heading);
    const block = found[index ?? 0];
    if (!block || (index === undefined && found.length > 1)) {
        throw new Error(`${page} has ${found.length} ${language} blocks under "${heading}"`);
    }
    return block.code;
}

/** What a fragment of a program may use without defining it. */
const assumed: Readonly<Record<string, string>> = {
    RedisDatabase: 'import { RedisDatabase } from "pulumi-redis-database";',
    RedisReplica: 'import { RedisReplica } from "pulumi-redis-database";',
    listVersions: 'import { listVersions } from "pulumi-redis-database";',
    pulumi: 'import * as pulumi from "@pulumi/pulumi";',
    docker: 'import * as docker from "@pulumi/docker";',
    db: 'declare const db: import("pulumi-redis-database").RedisDatabase;',
    args: 'declare const args: import("pulumi-redis-database").RedisDatabaseArgs;',
    otherHost: 'declare const otherHost: import("@pulumi/docker").Provider;',
    remoteDocker: 'declare const remoteDocker: import("@pulumi/docker").Provider;',
};

/** A fragment as a complete module: what it assumes is imported or declared on its first line. */
export function asModule(code: string): string {
    const uses = (name: string) => new RegExp(`(?<![.\\w"'-])${name}\\b(?!["'])`).test(code);
    const defines = (name: string) =>
        new RegExp(
            `^(import .*\\b${name}\\b.* from |(export )?(const|let) (${name}|\\{[^}]*\\b${name}\\b[^}]*\\})\\b)`,
            "m",
        ).test(code);
    const needed = Object.keys(assumed).filter((name) => uses(name) && !defines(name));
    return [...needed.map((name) => assumed[name]), code].join(" ");
}
