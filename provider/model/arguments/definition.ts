/** What the definition of an argument holds. Types, checks, defaults, documents and the change table follow from it. */
import type { z } from "zod";
import type { Wanted } from "../catalog/versions";
import type { Finding } from "../findings";

/** The components that take arguments. */
export type Kind = "RedisDatabase" | "RedisReplica";

/** Arguments as plain values, with `unresolved` for what only an Output knows. Nothing in them has been checked. */
export type PlainArguments = Readonly<Record<string, unknown>>;

/** Stands for the value of an Output that is not known yet. */
export const unresolved = Symbol("unresolved");

/** Stands for the value of an Output that turned out to have none: a mistake, where leaving the argument out is not. */
export const resolvedToUndefined = Symbol("resolvedToUndefined");

/** An argument's place in the change table: what a change of it does. */
export interface ChangeEntry {
    /** The row's id in `changes/rows.ts`. */
    readonly row: string;
    /** How the row names it, where its path does not say enough. */
    readonly label?: string;
    /**
     * The value to compare, where it is not the one that the specification has at the argument's own path (for a secret,
     * the one that the program gives).
     */
    readonly value?: (database: never) => unknown;
    /** What a preview says of a change, in place of the path with the old and the new value, which may be `shown` or not. */
    readonly words?: (before: never, after: never, shown: boolean) => readonly string[];
    /** What a preview says for a value that is not given, if not "default". */
    readonly unset?: string;
    /** Whether, where HAProxy terminates TLS, it is about HAProxy's container alone and not about the server's. */
    readonly haproxyAlone?: true;
}

export interface Definition<S extends z.ZodType = z.ZodType> {
    /** What it may be. Each error text says what would be right. */
    readonly schema: S;
    /** The schema in place of that, where it depends on other arguments. */
    readonly schemaFor?: (args: PlainArguments) => z.ZodType;
    /** What it means, as its docstring and the API reference say it. */
    readonly doc: string;
    /** The value where the program gives none. */
    readonly default?: unknown;
    /** What applies where the program gives none, in words, if that is not simply `default`. */
    readonly defaultDoc?: string;
    readonly unit?: string;
    /** A value that is right, for the documentation. */
    readonly example?: unknown;
    /** Whether nobody may see its value: not in messages, not in previews, not in the state. */
    readonly secret?: true;
    /** Whether a secret may stand in it by mistake, so that messages do not show a wrong value. */
    readonly mayHoldSecret?: true;
    /** Of an argument with names of the user's own: those whose values messages do not show. */
    readonly secretKey?: (key: string) => boolean;
    /** Whether it decides which resources exist, so that its value must be known when the program runs. */
    readonly decides?: true;
    /** Whether only programs in TypeScript can give it: it has no plain value. */
    readonly inProcess?: true;
    /**
     * Of an argument whose default replaces servers that were there before it: the format number with which it came, what
     * servers of an earlier format are like, and why they are replaced, as the preview says it.
     */
    readonly introduced?: { readonly format: number; readonly before: unknown; readonly reason: string };
    /** Whether a member must be given. */
    readonly required?: true;
    /** The TypeScript type, where the schema does not say it: without Inputs, which `decides` tells. */
    readonly type?: string;
    /** A type of this program's own that may be given in its place. */
    readonly orType?: string;
    /** The documentation of that type, where it is an interface of its own. */
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

/** Defines an argument, or a member of one. */
export function argument<S extends z.ZodType, const A extends About>(schema: S, about: A): A & { readonly schema: S } {
    return { ...about, schema };
}

/** The values of several arguments: each may be missing. */
export type ValuesOf<D extends Definitions> = { readonly [K in keyof D]?: z.output<D[K]["schema"]> };

/** The values once the defaults are filled in. Secrets are left out. */
export type ResolvedOf<D extends Definitions> = {
    readonly [K in PublicWith<D, Always>]: ResolvedValue<D[K]>;
} & {
    readonly [K in Exclude<PublicWith<D, object>, PublicWith<D, Always>>]?: ResolvedValue<D[K]>;
};

/** What is never missing. */
type Always = { readonly default: unknown } | { readonly required: true };

/** A value, with the defaults of its members where it is an object, or a list of objects. */
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

/** What the rules for arguments that belong together are given: `V` and `F` are the values that the rule looks at. */
export interface Given<V = object, F = object> {
    /** Arguments that are right by themselves. */
    readonly values: V;
    /** As `values`, and those that are right as far as they are known, with `unresolved` for the rest of them. */
    readonly partial: V;
    /** The values with the defaults filled in, also for those that are wrong or unresolved. */
    readonly filled: F;
    /** All of them, as the program gives them. */
    readonly args: PlainArguments;
    /** The release that they ask for; absent while it is wrong or unresolved. */
    readonly wanted?: Wanted;
}

/** A rule for arguments that belong together. Runs on what is right by itself, so that nothing hides the rest. */
export type Rule = (given: Given<never, never>) => readonly Finding[];
