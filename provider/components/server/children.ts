/** Creates the child resources of a server: named after it, parented to its component, and changed by `transform`. */
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

/** Resources that must exist before a child is created. */
export type After = readonly pulumi.Resource[];

/** A child to which its transform has been applied, and which has not been created yet. */
export interface PlannedChild<A> {
    readonly name: string;
    readonly args: A;
    /** The options after the transform. They can be changed until `create` is called. */
    readonly options: pulumi.CustomResourceOptions;
    /** The child is created once `ready` resolves, and not at all if `ready` fails. */
    readonly create: <R>(
        type: ResourceClass<A, R>,
        further?: Partial<A>,
        after?: After,
        ready?: pulumi.Output<unknown>,
    ) => R;
}

interface ChildOptions extends Omit<pulumi.CustomResourceOptions, "dependsOn" | "parent"> {
    /** Arguments that keep the values from the child's creation, unless a transform sets them. */
    readonly kept?: readonly string[];
}

type TransformedArgs<K extends keyof DatabaseTransforms> =
    NonNullable<DatabaseTransforms[K]> extends Transform<infer A> ? A : never;

/** Creates the children of one server, named `SERVER-suffix`. */
export class Children {
    /** The children created so far. */
    readonly created: pulumi.Resource[] = [];
    /**
     * Whether Pulumi's option `protect` is set on the component or its parent. Applies to the children that hold data.
     */
    readonly protect: boolean;

    /**
     * The children are created once `checked` resolves, which is when all arguments are valid. Otherwise none is
     * created.
     */
    constructor(
        private readonly parent: pulumi.Resource,
        private readonly server: string,
        private readonly checked: pulumi.Output<unknown>,
        private readonly transforms: DatabaseTransforms = {},
    ) {
        this.protect = isProtected(parent);
    }

    /** Whether a transform may change the ports that a container publishes. */
    get isTransformed(): boolean {
        return Object.keys(this.transforms).some(isContainer);
    }

    /** Plans a child whose arguments are needed before it is created. */
    plan<K extends keyof DatabaseTransforms>(
        kind: K,
        suffix: string,
        args: TransformedArgs<K>,
        { kept = [], ...opts }: ChildOptions = {},
    ): PlannedChild<TransformedArgs<K>> {
        const name = `${this.server}-${suffix}`;
        // By default, Pulumi protects all children of a protected component, and an update that replaces one would
        // fail.
        const options: pulumi.CustomResourceOptions = { protect: false, ...opts, parent: this.parent };
        const transform = this.transforms[kind] as Transform<typeof args> | undefined;
        const own = asText(args, kept);
        const transformed = transform?.(args, options, name) ?? args;
        const given = asText(transformed, kept);
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
                this.created.push(child as pulumi.Resource);
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

/** The values of some arguments as text, to detect whether a transform has changed them in place. */
function asText(args: unknown, names: readonly string[]): string[] {
    return names.map((name) => inspect((args as Readonly<Record<string, unknown>>)[name]));
}

/** Whether Pulumi refuses to delete a resource. */
export function isProtected(resource: pulumi.Resource): boolean {
    // Not in Pulumi's public types.
    return (resource as { readonly __protect?: boolean }).__protect === true;
}

function isContainer(kind: string): boolean {
    return ["server", "agent", "restore", "terminator", "tunnel", "backup", "restic", "notifier"].includes(kind);
}

/** A container's arguments as Docker will report them. Throws for values that Docker never reports back as given. */
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
 * Pulumi records a stack trace for each property of each resource, to debug leaked promises. Here every trace would
 * show this file, and recording them would take a quarter of the program's run time.
 */
function withoutStackTraces<R>(create: () => R): R {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
        return create();
    } finally {
        Error.stackTraceLimit = limit;
    }
}
