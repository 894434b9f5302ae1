/** What a component records among its inputs, besides its arguments, and how this is read back. */
import type { PlainArguments } from "../arguments/definition";
import type { Role } from "../arguments/replication";

/** A component's inputs as an earlier update recorded them. */
export interface Recorded {
    readonly args: PlainArguments;
    readonly role?: Role;
    readonly format: number;
    /** The version that it came to, where the arguments name none. */
    readonly resolvedVersion?: unknown;
    /** What the component was called; not recorded in the first format. */
    readonly name?: string;
    /** By what name containers on its network know it; recorded of completed updates alone. */
    readonly madeAs?: string;
}

/** What is recorded besides the arguments; all of it starts with a name that no argument has. */
export interface RecordedFacts {
    readonly name: string;
    /** The version that runs, whichever way the program asks for it. */
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

/** In the first format, a replica's role was among the facts about its primary; and no version was recorded. */
function readFirstFormat(args: PlainArguments): Omit<Recorded, "format"> {
    const resolvedVersion = args.engine === "valkey" ? "8.1" : "8.0";
    if (typeof args.primary !== "object" || args.primary === null) return { args, resolvedVersion };
    const { nearby, leads, peers, ...primary } = args.primary as PlainArguments;
    const role = { nearby: nearby === true, leads: leads === true, peers: (peers ?? []) as readonly string[] };
    return { args: { ...args, primary }, role, ...(primary.version === undefined && { resolvedVersion }) };
}
