/**
 * A server's specification as an Output: values derived from it are unknown only if they depend on unknown arguments.
 */
import type * as pulumi from "@pulumi/pulumi";
import { asFarAsKnown } from "../../model/arguments/partial";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { withUnknowns } from "../unknowns";

export class Specification {
    /**
     * `resolved` waits for every argument and every check. In a preview, it contains `unresolved` for unknown values.
     */
    constructor(readonly resolved: pulumi.Output<DatabaseSpec>) {}

    get<K extends keyof DatabaseSpec>(name: K): pulumi.Output<DatabaseSpec[K]> {
        return this.apply((spec) => spec[name]);
    }

    /** `make` must be synchronous: reads of unresolved values are detected only while it runs. */
    apply<R>(make: (spec: DatabaseSpec) => R): pulumi.Output<R> {
        return this.resolved.apply<R>((spec) => withUnknowns(asFarAsKnown(spec, make)));
    }

    /** Like `apply`, together with another Output. */
    with<T, R>(other: pulumi.Output<T>, make: (spec: DatabaseSpec, other: T) => R): pulumi.Output<R> {
        return other.apply<R>((known) => this.apply((spec) => make(spec, known)));
    }
}
