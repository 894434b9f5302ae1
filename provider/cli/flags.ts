/** The flags for the arguments of databases and replicas, derived from the arguments' definitions. */
import { readFileSync } from "node:fs";
import { Option } from "commander";
import type { z } from "zod";
import type { Definition, Definitions } from "../model/arguments/definition";
import { holdsSecret } from "../model/arguments/index";
import type { Flags } from "./verb";
import { UsageError } from "./commandErrors";

/** The managed service's names for two arguments. */
const aliases: Readonly<Record<string, string>> = { memoryMb: "--container-size", diskSizeGb: "--disk-size" };

/** How many values the name of a flag lists. */
const shortList = 4;

/** How a flag's value is written. */
type Kind = "text" | "number" | "boolean" | "json";

/** The flags of all arguments that a command line can express. Only for a new database, their texts name the defaults. */
export function flagsOf(definitions: Definitions, { isNew = false } = {}): Option[] {
    return Object.entries(definitions)
        .filter(([, { inProcess }]) => !inProcess)
        .flatMap(([name, definition]) => optionsOf(name, definition, isNew));
}

/** The arguments that the flags set. Throws a usage error if a value has the wrong form; the library checks the values. */
export function argumentsFrom(definitions: Definitions, flags: Flags): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
        Object.entries(definitions).flatMap(([name, definition]) => {
            const [value, file] = [flags[name], flags[`${name}File`]];
            if (value !== undefined && file !== undefined) {
                throw new UsageError(
                    `${flagName(name)} and ${flagName(name)}-file set the same argument`,
                    "leave one out",
                );
            }
            if (typeof file === "string") return [[name, valueInFile(name, definition, file)]];
            return value === undefined ? [] : [[name, valueOf(name, definition, value)]];
        }),
    );
}

/** `memoryMb` as `--memory-mb`. */
export function flagName(argument: string): string {
    return `--${argument.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function optionsOf(name: string, definition: Definition, isNew: boolean): Option[] {
    const flag = flagName(name);
    const kind = kindOf(definition.schema);
    const about = descriptionOf(definition, kind, isNew);
    const file = () =>
        new Option(
            `${flag}-file <file>`,
            kind === "json" ? `file with ${flag} as JSON` : `file with the value: ${about}`,
        );
    if (definition.secret) return [file()];
    if (kind === "boolean")
        return [new Option(flag, about), new Option(`--no-${flag.slice(2)}`, `set ${flag} to false`)];
    const alias = aliases[name];
    const value = new Option(
        `${alias === undefined ? "" : `${alias}, `}${flag} <${placeholder(definition, kind)}>`,
        about,
    );
    return holdsSecret(definition) ? [value, file()] : [value];
}

function kindOf(schema: z.ZodType): Kind {
    const { type } = schema.def;
    if (type === "number" || type === "boolean") return type;
    return type === "string" || type === "enum" ? "text" : "json";
}

function placeholder({ unit, schema }: Definition, kind: Kind): string {
    const values = valuesOf(schema);
    if (values.length > 0 && values.length <= shortList) return values.join("|");
    return kind === "number" ? (unit ?? "number") : kind;
}

/** The values of an enumeration. */
function valuesOf(schema: z.ZodType): readonly (string | number)[] {
    return schema.def.type === "enum" ? (schema as z.ZodEnum).options : [];
}

/** The first sentence of the documentation, and its facts. docs/arguments.md has the rest. */
function descriptionOf(definition: Definition, kind: Kind, isNew: boolean): string {
    const { doc, default: value, defaultDoc, schema } = definition;
    const values = valuesOf(schema);
    const [first = doc] = /^.*?[^.](?=\.(?:\s|$)|: )/s.exec(doc.replace(/\{@link (\w+)\}/g, "$1")) ?? [];
    const byDefault = defaultDoc ?? (value === undefined ? undefined : JSON.stringify(value));
    const example =
        kind === "json" && definition.example !== undefined ? JSON.stringify(definition.example) : undefined;
    const facts = [
        values.length > shortList && `one of ${values.join(", ")}`,
        isNew && byDefault && `default: ${byDefault}`,
        example && `example: '${example}'`,
    ].filter(Boolean);
    return `${first}${facts.length > 0 ? ` (${facts.join("; ")})` : ""}`.replaceAll("`", "");
}

function valueOf(name: string, definition: Definition, value: unknown): unknown {
    const kind = kindOf(definition.schema);
    if (typeof value !== "string" || kind === "text" || kind === "boolean") return value;
    if (kind === "number") return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
    const example = JSON.stringify(definition.example ?? {});
    const parsed = parseJson(
        value,
        flagName(name),
        `quote the JSON for the shell, such as ${flagName(name)} '${example}'`,
    );
    const secret = secretIn(definition, parsed, name);
    if (secret !== undefined) {
        throw new UsageError(
            `${flagName(name)} contains ${secret}, a secret, which other users of this machine can see in the list of processes`,
            `write the JSON to a file that only you can read, and give ${flagName(name)}-file FILE`,
        );
    }
    return parsed;
}

function valueInFile(name: string, definition: Definition, file: string): unknown {
    const flag = `${flagName(name)}-file`;
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        throw new UsageError(`${flag}: ${file} cannot be read (${code})`, "give the path of a file that you can read");
    }
    // Editors and `echo` end a file with a line break, which is not part of a password.
    return kindOf(definition.schema) === "json"
        ? parseJson(text, file, "correct the file")
        : text.replace(/\r?\n$/, "");
}

/** The text is not part of the error, since it can contain a secret. */
function parseJson(text: string, source: string, remedy: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        throw new UsageError(`${source} is not valid JSON`, remedy);
    }
}

/** The path of the first secret in a value; undefined if there is none. */
function secretIn(definition: Definition, value: unknown, path: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (definition.secret) return path;
    if (typeof value !== "object") return undefined;
    if (Array.isArray(value)) {
        const element = definition.element ?? definition;
        return firstOf(value.map((each, index) => secretIn(element, each, `${path}[${index}]`)));
    }
    return firstOf(
        Object.entries(value).map(([key, each]) => {
            if (definition.secretKey?.(key)) return `${path}.${key}`;
            const member = definition.members?.[key];
            return member && secretIn(member, each, `${path}.${key}`);
        }),
    );
}

const firstOf = (paths: readonly (string | undefined)[]) => paths.find((path) => path !== undefined);
