/** Outputs and Promises among a program's arguments. */
import * as pulumi from "@pulumi/pulumi";
import { type PlainArguments, resolvedToUndefined, unresolved } from "../model/arguments/definition";

export function isDeferred(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Whether its members can be inspected. */
export function isObject(value: unknown): value is object {
    return typeof value === "object" && value !== null && !isDeferred(value) && !pulumi.Resource.isInstance(value);
}

/** Whether it contains no Output and no Promise, down to `depth` levels. */
export function isPlain(value: unknown, depth = Infinity): boolean {
    if (isDeferred(value)) return false;
    // A resource refers to its parents and children. As an argument it is an error, so its members do not matter.
    if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value) || depth === 0) return true;
    return Object.values(value).every((member) => isPlain(member, depth - 1));
}

/** The arguments with `unresolved` for each Output and Promise, at any depth. */
export function knownArguments(args: object): PlainArguments {
    return Object.fromEntries(
        Object.entries(args).flatMap(([name, value]: [string, unknown]) =>
            value === undefined ? [] : [[name, knownValue(value)]],
        ),
    );
}

function knownValue(value: unknown): unknown {
    if (isDeferred(value)) return unresolved;
    if (isPlain(value)) return value;
    return Array.isArray(value) ? value.map(knownValue) : knownArguments(value as object);
}

/**
 * `value` with `resolvedToUndefined` for each Output and Promise in `given` that resolved to undefined, or to null,
 * which is how undefined arrives from other languages.
 */
export function markUndefined(given: unknown, value: unknown): unknown {
    if (isDeferred(given)) return value ?? resolvedToUndefined;
    if (Array.isArray(given)) {
        return given.map((entry, index) => markUndefined(entry, (value as readonly unknown[])[index]));
    }
    if (!isObject(given)) return value;
    return Object.fromEntries(
        Object.entries(given).map(([name, member]) => [name, markUndefined(member, (value as PlainArguments)[name])]),
    );
}
