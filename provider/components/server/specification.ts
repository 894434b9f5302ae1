/** A server's specification as resources use it: what they take from it is unknown only where it follows from what is. */
import type * as pulumi from "@pulumi/pulumi";
import { asFarAsKnown } from "../../model/arguments/partial";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { withUnknowns } from "../unknowns";

export class Specification {
    /** `whole` waits for every argument and every check; in a preview, `unresolved` stands in it for what is not known. */
    constructor(readonly whole: pulumi.Output<DatabaseSpec>) {}

    get<K extends keyof DatabaseSpec>(name: K): pulumi.Output<DatabaseSpec[K]> {
        return this.apply((spec) => spec[name]);
    }

    /** `make` must not wait: what it reads later is not noticed. */
    apply<R>(make: (spec: DatabaseSpec) => R): pulumi.Output<R> {
        return this.whole.apply<R>((spec) => withUnknowns(asFarAsKnown(spec, make)));
    }

    /** The same together with another Output. */
    with<T, R>(other: pulumi.Output<T>, make: (spec: DatabaseSpec, other: T) => R): pulumi.Output<R> {
        return other.apply<R>((known) => this.apply((spec) => make(spec, known)));
    }
}
