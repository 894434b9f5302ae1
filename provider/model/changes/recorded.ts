/** What a component records in its inputs besides its arguments, and how recorded inputs are read. */
import type { PlainArguments } from "../arguments/definition";
import type { Role } from "../arguments/replication";

/** A component's inputs as an earlier update recorded them. */
export interface Recorded {
    readonly args: PlainArguments;
    readonly role?: Role;
    readonly format: number;
    /** The version that ran, for use if the arguments name none. */
    readonly resolvedVersion?: unknown;
    /** The component's name; not recorded in the first format. */
    readonly name?: string;
    /** The name with which the database was created, which containers on its network use; recorded for completed updates only. */
    readonly madeAs?: string;
}

/** What is recorded besides the arguments. No argument has one of these names. */
export interface RecordedFacts {
    readonly name: string;
    /** The version that runs, whether from `version`, a primary or the default. */
    readonly resolvedVersion: unknown;
    readonly format: number;
    readonly role?: Role;
}

/** Reads the inputs of every format. */
export function readRecorded(inputs: PlainArguments): Recorded {
    const { name, madeAs, resolvedVersion, format, role, ...args } = inputs;
    const facts = {
        ...(typeof name === "string" && { name }),
        ...(typeof madeAs === "string" && { madeAs }),
    };
    return typeof format === "number"
        ? { args, format, resolvedVersion, ...facts, ...(role !== undefined && { role: role as Role }) }
        : { ...readFirstFormat(args), format: 1 };
}

/** The first format recorded a replica's role as part of `primary`, and no resolved version. */
function readFirstFormat(args: PlainArguments): Omit<Recorded, "format"> {
    const resolvedVersion = args.engine === "valkey" ? "8.1" : "8.0";
    if (typeof args.primary !== "object" || args.primary === null) return { args, resolvedVersion };
    const { nearby, leads, peers, ...primary } = args.primary as PlainArguments;
    const role = { nearby: nearby === true, leads: leads === true, peers: (peers ?? []) as readonly string[] };
    return { args: { ...args, primary }, role, ...(primary.version === undefined && { resolvedVersion }) };
}
