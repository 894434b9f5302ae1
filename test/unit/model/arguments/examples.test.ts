/** The examples in docs/arguments.md: each argument and member has one, which its schema and all rules accept. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Definition, Kind, PlainArguments } from "../../../../provider/model/arguments/definition";
import { definitionAt, definitions } from "../../../../provider/model/arguments/index";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { present } from "../../../support/present";
import { OpenSsl } from "../../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});

const ca = openssl.make({ commonName: "CA", ca: true });
const server = openssl.make({ commonName: "localhost", san: "DNS:localhost", issuer: ca });

/** The files and secrets that the examples read. */
const files: Readonly<Record<string, string>> = {
    "ca.pem": ca.certPem,
    "storage-ca.pem": ca.certPem,
    "clients-ca.pem": ca.certPem,
    "server.pem": server.certPem,
};
const secrets: Readonly<Record<string, string>> = {
    caKeyPem: ca.keyPem,
    serverKeyPem: server.keyPem,
    redisPassword: "a password",
    ordersPassword: "a password",
    archivePassword: "a password",
    backupPassword: "a password",
    secretAccessKey: "a secret",
    sessionToken: "a token",
    restPassword: "a password",
    webhook: "https://hooks.example.com/redis",
};

const scope = {
    readFileSync: (path: string) => present(files[path]),
    config: { requireSecret: (name: string) => present(secrets[name]) },
    db: {
        host: "redis.example.com",
        tlsPort: 6380,
        caCertPem: ca.certPem,
        user: "repl-archive",
        password: "a password",
    },
};

/** The value of an expression in an example. */
function evaluate(code: string): unknown {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- code of this repository
    const run = new Function(...Object.keys(scope), `return ${code};`) as (...values: unknown[]) => unknown;
    return run(...Object.values(scope));
}

/** The arguments of the last component in a program. */
function argumentsIn(program: string): { kind: Kind; args: PlainArguments } {
    const [, kind, code] = present(/^new (RedisDatabase|RedisReplica)\("\w+", (\{.*\})\);\n$/ms.exec(program));
    return { kind: kind as Kind, args: evaluate(present(code)) as PlainArguments };
}

interface Section {
    readonly kind: Kind;
    /** The names down to a member. */
    readonly path: readonly string[];
    readonly definition: Definition;
}

function sectionsOf(kind: Kind): Section[] {
    const visit = (path: readonly string[], definition: Definition): Section[] => [
        { kind, path, definition },
        ...Object.entries(definition.element?.members ?? definition.members ?? {}).flatMap(([name, member]) =>
            visit([...path, name], member),
        ),
    ];
    return Object.entries(definitions[kind]).flatMap(([name, definition]) => visit([name], definition));
}

const databaseSections = sectionsOf("RedisDatabase");
const shared = Object.entries(definitions.RedisReplica).flatMap(([name, definition]) =>
    definitions.RedisDatabase[name] === definition ? [name] : [],
);
const replicaSections = sectionsOf("RedisReplica").filter(({ path: [name = ""] }) => !shared.includes(name));

const page = readFileSync(join(__dirname, "../../../../docs/arguments.md"), "utf8");
const texts = new Map(page.split(/^#{4,5} /m).map((text) => [text.split("\n")[0], text]));

const headingOf = ({ kind, path }: Section) => {
    const isList = (index: number) => definitionAt(kind, path.slice(0, index + 1))?.element !== undefined;
    const name = path.map((each, index) => `${each}${isList(index) && index < path.length - 1 ? "[]" : ""}`).join(".");
    const isReplicas = kind === "RedisReplica" && path[0] === "primary";
    return `\`${name}\`${isReplicas ? " of a replica" : ""}`;
};

const valueAt = (args: unknown, path: readonly string[]) =>
    path.reduce<unknown>((at, name) => ([at].flat()[0] as Readonly<Record<string, unknown>>)[name], args);

test.each(
    [...databaseSections, ...replicaSections].map((each) => [`${each.kind} ${each.path.join(".")}`, each] as const),
)("%s has a valid example", (_name, section) => {
    const { kind, path, definition } = section;
    const text = present(texts.get(headingOf(section)));
    const inline = /^- Example: `(.*)`$/m.exec(text)?.[1];
    const programs = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, program]) => program);
    expect(programs).toHaveLength(inline === undefined ? 1 : 0);
    const schema = definition.schemaFor?.({}) ?? definition.schema;
    if (inline !== undefined) {
        expect(schema.safeParse(evaluate(inline))).toMatchObject({ success: true });
        return;
    }
    const found = argumentsIn(present(programs[0]));
    expect(found.kind).toBe(kind);
    const value = valueAt(found.args, path);
    expect(value).toBeDefined();
    expect(schema.safeParse(value)).toMatchObject({ success: true });
    expect(resolveArguments(found.args, kind).findings).toEqual([]);
});

test("the page has no other sections", () => {
    const expected = [...databaseSections, ...replicaSections].map(headingOf);
    expect([...texts.keys()].slice(1).sort()).toEqual(expected.sort());
});
