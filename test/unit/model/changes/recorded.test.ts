/** What a component records, and that an upgrade of this package alone does not change a database. */
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, type RedisDatabaseArgs, RedisReplica } from "../../../../provider";
import type { Kind, PlainArguments } from "../../../../provider/model/arguments/definition";
import { describeRecorded } from "../../../../provider/model/changes/describe";
import { explainChanges } from "../../../../provider/model/changes/explanation";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { readRecorded } from "../../../../provider/model/changes/recorded";
import { changesBetween, refusals } from "../../../../provider/model/changes/table";
import { present } from "../../../support/present";
import { forgetReplacements, formerArguments } from "../../support/former";
import { startStack } from "../../support/mockedStack";

forgetReplacements();

const facts = { engine: "redis", version: "8.0", flavor: "aof", memoryMb: 64 };
const address = { host: "192.0.2.1", tlsPort: 24001 };

describe("reading", () => {
    test("the first format of a database: arguments only", () => {
        const inputs = { memoryMb: 64, replicas: [{ name: "one" }], primary: "one" };
        expect(readRecorded(inputs)).toEqual({ args: inputs, format: 1, resolvedVersion: "8.0" });
        expect(readRecorded({})).toEqual({ args: {}, format: 1, resolvedVersion: "8.0" });
        expect(readRecorded({ engine: "valkey" }).resolvedVersion).toBe("8.1");
    });

    test("the first format of a replica: its role was part of `primary`", () => {
        const primary = { ...address, ...facts };
        const read = (more: object) => readRecorded({ memoryMb: 64, primary: { ...primary, ...more } });
        const args = { memoryMb: 64, primary };
        expect(read({ nearby: true, peers: ["0", "two"] })).toEqual({
            args,
            role: { nearby: true, leads: false, peers: ["0", "two"] },
            format: 1,
        });
        expect(read({ nearby: true, leads: true, peers: ["0"] }).role).toEqual({
            nearby: true,
            leads: true,
            peers: ["0"],
        });
        expect(read({}).role).toEqual({ nearby: false, leads: false, peers: [] });
        expect(readRecorded({ promoted: true })).toEqual({
            args: { promoted: true },
            format: 1,
            resolvedVersion: "8.0",
        });
    });

    test("the second format: recorded facts are not arguments", () => {
        const recorded = { name: "sessions", resolvedVersion: "8.0", format: 2 };
        expect(readRecorded({ ...recorded, memoryMb: 64 })).toEqual({
            args: { memoryMb: 64 },
            name: "sessions",
            format: 2,
            resolvedVersion: "8.0",
        });
        const role = { nearby: true, leads: true, peers: ["0"] };
        expect(readRecorded({ ...recorded, role, primary: address })).toEqual({
            args: { primary: address },
            role,
            name: "sessions",
            format: 2,
            resolvedVersion: "8.0",
        });
        expect(readRecorded({ ...recorded, madeAs: "former" })).toMatchObject({ args: {}, madeAs: "former" });
    });
});

/** What the current code records of the components that `program` creates, by their names. */
async function record(program: () => void): Promise<Record<string, PlainArguments>> {
    const registered = await startStack();
    program();
    await pulumi.runtime.disconnect();
    const components = registered.filter(({ type }) => /^redis-database:index:Redis/.test(type));
    return Object.fromEntries(components.map(({ name, inputs }) => [name, plain(inputs) as PlainArguments]));
}

