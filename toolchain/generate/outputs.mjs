/** The outputs of the components, read from the docstrings in provider/components. */
import { readFileSync } from "node:fs";
import ts from "typescript";

/** By component, the interfaces and classes that declare its outputs, and their files in provider/. */
const sources = [
    ["RedisDatabase and RedisReplica", "components/server/outputs.ts", "ServerOutputs"],
    ["RedisDatabase and RedisReplica", "components/redisServer.ts", "RedisServer"],
    ["RedisDatabase", "components/redisDatabase.ts", "RedisDatabase"],
    ["RedisReplica", "components/redisReplica.ts", "RedisReplica"],
];

/** The outputs, grouped by the components that have them. */
export function outputGroups() {
    const byComponent = Map.groupBy(sources, ([component]) => component);
    return [...byComponent].map(([component, declared]) => ({
        component,
        outputs: declared.flatMap(([, file, name]) => membersOf(file, name).all),
    }));
}

/** All outputs of one component. */
export function outputsOf(kind) {
    return outputGroups()
        .filter(({ component }) => component.split(" and ").includes(kind))
        .flatMap(({ outputs }) => outputs);
}

/** The types of outputs, and their files in provider/. */
const types = {
    ConnectionUrls: "components/server/outputs.ts",
    UserAccess: "components/server/outputs.ts",
    Credential: "model/render/urls.ts",
};

/** The docstring and the members of a type that outputs have. */
export function typeOfOutputs(name) {
    if (!types[name]) throw new Error(`the type ${name} is not listed in ${import.meta.filename}`);
    return membersOf(types[name], name);
}

/** Public members only. Declarations without a docstring repeat those of an interface. */
function membersOf(file, name) {
    const path = new URL(`../../provider/${file}`, import.meta.url);
    const source = ts.createSourceFile(file, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    const declaration = source.statements.find((statement) => statement.name?.text === name);
    const properties = declaration.members.filter(
        (member) => ts.isPropertySignature(member) || ts.isPropertyDeclaration(member),
    );
    return { doc: docOf(declaration), all: properties.flatMap(describe) };
}

function describe(property) {
    const [comment] = ts.getJSDocCommentsAndTags(property);
    const isInternal = comment?.tags?.some(({ tagName }) => tagName.text === "internal");
    if (isInternal || (!comment && !ts.isPropertySignature(property))) return [];
    const type = property.type.getText();
    const doc = comment ? docOf(property) : "";
    return [
        {
            name: property.name.text,
            type,
            doc: doc.replace(" Secret.", ""),
            isSecret: doc.includes(" Secret."),
            isOptional: property.questionToken !== undefined || type.includes("| undefined"),
        },
    ];
}

function docOf(node) {
    const [doc] = ts.getJSDocCommentsAndTags(node);
    return ts.getTextOfJSDocComment(doc.comment).replace(/\s+/g, " ");
}
