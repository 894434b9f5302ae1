/** The directives of each version, as real servers describe them, and what `config` may say of them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Finding, nearest, show } from "../findings";
import type { Directives } from "./flavors";
import { type Release, nameOf, versions } from "./versions";

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

type Described = Readonly<Record<string, Directive>>;

const known = new Map<Release, Described>();

/**
 * The directives of a version. Where no server was at hand to ask, those that its neighbours have in common, as the
 * newest of them describes them; the trial server has the last word on these.
 */
export function directivesOf(release: Release): Described {
    const described = known.get(release) ?? asked(release) ?? commonTo(versions[release].directivesOf ?? []);
    known.set(release, described);
    return described;
}

/** What a server of that release said, if there was one; read when it is wanted, which is one of many. */
function asked(release: Release): Described | undefined {
    const file = join(__dirname, "directives", `${release}.json`);
    if (!existsSync(file)) return undefined;
    return (JSON.parse(readFileSync(file, "utf8")) as { directives: Described }).directives;
}

function commonTo(neighbours: readonly Release[]): Described {
    const all = neighbours.map(directivesOf);
    const newest = all.at(-1) ?? {};
    return Object.fromEntries(
        Object.entries(newest).filter(([name]) => all.every((each) => Object.hasOwn(each, name))),
    );
}

const accounts = /^(requirepass|aclfile|user|masteruser|masterauth)$/i;

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
    [accounts, "set `password`; users of your own go in with ACL SETUSER"],
    [/^(dir|dbfilename|appendfilename|appenddirname)$/, "leave it out: data lives on the database's own volume"],
    [/^(replicaof|slaveof)$/, "leave it out: this is a database of its own"],
    [/^shutdown-(on-sigint|on-sigterm|timeout)$/, "leave it out: a server that stops writes its data first"],
    [/^cluster-/, "leave it out: a cluster needs several servers"],
    [
        /^(unixsocket|unixsocketperm|daemonize|supervised|pidfile|logfile|syslog-.*|include|loadmodule|rename-command)$/,
        "leave it out: the container sees to it",
    ],
];

/** A value as one writes it in `config`. */
export type ConfigValue = string | number | boolean;

/** Checks `config` against what the server of this release knows; the paths start with `config`. */
export function checkConfig(release: Release, config: Readonly<Record<string, ConfigValue>>): Finding[] {
    return Object.entries(config).flatMap(([name, value]) => checkDirective(release, name, value));
}

/** What to write instead of a directive that the component sets itself. */
function ownedBy(release: Release, name: string): string | undefined {
    if (!versions[release].acl && accounts.test(name)) return `set \`password\`; ${nameOf(release)} knows no users`;
    return owned.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
}

function checkDirective(release: Release, name: string, value: ConfigValue): Finding[] {
    const path = `config["${name}"]`;
    const instead = ownedBy(release, name);
    if (instead) return [{ path, problem: "is set by the component itself", remedy: instead }];
    const directives = directivesOf(release);
    const directive = Object.hasOwn(directives, name) ? directives[name] : undefined;
    if (!directive) {
        const suggestion = olderName(name, directives) ?? nearest(name, Object.keys(directives));
        const owner = suggestion && ownedBy(release, suggestion);
        const remedy = suggestion
            ? `did you mean "${suggestion}"?${owner ? ` Then ${owner}` : ""}`
            : `\`CONFIG GET *\` on ${nameOf(release)} lists all`;
        return [{ path, problem: `is not a directive of ${nameOf(release)}`, remedy }];
    }
    const remedy = expectation(directive, textOf(value));
    return remedy ? [{ path, problem: `is ${show(value)}`, remedy: `give ${remedy}` }] : [];
}

/** What 5.0 and 7.0 gave new names is still there under the old one in a version before. */
function olderName(name: string, directives: Described): string | undefined {
    const older = name.replace("replica", "slave").replace("listpack", "ziplist");
    return older !== name && Object.hasOwn(directives, older) ? older : undefined;
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
function textOf(value: ConfigValue): string {
    return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** In redis.conf's own quotes, where the text needs them. */
export function quoted(text: string): string {
    return /^[\w.:/@%+,*-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
    if (items.length <= size) return [[...items]];
    return [items.slice(0, size), ...chunks(items.slice(size), size)];
}
