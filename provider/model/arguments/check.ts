/** Validates the arguments of one server: first each on its own, then the rules between them. */
import { z } from "zod";
import { type Wanted, defaultVersions, parseVersion } from "../catalog/versions";
import { type Finding, type Problem, finding, nearest, wrongValue } from "../findings";
import { withDefaults } from "./defaults";
import {
    type Definition,
    type Kind,
    type PlainArguments,
    type ResolvedOf,
    type ValuesOf,
    resolvedToUndefined,
    unresolved,
} from "./definition";
import { defaultEngine } from "./engine";
import {
    argumentNames,
    type databaseArguments,
    definitionAt,
    definitions,
    holdsSecret,
    type replicaArguments,
    rules,
    serverArguments,
    unknownProperty,
} from "./index";
import { asFarAsKnown, holdsUnresolved } from "./partial";
import type { Role } from "./replication";
import { pem } from "./schemas";

type DatabaseValues = ValuesOf<typeof databaseArguments>;
type ReplicaValues = ValuesOf<typeof replicaArguments>;

/** Arguments of either component that are valid on their own. `primary` is the one of a replica. */
export interface Values extends Omit<DatabaseValues, "primary">, Omit<ReplicaValues, "primary"> {
    readonly primary?: ReplicaValues["primary"];
    /** The argument `primary` of a database. */
    readonly primaryName?: string;
}

/** The arguments of both components with defaults filled in. */
export type Filled = ResolvedOf<typeof serverArguments>;

/** The result of validating arguments. */
export interface Checked {
    readonly values: Values;
    readonly filled: Filled;
    /** `values` and the arguments whose known parts are valid; their unknown parts are `unresolved`. */
    readonly partial: Values;
    readonly findings: readonly Finding[];
    readonly wanted?: Wanted;
}

/** The text for an Output that resolved to undefined. */
export const hasNoValue = "is an Output that resolved to undefined";

/** The code for an invalid value, derived from the argument's path. */
export function invalid(path: string): Finding["code"] {
    return `redis-database/invalid-${path.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll(".", "-")}`;
}

/** Validates each argument on its own: types, ranges, unknown names. Valid arguments are in `values`. */
export function checkEach(args: PlainArguments, kind: Kind = "RedisDatabase"): Checked {
    const values: Record<string, unknown> = {};
    const partial: Record<string, unknown> = {};
    const findings: Finding[] = [];
    for (const [name, value] of Object.entries(args)) {
        const definition = definitionAt(kind, [name]);
        if (value === undefined) continue;
        if (!definition) {
            findings.push(unknown(kind, "", name, argumentNames(kind)));
            continue;
        }
        const schema = definition.schemaFor?.(args) ?? definition.schema;
        const parsed = schema.safeParse(value);
        const key = name === "primary" && kind === "RedisDatabase" ? "primaryName" : name;
        if (parsed.success && definition.inProcess) continue;
        if (parsed.success && value !== unresolved) {
            values[key] = partial[key] = parsed.data;
            continue;
        }
        const found = (parsed.error?.issues ?? []).flatMap((issue) => findingsOf(kind, name, value, issue));
        findings.push(...found);
        if (found.length === 0) partial[key] = knownPart(definition, value);
    }
    const wanted = asFarAsKnown(partial as Values, (known) => wantedRelease(known, args) ?? unresolved);
    return {
        values,
        partial,
        findings,
        filled: withDefaults(serverArguments, values),
        ...(wanted !== unresolved && { wanted }),
    };
}

/** The known part of a value. Objects, lists of objects and `config` can be known in part; other values cannot. */
function knownPart(definition: Definition | undefined, value: unknown): unknown {
    if (!holdsUnresolved(value)) return definition ? definition.schema.parse(value) : value;
    const { members, element, secretKey } = definition ?? {};
    if (element && Array.isArray(value)) return value.map((entry: unknown) => knownPart(element, entry));
    if (!(members ?? secretKey) || typeof value !== "object" || value === null) return unresolved;
    return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name, knownPart(members?.[name], member)]),
    );
}

/** Validates the arguments of one server. An unresolved value is never a finding. */
export function checkServer(args: PlainArguments, kind: Kind, role?: Role): Checked {
    const checked = checkEach(args, kind);
    const { values, partial, filled, wanted } = checked;
    const given = { values, partial, filled, args, wanted, role };
    // Each rule declares the type of the values that it reads.
    const together = rules[kind].flatMap((rule) => rule(given as unknown as Parameters<typeof rule>[0]));
    return { ...checked, findings: [...checked.findings, ...together] };
}

function wantedRelease(values: Values, args: PlainArguments): Wanted | undefined {
    const engine = args.engine === undefined ? (values.primary?.engine ?? defaultEngine) : values.engine;
    if (!engine) return undefined;
    if (args.version === undefined) {
        // A replica without `version` and `engine` has its primary's version.
        const primarys = args.engine === undefined ? values.primary?.version : undefined;
        const followed = primarys ? parseVersion(primarys, engine) : undefined;
        return followed
            ? { engine, version: followed.version }
            : { engine, version: defaultVersions[engine], byDefault: true };
    }
    const parsed = parseVersion(values.version ?? "", engine);
    return parsed && { engine, ...parsed };
}

