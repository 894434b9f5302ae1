/** How a database makes its children: named after it, under it, and open to `transform`. */
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseTransforms, Transform } from "./args";

type ResourceClass<A, R> = new (name: string, args: A, opts: pulumi.CustomResourceOptions) => R;

/** Makes one child called `DATABASE-suffix`, once its transform has had its say. */
export type MakeChild = <K extends keyof DatabaseTransforms, R>(
    kind: K,
    suffix: string,
    type: ResourceClass<TransformedArgs<K>, R>,
    args: TransformedArgs<K>,
    opts?: pulumi.CustomResourceOptions,
) => R;

type TransformedArgs<K extends keyof DatabaseTransforms> =
    NonNullable<DatabaseTransforms[K]> extends Transform<infer A> ? A : never;

/** `checked` holds the children back until all arguments are found right; nothing is made if they are not. */
export function childrenOf(
    parent: pulumi.Resource,
    database: string,
    checked: pulumi.Output<unknown>,
    transforms: DatabaseTransforms = {},
): MakeChild {
    return (kind, suffix, type, args, opts = {}) => {
        const name = `${database}-${suffix}`;
        const dependsOn = checked.apply((): pulumi.CustomResourceOptions["dependsOn"] => opts.dependsOn ?? []);
        const options = { ...opts, parent, dependsOn } as pulumi.CustomResourceOptions;
        const transform = transforms[kind] as Transform<typeof args> | undefined;
        return new type(name, transform?.(args, options, name) ?? args, options);
    };
}
