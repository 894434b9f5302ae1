/** How much disk space a database can need. `test/engine/diskSize.test.ts` checks real files against it. */
import fc from "fast-check";
import { type PlainArguments, unresolved } from "../../../../provider/model/arguments/definition";
import { checkArguments, resolveArguments } from "../../../../provider/model/arguments/resolve";
import { flavorNames, type Release, releaseNames, versions } from "../../../../provider/model/catalog/versions";
import { neededDiskMb, nextDumpPercent, smallestDiskSizeGb } from "../../../../provider/model/sizing/disk";
import { maxmemoryOf } from "../../../../provider/model/sizing/memory";
import { present } from "../../../support/present";

const specOf = (args: PlainArguments) => present(resolveArguments(args).spec);
const needed = (args: PlainArguments) => neededDiskMb(specOf(args));
const problems = (args: PlainArguments) => resolveArguments(args).findings.map(({ path }) => path);

const releases = fc.constantFrom(...releaseNames).map((release) => {
    const { engine, version } = versions[release];
    return { engine, version };
});
const flavors = fc.constantFrom(...flavorNames);
const memory = fc.integer({ min: 32, max: 2 ** 18 });

describe("with 512 MiB of memory, of which 183 are for data, or 370 without dumps", () => {
    const config = (more: Record<string, string | number | boolean>) => ({ config: more });
    test.each<[string, PlainArguments, number]>([
        ["a log, its rewrite and a dump", {}, 14 * 183 + 16],
        ["the same with a single log file", { version: "6.2" }, 16.5 * 183 + 16],
        ["a dump and the next one", { flavor: "rdb" }, 2 * 183 + 16],
        ["one dump", { flavor: "nordb" }, 370 + 16],
        ["a log rewritten as commands instead of a dump", { version: "3.2" }, 31.5 * 183 + 16],
        ["the same, requested in config", config({ "aof-use-rdb-preamble": false }), 29 * 183 + 16],
        ["a log rewritten as commands, the default of 4.0", { version: "4.0" }, 31.5 * 183 + 16],
        ["a log that may grow longer", config({ "auto-aof-rewrite-percentage": 300 }), 21 * 183 + 16],
        [
            "a log with a high minimum size for rewrites",
            config({ "auto-aof-rewrite-min-size": "4gb" }),
            4096 + 7 * 183 + 16,
        ],
        ["compression, which may have no effect", config({ rdbcompression: true }), 14 * 183 + 16],
        ["no compression", config({ rdbcompression: "no" }), 14 * 183 + 16],
    ])("%s", (_what, args, mb) => {
        expect(needed(args)).toBe(Math.ceil(mb));
    });
});

test.each([
    ["64mb", 64],
    ["64MB", 64],
    ["65536kb", 64],
    ["1gb", 1024],
    ["67108864", 64],
    [67108864, 64],
    ["2g", 2e9 / 2 ** 20],
    ["300m", 3e8 / 2 ** 20],
])("auto-aof-rewrite-min-size %s is %d MiB", (text, mb) => {
    // With so little data the log never exceeds the minimum size for a rewrite.
    const rest = 7 * maxmemoryOf(specOf({ memoryMb: 32 })) + 16;
    expect(needed({ memoryMb: 32, config: { "auto-aof-rewrite-min-size": text } })).toBe(Math.ceil(mb + rest));
});

test("aof needs more disk space than rdb, and rdb more than nordb", () => {
    fc.assert(
        fc.property(releases, memory, (release, memoryMb) => {
            const [aof = 0, rdb = 0, nordb = 0] = flavorNames.map((flavor) => needed({ ...release, flavor, memoryMb }));
            expect(aof).toBeGreaterThan(rdb);
            expect(rdb).toBeGreaterThan(0.9 * nordb);
        }),
    );
});

test("more memory never needs less disk space", () => {
    fc.assert(
        fc.property(
            releases,
            flavors,
            memory,
            // The memory of clients is in whole MiB, so 1 MiB more memory can leave 1 MiB less for data.
            fc.integer({ min: 32, max: 2 ** 18 }),
            (release, flavor, memoryMb, more) => {
                const [less, much] = [memoryMb, memoryMb + more].map((mb) =>
                    needed({ ...release, flavor, memoryMb: mb }),
                );
                expect(much).toBeGreaterThanOrEqual(present(less));
            },
        ),
    );
});

test("the smallest size is accepted, and 0.01 less is refused with that size as remedy", () => {
    fc.assert(
        fc.property(
            releases,
            flavors,
            memory,
            fc.integer({ min: 1, max: 500 }),
            (release, flavor, memoryMb, percent) => {
                const args = { ...release, flavor, memoryMb, config: { "auto-aof-rewrite-percentage": percent } };
                const smallest = smallestDiskSizeGb(specOf(args));
                expect(problems({ ...args, diskSizeGb: smallest })).toEqual([]);
                const less = Math.round(smallest * 100 - 1) / 100;
                const { findings } = resolveArguments({ ...args, diskSizeGb: less });
                expect(findings.map(({ path }) => path)).toEqual(["diskSizeGb"]);
                if (less > 0.01) expect(findings[0]?.remedy).toBe(`set at least ${smallest}, or reduce memoryMb`);
            },
        ),
    );
});

test("without diskSizeGb nothing is checked", () => {
    fc.assert(
        fc.property(releases, flavors, memory, (release, flavor, memoryMb) => {
            const config = { "auto-aof-rewrite-percentage": 0 };
            expect(problems({ ...release, flavor, memoryMb, config })).toEqual([]);
        }),
    );
});

test("a log that is never rewritten does not matter for flavors without a log", () => {
    const config = { "auto-aof-rewrite-percentage": "0" };
    expect(problems({ flavor: "rdb", diskSizeGb: 4, config })).toEqual([]);
    expect(problems({ flavor: "aof", diskSizeGb: 4, config })).toEqual(['config["auto-aof-rewrite-percentage"]']);
});

test.each(["engine", "version", "flavor", "memoryMb", "config", "diskSizeGb"])(
    "is not checked while %s is unresolved",
    (name) => {
        const args = { engine: "redis", version: "8.0", flavor: "aof", memoryMb: 512, config: {}, diskSizeGb: 0.1 };
        expect(checkArguments(args).map(({ path }) => path)).toEqual(["diskSizeGb"]);
        expect(checkArguments({ ...args, [name]: unresolved })).toEqual([]);
    },
);

test("an invalid argument has only its own finding", () => {
    expect(problems({ memoryMb: "512", diskSizeGb: 0.1 })).toEqual(["memoryMb"]);
    expect(problems({ flavor: "aop", diskSizeGb: 0.1 })).toEqual(["flavor"]);
    const config = { "auto-aof-rewrite-percentage": "all" };
    expect(problems({ config, diskSizeGb: 0.1 })).toEqual(['config["auto-aof-rewrite-percentage"]']);
});

test("the next dump is as large as the data, a log of commands six times as large, and nordb writes neither", () => {
    const percent = (release: Release, flavor: string) => {
        const { engine, version } = versions[release];
        return nextDumpPercent(specOf({ engine, version, flavor }));
    };
    expect(percent("8.0", "aof")).toBe(100);
    expect(percent("3.2", "aof")).toBe(600);
    expect(percent("3.2", "rdb")).toBe(100);
    expect(percent("8.0", "nordb")).toBe(0);
});
