/** Upgrades of databases with replicas: which updates are planned, and that the CLI deploys them in this order. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProgressEvent, RedisPlatform, changes } from "../../../provider/platform/index";
import { planUpdates } from "../../../provider/platform/replicasFirst";
import {
    type DatabaseSpec,
    type StoredSpecification,
    checkSpecification,
    deployedArguments,
} from "../../../provider/platform/specification";
import { dockerDoes, fakeDocker } from "../support/fakeDocker";

fakeDocker();

const running = { engine: "redis", version: "8.0" } as const;
const replicas = [{ name: "one" }, { name: "tried", version: "8.4" }, { name: "own", promoted: true }, { name: "two" }];
const stored = (args: DatabaseSpec, more: Partial<StoredSpecification> = {}): StoredSpecification => ({
    name: "db",
    args,
    ...more,
});
const plan = (before: StoredSpecification, version: string, from: Parameters<typeof planUpdates>[2] = running) =>
    planUpdates(before, { ...before, args: { ...before.args, version } }, from);
const upgraded = (version: "8.4" | "8.6" | "8.8", ...names: string[]) => ({
    replicasUpgraded: { engine: "redis", version, replicas: names } as const,
});

test("an upgrade takes two updates; the first one changes only the versions of replicas that follow without one", () => {
    const before = stored({ version: "8.0-rdb", replicas });
    const { first, last, note } = plan(before, "8.4-rdb");
    expect(first).toEqual({ ...before, ...upgraded("8.4", "one", "two") });
    expect(last).toEqual(stored({ version: "8.4-rdb", replicas }));
    expect(note).toBe("a first update upgrades the replicas (one, two); a second one upgrades the database itself");
    const [one, tried, own, two] = replicas;
    const release = { engine: "redis", version: "8.4" };
    const deployed = { version: "8.0-rdb", replicas: [{ ...one, ...release }, tried, own, { ...two, ...release }] };
    expect(deployedArguments(first as StoredSpecification)).toEqual(deployed);
    expect(deployedArguments(last)).toEqual(last.args);
});

test("the arguments of the first update are valid, also for a number of replicas and for Valkey", () => {
    for (const [args, version] of [
        [{ version: "5.0", replicas: 2 }, "4.0"],
        [{ version: "8.6", memoryMb: 256, replicas: [{ name: "one", memoryMb: 512 }] }, "7.2"],
        [{ version: "9.0", engine: "valkey", replicas: 1 }, "8.0"],
    ] as const) {
        const { engine = "redis" } = args as DatabaseSpec;
        const before = stored({ ...args, version });
        const { first } = planUpdates(before, stored(args), { engine, version });
        expect(first).toBeDefined();
        checkSpecification(first as StoredSpecification);
    }
});

test.each<[string, StoredSpecification, string, Parameters<typeof planUpdates>[2]?]>([
    ["without replicas", stored({ version: "8.0" }), "8.6"],
    [
        "only of replicas with own versions",
        stored({ version: "8.0", replicas: [{ name: "a", version: "8.6" }] }),
        "8.6",
    ],
    ["to the same version", stored({ version: "8.0", replicas }), "8.0"],
    ["to an earlier version", stored({ version: "8.0", replicas }), "7.2"],
    [
        "to 6.0, whose replicas log in",
        stored({ version: "5.0", replicas: 1 }),
        "6.0",
        { engine: "redis", version: "5.0" },
    ],
    ["before the first update", stored({ version: "8.0", replicas }), "8.6", {}],
])("one update is enough for a change %s", (_case, before, version, from = running) => {
    expect(plan(before, version, from)).toEqual({ last: { ...before, args: { ...before.args, version } } });
});

test("after a switchover, one update upgrades all, and says in which order", () => {
    const { first, note } = plan(stored({ version: "8.0", replicas: 1, primary: "replica-1" }), "8.6");
    expect([first, note]).toEqual([undefined, expect.stringContaining('switch back to "db" before the upgrade')]);
});

test("a replica that is added by the same change is not upgraded first", () => {
    const args = { version: "8.6", replicas: [{ name: "one" }, { name: "new" }] };
    const { first } = planUpdates(stored({ version: "8.0", replicas: [{ name: "one" }] }), stored(args), running);
    expect(first?.replicasUpgraded?.replicas).toEqual(["one"]);
});

describe("between the two updates", () => {
    const between = stored({ version: "8.0", replicas: 2 }, upgraded("8.6", "replica-1", "replica-2"));
    const finished = stored({ version: "8.6", replicas: 2 });

    test("a repeat upgrades only the database, also if the database has the version already", () => {
        expect(plan(between, "8.6")).toEqual({ last: finished });
        expect(plan(between, "8.6", { engine: "redis", version: "8.6" })).toEqual({ last: finished });
    });

    test("another change keeps the versions of the replicas", () => {
        const requested = { ...between, args: { ...between.args, memoryMb: 512 } };
        expect(planUpdates(between, requested, running)).toEqual({ last: requested });
        // An earlier version than theirs, too.
        expect(plan(between, "8.4").last.replicasUpgraded).toEqual(between.replicasUpgraded);
    });

    test("an upgrade to a later version, or with another replica, upgrades them again", () => {
        expect(plan(between, "8.8").first?.replicasUpgraded?.version).toBe("8.8");
        const three = { ...between, args: { ...between.args, replicas: 3 } };
        expect(plan(three, "8.6").first?.replicasUpgraded?.replicas).toHaveLength(3);
    });
});

describe("with the CLI", () => {
    const directory = mkdtempSync(join(tmpdir(), "redisdb-upgrade-"));
    const [deployments, outputs, failing] = ["deployments", "outputs", "failing"].map((name) =>
        join(directory, name),
    ) as [string, string, string];
    afterAll(() => {
        rmSync(directory, { recursive: true });
    });

    /** A CLI that fails to deploy what contains the text in the file `failing`, and otherwise stores it. */
    const cli = `#!/bin/sh
case "$1 $2" in
"stack output") printf '{"specification":%s,"connections":{}}' "$(cat ${outputs})" ;;
"preview "*) cat specification.json >> ${deployments}.previewed ;;
"up "*)
    echo "$(cat specification.json)" >> ${deployments}
    ! grep -q -f ${failing} specification.json || exit 1
    cp specification.json ${outputs}
    ;;
esac`;

    function platform(): RedisPlatform {
        const stacks = join(directory, "state/.pulumi/stacks/redis");
        mkdirSync(stacks, { recursive: true });
        const database = "redis-database:index:RedisDatabase";
        const urn = `urn:pulumi:db::redis::${database}::db`;
        const done = { engine: "redis", version: "8.0", containerName: "db-server-1" };
        const resources = [
            { urn: "urn:pulumi:db::redis::s::s", type: "pulumi:pulumi:Stack", outputs: { specification: "" } },
            { urn, type: database, outputs: done },
            { urn: `${urn}-one`, type: "redis-database:index:RedisReplica", parent: urn, outputs: done },
        ];
        writeFileSync(join(stacks, "db.json"), JSON.stringify({ checkpoint: { latest: { resources } } }));
        writeFileSync(outputs, JSON.stringify(stored({ version: "8.0", replicas: [{ name: "one" }] })));
        writeFileSync(failing, "nothing fails\n");
        rmSync(deployments, { force: true });
        const pulumiCommand = join(directory, "pulumi");
        writeFileSync(pulumiCommand, cli, { mode: 0o755 });
        dockerDoes("");
        return RedisPlatform.open({ dataDirectory: directory, pulumiCommand });
    }

    const deployed = () =>
        (existsSync(deployments) ? readFileSync(deployments, "utf8").trim().split("\n") : []).map((line) => {
            const { args, replicasUpgraded } = JSON.parse(line) as StoredSpecification;
            return [args.version, replicasUpgraded?.version];
        });
    const note = "a first update upgrades the replicas (one); a second one upgrades the database itself";

    test("the replicas are deployed before the database, and progress says so", async () => {
        const events: ProgressEvent[] = [];
        await platform().upgrade("db", "8.6", { onProgress: (event) => events.push(event) });
        expect(deployed()).toEqual([
            ["8.0", "8.6"],
            ["8.6", undefined],
        ]);
        expect(events).toContainEqual({ type: "message", handle: "db", severity: "info", about: "db", text: note });
    });

    test("if the first update fails, the database stays as it is, and a repeat begins again", async () => {
        const redis = platform();
        writeFileSync(failing, "replicasUpgraded\n");
        await expect(redis.upgrade("db", "8.6")).rejects.toThrow();
        expect(deployed()).toEqual([["8.0", "8.6"]]);
        writeFileSync(failing, "nothing fails\n");
        await redis.upgrade("db", "8.6");
        expect(deployed()).toHaveLength(3);
    });

    test("if the second update fails, another change keeps the replicas' version, and a repeat continues", async () => {
        const redis = platform();
        writeFileSync(failing, '"args":{"version":"8.6"\n');
        await expect(redis.upgrade("db", "8.6")).rejects.toThrow();
        writeFileSync(failing, "nothing fails\n");
        await redis.update("db", { memoryMb: 512 });
        await redis.upgrade("db", "8.6");
        expect(deployed()).toEqual([
            ["8.0", "8.6"],
            ["8.6", undefined],
            ["8.0", "8.6"],
            ["8.6", undefined],
        ]);
    });

    test("the plan of all upgrades names the replicas", async () => {
        const redis = platform();
        expect(await redis.planUpgrade("8.6")).toEqual([{ handle: "db", from: "8.0", to: "8.6", replicas: ["one"] }]);
        expect(await redis.planUpgrade("8.0")).toEqual([]);
    });

    test("a preview says it, and deploys nothing", async () => {
        const { messages } = await platform().preview("db", changes.upgrade("8.6"));
        expect(messages).toEqual([{ severity: "info", about: "db", text: note }]);
        expect(deployed()).toEqual([]);
    });
});
