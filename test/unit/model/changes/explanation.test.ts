/** The line in a preview: losses first, then what happens to the server, then each change with its old and new value. */
import fc from "fast-check";
import type { Kind, PlainArguments } from "../../../../provider/model/arguments/definition";
import { describePair, describeRecorded } from "../../../../provider/model/changes/describe";
import { explainChanges } from "../../../../provider/model/changes/explanation";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { effects } from "../../../../provider/model/changes/rows";
import { changesBetween } from "../../../../provider/model/changes/table";
import { present } from "../../../support/present";

type Pair = readonly [before: PlainArguments, after: PlainArguments, kind?: Kind];

const primary = { host: "10.0.0.1", tlsPort: 6380, version: "8.0", memoryMb: 64 };
const many = (count: number) => Array.from({ length: count }, (_each, index) => ({ name: `copy-${index + 1}` }));
const orders = { name: "orders", rules: "~orders:* &* +@read" };

const pairs: readonly Pair[] = [
    [{ version: "7.2" }, { version: "8.0" }],
    [{ version: "5.0" }, { version: "7.2" }],
    [{ version: "7.2" }, { engine: "valkey", version: "8.1" }],
    [{ ports: { plaintext: 26379, tls: 26380 } }, { ports: { plaintext: 26381, tls: 26380 } }],
    [{}, { ports: { tls: 6380 } }],
    [{}, { plaintext: false }],
    [{ host: "old.example.com" }, { host: "new.example.com" }],
    [{}, { bindAddress: "10.0.0.1" }],
    [{ network: "frontend" }, { network: "backend" }],
    [{}, { image: "registry.example.com/redis:8.0" }],
    [{}, { logs: { maxSizeMb: 50 } }],
    [{ memoryMb: 256 }, { memoryMb: 128 }],
    [
        { memoryMb: 256, maxmemoryPolicy: "allkeys-lru", evictToFit: true },
        { memoryMb: 128, maxmemoryPolicy: "allkeys-lru", evictToFit: true },
    ],
    [{}, { maxmemoryPolicy: "volatile-ttl" }],
    [{}, { flavor: "rdb" }],
    [{}, { flavor: "nordb" }],
    [{ flavor: "nordb" }, { flavor: "aof" }],
    [{ flavor: "rdb" }, { flavor: "rdb", savePoints: [{ seconds: 600, changes: 100 }] }],
    [{}, { diskSizeGb: 8 }],
    [{ password: "hunter2" }, { password: "hunter3" }],
    [{}, { rotatePasswordEvery: 90, passwordGraceHours: 1 }],
    [{ passwordGraceHours: 0 }, { passwordGraceHours: 0, passwordVersion: 2 }],
    [{ version: "5.0" }, { version: "5.0", passwordVersion: 2 }],
    [{ users: [orders] }, { users: [{ ...orders, rules: "~orders:* +@read" }] }],
    [{ users: [orders, { ...orders, name: "reports" }] }, { memoryMb: 1024 }],
    [{ config: { timeout: 300 } }, { config: { "timeout": 60, "tls-key-file-pass": "hunter2", "databases": 4 } }],
    [
        {},
        {
            config: {
                "timeout": 60,
                "hz": 20,
                "maxclients": 99,
                "activedefrag": true,
                "slowlog-max-len": 9,
                "tcp-keepalive": 9,
            },
        },
    ],
    [{}, { tls: { hosts: ["redis.example.com"], validityDays: 90 } }],
    [{}, { tls: { protocols: ["TLSv1.3"] } }],
    [{ version: "5.0" }, { version: "5.0", tls: { protocols: ["TLSv1.3"] } }],
    [{}, { tls: { caVersions: [1, 2] } }],
    [{ tls: { caVersions: [1] } }, { tls: { caVersions: [2] } }],
    [{}, { replicas: 2 }],
    [{ replicas: many(2) }, { replicas: many(9) }],
    [{ replicas: many(3) }, { replicas: many(2) }],
    [{}, { replicationAccess: ["archive"] }],
    [{ replicas: 2 }, { replicas: 2, primary: "replica-1" }],
    [{}, { importing: true }],
    [{ importing: true }, { importing: true, network: "backend" }],
    [{}, { deletionProtection: false, startTimeoutSeconds: 900 }],
    [
        { version: "7.2-nordb" },
        { version: "8.0-nordb", memoryMb: 1024, plaintext: false, passwordVersion: 2, config: { timeout: 5 } },
    ],
    [{ primary }, { primary, promoted: true }, "RedisReplica"],
    [{ primary }, { primary: { ...primary, host: "10.0.0.2" }, priority: 10 }, "RedisReplica"],
];

const described = ([before, after, kind]: Pair) => present(describePair(before, after, kind));
const line = (pair: Pair) => {
    const { before, after } = described(pair);
    return present(explainChanges("db", before, after, { kind: pair[2] ?? "RedisDatabase" }));
};

test("the lines of many changes", () => {
    expect(pairs.map(line)).toMatchSnapshot();
});

