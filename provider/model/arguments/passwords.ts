/** The password of the users `app` and `default`, and its rotation. */
import { type Wanted, nameOf, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding, problem } from "../findings";
import { type Given, type Rule, argument } from "./definition";
import { count, days, numberBetween, secretText } from "./schemas";

export const passwordArguments = {
    password: argument(secretText, {
        doc:
            "Password of the users `app` and `default`; before 6.0, the only password. It may contain any characters except " +
            "line breaks and zero bytes; URLs contain it percent-encoded. At most 16384 bytes in UTF-8, before 6.0 at most " +
            '512. See the guide "Passwords".',
        defaultDoc: "32 random letters and digits",
        exampleCode: 'config.requireSecret("redisPassword")',
        secret: true,
        changes: [{ row: "password" }],
    }),
    passwordVersion: argument(count(), {
        doc:
            "Increase it to generate new passwords: for `app` and `default`, and for each of the `users` without a `password`. " +
            "Cannot be combined with `password`.",
        default: 1,
        example: 2,
        changes: [{ row: "password" }],
    }),
    rotatePasswordEvery: argument(days(1, 3650), {
        doc:
            "Days, 1 to 3650, after which an update generates a new password. The days on which passwords change differ " +
            "between databases, so the first password may be replaced sooner. Setting, changing or removing this argument " +
            "generates a new password at once. Cannot be combined with `password`.",
        defaultDoc: "never",
        unit: "days",
        example: 90,
        changes: [{ row: "password", unset: "never" }],
    }),
    passwordGraceHours: argument(numberBetween("give a number of hours from 0 to 8760", 0, 8760), {
        doc:
            "Hours, 0 to 8760 (fractions are allowed), for which a replaced password is still accepted, counted from the " +
            "update that replaces it. The agent then removes it, without an " +
            "update, and existing connections stay open. Before 6.0 it has no effect: a replaced password stops working at once.",
        default: 24,
        unit: "hours",
        example: 1,
        changes: [{ row: "grace" }],
    }),
};

export const passwordProblems = {
    rotationOfOwnPassword: problem(
        "rotation-of-own-password",
        "`passwordVersion` or `rotatePasswordEvery` is set together with `password`, which they cannot rotate.",
        "leave one of them out; to rotate your own password, change `password`",
    ),
    tooLong: problem(
        "password-too-long",
        "The password is longer than the version accepts: 16384 bytes in UTF-8, or 512 before 6.0.",
        "give a shorter password",
    ),
};

/** Measured limits: before 6.0 that of `requirepass`, later that of a command before the client has authenticated. */
export function checkLength(path: string, password: string | undefined, wanted: Wanted | undefined): Finding[] {
    if (password === undefined || wanted === undefined) return [];
    const maxBytes = versions[releaseOf(wanted)].acl ? 16384 : 512;
    const bytes = Buffer.byteLength(password);
    if (bytes <= maxBytes) return [];
    const text = `is ${bytes} bytes long (its value is not shown), but ${nameOf(releaseOf(wanted))} accepts at most ${maxBytes}`;
    return [finding(passwordProblems.tooLong, path, text)];
}

export const passwordRules: readonly Rule[] = [
    ({ values, wanted }: Given<{ password?: string }>) => checkLength("password", values.password, wanted),
    ({ args }: Given) =>
        args.password === undefined
            ? []
            : ["passwordVersion", "rotatePasswordEvery"]
                  .filter((name) => args[name] !== undefined)
                  .map((name) =>
                      finding(
                          passwordProblems.rotationOfOwnPassword,
                          name,
                          "is set together with password, which it cannot rotate",
                      ),
                  ),
];
