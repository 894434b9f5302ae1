/** The paths of all arguments and their members, for tests that cover each of them. */
import type { Definition, Definitions, PlainArguments } from "../../../provider/model/arguments/definition";

/** The path of each argument and member, and of members of the first entry of lists; without callbacks. */
export const argumentPaths = (all: Definitions): string[] => definedPaths(all).map(([path]) => path);

/** Those that may be an Output. */
export const outputPaths = (all: Definitions): string[] =>
    definedPaths(all).flatMap(([path, { decides }]) => (decides ? [] : [path]));

function definedPaths(all: Definitions, parent = ""): (readonly [path: string, Definition])[] {
    return Object.entries(all).flatMap(([name, definition]: [string, Definition]) => {
        const { inProcess, members, element } = definition;
        if (inProcess) return [];
        const path = `${parent}${name}`;
        const below = members ?? element?.members;
        return [[path, definition] as const, ...(below ? definedPaths(below, `${path}${members ? "" : "[0]"}.`) : [])];
    });
}

const keysOf = (path: string) => path.split(/[.[\]]+/).filter(Boolean);

/** The value at a path such as `users[0].rules`. */
export function valueAt(values: PlainArguments, path: string): unknown {
    return keysOf(path).reduce<unknown>((at, key) => (at as PlainArguments | undefined)?.[key], values);
}

/** The same values with `value` at the path. */
export function withAt(values: PlainArguments, path: string, value: unknown): PlainArguments {
    const change = (at: unknown, [key, ...rest]: readonly string[]): unknown => {
        if (key === undefined) return value;
        if (Array.isArray(at))
            return at.map((entry: unknown, index) => (String(index) === key ? change(entry, rest) : entry));
        return { ...(at as PlainArguments), [key]: change((at as PlainArguments)[key], rest) };
    };
    return change(values, keysOf(path)) as PlainArguments;
}
