/** Users besides `app`, each with rights of its own. */
import { z } from "zod";
import { type Release, type Wanted, nameOf, releaseOf, versions } from "../catalog/versions";
import { listed } from "../changes/words";
import { type Finding, finding, problem, show, wrongValue } from "../findings";
import { isReservedUser } from "../render/acl";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { checkLength } from "./passwords";
import { object, secretText, text } from "./schemas";

/** What the rows about users look at. */
export interface WithUsers {
    readonly spec: { readonly users: readonly { readonly name: string; readonly rules: string }[] };
    readonly args: PlainArguments;
}

const rulesOf = ({ spec }: WithUsers) => new Map(spec.users.map(({ name, rules }) => [name, rules]));

/** Those that the program gives: one that is generated is the password row's. */
const passwordsOf = ({ args }: WithUsers) =>
    new Map(entriesOf(args.users).map(({ name, password }) => [name, password]));

const common = (before: WithUsers, after: WithUsers) =>
    [...rulesOf(after).keys()].filter((name) => rulesOf(before).has(name));

/** Names of users that a change adds, removes, or gives other rules or another password. */
export const usersAdded = (before: WithUsers, after: WithUsers) =>
    [...rulesOf(after).keys()].filter((name) => !rulesOf(before).has(name));
export const usersRemoved = (before: WithUsers, after: WithUsers) => usersAdded(after, before);
export const usersWithOtherRules = (before: WithUsers, after: WithUsers) =>
    common(before, after).filter((name) => rulesOf(before).get(name) !== rulesOf(after).get(name));
export const usersWithOtherPassword = (before: WithUsers, after: WithUsers) =>
    common(before, after).filter((name) => passwordsOf(before).get(name) !== passwordsOf(after).get(name));

/** An entry of the row about these users. */
const userRow = <R extends string>(
    row: R,
    label: string,
    value: (database: WithUsers) => unknown,
    of: (before: WithUsers, after: WithUsers) => string[],
    what: string,
) => ({
    row,
    label,
    value,
    words: (before: WithUsers, after: WithUsers) => {
        const names = of(before, after);
        return [`${names.length === 1 ? "user" : "users"} ${listed(names)} (${what})`];
    },
});

const user = object(
    'give an object such as { name: "orders", rules: "~orders:* +@read" }',
    {
        name: argument(
            text('give up to 64 letters, digits, `_`, `.` and `-`, a letter first, such as "orders"', (value) =>
                /^[A-Za-z][\w.-]{0,63}$/.test(value),
            ),
            {
                doc: "Its name: up to 64 letters, digits, `_`, `.` and `-`, a letter first.",
                required: true,
                decides: true,
            },
        ),
        rules: argument(
            text('give rules in one line, such as "~orders:* +@read"', (value) =>
                /^[^\p{Cc}\p{Surrogate}]*[^ \p{Cc}\p{Surrogate}][^\p{Cc}\p{Surrogate}]*$/u.test(value),
            ).overwrite((value) => value.trim().replace(/ +/g, " ")),
            {
                doc:
                    "What it may do, in the words of Redis's ACL, from left to right. It starts with nothing: no keys, no " +
                    "channels (except in 6.0, which does not restrict channels), no commands.",
                required: true,
                // A password, which has an argument of its own.
                mayHoldSecret: true,
                example: "~orders:* +@read +@write -@dangerous",
            },
        ),
        password: argument(secretText, {
            doc: "Its password. `passwordVersion` and `rotatePasswordEvery` do not change it.",
            defaultDoc: "32 random letters and digits, which `passwordVersion` and `rotatePasswordEvery` change",
            secret: true,
        }),
    },
    { doc: "", type: "UserArgs", typeDoc: "A user of the database, with rights of its own." },
);

export const userArguments = {
    users: argument(
        z.array(user.schema, { error: 'give a list such as [{ name: "orders", rules: "~orders:* +@read" }]' }),
        {
            doc:
                "Users with fewer rights than `app`, from version 6.0 on. Each gets a password, and URLs in the output `users`. " +
                "Replicas have them, too, with the same passwords, unless they have `users` of their own. A user that is no longer listed is deleted from the " +
                'server, and its connections close; users that you made with ACL SETUSER stay. See "Users" in the README.',
            default: [],
            defaultDoc: "none",
            example: [{ name: "orders", rules: "~orders:* +@read" }],
            decides: true,
            type: "UserArgs[]",
            element: user,
            changes: [
                userRow("userAdded", "`users`: one more", (all) => [...rulesOf(all).keys()].sort(), usersAdded, "new"),
                userRow("userRules", "`users`: other `rules`", rulesOf, usersWithOtherRules, "rules changed"),
                userRow(
                    "userPassword",
                    "`users`: another `password`",
                    passwordsOf,
                    usersWithOtherPassword,
                    "password changed",
                ),
                userRow(
                    "userRemoved",
                    "`users`: one less",
                    (all) => [...rulesOf(all).keys()].sort(),
                    usersRemoved,
                    "removed",
                ),
            ],
        },
    ),
};

