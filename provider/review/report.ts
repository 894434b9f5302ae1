/** What a review says. Every output is made from it. It contains no secrets. */
import type { Severity } from "./severity";

/** A line of the program, as Pulumi records it. */
export interface SourceLine {
    /** Relative to the folder of the Pulumi project. */
    readonly file: string;
    /** The first line is 1. */
    readonly line: number;
}

/** A statement of a rule about one resource. */
export interface ReviewFinding {
    /** Such as `redis-database/volume-replaced`. */
    readonly code: string;
    readonly severity: Severity;
    readonly urn: string;
    /** Such as `RedisDatabase "sessions"` or `Volume "uploads"`. */
    readonly resource: string;
    /** The name of the resource, to which an exception can apply. */
    readonly name: string;
    /** What happens, in one sentence without a period. */
    readonly message: string;
    /** The safe way, as an instruction. */
    readonly remedy: string;
    /** Absent if Pulumi did not record it, as for resources of YAML programs. */
    readonly source?: SourceLine;
    /** The exception that applies. The finding does not fail the review. */
    readonly allowed?: { readonly reason: string; readonly expires: string };
}

export type Operation = "created" | "changed" | "renamed" | "deleted" | "replaced" | "unchanged";

/** A database or a replica that the preview mentions. */
export interface ReviewedDatabase {
    readonly kind: "RedisDatabase" | "RedisReplica";
    readonly name: string;
    readonly urn: string;
    /** For a replica that is an entry of `replicas`: the name of its database. */
    readonly database?: string;
    readonly operation: Operation;
    /** What changes: each argument in words, such as `memoryMb 512 → 1024`; for a new database, what it is. */
    readonly changes: readonly string[];
    /** What happens, in one line, as the preview of the component says it. */
    readonly explanation: string;
    readonly server: string;
    readonly data: string;
    readonly clients: string;
    /** Of its findings that no exception allows. */
    readonly worst?: Severity;
    readonly source?: SourceLine;
}

/** The raw difference of one resource, for readers who want to see it. */
export interface RawChange {
    /** The engine's operation, such as `replace` or `update`. */
    readonly operation: string;
    readonly type: string;
    readonly name: string;
    /** The properties that differ. Values are left out: the review cannot know which of them are secret. */
    readonly differences: readonly string[];
    /** The properties that force a replacement. */
    readonly replacedBecauseOf: readonly string[];
}

/** The review of one preview. */
export interface StackReview {
    readonly project: string;
    readonly stack: string;
    /** The folder of the Pulumi project in the repository; "." for its root. */
    readonly folder: string;
    /** `failed` if the preview itself failed. */
    readonly status: "unchanged" | "changed" | "failed";
    /** Why the preview failed. */
    readonly errors: readonly string[];
    /** By name. */
    readonly databases: readonly ReviewedDatabase[];
    /** The most serious first. */
    readonly findings: readonly ReviewFinding[];
    /** The number of resources by the engine's operation, without those that stay the same. */
    readonly counts: Readonly<Record<string, number>>;
    readonly rawChanges: readonly RawChange[];
    /** What the source does not contain, such as policies. */
    readonly notes: readonly string[];
}

/** An exception that the pull request adds. It applies once it is on the base branch. */
export interface AddedException {
    readonly database: string;
    readonly code: string;
    readonly reason: string;
    readonly expires: string;
}

/** The review of all previews. */
export interface Review {
    readonly stacks: readonly StackReview[];
    readonly addedExceptions: readonly AddedException[];
    /** The severities and codes that fail the review. */
    readonly failOn: readonly string[];
    /** The findings that fail it. */
    readonly failing: readonly ReviewFinding[];
    /** 0: no failing findings; 5: failing findings; 1: a preview failed. */
    readonly exitCode: 0 | 1 | 5;
}
