/** Examples of arguments in TypeScript, written from their definitions in provider/model/arguments. */

/** A value as a program writes it. */
export function literal(value) {
    if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
    if (typeof value !== "object") return JSON.stringify(value);
    return objectLiteral(Object.entries(value).map(([name, member]) => [name, literal(member)]));
}

function objectLiteral(properties) {
    const text = properties.map(([name, code]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${code}`);
    return `{ ${text.join(", ")} }`;
}

/** The example of a definition; `undefined` where it has none. */
export function exampleOf({ example, exampleCode, members = {} }) {
    if (exampleCode !== undefined) return exampleCode;
    if (example !== undefined) return literal(example);
    const required = Object.entries(members).filter(([, member]) => member.required);
    return required.length > 0 ? objectLiteral(required.map(([name, each]) => [name, exampleOf(each)])) : undefined;
}

/**
 * A program that sets one argument or member.
 *
 * @param kind The name of the component.
 * @param path The definitions from the argument to the member, with their names.
 */
export function exampleProgram(kind, path) {
    const name = path.map(([key]) => key).join(".");
    const [last, ...above] = path.toReversed();
    let [key, definition] = last;
    let code = exampleOf(definition);
    if (code === undefined) throw new Error(`${kind}: ${name} has no example`);
    for (const [parentKey, parent] of above) {
        const members = parent.element?.members ?? parent.members;
        const object = objectLiteral(completed(members, key, definition, code));
        code = parent.element ? `[${object}]` : object;
        [key, definition] = [parentKey, parent];
    }
    const args = completed({}, key, definition, code);
    return kind === "RedisDatabase" ? databaseProgram(args) : replicaProgram(args);
}

/** The properties of an object that sets one member, with those that the member requires, in the order of definition. */
function completed(members, key, { exampleWith = {} }, code) {
    const siblings = Object.entries(members).flatMap(([name, member]) =>
        member.required && name !== key ? [[name, exampleOf(member)]] : [],
    );
    const others = Object.entries(exampleWith).map(([name, value]) => [
        name,
        value === undefined ? exampleOf(members[name]) : literal(value),
    ]);
    const order = Object.keys(members);
    return [...siblings, ...others, [key, code]].toSorted(
        ([one], [other]) => order.indexOf(one) - order.indexOf(other),
    );
}

function databaseProgram(args) {
    return program(`new RedisDatabase("sessions", ${objectLiteral(args)});`);
}

function replicaProgram(args) {
    const followed = args.some(([name]) => name === "primary") ? args : [["primary", "db"], ...args];
    const replica = `new RedisReplica("archive", ${objectLiteral(followed)});`;
    if (!followed.some(([name, code]) => name === "primary" && code === "db")) return program(replica);
    return program(`const db = new RedisDatabase("sessions", { replicationAccess: ["archive"] });\n${replica}`);
}

/** A program with the imports that its code needs, except those of this package. */
function program(code) {
    const imports = [
        ...(code.includes("readFileSync(") ? ['import { readFileSync } from "node:fs";'] : []),
        ...(code.includes("config.require") ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    ];
    const config = code.includes("config.require") ? ["const config = new pulumi.Config();"] : [];
    return [imports.join("\n"), [...config, code].join("\n")].filter((part) => part !== "").join("\n\n");
}
