/** Checks the code blocks of README.md, docs and the examples' READMEs. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { asModule, codeBlocks, pages } from "../../support/codeBlocks";
import { suiteOf } from "../../support/documentedCommands";
import { present } from "../../support/present";

const root = resolve(__dirname, "../../..");
const blocks = (language: string) => pages.flatMap((page) => codeBlocks(page, language));

function compilerOptions(): ts.CompilerOptions {
    const file = join(root, "tsconfig.json");
    const { config, error } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
        config: unknown;
        error?: ts.Diagnostic;
    };
    expect(error).toBeUndefined();
    return {
        ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
        noEmit: true,
        // A fragment may define what it does not use.
        noUnusedLocals: false,
        // The sources, so that the check does not depend on a build.
        paths: {
            "pulumi-redis-database": [join(root, "provider/index.ts")],
            "pulumi-redis-database/platform": [join(root, "provider/platform/index.ts")],
        },
    };
}

test("TypeScript blocks compile", () => {
    // In a directory of this repository, where a program resolves the same packages as the examples do.
    const modules = new Map(
        blocks("ts").map((block, index) => [
            join(root, "test", `block${index}.ts`),
            { ...block, code: asModule(block.code) },
        ]),
    );
    expect(modules.size).toBeGreaterThan(30);

    const options = compilerOptions();
    const files = ts.createCompilerHost(options);
    const program = ts.createProgram([...modules.keys()], options, {
        ...files,
        fileExists: (file) => modules.has(file) || files.fileExists(file),
        getSourceFile: (file, version, ...more) => {
            const block = modules.get(file);
            return block ? ts.createSourceFile(file, block.code, version) : files.getSourceFile(file, version, ...more);
        },
    });
    const problems = [...modules].flatMap(([file, block]) => {
        const source = present(program.getSourceFile(file));
        const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
        return found.map(({ start = 0, messageText }) => {
            const line = block.line + 1 + source.getLineAndCharacterOfPosition(start).line;
            return `${block.page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
        });
    });
    expect(problems).toEqual([]);
}, 120_000);

test("JavaScript blocks parse", () => {
    const found = blocks("js");
    expect(found.length).toBeGreaterThan(2);
    const problems = found.flatMap(({ page, line, code }) => {
        const checked = spawnSync(process.execPath, ["--check", "--input-type=module", "-"], { input: code });
        return checked.status === 0 ? [] : [`${page}:${line}: ${checked.stderr.toString()}`];
    });
    expect(problems).toEqual([]);
});

test("a suite runs the commands of every page", () => {
    const found = blocks("sh");
    expect(found.length).toBeGreaterThan(15);
    const problems = found.flatMap(({ page, line }) => {
        const suite = suiteOf(page);
        if (suite === undefined) return [`${page}:${line}: no suite runs this block`];
        const folder = suite === "redisdb" ? "engine" : "examples";
        const source = readFileSync(join(root, `test/${folder}/${suite}.test.ts`), "utf8");
        const runs =
            source.includes(`new DocumentedCommands("${suite}")`) && source.includes(".testThatAllWereTaken()");
        return runs ? [] : [`${page}:${line}: the suite "${suite}" does not run this block`];
    });
    expect(problems).toEqual([]);
});

test("blocks have a language that says how they are checked", () => {
    const known = [
        "ts",
        "js",
        "python",
        "go",
        "java",
        "csharp",
        "yaml",
        "ruby",
        "sh",
        "console",
        "text",
        "diff",
        "mermaid",
    ];
    const others = pages.flatMap((page) => codeBlocks(page)).filter(({ language }) => !known.includes(language));
    expect(others.map(({ page, line, language }) => `${page}:${line}: ${language}`)).toEqual([]);
});
