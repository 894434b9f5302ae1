/** The names that the interfaces of components/args.ts offer. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const file = join(__dirname, "../../../provider/components/args.ts");
const { statements } = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);

/** The property names of an interface. */
export function membersOf(name: string): string[] {
    const declared = statements.find(
        (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
    );
    return declared?.members.map((member) => member.name?.getText() ?? "") ?? [];
}
