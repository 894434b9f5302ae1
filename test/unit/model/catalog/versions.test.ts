/** The catalog, and versions as programs and the managed service write them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isPastEndOfLife } from "../../../../provider/model/catalog/listVersions";
import {
    canUpgrade,
    compareVersions,
    defaultVersion,
    defaultVersions,
    engineNames,
    findRelease,
    flavorNames,
    nameOf,
    nearestVersions,
    parseVersion,
    releaseNames,
    releaseOf,
    versionNames,
    versions,
    versionsOf,
} from "../../../../provider/model/catalog/versions";
import { dataOf } from "../../support/directiveData";

const suffixes = ["aof", "rdb", "nordb"] as const;
const redisVersions = [
    ...["2.8", "3.0", "3.2", "4.0", "5.0", "6.0", "6.2", "7.0", "7.2", "7.4"],
    ...["8.0", "8.2", "8.4", "8.6", "8.8", "8.10"],
];
const valkeyVersions = ["7.2", "8.0", "8.1", "9.0", "9.1"];

test("the versions are those that the docstrings list", () => {
    expect(versionNames).toEqual(redisVersions);
    expect(versionsOf("redis")).toEqual(redisVersions);
    expect(versionsOf("valkey")).toEqual(valkeyVersions);
    expect(releaseNames).toHaveLength(redisVersions.length + valkeyVersions.length);
    expect(flavorNames).toEqual(suffixes);
    expect(defaultVersion).toBe("8.6");
    expect(defaultVersions).toEqual({ redis: "8.6", valkey: "9.1" });
    const documented = readFileSync(join(__dirname, "../../../../provider/components/args.ts"), "utf8");
    const docstring = /Version of the engine[^]*?A version past its end/.exec(documented)?.[0] ?? "";
    const [redis = "", valkey = ""] = docstring.split("Redis: ")[1]?.split("Valkey: ") ?? [];
    expect(redis.match(/\d+\.\d+/g)).toEqual(redisVersions);
    expect(valkey.match(/\d+\.\d+/g)).toEqual(valkeyVersions);
});

describe.each(releaseNames)("%s", (release) => {
    const facts = versions[release];
    const { engine, version } = facts;

    test("is found by its engine and version", () => {
        expect(findRelease(engine, version)).toBe(release);
        expect(releaseOf(facts)).toBe(release);
        expect(release).toBe(engine === "redis" ? version : `valkey-${version}`);
        expect(nameOf(release)).toBe(`${engine === "redis" ? "Redis" : "Valkey"} ${version}`);
    });

    test("without a suffix, it names no flavor", () => {
        expect(parseVersion(version, engine)).toEqual({ version });
    });

    test.each(suffixes)("with the suffix -%s, it names the flavor", (flavor) => {
        expect(parseVersion(`${version}-${flavor}`, engine)).toEqual({ version, flavor });
    });

    test("has the official image and valid dates", () => {
        expect(facts.image).toBe(`${engine === "redis" ? "redis" : "valkey/valkey"}:${version}`);
        expect(facts.released).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
        const endOfLife = facts.endOfLife ?? "2099-01-01";
        expect(endOfLife).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
        expect(endOfLife > facts.released).toBe(true);
    });

    test("its directives were captured from its own server, or from servers of related versions", () => {
        const file = join(__dirname, `../../../../provider/model/catalog/directives/${release}.json`);
        expect(existsSync(file)).toBe(facts.verifiedWith !== undefined);
        expect(facts.directivesOf === undefined).toBe(facts.verifiedWith !== undefined);
        if (facts.verifiedWith === undefined) {
            for (const related of facts.directivesOf ?? []) expect(versions[related].verifiedWith).toBeDefined();
        } else {
            expect(facts.verifiedWith.startsWith(`${version}.`)).toBe(true);
            expect(dataOf(release).server).toBe(facts.verifiedWith);
        }
    });

    test("has the features that its own directives show", () => {
        const known = (name: string) => Object.hasOwn(dataOf(release).directives, name);
        if (facts.verifiedWith === undefined) return;
        expect(facts.acl).toBe(known("aclfile"));
        expect(facts.protectedMode).toBe(known("protected-mode"));
        // CONFIG GET reports `replicaof` itself only from 7.0 on.
        expect(facts.replicaDirective === "replicaof").toBe(known("replica-read-only"));
        expect(facts.aofLayout === "appendonlydir").toBe(known("appenddirname"));
        expect(facts.channelPermissions).toBe(known("acl-pubsub-default"));
        // 8.2 and Valkey 9.0 were captured from builds without TLS.
        if (!["8.2", "valkey-9.0"].includes(release)) expect(facts.nativeTls).toBe(known("tls-port"));
    });
});

test("4.0 is not marked as verified", () => {
    expect(versions["4.0"]).toMatchObject({ directivesOf: ["3.2", "5.0"], nativeTls: false, acl: false });
    expect(versions["4.0"].verifiedWith).toBeUndefined();
});

test("releases of an engine are in the order of their dates and of their numbers", () => {
    for (const engine of engineNames) {
        const own = releaseNames.map((release) => versions[release]).filter((facts) => facts.engine === engine);
        const dates = own.map(({ released }) => released);
        expect(dates).toEqual([...dates].sort());
        const numbers = own.map(({ version }) => version);
        expect(numbers).toEqual([...numbers].sort(compareVersions));
    }
});

test("a version is a pair of numbers: 8.10 comes after 8.8, and has the features of 8.8", () => {
    const pair = fc.tuple(fc.nat(99), fc.nat(99));
    fc.assert(
        fc.property(pair, pair, ([major, minor], [otherMajor, otherMinor]) => {
            const order = compareVersions(`${major}.${minor}`, `${otherMajor}.${otherMinor}`);
            expect(Math.sign(order)).toBe(Math.sign((major - otherMajor) * 100 + minor - otherMinor));
        }),
    );
    const { version: _version, image: _image, released: _released, ...facts } = versions["8.10"];
    expect(versions["8.8"]).toMatchObject(facts);
    expect(canUpgrade("8.8", "8.10")).toBe(true);
    expect(canUpgrade("8.10", "8.8")).toBe(false);
});

test("a default version is maintained, and was captured from a real server with TLS", () => {
    for (const engine of engineNames) {
        const release = releaseOf({ engine, version: defaultVersions[engine] });
        expect(isPastEndOfLife(release, new Date())).toBe(false);
        expect(dataOf(release).directives).toHaveProperty("tls-port");
    }
});

describe("upgrades in place", () => {
    /** `test/engine/catalog.test.ts` checks with real servers that the files can be read. */
    test("are possible to a later version of the same engine, but not to an earlier one", () => {
        for (const [index, from] of releaseNames.entries()) {
            for (const [otherIndex, to] of releaseNames.entries()) {
                if (versions[from].engine !== versions[to].engine) continue;
                expect([from, to, canUpgrade(from, to)]).toEqual([from, to, otherIndex >= index]);
            }
        }
    });

    test("are possible from Redis up to 7.2 to Valkey, and never back", () => {
        for (const version of versionNames) {
            for (const other of releaseNames.filter((release) => release.startsWith("valkey-"))) {
                expect([version, canUpgrade(version, other)]).toEqual([version, compareVersions(version, "7.2") <= 0]);
                expect(canUpgrade(other, version)).toBe(false);
            }
        }
    });

    test("never lead to an older dump format", () => {
        for (const from of releaseNames) {
            for (const to of releaseNames.filter((each) => canUpgrade(from, each))) {
                const [old = 0, now = Infinity] = [versions[from].rdbVersion, versions[to].rdbVersion];
                expect([from, to, old <= now]).toEqual([from, to, true]);
            }
        }
    });
});

