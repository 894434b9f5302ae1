/** The password of a database. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { RedisDatabaseArgs } from "./args";
import type { MakeChild } from "./children";

export interface Credentials {
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** The random one; absent where the program gives a password. */
    readonly generated?: random.RandomPassword;
}

export function createCredentials(child: MakeChild, { password }: RedisDatabaseArgs): Credentials {
    if (password !== undefined) return { password: pulumi.secret(password) };
    // Letters and digits only: nothing to encode in URLs, nothing that a shell would read.
    const generated = child("password", "password", random.RandomPassword, { length: 32, special: false });
    return { password: generated.result, generated };
}
