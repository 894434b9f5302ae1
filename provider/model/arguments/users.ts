/** Users in addition to `app`, each with its own rights. */
import { z } from "zod";
import { type Release, type Wanted, nameOf, releaseOf, versions } from "../catalog/versions";
import { listed } from "../changes/words";
import { type Finding, finding, problem, show, wrongValue } from "../findings";
import { isReservedUser } from "../render/acl";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { checkLength } from "./passwords";
import { object, secretText, text } from "./schemas";

/** What the change table's rows about users read. */
export interface WithUsers {
    readonly spec: { readonly users: readonly { readonly name: string; readonly rules: string }[] };
    readonly args: PlainArguments;
}

const rulesOf = ({ spec }: WithUsers) => new Map(spec.users.map(({ name, rules }) => [name, rules]));

/** Passwords that the program sets. Changes of generated passwords belong to the row about passwords. */
const passwordsOf = ({ args }: WithUsers) =>
    new Map(entriesOf(args.users).map(({ name, password }) => [name, password]));

const common = (before: WithUsers, after: WithUsers) =>
    [...rulesOf(after).keys()].filter((name) => rulesOf(before).has(name));

/** Names of users that a change adds or removes, or whose rules or password it changes. */
export const usersAdded = (before: WithUsers, after: WithUsers) =>
    [...rulesOf(after).keys()].filter((name) => !rulesOf(before).has(name));
export const usersRemoved = (before: WithUsers, after: WithUsers) => usersAdded(after, before);
export const usersWithOtherRules = (before: WithUsers, after: WithUsers) =>
    common(before, after).filter((name) => rulesOf(before).get(name) !== rulesOf(after).get(name));
export const usersWithOtherPassword = (before: WithUsers, after: WithUsers) =>
    common(before, after).filter((name) => passwordsOf(before).get(name) !== passwordsOf(after).get(name));

/** An entry in a row about users. `of` returns the names of the users that a change affects. */
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
    'give an object such as { name: "orders", rules: "~orders:* +@read +@connection" }',
    {
        name: argument(
            text('give up to 64 letters, digits, `_`, `.` and `-`, starting with a letter, such as "orders"', (value) =>
                /^[A-Za-z][\w.-]{0,63}$/.test(value),
            ),
            {
                doc: "Name of the user: up to 64 letters, digits, `_`, `.` and `-`, starting with a letter.",
                example: "orders",
                required: true,
                decides: true,
            },
        ),
        rules: argument(
            text('give rules on one line, such as "~orders:* +@read +@connection"', (value) =>
                /^[^\p{Cc}\p{Surrogate}]*[^ \p{Cc}\p{Surrogate}][^\p{Cc}\p{Surrogate}]*$/u.test(value),
            ).overwrite((value) => value.trim().replace(/ +/g, " ")),
            {
                doc:
                    "Rules of Redis's ACL, which apply from left to right. A user starts without access to keys, channels " +
                    "and commands. Redis 6.0 does not restrict channels.",
                required: true,
                // A password, although it has its own argument.
                mayHoldSecret: true,
                example: "~orders:* +@read +@write +@connection -@dangerous",
            },
        ),
        password: argument(secretText, {
            doc: "The user's password. `passwordVersion` and `rotatePasswordEvery` do not change it.",
            defaultDoc: "32 random letters and digits, which `passwordVersion` and `rotatePasswordEvery` change",
            exampleCode: 'config.requireSecret("ordersPassword")',
            secret: true,
        }),
    },
    { doc: "", type: "UserArgs", typeDoc: "A user of the database with its own rights." },
);

