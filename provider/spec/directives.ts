/** The directives of each version of Redis, as real servers describe them, and what `config` may say of them. */
import { type Finding, nearest, show } from "./findings";
import type { Directives } from "./flavors";
import { type Version, versions } from "./versions";
import v6_0 from "./directives/6.0.json";
import v6_2 from "./directives/6.2.json";
import v7_0 from "./directives/7.0.json";
import v7_2 from "./directives/7.2.json";
import v7_4 from "./directives/7.4.json";
import v8_0 from "./directives/8.0.json";
import v8_2 from "./directives/8.2.json";

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

const known = {
    "6.0": v6_0,
    "6.2": v6_2,
    "7.0": v7_0,
    "7.2": v7_2,
    "7.4": v7_4,
    "8.0": v8_0,
    "8.2": v8_2,
} as const satisfies Record<Version, unknown>;

export function directivesOf(version: Version): Readonly<Record<string, Directive>> {
    return known[version].directives as Record<string, Directive>;
}

/** Directives that the component sets itself, each with what to write instead. */
const owned: readonly (readonly [pattern: RegExp, instead: string])[] = [
    [/^save$/, "set `savePoints`, or `flavor`"],
    [/^appendonly$/, "set `flavor`"],
    [/^(maxmemory)$/, "set `memoryMb`; maxmemory is derived from it"],
    [/^maxmemory-policy$/, "set `maxmemoryPolicy`"],
    [/^(port|tls-port)$/, "set `ports`, or `plaintext: false` to close the plaintext port"],
    [/^(bind|bind-source-addr|protected-mode)$/, "set `bindAddress`"],
    [/^tls-protocols$/, "set `tls.protocols`"],
    [/^tls-auth-clients$/, "set `tls.clientAuth`"],
    [/^tls-/, "set `tls`"],
    [/^(requirepass|aclfile|user|masteruser|masterauth)$/, "set `password`; users of your own go in with ACL SETUSER"],
    [/^(dir|dbfilename|appendfilename|appenddirname)$/, "leave it out: data lives on the database's own volume"],
    [/^(replicaof|slaveof)$/, "leave it out: this is a database of its own"],
    [/^cluster-/, "leave it out: a cluster needs several servers"],
    [
        /^(unixsocket|unixsocketperm|daemonize|supervised|pidfile|logfile|syslog-.*|include|loadmodule|rename-command)$/,
        "leave it out: the container sees to it",
    ],
];

/** A value as one writes it in `config`. */
export type ConfigValue = string | number | boolean;

/** Checks `config` against what the server of this version knows; the paths start with `config`. */
export function checkConfig(version: Version, config: Readonly<Record<string, ConfigValue>>): Finding[] {
    return Object.entries(config).flatMap(([name, value]) => checkDirective(version, name, value));
}

/** What to write instead of a directive that the component sets itself. */
function ownedBy(name: string): string | undefined {
    return owned.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
}

function checkDirective(version: Version, name: string, value: ConfigValue): Finding[] {
    const path = `config["${name}"]`;
    const instead = ownedBy(name);
    if (instead) return [{ path, problem: "is set by the component itself", remedy: instead }];
    const directives = directivesOf(version);
    const directive = Object.hasOwn(directives, name) ? directives[name] : undefined;
    if (!directive) {
        const suggestion = nearest(name, Object.keys(directives));
        const owner = suggestion && ownedBy(suggestion);
        const remedy = suggestion
            ? `did you mean "${suggestion}"?${owner ? ` Then ${owner}` : ""}`
            : `\`CONFIG GET *\` on Redis ${version} lists all`;
        return [{ path, problem: `is not a directive of Redis ${version}`, remedy }];
    }
    const remedy = expectation(directive, textOf(value));
    return remedy ? [{ path, problem: `is ${show(value)}`, remedy: `give ${remedy}` }] : [];
}

const bytes = /^\d+(b|k|kb|m|mb|g|gb)?$/i;

/** What the value should have been; `undefined` where it is right. */
function expectation(directive: Directive, text: string): string | undefined {
    const { kind, min, max, values } = directive;
    switch (kind) {
        case "boolean":
            return /^(yes|no)$/i.test(text) ? undefined : '"yes" or "no"';
        case "integer": {
            const inRange =
                /^-?\d+$/.test(text) && Number(text) >= (min ?? -Infinity) && Number(text) <= (max ?? Infinity);
            const range = max !== undefined ? ` from ${min} to ${max}` : min !== undefined ? ` of at least ${min}` : "";
            return inRange ? undefined : `a whole number${range}`;
        }
        case "memory":
            return bytes.test(text)
                ? undefined
                : 'bytes, or a number with one of Redis\'s units, such as "64mb" or "1gb"';
        case "memoryOrPercent":
            return bytes.test(text) || /^\d+%$/.test(text)
                ? undefined
                : 'bytes, such as "64mb", or a percentage such as "5%"';
        case "enum":
            // Several flags may stand in one value, parted by blanks.
            return text
                .toLowerCase()
                .split(" ")
                .every((word) => values?.includes(word))
                ? undefined
                : `one of ${values?.map((v) => `"${v}"`).join(", ")}`;
        case "text":
        case "words":
            return /[\r\n\0]/.test(text) ? "one line of text" : undefined;
    }
}

/** `config` as redis.conf lines. */
export function configDirectives(version: Version, config: Readonly<Record<string, ConfigValue>>): Directives {
    return Object.entries(config).flatMap(([name, value]) => {
        const directive = directivesOf(version)[name];
        const text = textOf(value);
        if (directive?.kind === "text") return [[name, quoted(text)] as const];
        // Before 7.0 each class of clients needs a line of its own.
        const perLine = name === "client-output-buffer-limit" && !versions[version].multiValueDirectives ? 4 : Infinity;
        return chunks(text.trim().split(/\s+/), perLine).map((words) => [name, words.map(quoted).join(" ")] as const);
    });
}

/**
 * Directives among `config` that a running server cannot take over: they need a new server process. Sorted, since the
 * order in which somebody writes them is no reason for one.
 */
export function startupOnly(version: Version, config: Readonly<Record<string, ConfigValue>>): string[] {
    return Object.keys(config)
        .filter((name) => !directivesOf(version)[name]?.live)
        .sort();
}

/** A value as redis.conf spells it, before any quotes. */
function textOf(value: ConfigValue): string {
    return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** In redis.conf's own quotes, where the text needs them. */
function quoted(text: string): string {
    return /^[\w.:/@%+,*-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
    if (items.length <= size) return [[...items]];
    return [items.slice(0, size), ...chunks(items.slice(size), size)];
}
