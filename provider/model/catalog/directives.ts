/** The directives of each version, as real servers describe them, and how redis.conf spells them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Directives } from "./flavors";
import { type Release, versions } from "./versions";

/** One directive, as `toolchain/directives.mjs` learned it from a server. */
export interface Directive {
    /** The value of a server that was told nothing. */
    readonly default: string;
    /** Whether `CONFIG SET` can change it while the server runs. */
    readonly live: boolean;
    /** `words` takes several, `text` takes one that may need quotes. */
    readonly kind: "boolean" | "integer" | "memory" | "memoryOrPercent" | "enum" | "text" | "words";
    readonly values?: readonly string[];
    readonly min?: number;
    readonly max?: number;
}

export type DirectivesByName = Readonly<Record<string, Directive>>;

const known = new Map<Release, DirectivesByName>();

/**
 * The directives of a version. Where no server was at hand to ask, those that its neighbours have in common, as the
 * newest of them describes them; the trial server has the last word on these.
 */
export function directivesOf(release: Release): DirectivesByName {
    const described = known.get(release) ?? asked(release) ?? commonTo(versions[release].directivesOf ?? []);
    known.set(release, described);
    return described;
}

/** What a server of that release said, if there was one; read when it is wanted, which is one of many. */
function asked(release: Release): DirectivesByName | undefined {
    const file = join(__dirname, "directives", `${release}.json`);
    if (!existsSync(file)) return undefined;
    return (JSON.parse(readFileSync(file, "utf8")) as { directives: DirectivesByName }).directives;
}

function commonTo(neighbours: readonly Release[]): DirectivesByName {
    const all = neighbours.map(directivesOf);
    const newest = all.at(-1) ?? {};
    return Object.fromEntries(
        Object.entries(newest).filter(([name]) => all.every((each) => Object.hasOwn(each, name))),
    );
}

/** A value as one writes it in `config`. */
export type ConfigValue = string | number | boolean;

/** `config` as redis.conf lines. */
export function configDirectives(release: Release, config: Readonly<Record<string, ConfigValue>>): Directives {
    return Object.entries(config).flatMap(([name, value]) => {
        const directive = directivesOf(release)[name];
        const text = textOf(value);
        if (directive?.kind === "text") return [[name, quoted(text)] as const];
        // Before 7.0 each class of clients needs a line of its own.
        const perLine = name === "client-output-buffer-limit" && !versions[release].multiValueDirectives ? 4 : Infinity;
        return chunks(text.trim().split(/\s+/), perLine).map((words) => [name, words.map(quoted).join(" ")] as const);
    });
}

/**
 * Directives among `config` that a running server cannot take over: they need a new server process. Sorted, since the
 * order in which somebody writes them is no reason for one.
 */
export function startupOnly(release: Release, config: Readonly<Record<string, ConfigValue>>): string[] {
    return Object.keys(config)
        .filter((name) => !directivesOf(release)[name]?.live)
        .sort();
}

/** A value as redis.conf spells it, before any quotes. */
export function textOf(value: ConfigValue): string {
    return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** Bytes, from redis.conf's units, of which `kb` is 1024 and `k` is 1000. */
export function bytesOf(text: string): number {
    const [, number, letter = "", binary] = /^(\d+)([kmg]?)(b?)$/.exec(text.toLowerCase()) ?? [];
    return Number(number) * (binary ? 1024 : 1000) ** ["", "k", "m", "g"].indexOf(letter);
}

/** One word of redis.conf, or of a command to redis-cli: in quotes where the text needs them, whatever is in it. */
export function quoted(text: string): string {
    if (/^[\w.:/@%+,*-]+$/.test(text)) return text;
    // Escapes stand for bytes, so only for characters that are one byte.
    const escaped = text.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (control) => {
        const code = control.charCodeAt(0);
        return code < 128 ? `\\x${code.toString(16).padStart(2, "0")}` : control;
    });
    return `"${escaped}"`;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
    if (items.length <= size) return [[...items]];
    return [items.slice(0, size), ...chunks(items.slice(size), size)];
}
