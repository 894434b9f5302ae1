/** provider/model is plain TypeScript, and what it checks is what the arguments' type offers. */
import { readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { argumentNames } from "../../provider/model/arguments/index";
import { membersOf } from "./support/argsTypes";

const provider = join(__dirname, "../../provider");

function parse(file: string): ts.SourceFile {
    return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
}

/** What a file imports, re-exports, requires or imports at run time. */
function importsOf(file: string): string[] {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
        const from =
            ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
                ? node.moduleSpecifier
                : ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText())
                  ? node.arguments[0]
                  : undefined;
        if (from && ts.isStringLiteral(from)) found.push(from.text);
        ts.forEachChild(node, visit);
    };
    visit(parse(file));
    return found;
}

const modelFiles = readdirSync(join(provider, "model"), { recursive: true, encoding: "utf8" }).filter((f) =>
    f.endsWith(".ts"),
);

test("there are files to look at", () => {
    expect(modelFiles).toContain("arguments/resolve.ts");
    expect(importsOf(join(provider, "components/server/server.ts"))).toContain("@pulumi/docker");
});

test.each(modelFiles)("model/%s imports its neighbours, Node and two small libraries only", (file) => {
    const allowed = (name: string) =>
        (name.startsWith(".") && !name.includes("components")) ||
        builtinModules.includes(name.replace(/^node:/, "")) ||
        ["zod", "fastest-levenshtein"].includes(name);
    expect(importsOf(join(provider, "model", file)).filter((name) => !allowed(name))).toEqual([]);
});

test("RedisDatabaseArgs offers exactly the arguments that are checked", () => {
    expect(membersOf("RedisDatabaseArgs").sort()).toEqual([...argumentNames].sort());
});
