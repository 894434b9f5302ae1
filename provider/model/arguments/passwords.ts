/** The password of the users `app` and `default`, and when it is replaced. */
import { finding, problem } from "../findings";
import { type Given, type Rule, argument } from "./definition";
import { count, days, numberBetween, text } from "./schemas";

export const passwordSchema = text("give text of at least one character and no line break", (value) =>
    /^[^\r\n\0\p{Surrogate}]+$/u.test(value),
);

export const passwordArguments = {
    password: argument(passwordSchema, {
        doc: "Password of the users `app` and `default`. Any characters but line breaks; URLs carry it percent-encoded.",
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
            "own, so the first password may be replaced sooner. Cannot be combined with `password`.",
        defaultDoc: "never",
        unit: "days",
        example: 90,
        changes: [{ row: "password" }],
    }),
    passwordGraceHours: argument(numberBetween("give a number of hours from 0 to 8760", 0, 8760), {
        doc:
            "Hours, 0 to 8760, for which a replaced password is still accepted. Then the agent removes it, without another " +
            "update; connections that used it stay.",
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
};

export const passwordRules: readonly Rule[] = [
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
