/** How a server makes its children: named after it, under it, and open to `transform`. */
import { inspect } from "node:util";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { formatFinding } from "../../model/findings";
import {
    asReported,
    findUnreported,
    reportedMemorySwap,
    reportedOtherwise,
} from "../../model/render/containerArguments";
import { runError } from "../runError";
import type { DatabaseTransforms, Transform } from "../transforms";

type ResourceClass<A, R> = new (name: string, args: A, opts: pulumi.CustomResourceOptions) => R;

/** What must be there before a child is asked for. */
export type After = readonly pulumi.Resource[];

/** A child whose transform has been applied, and that has not been created yet. */
export interface PlannedChild<A> {
    readonly name: string;
    readonly args: A;
    /** As a transform left them; they may be changed until it is created. */
    readonly options: pulumi.CustomResourceOptions;
    /** `ready` holds it back until it resolves; it is not created if that does not. */
    readonly create: <R>(
        type: ResourceClass<A, R>,
        further?: Partial<A>,
        after?: After,
        ready?: pulumi.Output<unknown>,
    ) => R;
}

interface ChildOptions extends Omit<pulumi.CustomResourceOptions, "dependsOn" | "parent"> {
    /** Arguments that stay as they were when the child was made, unless a transform gives others. */
    readonly kept?: readonly string[];
}

type TransformedArgs<K extends keyof DatabaseTransforms> =
    NonNullable<DatabaseTransforms[K]> extends Transform<infer A> ? A : never;

/** Makes the children of one server, called `SERVER-suffix`. */
export class Children {
    /** Those that have been created so far. */
    readonly made: pulumi.Resource[] = [];
    /** Whether the component has Pulumi's option `protect`, or its parent has: for the children that hold data. */
    readonly protect: boolean;

    /** `checked` holds the children back until all arguments are found right; nothing is created if they are not. */
    constructor(
        private readonly parent: pulumi.Resource,
        private readonly server: string,
        private readonly checked: pulumi.Output<unknown>,
        private readonly transforms: DatabaseTransforms = {},
    ) {
        this.protect = isProtected(parent);
    }

    /** Whether a transform may change what a container publishes. */
    get isTransformed(): boolean {
        return Object.keys(this.transforms).some(isContainer);
    }

    /** Plans a child, for those that others must know before it is created. */
    plan<K extends keyof DatabaseTransforms>(
        kind: K,
        suffix: string,
        args: TransformedArgs<K>,
        { kept = [], ...opts }: ChildOptions = {},
    ): PlannedChild<TransformedArgs<K>> {
        const name = `${this.server}-${suffix}`;
        // Pulumi would protect all children of a protected component, and a change that replaces one would fail.
        const options: pulumi.CustomResourceOptions = { protect: false, ...opts, parent: this.parent };
        const transform = this.transforms[kind] as Transform<typeof args> | undefined;
        const own = spelledOut(args, kept);
        const transformed = transform?.(args, options, name) ?? args;
        const given = spelledOut(transformed, kept);
        const ignored = kept.filter((_argument, index) => given[index] === own[index]);
        if (ignored.length > 0) options.ignoreChanges = [...(options.ignoreChanges ?? []), ...ignored];
        const planned = transform && isContainer(kind) ? reported(transformed, kind, name) : transformed;
        return {
            name,
            args: planned,
            options,
            create: (type, further = {}, after = [], ready) => {
                const dependsOn = pulumi
                    .all([pulumi.output(options.dependsOn ?? []), this.checked, ready])
                    .apply(([given]) => [...after, ...[given].flat()] as pulumi.Resource[]);
                const all = Object.assign({}, planned, further);
                const child = withoutStackTraces(() => new type(name, all, { ...options, dependsOn }));
                this.made.push(child as pulumi.Resource);
                return child;
            },
        };
    }

    /** Creates a child. */
    create<K extends keyof DatabaseTransforms, R>(
        kind: K,
        suffix: string,
        type: ResourceClass<TransformedArgs<K>, R>,
        args: TransformedArgs<K>,
        opts?: ChildOptions,
    ): R {
        return this.plan(kind, suffix, args, opts).create(type);
    }
}

/** The values of some arguments, for a comparison after a transform has changed them in place. */
function spelledOut(args: unknown, names: readonly string[]): string[] {
    return names.map((name) => inspect((args as Readonly<Record<string, unknown>>)[name]));
}

/** Whether Pulumi refuses to delete a resource. */
export function isProtected(resource: pulumi.Resource): boolean {
    // Public at run time only.
    return (resource as { readonly __protect?: boolean }).__protect === true;
}

function isContainer(kind: string): boolean {
    return ["server", "agent", "terminator", "tunnel"].includes(kind);
}

/** A container's arguments as Docker will report them; rejects those that it never does. */
function reported<A>(args: A, kind: string, container: string): A {
    const spelled = Object.entries(args as object).map(([name, value]: [string, unknown]) => [
        name,
        reportedOtherwise.has(name) && value !== undefined
            ? pulumi.output(value).apply((known) => {
                  const found = findUnreported(`transform.${kind}.${name}`, name, known);
                  if (found) throw runError(`${container}: ${formatFinding(found)}`);
                  return asReported(name, known);
              })
            : value,
    ]);
    const { memory, memorySwap: given } = args as docker.ContainerArgs;
    const memorySwap = pulumi.all([memory, given]).apply(([memory, swap]) => reportedMemorySwap(memory, swap));
    return { ...(Object.fromEntries(spelled) as A), memorySwap };
}

/**
 * Pulumi notes a stack trace for each property of each resource, against promises that nobody waits for. Here they
 * would all show this file, and take a quarter of the time that the program runs.
 */
function withoutStackTraces<R>(make: () => R): R {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
        return make();
    } finally {
        Error.stackTraceLimit = limit;
    }
}
