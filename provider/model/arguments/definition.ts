/** The parts of an argument's definition. Types, checks, defaults, documents and the change table are derived from it. */
import type { z } from "zod";
import type { Wanted } from "../catalog/versions";
import type { Finding } from "../findings";

/** The components that take arguments. */
export type Kind = "RedisDatabase" | "RedisReplica";

/** Arguments as plain values that have not been validated yet. Unknown Outputs are `unresolved`. */
export type PlainArguments = Readonly<Record<string, unknown>>;

/** Placeholder for the value of an Output that is not known yet. */
export const unresolved = Symbol("unresolved");

/** Placeholder for an Output that resolved to undefined. That is an error; leaving the argument out is not. */
export const resolvedToUndefined = Symbol("resolvedToUndefined");

/** An argument's entry in the change table, which states what changing the argument does. */
export interface ChangeEntry {
    /** The row's id in `changes/rows.ts`. */
    readonly row: string;
    /** The argument's label in the row, where its path alone is not clear. */
    readonly label?: string;
    /**
     * The value to compare. Without it, this is the value at the argument's path in the specification, or for a secret
     * the value in the program.
     */
    readonly value?: (database: never) => unknown;
    /** The preview's text, in place of path, old value and new value. `shown` is whether it may contain the values. */
    readonly words?: (before: never, after: never, shown: boolean) => readonly string[];
    /** The preview's text for a value that is not set. Without it, this is "default". */
    readonly unset?: string;
    /** Where HAProxy terminates TLS: whether the change affects only HAProxy's container and not the server's. */
    readonly haproxyAlone?: true;
}

export interface Definition<S extends z.ZodType = z.ZodType> {
    /** Validates the value. Each error text states which values are valid. */
    readonly schema: S;
    /** Replaces `schema` where the valid values depend on other arguments. */
    readonly schemaFor?: (args: PlainArguments) => z.ZodType;
    /** The meaning, for the docstring and the reference. */
    readonly doc: string;
    /** The meaning in other languages, where an argument has one type and TypeScript accepts several. */
    readonly docElsewhere?: string;
    /** The value if the program sets none. */
    readonly default?: unknown;
    /** Describes the default in words, where `default` is absent or does not suffice. */
    readonly defaultDoc?: string;
    readonly unit?: string;
    /** A valid value, for the documentation. */
    readonly example?: unknown;
    /** The example as TypeScript, where it is not a plain value: a secret, PEM text, a resource. */
    readonly exampleCode?: string;
    /**
     * Other arguments of the component, or members of the same object, that the example needs. With undefined, a member
     * has its own example.
     */
    readonly exampleWith?: Readonly<Record<string, unknown>>;
    /** Whether the value is a secret, which appears neither in messages nor in previews, and only encrypted in the state. */
    readonly secret?: true;
    /** Whether users may put a secret here by mistake, so that messages hide invalid values. */
    readonly mayHoldSecret?: true;
    /** For an argument with arbitrary keys: whether messages hide the value of a key. */
    readonly secretKey?: (key: string) => boolean;
    /** Whether it determines which resources exist, so that its value must be known when the program runs. */
    readonly decides?: true;
    /** Whether only programs in TypeScript can set it, since it has no plain value. */
    readonly inProcess?: true;
    /**
     * For an argument whose default replaces existing servers: the format number that introduced it, its value for
     * servers of an earlier format, and the reason for the replacement that the preview shows.
     */
    readonly introduced?: { readonly format: number; readonly before: unknown; readonly reason: string };
    /** Whether a member is required. */
    readonly required?: true;
    /** The TypeScript type, where it does not follow from the schema. It has no Inputs; those follow from `decides`. */
    readonly type?: string;
    /** A type of this package that is also accepted. */
    readonly orType?: string;
    /** The docstring of `type`, where an interface is generated for it. */
    readonly typeDoc?: string;
    /** What changing it does. */
    readonly changes?: readonly ChangeEntry[];
    /** The definitions of an object's members. */
    readonly members?: Definitions;
    /** The definition of a list's elements, where they are objects. */
    readonly element?: Definition;
}

export type Definitions = Readonly<Record<string, Definition>>;

type About = Omit<Definition, "schema" | "members">;

/** Defines an argument or a member of one. */
export function argument<S extends z.ZodType, const A extends About>(schema: S, about: A): A & { readonly schema: S } {
    return { ...about, schema };
}

/** The values of several arguments, each optional. */
export type ValuesOf<D extends Definitions> = { readonly [K in keyof D]?: z.output<D[K]["schema"]> };

/** The values with defaults filled in and without secrets. */
export type ResolvedOf<D extends Definitions> = {
    readonly [K in PublicWith<D, Always>]: ResolvedValue<D[K]>;
} & {
    readonly [K in Exclude<PublicWith<D, object>, PublicWith<D, Always>>]?: ResolvedValue<D[K]>;
};

/** Arguments that always have a value. */
type Always = { readonly default: unknown } | { readonly required: true };

/** A value. Objects, alone or in a list, have the defaults of their members. */
type ResolvedValue<D extends Definition> = D extends { readonly members: infer M extends Definitions }
    ? ResolvedOf<M> | Exclude<z.output<D["schema"]>, object>
    : D extends { readonly element: infer E extends Definition }
      ? readonly ResolvedValue<E>[]
      : z.output<D["schema"]>;

type PublicWith<D extends Definitions, Has> = {
    [K in keyof D]: D[K] extends { readonly secret: true } | { readonly inProcess: true }
        ? never
        : D[K] extends Has
          ? K
          : never;
}[keyof D];

/** The input of a rule. `V` and `F` are the types of the values that the rule reads. */
export interface Given<V = object, F = object> {
    /** Arguments that are valid on their own. */
    readonly values: V;
    /** `values` and the arguments whose known parts are valid; their unknown parts are `unresolved`. */
    readonly partial: V;
    /** The values with defaults filled in, also for arguments that are invalid or unresolved. */
    readonly filled: F;
    /** All arguments as the program sets them. */
    readonly args: PlainArguments;
    /** The requested release; absent while it is invalid or unresolved. */
    readonly wanted?: Wanted;
}

/** A rule between arguments. It runs on those that are valid on their own, so that no problem hides another. */
export type Rule = (given: Given<never, never>) => readonly Finding[];
