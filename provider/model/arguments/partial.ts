/** Values that are known in part: `unresolved` is the placeholder for an Output that is not known yet. */
import { unresolved } from "./definition";

class Unresolved extends Error {}

/** Whether a value is or contains `unresolved`. */
export function holdsUnresolved(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return value === unresolved;
    return Object.values(value).some(holdsUnresolved);
}

/** The paths of all `unresolved` in arguments, as a program writes them. */
export function unresolvedPaths(value: unknown, path = ""): string[] {
    if (value === unresolved) return [path];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]) =>
        unresolvedPaths(member, Array.isArray(value) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`),
    );
}

/** The result of `make`, or `unresolved` if `make` reads an `unresolved` in the value. The types do not show this. */
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

/** A copy that throws when an `unresolved` in it is read, since the reader would take it for a value. */
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

/** The original of a guarded copy. Objects that `make` passes on as a whole may contain `unresolved`. */
function unguarded<R>(value: R): R {
    if (typeof value !== "object" || value === null) return value;
    const original = originals.get(value);
    if (original) return original as R;
    if (Array.isArray(value)) return value.map(unguarded) as R;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unguarded(member as unknown)])) as R;
}
