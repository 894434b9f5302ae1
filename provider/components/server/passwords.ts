/** The password of a server, and those by which replicas follow it. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { passwordKeepers } from "../../model/passwordRotation";
import type { PlannedLogin, ServerPlan } from "../../model/plan";
import type { Login } from "../../model/render/urls";
import type { Children } from "./children";

export interface Passwords {
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** The random one; absent where the program gives a password. */
    readonly generated?: random.RandomPassword;
    /** How those that may follow log in, by the names in the plan. Secret. */
    readonly logins: ReadonlyMap<string, pulumi.Output<Login>>;
}

/** `own` is the password that the program gives. */
export function createPasswords(
    children: Children,
    plan: ServerPlan,
    spec: pulumi.Output<DatabaseSpec>,
    own: pulumi.Input<string> | undefined,
): Passwords {
    const args = {
        // Letters and digits only: nothing to encode in URLs, nothing that a shell would read.
        length: 32,
        special: false,
        keepers: spec.apply((known) => passwordKeepers(plan.name, known, new Date())),
    };
    const generated = plan.randomPassword
        ? children.create("password", "password", random.RandomPassword, { ...args })
        : undefined;
    const password = generated ? generated.result : pulumi.secret(own ?? "");
    const loginOf = ({ user }: PlannedLogin) => {
        // Before 6.0 there are no users, and the server's password is for all.
        const of =
            user === ""
                ? password
                : children.create("replicationPassword", user, random.RandomPassword, { ...args }).result;
        return of.apply((known) => ({ user, password: known }));
    };
    return {
        password,
        ...(generated && { generated }),
        logins: new Map(plan.logins.map((login) => [login.follower, loginOf(login)])),
    };
}
