/** Valid names of servers. Docker accepted or refused each kind of name as the tests state. */
import fc from "fast-check";
import { checkNames } from "../../../../provider/model/arguments/names";
import { listServers } from "../../../../provider/model/arguments/servers";

/** The paths and codes of the findings about a database's names. */
function wrong(name: string, args: object = {}): string[] {
    return checkNames(listServers("RedisDatabase", name, { ...args })).map(
        ({ code, path }) => `${path} ${code.replace("redis-database/", "")}`,
    );
}

const onNetwork = { network: "backend" };
const a = (length: number) => "a".repeat(length);

test.each(["a", "My_Db.eu-1", "a-", "a..b", "a.", "1", a(64), a(238)])("Docker accepts %j", (name) => {
    expect(wrong(name)).toEqual([]);
});

test.each([
    "",
    " ",
    "my db",
    "größe",
    "a\nb",
    "-a",
    ".a",
    "_a",
    "a/b",
    "a:b",
    "a$b",
    "a\u0000",
    "a\n",
    "日本",
    a(239),
    a(260),
])("Docker refuses %j", (name) => {
    expect(wrong(name)).toEqual(["name name-not-usable"]);
    expect(wrong(name, { ...onNetwork, replicas: 2 })).toEqual(["name name-not-usable"]);
});

test.each(["a", "My_Db.eu-1", "1a", a(63), `${a(63)}.${a(63)}`])("containers on a network resolve %j", (name) => {
    expect(wrong(name, onNetwork)).toEqual([]);
});

test.each(["a..b", "a.", "1", "1.2.3", "192.0.2.1", a(64), `${a(64)}.b`])(
    "containers on a network cannot resolve %j",
    (name) => {
        expect(wrong(name, onNetwork)).toEqual(["name name-no-host-name"]);
    },
);

test("a replica's name follows the database's name in its component's name", () => {
    expect(wrong(a(60), onNetwork)).toEqual([]);
    expect(wrong(a(60), { ...onNetwork, replicas: [{ name: "b" }, { name: "near" }] })).toEqual([
        "replicas[1].name name-no-host-name",
    ]);
    expect(wrong(a(60), { ...onNetwork, replicas: [{ name: "near", provider: {} }] })).toEqual([]);
    expect(wrong(a(230), { replicas: 1 })).toEqual(["replicas[0].name name-not-usable"]);
});

test("a finding shows any name on one line", () => {
    fc.assert(
        fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
            for (const { problem } of checkNames(listServers("RedisDatabase", name, onNetwork))) {
                expect(problem).not.toMatch(/[\r\n]/);
                expect(problem.length).toBeLessThan(200);
            }
            expect(wrong(name).length === 0).toBe(/^[a-z0-9][a-z0-9_.-]{0,237}$/i.test(name) && !name.endsWith("\n"));
        }),
    );
});
