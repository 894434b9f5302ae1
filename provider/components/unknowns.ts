/** Outputs that are unknown, or partly unknown, in a preview. */
import * as pulumi from "@pulumi/pulumi";
import { unresolved } from "../model/arguments/definition";

/** Like `output.apply`, but also called for unknown values: `unresolved` replaces each unknown part. */
export function asKnown<T, R>(
    output: pulumi.Output<T>,
    make: (value: pulumi.Unwrap<T>) => R,
): pulumi.Output<pulumi.Unwrap<R>> {
    // Not in Pulumi's public types.
    const runnable = output as unknown as {
        apply(make: (value: unknown) => R, runWithUnknowns: true): pulumi.Output<pulumi.Unwrap<R>>;
    };
    return runnable.apply((value) => make(withUnresolved(value) as pulumi.Unwrap<T>), true);
}

/** The output, or `otherwise` if it is unknown. */
export function knownOr<T>(output: pulumi.Output<T>, otherwise: T): pulumi.Output<T> {
    return asKnown(output, (value) => ((value as unknown) === unresolved ? otherwise : value)) as pulumi.Output<T>;
}

function withUnresolved(value: unknown): unknown {
    return pulumi.isUnknown(value) ? unresolved : mapMembers(value, withUnresolved);
}

/** The reverse of `withUnresolved`, for the arguments of resources. */
export function withUnknowns<T>(value: T): T {
    return (value === unresolved ? pulumi.unknown : mapMembers(value, withUnknowns)) as T;
}

function mapMembers(value: unknown, map: (member: unknown) => unknown): unknown {
    if (Array.isArray(value)) return value.map(map);
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member)]));
}

/** The value of an Output. Never resolves while it is unknown. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}
