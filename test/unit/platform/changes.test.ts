/** What each change makes of a database's arguments. */
import fc from "fast-check";
import { flavorNames, parseVersion } from "../../../provider/model/catalog/versions";
import { listVersions } from "../../../provider/model/catalog/listVersions";
import { type Change, changes, unchanged } from "../../../provider/platform/changes";
import type { DatabaseSpec } from "../../../provider/platform/specification";

const { promote, removeReplica, replicate, rotatePassword, switchover, update, updateReplica, upgrade } = changes;

const args = { version: "8.0", memoryMb: 128, replicas: [{ name: "one", memoryMb: 64 }] } as const;
const [one] = args.replicas;

test.each<[string, Change, DatabaseSpec]>([
    ["unchanged", unchanged, args],
    ["update", update({ memoryMb: 256, diskSizeGb: 8 }), { ...args, memoryMb: 256, diskSizeGb: 8 }],
    ["update to a default", update({ memoryMb: undefined }), { version: "8.0", replicas: [one] }],
    ["replicate", replicate("two", { memoryMb: undefined }), { ...args, replicas: [one, { name: "two" }] }],
    ["updateReplica", updateReplica("one", { memoryMb: 96 }), { ...args, replicas: [{ name: "one", memoryMb: 96 }] }],
    [
        "updateReplica to a default",
        updateReplica("one", { memoryMb: undefined }),
        { ...args, replicas: [{ name: "one" }] },
    ],
    ["updateReplica of another one", updateReplica("two", { memoryMb: 96 }), args],
    ["removeReplica", removeReplica("one"), { version: "8.0", memoryMb: 128 }],
    ["removeReplica of another one", removeReplica("two"), args],
    ["promote", promote("one"), { ...args, replicas: [{ ...one, promoted: true }] }],
    ["switchover", switchover("one"), { ...args, primary: "one" }],
    ["upgrade", upgrade("8.6"), { ...args, version: "8.6" }],
    ["rotatePassword", rotatePassword(), { ...args, passwordVersion: 2 }],
])("%s", (_name, change, expected) => {
    const before = structuredClone(args);
    expect(change(args)).toEqual(expected);
    // Not even with a value of undefined, which the check of arguments would refuse.
    expect(JSON.parse(JSON.stringify(change(args)))).toStrictEqual(JSON.parse(JSON.stringify(expected)));
    expect(args).toEqual(before);
});

test("a change removes arguments instead of setting them to undefined", () => {
    for (const change of [
        update({ memoryMb: undefined }),
        switchover(undefined),
        updateReplica("one", { memoryMb: undefined }),
    ]) {
        const changed = change({ ...args, primary: "one" });
        for (const each of [changed, ...(changed.replicas as object[])])
            expect(Object.values(each)).not.toContain(undefined);
    }
});

test("a switchover to the database's own server is the default", () => {
    expect(switchover(undefined)({ ...args, primary: "one" })).toEqual(args);
});

test("a number of replicas becomes a list that keeps their names", () => {
    expect(replicate("copy")({ replicas: 2 })).toEqual({
        replicas: [{ name: "replica-1" }, { name: "replica-2" }, { name: "copy" }],
    });
});

test("a password that was never rotated has version 1", () => {
    expect(rotatePassword()({}).passwordVersion).toBe(2);
    expect(rotatePassword()({ passwordVersion: 7 }).passwordVersion).toBe(8);
});

const names = fc.string({ unit: fc.constantFrom("a", "b", "-", "1"), minLength: 1, maxLength: 4 });
const databases = fc.record(
    {
        memoryMb: fc.nat(),
        replicas: fc.uniqueArray(fc.record({ name: names, memoryMb: fc.nat() }), {
            selector: ({ name }) => name,
            minLength: 1,
        }),
    },
    { requiredKeys: [] },
);

test("removing an added replica restores the arguments", () => {
    fc.assert(
        fc.property(databases, names, fc.record({ memoryMb: fc.nat() }), (database, added, replica) => {
            fc.pre(!database.replicas?.some(({ name }) => name === added));
            expect(removeReplica(added)(replicate(added, replica)(database))).toEqual(database);
        }),
    );
});

const spellings = listVersions()
    .filter(({ engine }) => engine === "redis")
    .map(({ name }) => name);
const flavorOf = ({ version = "", flavor }: DatabaseSpec) => flavor ?? parseVersion(version)?.flavor ?? "aof";

test("an upgrade keeps the flavor, whether the version or an argument names it", () => {
    fc.assert(
        fc.property(
            fc.constantFrom(...spellings),
            fc.constantFrom(undefined, ...flavorNames),
            fc.constantFrom(...spellings),
            (version, flavor, to) => {
                const named = parseVersion(version)?.flavor;
                fc.pre(named === undefined || flavor === undefined);
                const before: DatabaseSpec = { version, ...(flavor && { flavor }) };
                const after = upgrade(to)(before);
                expect(after.version).toBe(to);
                expect(flavorOf(after)).toBe(parseVersion(to)?.flavor ?? flavorOf(before));
                // Both at once would be refused.
                expect(after.flavor !== undefined && parseVersion(to)?.flavor !== undefined).toBe(false);
            },
        ),
    );
});
