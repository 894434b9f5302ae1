/** Definitions of arguments are complete: documentation, default, example, row of the change table, error code. */
import { readFileSync } from "node:fs";
import { join, parse } from "node:path";
import { checkEach } from "../../../../provider/model/arguments/check";
import type { Definition, Kind } from "../../../../provider/model/arguments/definition";
import { argumentNames, definitionAt, definitions } from "../../../../provider/model/arguments/index";
import { changeRows } from "../../../../provider/model/changes/table";
import { allProblems } from "../../../../provider/model/problems";

const kinds = ["RedisDatabase", "RedisReplica"] as const;

/** An argument, or a member of one. */
interface Defined {
    readonly kind: Kind;
    readonly path: readonly string[];
    readonly definition: Definition;
    /** Arguments that only set this value. */
    readonly argsWith: (value: unknown) => Record<string, unknown>;
}

function visit(parent: Defined): Defined[] {
    const { kind, path, definition, argsWith } = parent;
    const { members = {}, element } = definition;
    const below = Object.entries(element?.members ?? members).flatMap(([name, member]) =>
        visit({
            kind,
            path: [...path, name],
            definition: member,
            argsWith: (value) => argsWith(element ? [{ [name]: value }] : { [name]: value }),
        }),
    );
    return [parent, ...below];
}

const all = kinds.flatMap((kind) =>
    Object.entries(definitions[kind]).flatMap(([name, definition]) =>
        visit({ kind, path: [name], definition, argsWith: (value) => ({ [name]: value }) }),
    ),
);
const named = all.map((defined) => [defined.kind, defined.path.join("."), defined] as const);

test("the list contains members of arguments and of members", () => {
    const paths = named.map(([kind, path]) => `${kind} ${path}`);
    expect(paths).toEqual(expect.arrayContaining(["RedisDatabase tls.ca.keyPem", "RedisDatabase savePoints.seconds"]));
    expect(paths).toEqual(
        expect.arrayContaining(["RedisReplica primary.host", "RedisReplica tls.clientAuth.caCertPem"]),
    );
});

describe.each(named)("%s %s", (_kind, path, { definition }) => {
    const { schema, schemaFor, doc, default: value, defaultDoc, example, required, secret, inProcess } = definition;
    const accepted = schemaFor?.({}) ?? schema;

    test("is documented in sentences", () => {
        expect(doc).toMatch(/^[A-Z][^\n]*[^\s.]\.$/);
        expect(definition.typeDoc ?? doc).toMatch(/\.$/);
    });

    test("is required or has a documented default", () => {
        // One of these is required, as their documentation states.
        const isLocation =
            /^(data|backup\.repositories|restoreFrom\.repository)\.(volume|hostPath|path|s3|sftp|rest)$/.test(path);
        if (required === true || inProcess === true || isLocation)
            expect([value, defaultDoc]).toEqual([undefined, undefined]);
        else expect(defaultDoc ?? value).toBeDefined();
    });

    test("accepts its own default and its own example", () => {
        for (const own of [value, example].filter((given) => given !== undefined)) {
            expect(accepted.safeParse(own)).toEqual({ success: true, data: own });
        }
        if (secret) expect(example).toBeUndefined();
    });

    test("has an example other than its default, or members that have one", () => {
        const { exampleCode, members = {} } = definition;
        const isRequired = Object.values(members).some((member) => member.required);
        expect(example ?? exampleCode ?? (isRequired || undefined)).toBeDefined();
        if (example !== undefined) expect(example).not.toEqual(value);
    });
});

test("every argument has a plain example, except secrets and values of other resources", () => {
    const missing = kinds.flatMap((kind) =>
        Object.entries(definitions[kind]).flatMap(([name, { example }]) =>
            example === undefined ? [`${kind} ${name}`] : [],
        ),
    );
    expect(missing.sort()).toEqual([
        "RedisDatabase password",
        "RedisDatabase transform",
        "RedisReplica password",
        "RedisReplica primary",
        "RedisReplica transform",
    ]);
});

test.each(kinds)(
    "every argument of %s is in the change table, by its own row, its object's or its members'",
    (kind) => {
        const own = all.filter((defined) => defined.kind === kind);
        const withRow = own.flatMap(({ path, definition }) => (definition.changes ? [path.join(".")] : []));
        const within = (one: string, other: string) => `${one}.`.startsWith(`${other}.`);
        const missing = own
            .map(({ path }) => path.join("."))
            .filter((path) => !withRow.some((other) => within(path, other) || within(other, path)));
        expect(missing).toEqual(["transform"]);
    },
);

test("every row of the change table has existing arguments", () => {
    for (const row of changeRows) {
        for (const { path } of row.arguments.filter((argument) => argument.path !== (row.own?.path ?? "release"))) {
            const found = kinds.map((kind) => definitionAt(kind, path.split(".")));
            expect([row.id, path, found.some(Boolean)]).toEqual([row.id, path, true]);
        }
    }
});

test("no component has two arguments of the same name", () => {
    for (const kind of kinds) expect(new Set(argumentNames(kind)).size).toBe(argumentNames(kind).length);
});

describe("codes", () => {
    const listed = allProblems().map(({ code }) => code);
    const codesIn = (text: string) => [...text.matchAll(/\[(redis-database\/[^\]]*)\]/g)].map(([, code = ""]) => code);
    const snapshot = (test: string) => {
        const { dir, base } = parse(join(__dirname, "../..", test));
        return readFileSync(join(dir, "__snapshots__", `${base}.snap`), "utf8");
    };

    test("are unique, in one form, with a meaning and a remedy", () => {
        expect(listed.filter((code, index) => listed.indexOf(code) !== index)).toEqual([]);
        for (const { code, meaning, remedy } of allProblems()) {
            expect(code).toMatch(/^redis-database\/[a-z0-9]+([-.][a-z0-9]+)*$/);
            expect([code, meaning]).toEqual([code, expect.stringMatching(/^[A-Z`].*\.$/)]);
            // Those of the agent are sentences; all others follow an arrow in a message.
            expect([code, remedy]).toEqual([code, expect.stringMatching(/^([a-z`].*[^.]|[A-Z].*\.)$/)]);
        }
    });

    test.each([
        ["model/arguments/check.test.ts", 70],
        ["model/changes/table.test.ts", 2],
        ["model/refusals.test.ts", 30],
    ])("in the messages of %s are listed", (name, least) => {
        const codes = new Set(codesIn(snapshot(name)));
        expect(codes.size).toBeGreaterThanOrEqual(least);
        expect([...codes].filter((code) => !listed.includes(code))).toEqual([]);
    });

    test("of single arguments are exactly those that invalid values cause", () => {
        const found = all.flatMap(({ kind, argsWith, path }) => {
            const { findings } = checkEach(argsWith(Symbol("wrong")), kind);
            return findings.filter((finding) => finding.path.replace("[0]", "") === path.join("."));
        });
        const expected = listed.filter((code) => code.startsWith("redis-database/invalid-"));
        expect([...new Set(found.map(({ code }) => code))].sort()).toEqual(expected.sort());
    });
});
