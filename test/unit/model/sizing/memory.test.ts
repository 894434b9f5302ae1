/** How much of the memory limit is available for data. */
import fc from "fast-check";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { directivesOf } from "../../../../provider/model/catalog/directives";
import {
    type Flavor,
    compareVersions,
    flavorNames,
    releaseNames,
    versions,
} from "../../../../provider/model/catalog/versions";
import { clientLimits } from "../../../../provider/model/sizing/clients";
import {
    backlogMb,
    leastMemoryMb,
    memoryForData,
    maxmemoryOf,
    maxmemoryPolicies,
    minMemoryMb,
    replicationMb,
    serverOverheadMb,
} from "../../../../provider/model/sizing/memory";

const limit = fc.integer({ min: minMemoryMb, max: 16 * 2 ** 20 });
const flavor = fc.constantFrom(...flavorNames);
const sized = (memoryMb: number, flavor: Flavor, followers: readonly string[] = []) =>
    ({ engine: "redis", version: "8.0", config: {}, memoryMb, flavor, followers }) as const;
const maxmemoryMb = (memoryMb: number, flavor: Flavor, replicated = false) =>
    maxmemoryOf(sized(memoryMb, flavor, replicated ? ["repl-reader"] : []));
const clientsMb = (memoryMb: number) => {
    const { valueMb, allMb } = clientLimits(sized(memoryMb, "aof"));
    return valueMb + allMb;
};

test("known values do not change", () => {
    expect([32, 64, 100, 512, 4096].map((mb) => [mb, maxmemoryMb(mb, "aof"), maxmemoryMb(mb, "nordb")])).toEqual([
        [32, 4, 9],
        [64, 16, 33],
        [100, 30, 61],
        [512, 183, 370],
        [4096, 1513, 3061],
    ]);
});

test("maxmemory is whole MiB, more than zero and less than the limit", () => {
    fc.assert(
        fc.property(limit, flavor, (memoryMb, kind) => {
            const data = maxmemoryMb(memoryMb, kind);
            expect(Number.isInteger(data)).toBe(true);
            expect(data).toBeGreaterThan(0);
            expect(data).toBeLessThan(memoryMb);
        }),
    );
});

test("a higher limit never leaves less for data", () => {
    fc.assert(
        fc.property(limit, limit, flavor, (a, b, kind) => {
            expect(maxmemoryMb(Math.min(a, b), kind)).toBeLessThanOrEqual(maxmemoryMb(Math.max(a, b), kind));
        }),
    );
});

test("the highest memory use measured during a dump fits in the limit, including the server's overhead", () => {
    const worstGrowthMeasured = 2.27;
    const serverAtMostMb = 12;
    fc.assert(
        fc.property(limit, fc.constantFrom("aof" as const, "rdb" as const), (memoryMb, kind) => {
            expect(
                maxmemoryMb(memoryMb, kind) * worstGrowthMeasured + serverAtMostMb + clientsMb(memoryMb),
            ).toBeLessThanOrEqual(memoryMb);
        }),
    );
});

test("aof and rdb have the same maxmemory, nordb has more", () => {
    fc.assert(
        fc.property(limit, (memoryMb) => {
            expect(maxmemoryMb(memoryMb, "aof")).toBe(maxmemoryMb(memoryMb, "rdb"));
            expect(maxmemoryMb(memoryMb, "nordb")).toBeGreaterThan(maxmemoryMb(memoryMb, "rdb"));
        }),
    );
});

test.each(releaseNames)("%s accepts the policies that it supports: LFU since 4.0, LRM since Redis 8.6", (release) => {
    const { engine, version } = versions[release];
    const since = (kind: string, first: string) => (policy: string) =>
        !policy.endsWith(kind) || compareVersions(version, first) >= 0;
    const supported = maxmemoryPolicies
        .filter(since("-lfu", "4.0"))
        .filter(since("-lrm", engine === "redis" ? "8.6" : "Infinity"));
    expect([...supported].sort()).toEqual([...(directivesOf(release)["maxmemory-policy"]?.values ?? [])].sort());
    for (const maxmemoryPolicy of maxmemoryPolicies) {
        const { findings } = resolveArguments({ engine, version, maxmemoryPolicy });
        expect([maxmemoryPolicy, findings.length === 0]).toEqual([
            maxmemoryPolicy,
            (supported as string[]).includes(maxmemoryPolicy),
        ]);
    }
});

test("with replicas, data, backlog and output buffers of replicas stay within the memory", () => {
    fc.assert(
        fc.property(fc.integer({ min: 32, max: 1 << 20 }), flavor, (memoryMb, flavor) => {
            const backlog = backlogMb(memoryMb);
            const data = maxmemoryMb(memoryMb, flavor, true) - backlog;
            // During the first sync, pages that are written to exist twice, and so does the backlog.
            const held = data * 2.27 + replicationMb(memoryMb) + backlog + serverOverheadMb + clientsMb(memoryMb);
            expect(held).toBeLessThanOrEqual(memoryMb + 1);
        }),
    );
});

test("the memoryMb that a refusal names is enough for data and backlog, and close to the minimum", () => {
    fc.assert(
        fc.property(fc.integer({ min: 1, max: 100000 }), flavor, fc.boolean(), (dataMb, flavor, replicated) => {
            const sized = {
                engine: "redis",
                version: "8.0",
                config: {},
                followers: replicated ? ["one"] : [],
                flavor,
            } as const;
            const { permille, overheadMb } = memoryForData({ ...sized, memoryMb: 512 });
            const memoryMb = Math.max(32, Math.floor((dataMb * 1000) / permille) + 1 + overheadMb);
            expect(leastMemoryMb(dataMb, { ...sized, memoryMb: 512 })).toBeLessThanOrEqual(memoryMb);
            const room = (mb: number) => maxmemoryOf({ ...sized, memoryMb: mb }) - (replicated ? backlogMb(mb) : 0);
            expect(room(leastMemoryMb(dataMb, { ...sized, memoryMb: 512 }))).toBeGreaterThanOrEqual(dataMb);
            if (memoryMb > 64) expect(room(Math.floor(memoryMb * 0.98) - 8)).toBeLessThan(dataMb);
        }),
    );
});
