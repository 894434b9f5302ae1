/** How a database makes its children: named after it, under it, and open to `transform`. */
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseTransforms, Transform } from "../args";

type ResourceClass<A, R> = new (name: string, args: A, opts: pulumi.CustomResourceOptions) => R;

/** What must be there before a child is asked for; it may be known later. */
export type After = pulumi.Input<pulumi.Resource | readonly pulumi.Resource[]> | undefined;

/** A child whose transform has had its say, and which nobody has asked Pulumi for yet. */
export interface PlannedChild<A> {
    readonly args: A;
    readonly create: <R>(type: ResourceClass<A, R>, further?: Partial<A>, ...after: readonly After[]) => R;
}

/** Plans one child called `DATABASE-suffix`. */
export type PlanChild = <K extends keyof DatabaseTransforms>(
    kind: K,
    suffix: string,
    args: TransformedArgs<K>,
    opts?: Omit<pulumi.CustomResourceOptions, "dependsOn">,
) => PlannedChild<TransformedArgs<K>>;

/** Makes one child called `DATABASE-suffix`, once its transform has had its say. */
export type MakeChild = <K extends keyof DatabaseTransforms, R>(
    kind: K,
    suffix: string,
    type: ResourceClass<TransformedArgs<K>, R>,
    args: TransformedArgs<K>,
    opts?: Omit<pulumi.CustomResourceOptions, "dependsOn">,
) => R;

type TransformedArgs<K extends keyof DatabaseTransforms> =
    NonNullable<DatabaseTransforms[K]> extends Transform<infer A> ? A : never;

/** `checked` holds the children back until all arguments are found right; nothing is made if they are not. */
export function childrenOf(
    parent: pulumi.Resource,
    database: string,
    checked: pulumi.Output<unknown>,
    transforms: DatabaseTransforms = {},
): { child: MakeChild; plan: PlanChild } {
    const plan: PlanChild = (kind, suffix, args, opts = {}) => {
        const name = `${database}-${suffix}`;
        const options: pulumi.CustomResourceOptions = { ...opts, parent };
        const transform = transforms[kind] as Transform<typeof args> | undefined;
        const planned = transform?.(args, options, name) ?? args;
        return {
            args: planned,
            create: (type, further = {}, ...after) => {
                const first = [...after, options.dependsOn].map((each) => pulumi.output(each ?? []));
                const dependsOn = pulumi
                    .all([pulumi.all(first), checked])
                    .apply(([resources]) => (resources as (pulumi.Resource | pulumi.Resource[])[]).flat());
                const all = Object.assign({}, planned, further);
                return withoutStackTraces(() => new type(name, all, { ...options, dependsOn }));
            },
        };
    };
    return { plan, child: (kind, suffix, type, args, opts) => plan(kind, suffix, args, opts).create(type) };
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