test.each([
    ["7.3", "redis", ["7.2", "7.4"]],
    ["7.2.4", "redis", ["7.2"]],
    ["7", "redis", ["7.0"]],
    ["v6.2", "redis", ["6.2"]],
    ["2.6", "redis", ["2.8"]],
    ["9.0", "redis", ["8.10"]],
    ["8.1", "redis", ["8.0", "8.2"]],
    ["8.10", "redis", ["8.10"]],
    ["8.9", "redis", ["8.8", "8.10"]],
    ["8.11", "redis", ["8.10"]],
    ["7.4", "valkey", ["7.2", "8.0"]],
    ["latest", "redis", []],
    ["", "valkey", []],
] as const)("the suggestions for %j of %s are %j", (text, engine, near) => {
    expect(nearestVersions(text, engine)).toEqual(near);
});

test("everything else is rejected", () => {
    const valid = new Set(versionNames.flatMap((version) => [version, ...suffixes.map((s) => `${version}-${s}`)]));
    const text = fc.oneof(
        fc.string(),
        fc.stringMatching(/^ ?v?[0-9]{1,2}\.[0-9]{1,2}(\.[0-9]{1,2})?-{0,2}(aof|AOF|rdb|nordb|none|)-?(aof)? ?$/),
        fc.constantFrom(
            "",
            "-",
            "-aof",
            "7",
            "8.0-",
            "8.0-aof-aof",
            "8.0-AOF",
            " 8.0",
            "8.0\n",
            "8.1",
            "valkey-8.0",
            "__proto__",
            "toString",
        ),
    );
    fc.assert(
        fc.property(text, (written) => {
            fc.pre(!valid.has(written));
            expect(parseVersion(written)).toBeUndefined();
        }),
        { numRuns: 1000 },
    );
});
