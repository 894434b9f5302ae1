/** Names of arguments as programs in other languages spell them: `memoryMb` is `memory_mb` in Python. */
import type { Definition, Definitions } from "./arguments/definition";
import { definitions } from "./arguments/index";
import { unusable } from "./arguments/options";
import { spellPaths } from "./findings";

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const pascalCase = (name: string) => name.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** By Pulumi's name of the runtime. All others spell names as TypeScript does. */
const spellings: Readonly<Record<string, (name: string) => string>> = {
    python: snakeCase,
    go: pascalCase,
    dotnet: pascalCase,
};

let spell: ((name: string) => string) | undefined;

/** From now on, messages have the spelling of this runtime. A process serves programs of one runtime. */
export function spellFor(runtime: string | undefined): void {
    spell = runtime === undefined ? undefined : spellings[runtime];
    spellPaths(spell && inPath(spell));
}

/** The name of an argument or output. */
export function spelledName(name: string): string {
    return spell ? spell(name) : name;
}

/** A path without its indexes and keys, such as `config["timeout"]`. */
const inPath = (spell: (name: string) => string) => (path: string) =>
    path.replace(/\[(?:"[^"]*"|\d+)\]|\w+/g, (part) => (part.startsWith("[") ? part : spell(part)));

/** The text with its names of arguments in the program's spelling. Names of one word are words of the text as well. */
export function spelled(text: string): string {
    const name = spell;
    return name ? text.replace(compoundNames(), (found) => name(found)) : text;
}

/** Matches those of the names that have several words. */
export function compoundsOf(names: readonly string[]): RegExp {
    return new RegExp(`\\b(?:${names.filter((name) => /[A-Z]/.test(name)).join("|")})\\b`, "g");
}

let pattern: RegExp | undefined;

function compoundNames(): RegExp {
    return (pattern ??= compoundsOf([...Object.values(definitions).flatMap(namesIn), ...Object.keys(unusable)]));
}

function namesIn(all: Definitions): string[] {
    return Object.entries(all).flatMap(([name, definition]: [string, Definition]) => [
        name,
        ...namesIn(definition.members ?? definition.element?.members ?? {}),
    ]);
}
