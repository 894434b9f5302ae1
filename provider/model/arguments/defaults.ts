/** The one place where defaults are filled in. */
import type { Definition, Definitions, ResolvedOf } from "./definition";

/** The values of these arguments with defaults filled in and without secrets. */
export function withDefaults<D extends Definitions>(definitions: D, values: object): ResolvedOf<D> {
    const given = values as Readonly<Record<string, unknown>>;
    const all = Object.entries(definitions).flatMap(([name, definition]) => {
        if (definition.secret || definition.inProcess) return [];
        const value = filled(definition, given[name] ?? definition.default);
        return value === undefined ? [] : [[name, value] as const];
    });
    return Object.fromEntries(all) as ResolvedOf<D>;
}

function filled({ members, element }: Definition, value: unknown): unknown {
    if (element && Array.isArray(value)) return value.map((each: unknown) => filled(element, each));
    return members && typeof value === "object" && value !== null ? withDefaults(members, value) : value;
}
