/** Values in which `unresolved` stands for what only an unknown Output says. */
import { unresolved } from "./definition";

class Unresolved extends Error {}

/** Whether it stands anywhere in it. */
export function holdsUnresolved(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return value === unresolved;
    return Object.values(value).some(holdsUnresolved);
}

/** Where it stands in arguments, as one would write the places in the program. */
export function unresolvedPaths(value: unknown, path = ""): string[] {
    if (value === unresolved) return [path];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]) =>
        unresolvedPaths(member, Array.isArray(value) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`),
    );
}

/** What `make` makes of a value; `unresolved` if it reads an `unresolved` in it. Types do not show that one. */
export function asFarAsKnown<T, R>(value: T, make: (value: T) => R): R {
    if (!holdsUnresolved(value)) return make(value);
    try {
        return unguarded(make(guarded(value)));
    } catch (error) {
        if (error instanceof Unresolved) return unresolved as R;
        throw error;
    }
}

const originals = new WeakMap<object, object>();

/** A copy that throws when an `unresolved` in it is read: whoever reads it would take it for a value. */
function guarded<T>(value: T): T {
    if (typeof value !== "object" || value === null) return value;
    const guard = new Proxy<object>(Array.isArray(value) ? [...(value as unknown[])] : { ...value }, {
        get: (copy, name) => {
            const member: unknown = Reflect.get(copy, name);
            if (member === unresolved) throw new Unresolved();
            return guarded(member);
        },
    });
    originals.set(guard, value);
    return guard as T;
}

/** What was read as a whole may be handed on, with all that is unresolved in it. */
function unguarded<R>(value: R): R {
    if (typeof value !== "object" || value === null) return value;
    const original = originals.get(value);
    if (original) return original as R;
    if (Array.isArray(value)) return value.map(unguarded) as R;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unguarded(member as unknown)])) as R;
}
