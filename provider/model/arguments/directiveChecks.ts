/** Validates `config`: directives and values that the version supports, except those that the component manages. */
import { type ConfigValue, type Directive, type DirectivesByName, directivesOf, textOf } from "../catalog/directives";
import { type Release, nameOf, versions } from "../catalog/versions";
import { type Finding, finding, nearest, problem, wrongValue } from "../findings";

export const directiveProblems = {
    owned: problem(
        "directive-owned",
        "The component manages this directive, so `config` cannot set it.",
        "use the argument that the message names",
    ),
    unknown: problem(
        "directive-unknown",
        "The version does not support this directive of `config`.",
        "use the name that the message suggests; `CONFIG GET *` on a server of this version lists all",
    ),
    value: problem(
        "directive-value",
        "The value of this directive in `config` is not valid.",
        "give a value of the type that the message names",
    ),
};

const accounts = /^(requirepass|aclfile|user|masteruser|masterauth)$/i;

/** Directives that the component manages, each with its remedy. */
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
    [/^(dir|dbfilename|appendfilename|appenddirname)$/, "leave it out: data is on the database's own volume"],
    [/^(replicaof|slaveof)$/, "leave it out: to follow a primary, use `RedisReplica`"],
    [/^shutdown-(on-sigint|on-sigterm|timeout)$/, "leave it out: a server always saves its data before it stops"],
    [/^cluster-/, "leave it out: Redis Cluster is not supported"],
    [
        /^(unixsocket|unixsocketperm|daemonize|supervised|pidfile|logfile|syslog-.*|include|loadmodule)$/,
        "leave it out: the container manages it",
    ],
    [/^rename-command$/, "leave it out: to restrict commands, use `users`"],
];

/**
 * The directives that the component manages and that can change at run time in this release: the agent restores them.
 * `requirepass` is not one of them, since a server with users applies it to the user `default`.
 */
export function ownedLive(release: Release): string[] {
    return Object.entries(directivesOf(release))
        .filter(([name, { live }]) => live && name !== "requirepass" && ownedBy(release, name) !== undefined)
        .map(([name]) => name);
}

/** Validates `config` against the directives of this release. The paths of findings start with `config`. */
export function checkConfig(release: Release, config: Readonly<Record<string, ConfigValue>>): Finding[] {
    return Object.entries(config).flatMap(([name, value]) => checkDirective(release, name, value));
}

/** The remedy for a directive that the component manages. */
function ownedBy(release: Release, name: string): string | undefined {
    if (!versions[release].acl && /^rename-command$/i.test(name)) {
        return "leave it out; to restrict commands, use `users`, which needs version 6.0 or later";
    }
    if (!versions[release].acl && accounts.test(name)) return `set \`password\`; ${nameOf(release)} has no users`;
    return owned.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
}

function checkDirective(release: Release, name: string, value: ConfigValue): Finding[] {
    const path = `config["${name}"]`;
    const instead = ownedBy(release, name);
    if (instead) return [finding(directiveProblems.owned, path, "is managed by the component", instead)];
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

/** The older name of a directive that 5.0 or 7.0 renamed, for a version that has only the older name. */
function olderName(name: string, directives: DirectivesByName): string | undefined {
    const older = name.replace("replica", "slave").replace("listpack", "ziplist");
    return older !== name && Object.hasOwn(directives, older) ? older : undefined;
}

const bytes = /^\d+(b|k|kb|m|mb|g|gb)?$/i;

/** The expected value in words; `undefined` if the value is valid. */
function expectation(directive: Directive, text: string): string | undefined {
    const { kind, min, max, values } = directive;
    switch (kind) {
        case "boolean":
            return /^(yes|no)$/i.test(text) ? undefined : '"yes" or "no"';
        case "integer": {
            const inRange =
                /^-?\d+$/.test(text) && Number(text) >= (min ?? -Infinity) && Number(text) <= (max ?? Infinity);
            // Redis's largest integers are not exact as JavaScript numbers.
            const hasMax = max !== undefined && max <= Number.MAX_SAFE_INTEGER;
            const range = hasMax ? ` from ${min} to ${max}` : min !== undefined ? ` of at least ${min}` : "";
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
            // A value may be several flags, separated by spaces.
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
