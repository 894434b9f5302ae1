/** Every argument with values of every other type: the message names the type of the value, and a valid value. */
import type { Definition, Kind, PlainArguments } from "../../../../provider/model/arguments/definition";
import { definitions, holdsSecret } from "../../../../provider/model/arguments/index";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";

/** A value, and its description in the message. */
const values: readonly (readonly [value: unknown, called: RegExp])[] = [
    [12345, /^is (12345 \()?a number\)?/],
    [-1, /^is (-1 \()?a number\)?/],
    [0.5, /^is (0\.5 \()?a number\)?/],
    [NaN, /^is (NaN \()?not a number\)?/],
    ["256", /^is ("256" \(a string\)|"256"$|a string|not usable)/],
    ["true", /^is ("true" \(a string\)|"true"$|a string|not usable)/],
    ["", /^is empty$/],
    ["  ", /^is empty$/],
    [true, /^is true \(a boolean\)/],
    [null, /^is null$/],
    [[], /^is (\[\] \()?a list/],
    [["a", 1], /^is (\[.*\] \()?a list/],
    [{}, /^is (\{\} \()?an object/],
    [{ unexpected: 1 }, /^is (\{.*\} \()?an object/],
    [12n, /^is (12n \()?a bigint/],
    [() => 1, /^is a function/],
];

interface Argument {
    readonly kind: Kind;
    readonly path: string;
    readonly definition: Definition;
    readonly argsWith: (value: unknown) => PlainArguments;
}

function argumentsOf(kind: Kind): Argument[] {
    const visit = (path: string, definition: Definition, argsWith: Argument["argsWith"]): Argument[] => [
        { kind, path, definition, argsWith },
        ...Object.entries(definition.members ?? {}).flatMap(([name, member]) =>
            visit(`${path}.${name}`, member, (value) => argsWith({ [name]: value })),
        ),
        ...Object.entries(definition.element?.members ?? {}).flatMap(([name, member]) =>
            visit(`${path}[0].${name}`, member, (value) => argsWith([{ [name]: value }])),
        ),
    ];
    return Object.entries(definitions[kind])
        .filter(([, { inProcess }]) => !inProcess)
        .flatMap(([name, definition]) => visit(name, definition, (value) => ({ [name]: value })));
}

/** Both components share most arguments. */
const all = [
    ...argumentsOf("RedisDatabase"),
    ...argumentsOf("RedisReplica").filter(({ path }) => !(path.split(/[.[]/)[0] ?? "" in definitions.RedisDatabase)),
    ...argumentsOf("RedisReplica").filter(({ path }) => path.startsWith("primary")),
];

const findingAt = ({ kind, path, argsWith }: Argument, value: unknown) =>
    resolveArguments(argsWith(value), kind).findings.find(
        (found) => found.path === path || found.path.startsWith(`${path}[`) || found.path.startsWith(`${path}.`),
    );

test.each(all.map((each) => [`${each.kind} ${each.path}`, each] as const))("%s", (_name, argument) => {
    const { definition, path } = argument;
    const accepts = (value: unknown) => (definition.schemaFor?.({}) ?? definition.schema).safeParse(value).success;
    // The schema of `replicas` accepts everything; a rule validates it.
    const isChecked = path !== "replicas";
    let wrong = 0;
    for (const [value, called] of values) {
        if (isChecked ? accepts(value) : [].concat(value as never).length === 0) continue;
        const found = findingAt(argument, value);
        if (!found) {
            expect([value, isChecked]).toEqual([value, false]);
            continue;
        }
        wrong++;
        // The problem may be in a member or list entry, such as one that is missing.
        if (found.path === path && found.code.startsWith("redis-database/invalid-")) {
            expect([path, value, found.problem]).toEqual([path, value, expect.stringMatching(called)]);
        }
        expect([path, value, found.problem]).not.toEqual([path, value, expect.stringMatching(/undefined|\[object/)]);
        // For a list entry, a range without an example is enough.
        if (/\[\d+\]$/.test(found.path) && /from \d+ to \d+/.test(found.remedy)) continue;
        expect([path, value, found.remedy]).toEqual([
            path,
            value,
            expect.stringMatching(
                /such as|give one of|true or false|give it (in|without) quotes|leave it out|[{[]|did you|give (a version|"|at least one|either)/,
            ),
        ]);
        if (holdsSecret(definition) && typeof value === "string" && value.trim() !== "" && found.path === path) {
            expect(found.problem).not.toContain(value);
        }
    }
    expect(wrong).toBeGreaterThan(5);
});

const messages = (args: PlainArguments, kind: Kind = "RedisDatabase") =>
    resolveArguments(args, kind).findings.map(({ path, problem, remedy }) => `${path}: ${problem} → ${remedy}`);

test.each<[PlainArguments, string]>([
    [{ password: 12345 }, "password: is a number (its value is not shown) → give it in quotes, as a string"],
    [{ memoryMb: "256" }, 'memoryMb: is "256" (a string) → give it without quotes: 256'],
    [
        { memoryMb: "256mb" },
        'memoryMb: is "256mb" (a string) → give a whole number of MiB from 32 to 16777216, such as 1024',
    ],
    [{ plaintext: "false" }, 'plaintext: is "false" (a string) → give it without quotes: false'],
    [
        { host: 5 },
        'host: is 5 (a number) → give a DNS name such as "redis.example.com" or an IP address, without port or scheme',
    ],
    [
        { tls: false },
        "tls: is false (a boolean) → leave it out: TLS is always on; to close the plaintext port, set plaintext: false",
    ],
    [
        { users: [{ name: "orders", rules: "  " }] },
        'users[0].rules: is empty → give rules on one line, such as "~orders:* +@read +@connection"',
    ],
    [
        { password: "" },
        "password: is empty → give a string of at least one character without line breaks, such as 32 random letters and digits",
    ],
    [
        { config: { maxmemory: "100mb" }, memoryMb: 128 },
        'config["maxmemory"]: is managed by the component → set memoryMb: 292, which leaves 100 MiB for data; maxmemory is derived from it',
    ],
    [
        { config: { maxmemory: "1gb" }, flavor: "nordb" },
        'config["maxmemory"]: is managed by the component → set memoryMb: 1387, which leaves 1024 MiB for data; maxmemory is derived from it',
    ],
    [
        { config: { maxmemory: 1048576 } },
        'config["maxmemory"]: is managed by the component → leave it out: memoryMb 512 leaves 183 MiB for data',
    ],
    [
        { replicas: "2" },
        'replicas: is "2" (a string) → give a number from 0 to 16, such as 2, or a list such as [{ name: "reader" }]',
    ],
    [
        { replicas: null },
        'replicas: is null → give a number from 0 to 16, such as 2, or a list such as [{ name: "reader" }]',
    ],
])("%j", (args, message) => {
    expect(messages(args)).toEqual([message]);
});
