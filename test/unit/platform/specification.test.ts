/** The check of specifications, and how two of them differ. */
import { type DatabaseSpec, checkSpecification, differencesOf } from "../../../provider/platform/specification";
import { PlatformError } from "../../../provider/platform/errors";

function failure(args: object, name = "sessions"): unknown {
    try {
        checkSpecification({ name, args });
    } catch (error) {
        return error;
    }
    throw new Error("the specification was expected to be invalid");
}

test("valid arguments pass, also those of replicas", () => {
    checkSpecification({ name: "sessions", args: {} });
    checkSpecification({ name: "sessions", args: { version: "7.2-aof", memoryMb: 256, replicas: [{ name: "copy" }] } });
});

test("all problems are reported together, with their codes and paths", () => {
    const error = failure({ memoryMb: "much", flavour: "aof", replicas: [{ name: "copy", memoryMb: -1 }] });
    expect(error).toMatchObject({ code: "validation", remedy: "correct the arguments" });
    if (!PlatformError.is(error, "validation")) throw error;
    const { findings } = error.details;
    expect(findings.map(({ path }) => path).sort()).toEqual(["flavour", "memoryMb", "replicas[0].memoryMb"]);
    for (const { code } of findings) expect(code).toMatch(/^redis-database\//);
    expect(error.message).toMatch(/^"sessions" is not valid; nothing was touched\n/);
    for (const { path } of findings) expect(error.message).toContain(path);
});

test("two replicas with one name are refused", () => {
    expect(failure({ replicas: [{ name: "copy" }, { name: "copy" }] })).toMatchObject({ code: "validation" });
});

test("a name that would be an address is refused on a network", () => {
    checkSpecification({ name: "10.0.0.1", args: {} });
    expect(failure({ network: "backend" }, "10.0.0.1")).toMatchObject({ code: "validation" });
});

test("a version that does not exist, as the only problem, has an error of its own with the existing ones", () => {
    const error = failure({ version: "9.9" });
    if (!PlatformError.is(error, "unknown-version")) throw error;
    expect(error.message).toBe('"9.9" is not a version of Redis');
    const { known } = error.details;
    expect(known).toEqual(expect.arrayContaining(["4.0", "7.2", "8.6"]));
    expect(known).not.toContain("9.1");
    const valkey = failure({ version: "8.6", engine: "valkey" });
    expect(valkey).toMatchObject({ message: '"8.6" is not a version of Valkey' });
    expect((valkey as typeof error).details.known).toContain("9.1");
    expect(failure({ version: "9.9", memoryMb: -1 })).toMatchObject({ code: "validation" });
});

test.each<[string, DatabaseSpec, DatabaseSpec]>([
    ["equal arguments in another order", { version: "8.0", memoryMb: 64 }, { memoryMb: 64, version: "8.0" }],
    ["undefined and absent", { memoryMb: undefined }, {}],
    ["a number of replicas and the same list", { replicas: 1 }, { replicas: [{ name: "replica-1" }] }],
    ["no replicas and an empty list", {}, { replicas: [] }],
])("%s are the same", (_name, current, requested) => {
    expect(differencesOf(current, requested)).toEqual([]);
    expect(differencesOf(requested, current)).toEqual([]);
});

test("differences have paths in order, with both values", () => {
    expect(differencesOf({ version: "8.0", memoryMb: 64 }, { version: "8.6", diskSizeGb: 8, memoryMb: 64 })).toEqual([
        { path: "diskSizeGb", current: undefined, requested: 8 },
        { path: "version", current: "8.0", requested: "8.6" },
    ]);
});

test("values that can contain a secret are not shown, also those of replicas", () => {
    const differences = differencesOf(
        { password: "hunter2-hunter2", replicas: [{ name: "copy", password: "hunter3-hunter3" }] },
        { password: "hunter4-hunter4", replicas: [] },
    );
    expect(differences).toEqual([{ path: "password" }, { path: "replicas" }]);
});

test("a flavor in the version is the same as an argument", () => {
    expect(differencesOf({ version: "8.6", flavor: "aof" }, { version: "8.6-aof" })).toEqual([]);
    expect(differencesOf({ version: "8.6", flavor: "aof" }, { version: "8.6-rdb" })).toMatchObject([
        { path: "flavor" },
    ]);
});

test("what other operations have changed differs only if it is requested", () => {
    const current = { replicas: [{ name: "copy" }], passwordVersion: 2, primary: "copy" };
    expect(differencesOf(current, {})).toEqual([]);
    expect(differencesOf(current, { passwordVersion: 1 })).toMatchObject([{ path: "passwordVersion" }]);
});
