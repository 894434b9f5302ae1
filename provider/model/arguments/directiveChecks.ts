/** What `config` may say: directives that the version knows, with values that it takes, and none of the component's own. */
import { type ConfigValue, type Directive, type DirectivesByName, directivesOf, textOf } from "../catalog/directives";
import { type Release, nameOf, versions } from "../catalog/versions";
import { type Finding, finding, nearest, problem, wrongValue } from "../findings";

export const directiveProblems = {
    owned: problem(
        "directive-owned",
        "The component sets this directive of `config` itself.",
        "use the argument that the message names",
    ),
    unknown: problem(
        "directive-unknown",
        "The version does not know this directive of `config`.",
        "use the name that the message suggests; `CONFIG GET *` on a server of the version lists all",
    ),
    value: problem(
        "directive-value",
        "The directive of `config` does not take this value.",
        "give a value of the kind that the message names",
    ),
};

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
    [accounts, "set `password` and `users`"],
    [/^(dir|dbfilename|appendfilename|appenddirname)$/, "leave it out: data lives on the database's own volume"],
    [/^(replicaof|slaveof)$/, "leave it out: this is a database of its own"],
    [/^shutdown-(on-sigint|on-sigterm|timeout)$/, "leave it out: a server that stops writes its data first"],
    [/^cluster-/, "leave it out: a cluster needs several servers"],
    [
        /^(unixsocket|unixsocketperm|daemonize|supervised|pidfile|logfile|syslog-.*|include|loadmodule)$/,
        "leave it out: the container sees to it",
    ],
    [/^rename-command$/, "leave it out: `users` gives each client the commands that it needs"],
];

/**
 * The component's own directives that a running server of this release can change: the agent puts them back. The one
 * password is not among them, since a server with users takes it for that of `default`.
 */
export function ownedLive(release: Release): string[] {
    return Object.entries(directivesOf(release))
        .filter(([name, { live }]) => live && name !== "requirepass" && ownedBy(release, name) !== undefined)
        .map(([name]) => name);
}

/** Checks `config` against what the server of this release knows; the paths start with `config`. */
export function checkConfig(release: Release, config: Readonly<Record<string, ConfigValue>>): Finding[] {
    return Object.entries(config).flatMap(([name, value]) => checkDirective(release, name, value));
}

/** What to write instead of a directive that the component sets itself. */
function ownedBy(release: Release, name: string): string | undefined {
    if (!versions[release].acl && /^rename-command$/i.test(name)) {
        return `leave it out; from version 6.0 on, \`users\` gives each client the commands that it needs`;
    }
    if (!versions[release].acl && accounts.test(name)) return `set \`password\`; ${nameOf(release)} knows no users`;
    return owned.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
}

function checkDirective(release: Release, name: string, value: ConfigValue): Finding[] {
    const path = `config["${name}"]`;
    const instead = ownedBy(release, name);
    if (instead) return [finding(directiveProblems.owned, path, "is set by the component itself", instead)];
    const directives = directivesOf(release);
    const directive = Object.hasOwn(directives, name) ? directives[name] : undefined;
    if (!directive) {
        const suggestion = olderName(name, directives) ?? nearest(name, Object.keys(directives));
        const owner = suggestion && ownedBy(release, suggestion);
        const remedy = suggestion
            ? `did you mean "${suggestion}"?${owner ? ` Then ${owner}` : ""}`
            : `\`CONFIG GET *\` on ${nameOf(release)} lists all`;
        return [finding(directiveProblems.unknown, path, `is not a directive of ${nameOf(release)}`, remedy)];
    }
    const remedy = expectation(directive, textOf(value));
    return remedy ? [finding(directiveProblems.value, path, wrongValue(value), `give ${remedy}`)] : [];
}

/** What 5.0 and 7.0 gave new names is still there under the old one in a version before. */
function olderName(name: string, directives: DirectivesByName): string | undefined {
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
            return /[\r\n\0\p{Surrogate}]/u.test(text) ? "one line of text" : undefined;
    }
}
