/** The password of the users `app` and `default`, and when it is replaced. */
import { type Wanted, nameOf, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding, problem } from "../findings";
import { type Given, type Rule, argument } from "./definition";
import { count, days, numberBetween, secretText } from "./schemas";

export const passwordArguments = {
    password: argument(secretText, {
        doc:
            "Password of the users `app` and `default`, before 6.0 of everybody. Any characters but line breaks and zero bytes; URLs carry it " +
            "percent-encoded. At most 16384 bytes in UTF-8, before 6.0 at most 512.",
        defaultDoc: "32 random letters and digits",
        secret: true,
        changes: [{ row: "password" }],
    }),
    passwordVersion: argument(count(), {
        doc: "Increase it to generate a new password. Cannot be combined with `password`.",
        default: 1,
        example: 2,
        changes: [{ row: "password" }],
    }),
    rotatePasswordEvery: argument(days(1, 3650), {
        doc:
            "Days, 1 to 3650, after which an update generates a new password. Each database counts them from a date of its " +
            "own, so the first password may be replaced sooner. Setting, changing or removing it generates one at once. Cannot be " +
            "combined with `password`.",
        defaultDoc: "never",
        unit: "days",
        example: 90,
        changes: [{ row: "password", unset: "never" }],
    }),
    passwordGraceHours: argument(numberBetween("give a number of hours from 0 to 8760", 0, 8760), {
        doc:
            "Hours, 0 to 8760, for which a replaced password is still accepted. Then the agent removes it, without another " +
            "update; connections that used it stay. Before 6.0 it has no effect: a replaced password stops working at once.",
        default: 24,
        unit: "hours",
        example: 1,
        changes: [{ row: "grace" }],
    }),
};

export const passwordProblems = {
    rotationOfOwnPassword: problem(
        "rotation-of-own-password",
        "`passwordVersion` or `rotatePasswordEvery` is given together with `password`, which they cannot rotate.",
        "leave one of them out; to rotate a password of your own, change it",
    ),
    tooLong: problem(
        "password-too-long",
        "The password is longer than the version takes: 512 bytes in UTF-8 before 6.0, 16384 from there on.",
        "give a shorter password",
    ),
};

/** Measured: before 6.0 `requirepass` takes no more, since then a client that has not logged in may send no more. */
export function checkLength(path: string, password: string | undefined, wanted: Wanted | undefined): Finding[] {
    if (password === undefined || wanted === undefined) return [];
    const most = versions[releaseOf(wanted)].acl ? 16384 : 512;
    const bytes = Buffer.byteLength(password);
    if (bytes <= most) return [];
    const text = `is ${bytes} bytes long (its value is not shown), and ${nameOf(releaseOf(wanted))} takes at most ${most}`;
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
                          "is given beside password, which it cannot rotate",
                      ),
                  ),
];