export const userProblems = {
    usersUnknown: problem(
        "users-before-6.0",
        "`users` is given, but the version, before 6.0, has one password and no users.",
        "give version 6.0 or later, or leave users out",
    ),
    nameReserved: problem(
        "user-name-reserved",
        "The name in `users` is that of a user of the component's own.",
        "give another name",
    ),
    nameTwice: problem("user-name-twice", "Two of `users` have the same name.", "give another name"),
    rulesLogin: problem(
        "user-rules-log-in",
        "`rules` of one of `users` say how it logs in, which is not theirs to say.",
        "leave that out; give the password in `password`, or leave it out for a random one",
    ),
    rulesTooNew: problem(
        "user-rules-too-new",
        "`rules` of one of `users` have a rule that came with a later version.",
        "leave the rule out, or give the version that the message names",
    ),
};

/** The entries of a list that have a name, whatever else is wrong with it. */
export function entriesOf(users: unknown): { name: string; password: unknown }[] {
    if (!Array.isArray(users)) return [];
    return users.flatMap((entry: unknown) => {
        const { name, password } = (entry ?? {}) as PlainArguments;
        return typeof name === "string" ? [{ name, password }] : [];
    });
}

/** What is wrong with a password that an Output brought, for the entry at this place. */
export function checkUserPassword(index: number, password: unknown): Finding | undefined {
    const { error } = secretText.safeParse(password);
    const remedy = error?.issues[0]?.message ?? "";
    const text = wrongValue(password, { isSecret: true, isWrongType: typeof password !== "string" });
    return (
        error && {
            code: "redis-database/invalid-users-password",
            path: `users[${index}].password`,
            problem: text,
            remedy,
        }
    );
}

/** How a user logs in, and whether: passwords, their hashes, and what takes them away. */
const loginWords = ["on", "off", "nopass", "resetpass", "reset"];

/** What a rule begins with that not every version with users knows. */
const newRules: readonly (readonly [pattern: RegExp, since: string, knows: (release: Release) => boolean])[] = [
    [/^(&|(all|reset)channels$)/i, "6.2", (release) => versions[release].channelPermissions],
    [/^(%|\(|clearselectors$)/i, "7.0", (release) => versions[release].selectors],
];

/** What somebody wants who writes such a rule. */
function loginRemedy(words: readonly string[]): string {
    const has = (rule: string) => words.some((word) => word.toLowerCase() === rule);
    return [
        "leave that out",
        ...(has("off") ? ["to keep the user from logging in, remove it from users"] : []),
        ...(has("reset") ? ["rules start from nothing anyway, whatever they were before"] : []),
        ...(words.some((word) => /^[<>#!(]*([<>#!]|nopass$|resetpass$)/i.test(word))
            ? ["give the password in `password`, or leave it out for a random one"]
            : []),
    ].join("; ");
}

function checkRules(path: string, rules: string, wanted: Wanted | undefined): Finding[] {
    const words = rules.split(" ");
    const login = words
        .map((word) => word.replace(/^\(+|\)+$/g, ""))
        .flatMap((word) =>
            loginWords.includes(word.toLowerCase())
                ? [`"${word}"`]
                : /^[<>#!]/.test(word)
                  ? [`"${word.slice(0, 1)}…"`]
                  : [],
        );
    const findings =
        login.length > 0
            ? [finding(userProblems.rulesLogin, path, `has ${[...new Set(login)].join(" and ")}`, loginRemedy(words))]
            : [];
    if (!wanted) return findings;
    const release = releaseOf(wanted);
    const tooNew = newRules.flatMap(([pattern, since, knows]) => {
        const word = knows(release) ? undefined : words.find((each) => pattern.test(each));
        if (word === undefined) return [];
        const remedy = `leave it out, or give version ${since} or later`;
        return [
            finding(
                userProblems.rulesTooNew,
                path,
                `has ${show(word)}, which ${nameOf(release)} does not know`,
                remedy,
            ),
        ];
    });
    return [...findings, ...tooNew];
}

/** Looks at each entry, also where others are wrong. */
function checkUsers({ args: { users }, wanted }: Given): Finding[] {
    if (!Array.isArray(users) || users.length === 0) return [];
    if (wanted && !versions[releaseOf(wanted)].acl) {
        return [
            finding(userProblems.usersUnknown, "users", `is given, but ${nameOf(releaseOf(wanted))} knows no users`),
        ];
    }
    const entries = users.map((entry: unknown) => (entry ?? {}) as PlainArguments);
    return entries.flatMap(({ name, rules, password }, index) => {
        const path = `users[${index}]`;
        const found = typeof name === "string" ? checkName(`${path}.name`, name, index, entries) : [];
        return [
            ...found,
            ...(typeof rules === "string" ? checkRules(`${path}.rules`, rules, wanted) : []),
            ...(typeof password === "string" ? checkLength(`${path}.password`, password, wanted) : []),
        ];
    });
}

function checkName(path: string, name: string, index: number, entries: readonly PlainArguments[]): Finding[] {
    const first = entries.findIndex((other) => other.name === name);
    return [
        ...(isReservedUser(name)
            ? [finding(userProblems.nameReserved, path, `is "${name}", a user of the component's own`)]
            : []),
        ...(first < index
            ? [finding(userProblems.nameTwice, path, `is "${name}", as that of users[${first}] is`)]
            : []),
    ];
}

export const userRules: readonly Rule[] = [checkUsers];
