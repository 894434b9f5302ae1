/** The directives of each version, captured from real servers, and how redis.conf writes them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Directives } from "./flavors";
import { type Release, versions } from "./versions";

/** One directive, as `toolchain/directives.mjs` captured it from a server. */
export interface Directive {
    /** The value that a server has without a configuration. */
    readonly default: string;
    /** Whether `CONFIG SET` can change it at run time. */
    readonly live: boolean;
    /** `words` is a list of words; `text` is one word, which may need quotes. */
    readonly kind: "boolean" | "integer" | "memory" | "memoryOrPercent" | "enum" | "text" | "words";
    readonly values?: readonly string[];
    readonly min?: number;
    readonly max?: number;
}

export type DirectivesByName = Readonly<Record<string, Directive>>;

const cache = new Map<Release, DirectivesByName>();

/**
 * The directives of a version. For a version that no server was available for, these are the directives that related
 * versions have in common, as the newest of them describes them. The agent's trial server then makes the final check.
 */
export function directivesOf(release: Release): DirectivesByName {
    const directives = cache.get(release) ?? captured(release) ?? commonTo(versions[release].directivesOf ?? []);
    cache.set(release, directives);
    return directives;
}

/** The data captured from a server of that release, if any. Read on demand, since a program needs few of the files. */
function captured(release: Release): DirectivesByName | undefined {
    const file = join(__dirname, "directives", `${release}.json`);
    if (!existsSync(file)) return undefined;
    return (JSON.parse(readFileSync(file, "utf8")) as { directives: DirectivesByName }).directives;
}

function commonTo(releases: readonly Release[]): DirectivesByName {
    const all = releases.map(directivesOf);
    const newest = all.at(-1) ?? {};
    return Object.fromEntries(
        Object.entries(newest).filter(([name]) => all.every((directives) => Object.hasOwn(directives, name))),
    );
}

/** A value in `config`. */
export type ConfigValue = string | number | boolean;

/** `config` as redis.conf lines. */
export function configDirectives(release: Release, config: Readonly<Record<string, ConfigValue>>): Directives {
    return Object.entries(config).flatMap(([name, value]) => {
        const directive = directivesOf(release)[name];
        const text = textOf(value);
        if (directive?.kind === "text") return [[name, quoted(text)] as const];
        // Before 7.0 each client class needs a separate line.
        const perLine = name === "client-output-buffer-limit" && !versions[release].multiValueDirectives ? 4 : Infinity;
        return chunks(text.trim().split(/\s+/), perLine).map((words) => [name, words.map(quoted).join(" ")] as const);
    });
}

/**
 * The directives in `config` that cannot change at run time, so a change needs a new server process. Sorted, so that
 * their order in the program makes no difference.
 */
export function startupOnly(release: Release, config: Readonly<Record<string, ConfigValue>>): string[] {
    return Object.keys(config)
        .filter((name) => !directivesOf(release)[name]?.live)
        .sort();
}

/** A value as redis.conf writes it, without quotes. */
export function textOf(value: ConfigValue): string {
    return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** Bytes, from a number with a unit of redis.conf: `kb` is 1024 bytes, `k` is 1000 bytes. */
export function bytesOf(text: string): number {
    const [, number, letter = "", binary] = /^(\d+)([kmg]?)(b?)$/.exec(text.toLowerCase()) ?? [];
    return Number(number) * (binary ? 1024 : 1000) ** ["", "k", "m", "g"].indexOf(letter);
}

/** One word of redis.conf or of a redis-cli command, quoted and escaped if necessary. */
export function quoted(text: string): string {
    if (/^[\w.:/@%+,*-]+$/.test(text)) return text;
    // An escape stands for one byte, so only single-byte characters are escaped.
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
