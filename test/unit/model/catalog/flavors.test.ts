/** The three flavors, as the managed service documents them. */
import { defaultSavePoints, persistenceDirectives, persistenceLabel } from "../../../../provider/model/catalog/flavors";

const schedule = [
    ["save", "900 1"],
    ["save", "300 10"],
    ["save", "60 10000"],
];

test("aof logs every write, syncs every second and dumps on schedule", () => {
    expect(persistenceDirectives("aof", defaultSavePoints)).toEqual([
        ["appendonly", "yes"],
        ["appendfsync", "everysec"],
        ...schedule,
    ]);
});

test("rdb only dumps, on schedule", () => {
    expect(persistenceDirectives("rdb", defaultSavePoints)).toEqual([["appendonly", "no"], ...schedule]);
});

test("nordb writes neither a log nor a dump", () => {
    expect(persistenceDirectives("nordb", defaultSavePoints)).toEqual([
        ["appendonly", "no"],
        ["save", '""'],
    ]);
});

test("the labels are those of the managed service, and its usual flavor has none", () => {
    expect(persistenceLabel("aof")).toBeUndefined();
    expect(persistenceLabel("rdb")).toBe("RDB-Only Persistence");
    expect(persistenceLabel("nordb")).toBe("NO PERSISTENCE");
});
