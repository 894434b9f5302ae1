/** A server before and after a change, as far as both are known. */
import { checkEach } from "../arguments/check";
import { type Definition, type Kind, type PlainArguments, unresolved } from "../arguments/definition";
import { definitionAt, definitions } from "../arguments/index";
import { toSpec } from "../arguments/resolve";
import type { DatabaseSpec } from "../databaseSpec";
import { currentFormat } from "./formats";
import type { Recorded } from "./recorded";

/** A server as its arguments describe it, and what the description leaves out. */
export interface Described {
    readonly spec: DatabaseSpec;
    readonly args: PlainArguments;
    readonly format: number;
    /** Whether its version is the default of this release. */
    readonly defaultVersion?: boolean;
    readonly name?: string;
    readonly madeAs?: string;
}

/** As `describeRecorded`, for arguments of the current format. */
export function describePair(before: PlainArguments, after: PlainArguments, kind: Kind = "RedisDatabase") {
    const recorded = (args: PlainArguments) => ({ args, format: currentFormat });
    return describeRecorded(recorded(before), recorded(after), kind);
}

/** What is unresolved on one side is left out on both. `undefined` where not even the version is known. */
export function describeRecorded(
    before: Recorded,
    after: Recorded,
    kind: Kind,
): { before: Described; after: Described } | undefined {
    const [oldArgs, newArgs] = knownInBoth(kind, withItsVersion(before), after.args);
    const [old, now] = [describe({ ...before, args: oldArgs }, kind), describe({ ...after, args: newArgs }, kind)];
    return old && now && { before: old, after: now };
}

function describe({ args, role, format, name, madeAs }: Recorded, kind: Kind): Described | undefined {
    const { values, wanted } = checkEach(asBefore(args, format, kind), kind);
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

/** The default may have been another one then. */
function withItsVersion({ args, resolvedVersion }: Recorded): PlainArguments {
    return resolvedVersion === undefined ? args : { version: resolvedVersion, ...args };
}

/** The arguments with those that came later as they were without them. */
function asBefore(args: PlainArguments, format: number, kind: Kind): PlainArguments {
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
    // A version is one of an engine: either says nothing without the other.
    if (unknown.some(([name]) => name === "engine" || name === "version")) unknown.push(["engine"], ["version"]);
    // A replica without a version of its own has its primary's.
    if (kind === "RedisReplica" && after.version === undefined && unknown.some(([name]) => name === "primary"))
        unknown.push(["engine"], ["version"]);
    // And a primary is one of the replicas.
    if (unknown.some(([name]) => name === "replicas")) unknown.push(["primary"]);
    return [unknown.reduce(without, before), unknown.reduce(without, after)];
}

/** Whether members can be left out one by one. */
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
