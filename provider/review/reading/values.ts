/** Reads values from a preview, which may have been made by hostile code: any shape and any depth is accepted. */
import { stripVTControlCharacters } from "node:util";
import { unresolved } from "../../model/arguments/definition";

/** Pulumi's placeholder for a value that is known only during the update. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Pulumi's placeholder for a secret. */
export const secretValue = "[secret]";

/** The key that marks an object as a special value of Pulumi's, and the mark of a secret. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Deeper values are left out. Arguments of real programs have fewer than 10 levels. */
const maxDepth = 40;

export type Properties = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Only a member of its own: any object also has a `constructor`. */
function memberAt(value: unknown, name: string): unknown {
    return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function objectAt(value: unknown, name: string): Properties {
    const found = memberAt(value, name);
    return isObject(found) ? found : {};
}

export function textAt(value: unknown, name: string): string | undefined {
    const found = memberAt(value, name);
    return typeof found === "string" ? found : undefined;
}

/** A message without the colors of a terminal, which programs write even into documents. */
export function messageAt(value: unknown, name: string): string {
    return stripVTControlCharacters(textAt(value, name) ?? "").trim();
}

export function textsAt(value: unknown, name: string): string[] {
    return listAt(value, name).filter((each): each is string => typeof each === "string");
}

export function listAt(value: unknown, name: string): readonly unknown[] {
    const found = memberAt(value, name);
    return Array.isArray(found) ? found : [];
}

/** Properties with `secretValue` for each secret and `unresolved` for each unknown value, however Pulumi writes them. */
export function propertiesAt(value: unknown, name: string): Properties {
    return readObject(objectAt(value, name), 0);
}

function readObject(value: Properties, depth: number): Properties {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, read(member, depth + 1)]));
}

function read(value: unknown, depth: number): unknown {
    if (value === unknownValue || depth > maxDepth) return unresolved;
    if (Array.isArray(value)) return value.map((each) => read(each, depth + 1));
    if (!isObject(value)) return value;
    if (value[signatureKey] === secretSignature) return secretValue;
    return readObject(value, depth);
}

export function containsSecret(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return value === secretValue;
    return Object.values(value).some(containsSecret);
}
