/** The password of a database. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { passwordKeepers } from "../../model/rotation";
import type { ServerArgs } from "../validation";
import type { MakeChild } from "./children";

export interface Credentials {
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** The random one; absent where the program gives a password. */
    readonly generated?: random.RandomPassword;
}

export function createCredentials(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    { password }: ServerArgs,
): Credentials {
    if (password !== undefined) return { password: pulumi.secret(password) };
    const generated = child("password", "password", random.RandomPassword, randomPassword(database, spec));
    return { password: generated.result, generated };
}

/** One that is replaced whenever the program rotates the database's. */
export function randomPassword(database: string, spec: pulumi.Output<DatabaseSpec>): random.RandomPasswordArgs {
    return {
        // Letters and digits only: nothing to encode in URLs, nothing that a shell would read.
        length: 32,
        special: false,
        keepers: spec.apply(({ rotation }) => passwordKeepers(database, rotation, new Date())),
    };
}