function findingsOf(kind: Kind, name: string, value: unknown, issue: z.core.$ZodIssue): Finding[] {
    const keys = [name, ...issue.path];
    const path = formatPath(keys);
    if (issue.code === "unrecognized_keys") {
        const known = Object.keys(definitionAt(kind, keys)?.members ?? {});
        return issue.keys.map((key) => unknown(kind, `${path}.`, key, known));
    }
    const found = issue.path.reduce<unknown>(
        (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
        value,
    );
    // An unresolved value is never a finding.
    if (found === unresolved) return [];
    const isSecret =
        typeof found !== "boolean" && (mayBeSecret(kind, keys) || (isObject(found) && holdsSecretSomewhere(keys)));
    const isWrongType = ["invalid_type", "invalid_union"].includes(issue.code);
    const text = found === resolvedToUndefined ? hasNoValue : wrongValue(found, { isSecret, isWrongType });
    // A list entry has no definition.
    const definition = typeof keys.at(-1) === "number" ? undefined : definitionAt(kind, keys);
    const hint = isWrongType && definition ? asOtherType(found, definition, isSecret) : undefined;
    const remedy = hint ?? withExample(issue.message, definition);
    return [{ code: invalid(definedPath(kind, keys)), path, problem: text, remedy }];
}

/** The remedy for a value that would be valid with or without quotes. */
function asOtherType(found: unknown, { schema }: Definition, isSecret: boolean): string | undefined {
    if (typeof found === "number" && schema.safeParse(String(found)).success) {
        return `give it in quotes, as a string${isSecret ? "" : `: "${found}"`}`;
    }
    if (typeof found !== "string" || isSecret || found.trim() === "") return undefined;
    const meant = found === "true" || found === "false" ? found === "true" : Number(found);
    return schema.safeParse(meant).success ? `give it without quotes: ${meant}` : undefined;
}

/** A remedy with a valid value, unless it already contains one. */
function withExample(remedy: string, definition: Definition | undefined): string {
    const example = definition?.example ?? definition?.default;
    const isClear = /such as|"|true or false|leave it out|[{[]/.test(remedy);
    return isClear || example === undefined ? remedy : `${remedy}, such as ${JSON.stringify(example)}`;
}

function unknown(kind: Kind, parent: string, name: string, known: readonly string[]): Finding {
    const suggestion = nearest(name, known);
    return finding(
        unknownProperty,
        `${parent}${name}`,
        `is not a property of ${kind}`,
        suggestion ? `did you mean ${parent}${suggestion}?` : `give one of: ${known.join(", ")}`,
    );
}

/** Whether a value at a path may be a secret, for example a key in place of the object that contains it. */
function mayBeSecret(kind: Kind, keys: readonly PropertyKey[]): boolean {
    return keys.some((key, index) => {
        const [above, at] = [definitionAt(kind, keys.slice(0, index)), definitionAt(kind, keys.slice(0, index + 1))];
        const isLast = index === keys.length - 1;
        return at
            ? at.secret === true || at.mayHoldSecret === true || (isLast && (holdsSecret(at) || holdsPem(at)))
            : above?.secretKey?.(String(key)) === true;
    });
}

function isObject(value: unknown): boolean {
    return typeof value === "object" && value !== null;
}

/** Whether either component has a secret at this path. An object may have been meant for the other component. */
function holdsSecretSomewhere(keys: readonly PropertyKey[]): boolean {
    return (Object.keys(definitions) as Kind[]).some((kind) => {
        const definition = definitionAt(kind, keys);
        return definition !== undefined && holdsSecret(definition);
    });
}

/** Whether a certificate belongs here, since a key may be in its place by mistake. */
function holdsPem({ schema, members = {} }: Definition): boolean {
    const isPem = schema === pem || (schema instanceof z.ZodOptional && schema.unwrap() === pem);
    return isPem || Object.values(members).some(holdsPem);
}

/** The part of a path that has definitions, without list indexes. */
function definedPath(kind: Kind, keys: readonly PropertyKey[]): string {
    const defined = keys.filter((_key, index) => definitionAt(kind, keys.slice(0, index + 1)) !== undefined);
    return defined.filter((key) => typeof key !== "number").join(".");
}

function formatPath(keys: readonly PropertyKey[]): string {
    return keys
        .map((key, index) =>
            typeof key === "number"
                ? `[${key}]`
                : /^\w+$/.test(String(key))
                  ? `${index > 0 ? "." : ""}${String(key)}`
                  : `["${String(key)}"]`,
        )
        .join("");
}

/** The problems of invalid values, one for each argument. `argumentProblems` has all others. */
export function singleArgumentProblems(): Problem[] {
    const found = new Map<string, Problem>();
    const visit = (path: string, definition: Definition) => {
        const meaning = `The value of \`${path}\` is not valid.`;
        const error = expectation(definition);
        const remedy = error && withExample(error, definition);
        // An argument that accepts everything is validated elsewhere, with its own codes.
        if (remedy !== undefined) found.set(path, { code: invalid(path), meaning, remedy });
        const members = definition.members ?? definition.element?.members ?? {};
        for (const [name, member] of Object.entries(members)) visit(`${path}.${name}`, member);
    };
    for (const all of Object.values(definitions)) {
        for (const [name, definition] of Object.entries(all)) visit(name, definition);
    }
    return [...found.values()];
}

/** The schema's error text for a value that no argument accepts. */
function expectation({ schema, schemaFor }: Definition): string | undefined {
    const { error } = (schemaFor?.({}) ?? schema).safeParse(Symbol());
    return error?.issues[0]?.message;
}