export const userArguments = {
    users: argument(
        z.array(user.schema, {
            error: 'give a list such as [{ name: "orders", rules: "~orders:* +@read +@connection" }]',
        }),
        {
            doc:
                "Users with fewer rights than `app`. Each has a password, and URLs in the output `users`. Replicas have the " +
                "same users and passwords, unless they set `users`. A user that is removed from the list is deleted from the " +
                "server, and its connections are closed; users that you created with ACL SETUSER stay. Needs version 6.0 or " +
                'later. See the guide "Users and rights".',
            default: [],
            defaultDoc: "none",
            example: [{ name: "orders", rules: "~orders:* +@read +@connection" }],
            decides: true,
            type: "UserArgs[]",
            element: user,
            changes: [
                userRow(
                    "userAdded",
                    "`users`: a user added",
                    (all) => [...rulesOf(all).keys()].sort(),
                    usersAdded,
                    "new",
                ),
                userRow("userRules", "`users`: `rules` changed", rulesOf, usersWithOtherRules, "rules changed"),
                userRow(
                    "userPassword",
                    "`users`: `password` changed",
                    passwordsOf,
                    usersWithOtherPassword,
                    "password changed",
                ),
                userRow(
                    "userRemoved",
                    "`users`: a user removed",
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
        "`users` is set, but versions before 6.0 have no users, only one password.",
        "give version 6.0 or later, or leave users out",
    ),
    nameReserved: problem(
        "user-name-reserved",
        "The name in `users` is reserved for a user that the component creates.",
        "give another name",
    ),
    nameTwice: problem("user-name-twice", "Two of `users` have the same name.", "give another name"),
    rulesLogin: problem(
        "user-rules-log-in",
        "`rules` of one of `users` contain a rule about logging in, such as a password.",
        "leave the rule out; set `password`, or omit `password` for a random one",
    ),
    rulesTooNew: problem(
        "user-rules-too-new",
        "`rules` of one of `users` contain a rule that the version does not support.",
        "leave the rule out, or give the version that the message names",
    ),
};

/** The entries that have a name, even if other parts of the list are invalid. */
export function entriesOf(users: unknown): { name: string; password: unknown }[] {
    if (!Array.isArray(users)) return [];
    return users.flatMap((entry: unknown) => {
        const { name, password } = (entry ?? {}) as PlainArguments;
        return typeof name === "string" ? [{ name, password }] : [];
    });
}

/** Validates the password of the entry at this index once its Output is known. */
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

/** ACL rules that change whether and how a user logs in. */
const loginWords = ["on", "off", "nopass", "resetpass", "reset"];

/** Patterns of rules that not every version with users supports. */
const newRules: readonly (readonly [pattern: RegExp, since: string, supported: (release: Release) => boolean])[] = [
    [/^(&|(all|reset)channels$)/i, "6.2", (release) => versions[release].channelPermissions],
    [/^(%|\(|clearselectors$)/i, "7.0", (release) => versions[release].selectors],
];

/** The remedy for rules about logging in. */
function loginRemedy(words: readonly string[]): string {
    const has = (rule: string) => words.some((word) => word.toLowerCase() === rule);
    return [
        "leave the rule out",
        ...(has("off") ? ["to keep the user from logging in, remove it from users"] : []),
        ...(has("reset") ? ["rules always start without any access"] : []),
        ...(words.some((word) => /^[<>#!(]*([<>#!]|nopass$|resetpass$)/i.test(word))
            ? ["set `password`, or omit `password` for a random one"]
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
    const tooNew = newRules.flatMap(([pattern, since, supported]) => {
        const word = supported(release) ? undefined : words.find((each) => pattern.test(each));
        if (word === undefined) return [];
        const remedy = `leave it out, or give version ${since} or later`;
        return [
            finding(
                userProblems.rulesTooNew,
                path,
                `has ${show(word)}, which ${nameOf(release)} does not support`,
                remedy,
            ),
        ];
    });
    return [...findings, ...tooNew];
}

/** Checks each entry, even if other entries are invalid. */
function checkUsers({ args: { users }, wanted }: Given): Finding[] {
    if (!Array.isArray(users) || users.length === 0) return [];
    if (wanted && !versions[releaseOf(wanted)].acl) {
        return [finding(userProblems.usersUnknown, "users", `is set, but ${nameOf(releaseOf(wanted))} has no users`)];
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
            ? [finding(userProblems.nameReserved, path, `is "${name}", which the component reserves for its own user`)]
            : []),
        ...(first < index
            ? [finding(userProblems.nameTwice, path, `is "${name}", the same as users[${first}].name`)]
            : []),
    ];
}

export const userRules: readonly Rule[] = [checkUsers];