/** As the engine passes them to the preview hook, which may see secrets. */
function plain(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    if ("secret" in value) return plain(value.secret);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

interface Program {
    readonly run: () => void;
    /** What c33880f recorded for each component, with the ports of the mocked stack. */
    readonly before: Readonly<Record<string, readonly [Kind, PlainArguments]>>;
}

const given = {
    version: "7.0",
    flavor: "rdb" as const,
    memoryMb: 96,
    diskSizeGb: 1,
    savePoints: [{ seconds: 600, changes: 5 }],
    password: "only for this test",
    passwordGraceHours: 1,
    ports: { plaintext: 16379, tls: 16380 },
    tls: { hosts: ["redis.example.com"], protocols: ["TLSv1.3" as const], validityDays: 3650 },
    config: { "timeout": 300, "tcp-backlog": 128 },
    deletionProtection: false,
} satisfies RedisDatabaseArgs;
const bindAddress = "192.0.2.1";
const copy = { bindAddress, deletionProtection: false };
const inGroup = { ...address, ...facts, nearby: true };

/** The default of that release. A program without `version` must now set it, or the changed default is refused. */
const version = "8.0";

const programs: Readonly<Record<string, Program>> = {
    "a database without arguments": {
        run: () => new RedisDatabase("db", { version }),
        before: { db: ["RedisDatabase", {}] },
    },
    "a database with many arguments": {
        run: () => new RedisDatabase("db", given),
        before: { db: ["RedisDatabase", given] },
    },
    "a database whose replica is the primary, and a replica of another program": {
        run: () => {
            const args = { version, memoryMb: 64, bindAddress, replicas: 2, replicationAccess: ["archive"] };
            const db = new RedisDatabase("db", { ...args, primary: "replica-1" });
            const primary = db.replicationAccess.apply((access) => present(access.archive));
            new RedisReplica("archive", { primary, memoryMb: 64, flavor: "rdb" });
        },
        before: {
            "db": [
                "RedisDatabase",
                {
                    bindAddress,
                    memoryMb: 64,
                    primary: "replica-1",
                    replicas: [{ name: "replica-1" }, { name: "replica-2" }],
                    replicationAccess: ["archive"],
                },
            ],
            "db-replica-1": [
                "RedisReplica",
                {
                    ...copy,
                    deletionProtection: true,
                    primary: { ...inGroup, leads: true, peers: ["0", "replica-2"] },
                },
            ],
            "db-replica-2": ["RedisReplica", { ...copy, primary: { ...inGroup, peers: ["0", "replica-1"] } }],
            "archive": [
                "RedisReplica",
                {
                    deletionProtection: false,
                    flavor: "rdb",
                    memoryMb: 64,
                    primary: { ...address, ...facts, user: "repl-archive" },
                },
            ],
        },
    },
    "a replica of a database of the same program": {
        run: () => {
            const config = { timeout: 300 };
            const args = { version, memoryMb: 64, bindAddress, config, replicationAccess: ["own"] };
            const primary = new RedisDatabase("db", args);
            new RedisReplica("own", { primary });
        },
        before: {
            db: ["RedisDatabase", { bindAddress, memoryMb: 64, config: { timeout: 300 }, replicationAccess: ["own"] }],
            own: ["RedisReplica", { ...copy, config: { timeout: 300 }, primary: inGroup }],
        },
    },
    "a promoted replica": {
        run: () => new RedisDatabase("db", { version, memoryMb: 64, replicas: [{ name: "gone", promoted: true }] }),
        before: {
            "db": ["RedisDatabase", { memoryMb: 64, replicas: [{ name: "gone" }] }],
            "db-gone": [
                "RedisReplica",
                { deletionProtection: true, promoted: true, primary: { ...inGroup, host: "localhost" } },
            ],
        },
    },
    "replicas of 5.0": {
        run: () => {
            const args = { version: "5.0", memoryMb: 64, bindAddress, replicas: 1, replicationAccess: ["archive"] };
            const { replicationAccess } = new RedisDatabase("db", args);
            const primary = replicationAccess.apply((access) => present(access.archive));
            new RedisReplica("archive", { version: "5.0", primary, memoryMb: 64 });
        },
        before: {
            "db": [
                "RedisDatabase",
                {
                    bindAddress,
                    memoryMb: 64,
                    replicas: [{ name: "replica-1" }],
                    replicationAccess: ["archive"],
                    version: "5.0",
                },
            ],
            "db-replica-1": [
                "RedisReplica",
                { ...copy, version: "5.0", primary: { ...inGroup, version: "5.0", peers: [] } },
            ],
            "archive": [
                "RedisReplica",
                {
                    deletionProtection: false,
                    memoryMb: 64,
                    version: "5.0",
                    primary: { ...address, ...facts, version: "5.0", user: "" },
                },
            ],
        },
    },
};

describe.each(Object.entries(programs))("upgrading this package with %s", (_what, { run, before }) => {
    let now: Record<string, PlainArguments>;
    beforeAll(async () => {
        now = await record(run);
    });

    test("records every component, in the current format", () => {
        expect(Object.keys(now).sort()).toEqual(Object.keys(before).sort());
        for (const [name, inputs] of Object.entries(now)) {
            expect(inputs).toMatchObject({ name, format: currentFormat });
            expect(inputs.resolvedVersion).toMatch(/^\d+\.\d+$/);
        }
    });

    test.each(Object.entries(before))("does not change %s", (name, [kind, inputs]) => {
        const recorded = [readRecorded(inputs), readRecorded({ ...formerArguments(kind), ...now[name] })] as const;
        expect(recorded.map(({ format }) => format)).toEqual([1, currentFormat]);
        const pair = present(describeRecorded(...recorded, kind));
        expect(pair.after.spec).toEqual(pair.before.spec);
        expect(changesBetween(pair.before, pair.after, kind).map(({ id }) => id)).toEqual([]);
        expect(refusals(pair.before, pair.after, kind)).toEqual([]);
        expect(explainChanges(name, pair.before, pair.after, { kind })).toBe(
            `${kind} "${name}": created by an earlier release of this package; the server is not affected.`,
        );
        const [, current] = recorded;
        const next = present(describeRecorded(current, current, kind));
        expect(explainChanges(name, next.before, next.after, { kind })).toBeUndefined();
    });

    test.each(Object.entries(before))("does not hide a change of %s", (name, [kind, inputs]) => {
        const [old, current] = [readRecorded(inputs), readRecorded({ ...formerArguments(kind), ...now[name] })];
        const changed = { ...current, args: { ...current.args, memoryMb: 128 } };
        const pair = present(describeRecorded(old, changed, kind));
        expect(changesBetween(pair.before, pair.after, kind).map(({ id }) => id)).toEqual(["memory"]);
    });
});
