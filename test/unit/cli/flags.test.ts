/** The flags that are derived from the arguments of databases and replicas. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseFlags, replicaFlags, updateFlags } from "../../../provider/cli/arguments";
import { argumentsFrom, flagName, flagsOf } from "../../../provider/cli/flags";
import { buildProgram } from "../../../provider/cli/program";
import { databaseArguments, holdsSecret, replicaArguments } from "../../../provider/model/arguments/index";
import { redisdb } from "./support";

const nothing = () => Promise.resolve();

const directory = mkdtempSync(join(tmpdir(), "redisdb-flags-"));
afterAll(() => {
    rmSync(directory, { recursive: true });
});

function file(name: string, content: string): string {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
}

/** The arguments that a call of `create` passes to the library. */
async function created(...flags: string[]): Promise<unknown> {
    const { calls, stderr } = await redisdb(["create", "new", ...flags]);
    if (calls.length !== 1) throw new Error(stderr);
    return calls[0]?.[2];
}

test("every argument has a flag, except those that only TypeScript can express", () => {
    const names = flagsOf(databaseFlags).map((option) => option.attributeName().replace(/File$/, ""));
    const expected = Object.entries(databaseArguments).filter(([, definition]) => !("inProcess" in definition));
    expect([...new Set(names)].sort()).toEqual(expected.map(([name]) => name).sort());
    expect(Object.keys(databaseArguments).filter((name) => !names.includes(name))).toEqual(["transform"]);
    expect(Object.keys(replicaArguments).filter((name) => !(name in replicaFlags))).toEqual(["primary"]);
    expect(Object.keys(updateFlags)).not.toContain("version");
});

test("no flag of a verb hides a flag of all verbs", () => {
    const program = buildProgram(nothing, nothing);
    const global = program.options.map((option) => option.attributeName());
    const commands = program.commands.flatMap((command) => [command, ...command.commands]);
    const own = commands.flatMap(({ options }) => options.map((option) => option.attributeName()));
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter((name) => global.includes(name))).toEqual([]);
});

test("no flag takes a secret", () => {
    const flags = flagsOf({ ...databaseFlags, ...replicaFlags }).map(({ long }) => long);
    expect(flags).not.toContain("--password");
    for (const [name, definition] of Object.entries({ ...databaseFlags, ...replicaFlags })) {
        if (holdsSecret(definition) && !definition.inProcess) expect(flags).toContain(`${flagName(name)}-file`);
    }
});

/** One value for each argument, as a person writes it. */
test.each(
    Object.entries(databaseArguments).flatMap(([name, definition]) =>
        "example" in definition ? [[name, definition.example] as const] : [],
    ),
)("the example of %s arrives as it is", async (name, example) => {
    const flag = flagName(name);
    const written = typeof example === "string" ? example : JSON.stringify(example);
    const flags = typeof example === "boolean" ? [example ? flag : flag.replace("--", "--no-")] : [flag, written];
    const args = (await created(...flags)) as Record<string, unknown>;
    expect(args[name]).toEqual(example);
});

test("the managed service's names of the sizes", async () => {
    expect(await created("--container-size", "256", "--disk-size", "8")).toEqual({ memoryMb: 256, diskSizeGb: 8 });
});

test("files with secrets", async () => {
    const password = file("password", "S3cret with spaces \n");
    const users = file("users.json", '[{"name":"orders","rules":"+@all","password":"hunter2"}]');
    expect(await created("--password-file", password, "--users-file", users)).toEqual({
        password: "S3cret with spaces ",
        users: [{ name: "orders", rules: "+@all", password: "hunter2" }],
    });
});

test.each([
    ["users", [{ name: "a", password: "x" }], "users[0].password"],
    ["tls", { hosts: ["a"], ca: { keyPem: "x", certPem: "y" } }, "tls.ca"],
    ["replicas", [{ name: "a" }, { name: "b", password: "x" }], "replicas[1].password"],
])("a secret within %s is refused", (name, value, path) => {
    expect(() => argumentsFrom(databaseFlags, { [name]: JSON.stringify(value) })).toThrow(`contains ${path}, a secret`);
});

test("a flag and its file cannot be combined", () => {
    const flags = { tls: "{}", tlsFile: file("tls.json", "{}") };
    expect(() => argumentsFrom(databaseFlags, flags)).toThrow("--tls and --tls-file set the same argument");
});

test.each([
    [["--version", "4.0"], { version: "4.0", flavor: "rdb" }, "version 4.0 without a suffix has RDB-only persistence"],
    [["--version", "4.0-aof"], { version: "4.0-aof" }, ""],
    [["--version", "4.0", "--flavor", "nordb"], { version: "4.0", flavor: "nordb" }, ""],
    [["--version", "9.1", "--engine", "valkey"], { version: "9.1", engine: "valkey", flavor: "rdb" }, "9.1"],
    [[], {}, ""],
])("create %j", async (flags, args, note) => {
    const { calls, stderr } = await redisdb(["create", "new", ...flags]);
    expect(calls).toEqual([["create", "new", args]]);
    expect(stderr.split("\n").filter(Boolean)).toHaveLength(note === "" ? 0 : 1);
    expect(stderr).toContain(note);
});

test("update sets and removes arguments", async () => {
    const { calls } = await redisdb(
        "update sessions --maxmemory-policy allkeys-lru --unset users password-grace-hours".split(" "),
    );
    expect(calls).toEqual([
        ["update", "sessions", { users: undefined, passwordGraceHours: undefined, maxmemoryPolicy: "allkeys-lru" }],
    ]);
});
