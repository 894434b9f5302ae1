/** The property names of the interfaces in components/args.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const file = join(__dirname, "../../../provider/components/args.ts");
const { statements } = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);

/** The property names of an interface, including those inherited through `Omit`. */
export function membersOf(name: string): string[] {
    const declared = statements.find(
        (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
    );
    const own = declared?.members.map((member) => member.name?.getText() ?? "") ?? [];
    const bases = declared?.heritageClauses?.flatMap(({ types }) => types) ?? [];
    return [...bases.flatMap(withoutOmitted), ...own];
}

/** The property names that remain in `Omit<Base, "one" | "two">`. */
function withoutOmitted({ typeArguments }: ts.ExpressionWithTypeArguments): string[] {
    const [base, omitted] = (typeArguments ?? []).map((type) => type.getText());
    if (base === undefined || omitted === undefined) throw new Error("extends a type other than Omit");
    return membersOf(base).filter((name) => !omitted.includes(`"${name}"`));
}
