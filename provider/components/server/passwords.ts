/** The passwords of a server, and those with which replicas log in to it. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { passwordKeepers } from "../../model/passwordRotation";
import { checkUserPassword } from "../../model/arguments/users";
import { formatFinding } from "../../model/findings";
import { type PlannedLogin, type PlannedUser, type ServerPlan, userSuffix } from "../../model/plan";
import type { Login } from "../../model/render/urls";
import { runError } from "../runError";
import type { Children } from "./children";
import type { Specification } from "./specification";

export interface Passwords {
    /** Secret. */
    readonly password: pulumi.Output<string>;
    /** The random password; absent if the program sets one. */
    readonly generated?: random.RandomPassword;
    /** Passwords of the users in `users`, by name. Secret. */
    readonly users: UserPasswords;
    /** Logins of the servers that may follow, by the names in the plan. Secret. */
    readonly logins: ReadonlyMap<string, pulumi.Output<Login>>;
}

export type UserPasswords = ReadonlyMap<string, pulumi.Output<string>>;

/** Passwords that the program sets. */
export interface OwnPasswords {
    readonly password?: pulumi.Input<string>;
    /** The users in the program, in its order. */
    readonly users?: readonly { readonly name: string; readonly password?: pulumi.Input<string> }[];
    /** On a replica, the passwords of its database's users. */
    readonly sharedUsers?: UserPasswords;
}

export function createPasswords(
    children: Children,
    plan: ServerPlan,
    spec: Specification,
    own: OwnPasswords,
    madeAs: pulumi.Output<string>,
): Passwords {
    const args = {
        // Letters and digits only: nothing to encode in URLs, and nothing that a shell would interpret.
        length: 32,
        special: false,
        keepers: spec.with(madeAs, (known, name) => passwordKeepers(name, known, new Date())),
    };
    const generated = plan.randomPassword
        ? children.create("password", "password", random.RandomPassword, { ...args })
        : undefined;
    const password = generated ? generated.result : pulumi.secret(own.password ?? "");
    const loginOf = ({ user }: PlannedLogin) => {
        // Before 6.0 there are no users: replicas log in with the server's password.
        const of =
            user === ""
                ? password
                : children.create("replicationPassword", user, random.RandomPassword, { ...args }).result;
        return of.apply((known) => ({ user, password: known }));
    };
    const passwordOf = ({ name, randomPassword }: PlannedUser) => {
        if (randomPassword) {
            return children.create("userPassword", userSuffix(name), random.RandomPassword, { ...args }).result;
        }
        const index = own.users?.findIndex((user) => user.name === name) ?? -1;
        const given = own.users?.[index]?.password;
        return given === undefined ? own.sharedUsers?.get(name) : checkedPassword(plan.name, index, given);
    };
    return {
        password,
        users: new Map(
            plan.users.flatMap((user) => {
                const known = passwordOf(user);
                return known ? [[user.name, known] as const] : [];
            }),
        ),
        ...(generated && { generated }),
        logins: new Map(plan.logins.map((login) => [login.follower, loginOf(login)])),
    };
}

/** Checks a password here, since an Output may resolve to any value. */
function checkedPassword(server: string, index: number, given: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.secret(given).apply((known) => {
        const found = checkUserPassword(index, known);
        if (found) throw runError(`${server}: ${formatFinding(found)}`);
        return known;
    });
}