/** Databases only: their arguments can be combined. */
const ofDatabases = pairs.filter(([, , kind]) => kind === undefined);
const together = fc.subarray([...ofDatabases], { minLength: 1 }).map((some): Pair => [
    // A fixed upgrade, since a downgrade would be refused.
    { ...(Object.assign({}, ...some.map(([before]) => before)) as object), version: "7.0", engine: "redis" },
    { ...(Object.assign({}, ...some.map(([, after]) => after)) as object), version: "7.2", engine: "redis" },
]);
const each = fc.oneof(fc.constantFrom(...pairs), together);

/** How the sentence of each effect starts, the most severe first. */
const worst = {
    replaced: "the server is replaced, ",
    terminator: "HAProxy is replaced, ",
    resized: "the server is resized in place, ",
    live: "the server keeps running, ",
    recorded: "the server is not affected",
};

test("state the most severe effect once, before every change", () => {
    fc.assert(
        fc.property(each, (pair) => {
            const { before, after } = described(pair);
            const found = changesBetween(before, after, pair[2]).map(({ effect }) => effect as keyof typeof worst);
            const expected = present(
                Object.entries(worst).find(([effect]) => found.includes(effect as keyof typeof worst)),
            );
            const said = line(pair);
            for (const [effect, words] of Object.entries(worst)) {
                expect([effect, said.split(words).length - 1]).toEqual([effect, effect === expected[0] ? 1 : 0]);
            }
            const [losses = ""] = said.split(expected[1]);
            expect(losses).not.toMatch(/→| added| removed \(/);
        }),
    );
    expect(Object.keys(worst).length + 1).toBe(Object.keys(effects).length);
});

test("name every changed argument", () => {
    const names = (path: string) => (/^(users|replicas)$/.test(path) ? [path, path.slice(0, -1)] : [path]);
    fc.assert(
        fc.property(each, (pair) => {
            const [before, after] = pair;
            const changed = [...new Set(Object.keys({ ...before, ...after }))].filter(
                (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
            );
            const said = line(pair);
            for (const name of changed) {
                expect([name, names(name).some((each) => new RegExp(`[ :]${each}[ .]`).test(said))]).toEqual([
                    name,
                    true,
                ]);
            }
        }),
    );
});

test("do not contradict themselves, show no secret, and are one readable line", () => {
    fc.assert(
        fc.property(each, (pair) => {
            const said = line(pair);
            expect(said.includes("stay connected") && said.includes("reconnect")).toBe(false);
            expect(/(and its|and their) connections close/.test(said) && /, clients stay connected/.test(said)).toBe(
                false,
            );
            expect(said).not.toContain("hunter");
            expect(said).toMatch(/^Redis(Database|Replica) "db": [^\n]+[^.]\.$/);
            expect(said).not.toMatch(/undefined|\[object|NaN/);
        }),
    );
    for (const pair of pairs) expect(line(pair).length).toBeLessThan(480);
});

test.each<[string, Pair, string]>([
    [
        "the old URLs work for a while",
        [{ version: "5.0" }, { version: "7.2", passwordVersion: 2, host: "redis.example.com" }],
        "the URLs contain the new password, the new host and the user app",
    ],
    [
        "the old URLs stop working",
        [{ replicas: 2 }, { replicas: 2, primary: "replica-1", passwordVersion: 2, ports: { tls: 6380 } }],
        "the URLs change, and clients need the new ones",
    ],
])("mention the URLs once, however many changes affect them: %s", (_what, pair, sentence) => {
    expect(line(pair)).toContain(`; ${sentence}`);
    expect(line(pair).match(/the URLs/g)).toHaveLength(1);
});

test("show no value of an argument that holds a secret in this program, only that it changed", () => {
    const { before, after } = described([
        { config: { timeout: 300 }, memoryMb: 64 },
        { config: { hz: 20 }, memoryMb: 128 },
    ]);
    expect(explainChanges("db", before, after, { secrets: ["config"] })).toBe(
        'RedisDatabase "db": the server is resized in place, clients stay connected: memoryMb 64 → 128; ' +
            "also config.timeout removed, config.hz added.",
    );
});

test("a text with special characters stays on one line, and a long value is left out", () => {
    const config = (text: string) => ({ config: { "notify-keyspace-events": text } });
    expect(line([config("KEA"), config("")])).toContain('config.notify-keyspace-events KEA → ""');
    expect(line([{ image: "a" }, { image: `b${"c".repeat(80)}` }])).toContain(": image changed.");
});

test("an address that an earlier release wrote differently replaces the server once, with an explanation", () => {
    const args = { bindAddress: "0:0:0:0:0:0:0:1" };
    const said = (from: number, to: number) => {
        const pair = present(describeRecorded({ args, format: from }, { args, format: to }, "RedisDatabase"));
        return explainChanges("db", pair.before, pair.after);
    };
    expect(said(2, currentFormat)).toBe(
        'RedisDatabase "db": the server is replaced, its data is kept on its volume, clients reconnect once: ' +
            "release of this package; this release writes bindAddress as Docker does, which replaces the server once.",
    );
    expect(said(currentFormat, currentFormat)).toBeUndefined();
});
