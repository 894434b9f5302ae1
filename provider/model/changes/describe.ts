/** Describes a server before and after a change, as far as both sides are known. */
import { checkEach } from "../arguments/check";
import { type Definition, type Kind, type PlainArguments, unresolved } from "../arguments/definition";
import { definitionAt, definitions } from "../arguments/index";
import { toSpec } from "../arguments/resolve";
import type { DatabaseSpec } from "../databaseSpec";
import { currentFormat } from "./formats";
import type { Recorded } from "./recorded";

/** A server: its specification, the arguments behind it, and what was recorded besides them. */
export interface Described {
    readonly spec: DatabaseSpec;
    readonly args: PlainArguments;
    readonly format: number;
    /** Whether the program names no version and gets the default of this release. */
    readonly defaultVersion?: boolean;
    readonly name?: string;
    readonly madeAs?: string;
}

/** Like `describeRecorded`, for arguments of the current format. */
export function describePair(before: PlainArguments, after: PlainArguments, kind: Kind = "RedisDatabase") {
    const recorded = (args: PlainArguments) => ({ args, format: currentFormat });
    return describeRecorded(recorded(before), recorded(after), kind);
}

/** Leaves out on both sides what is unresolved on either. `undefined` if not even the version is known. */
export function describeRecorded(
    before: Recorded,
    after: Recorded,
    kind: Kind,
): { before: Described; after: Described } | undefined {
    const [oldArgs, newArgs] = knownInBoth(kind, withResolvedVersion(before), after.args);
    const [old, now] = [describe({ ...before, args: oldArgs }, kind), describe({ ...after, args: newArgs }, kind)];
    return old && now && { before: old, after: now };
}

function describe({ args, role, format, name, madeAs }: Recorded, kind: Kind): Described | undefined {
    const { values, wanted } = checkEach(withFormerDefaults(args, format, kind), kind);
    return (
        wanted && {
            spec: toSpec(values, wanted, kind, role),
            args,
            format,
            defaultVersion: wanted.byDefault === true,
            ...(name !== undefined && { name }),
            ...(madeAs !== undefined && { madeAs }),
        }
    );
}

/** The version that was resolved at the time: the default may have changed since. */
function withResolvedVersion({ args, resolvedVersion }: Recorded): PlainArguments {
    return resolvedVersion === undefined ? args : { version: resolvedVersion, ...args };
}

/** Fills in arguments that were introduced after `format` with the values that servers had without them. */
function withFormerDefaults(args: PlainArguments, format: number, kind: Kind): PlainArguments {
    const missing = Object.entries(definitions[kind]).flatMap<[string, unknown]>(([name, { introduced }]) =>
        introduced && format < introduced.format && args[name] === undefined ? [[name, introduced.before]] : [],
    );
    return { ...args, ...Object.fromEntries<unknown>(missing) };
}

function knownInBoth(kind: Kind, before: PlainArguments, after: PlainArguments): [PlainArguments, PlainArguments] {
    const unknownIn = (args: PlainArguments) =>
        Object.entries(args).flatMap(([name, value]) =>
            hasOptionalMembers(definitionAt(kind, [name])) && typeof value === "object" && value !== null
                ? Object.entries(value).flatMap(([key, member]) => (isUnknown(member) ? [[name, key]] : []))
                : isUnknown(value)
                  ? [[name]]
                  : [],
        );
    const unknown = [...unknownIn(before), ...unknownIn(after)];
    // Versions belong to an engine, so engine and version can only be compared together.
    if (unknown.some(([name]) => name === "engine" || name === "version")) unknown.push(["engine"], ["version"]);
    // Without `version`, a replica takes the version of its primary.
    if (kind === "RedisReplica" && after.version === undefined && unknown.some(([name]) => name === "primary"))
        unknown.push(["engine"], ["version"]);
    // `primary` names one of the replicas.
    if (unknown.some(([name]) => name === "replicas")) unknown.push(["primary"]);
    return [unknown.reduce(without, before), unknown.reduce(without, after)];
}

/** Whether each member can be left out separately. */
function hasOptionalMembers(definition: Definition | undefined): boolean {
    const members = Object.values(definition?.members ?? {});
    return definition?.secretKey !== undefined || (members.length > 0 && members.every(({ required }) => !required));
}

function without(args: PlainArguments, [name = "", key]: readonly string[]): PlainArguments {
    if (key === undefined || typeof args[name] !== "object") {
        return Object.fromEntries(Object.entries(args).filter(([other]) => other !== name));
    }
    return { ...args, [name]: without(args[name] as PlainArguments, [key]) };
}

function isUnknown(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return value === unresolved;
    return Object.values(value).some(isUnknown);
}
