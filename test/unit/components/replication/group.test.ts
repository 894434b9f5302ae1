/** Replicas: their users, what Redis is told, what it takes of the memory, and what the program makes. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { RedisDatabase, RedisReplica } from "../../../../provider";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { listReplicas, replicaNames } from "../../../../provider/model/arguments/replicaList";
import type { Role } from "../../../../provider/model/arguments/replication";
import { asFollower, resolveArguments } from "../../../../provider/model/arguments/resolve";
import { flavorNames } from "../../../../provider/model/catalog/versions";
import { describePair, describeRecorded } from "../../../../provider/model/changes/describe";
import { explainChanges } from "../../../../provider/model/changes/explanation";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { changesBetween, refusals } from "../../../../provider/model/changes/table";
import { redisConf } from "../../../../provider/model/render/redisConf";
import { followerUsers, primaryConf } from "../../../../provider/model/render/replication";
import { dataPercent, maxmemoryMb, replicationMb, serverItselfMb } from "../../../../provider/model/sizing/memory";
import { present } from "../../../support/present";
import { parseRedisConf } from "../../support/redisConfParser";
import { type Registered, filesOf, startStack, valueOf } from "../../support/mockedStack";

const login = { user: "repl-reader", password: 'a "quoted" \\ one' };
const primary = { host: "192.0.2.1", tlsPort: 6380, version: "7.0", flavor: "rdb", memoryMb: 64 };
const confOf = (args: PlainArguments, kind: "RedisDatabase" | "RedisReplica" = "RedisReplica") =>
    redisConf(present(resolveArguments(args, kind).spec), 20001);

test("a replica's user has a hash, no key, no channel where there are any, and three commands", () => {
    expect(followerUsers("8.0", [login])).toMatch(
        /^user repl-reader on #[0-9a-f]{64} resetkeys resetchannels -@all \+psync \+replconf \+ping\n$/,
    );
    expect(followerUsers("6.0", [login])).not.toContain("resetchannels");
    expect(followerUsers("8.0", [])).toBe("");
});

test("what a replica logs in with is quoted as Redis reads it", () => {
    expect(primaryConf(login)).toBe('masteruser repl-reader\nmasterauth "a \\"quoted\\" \\\\ one"\n');
});

test("redis.conf of a replica follows over TLS, until it is promoted", () => {
    const follows = confOf({ primary, priority: 7 });
    expect(follows).toContain("\nreplica-priority 7\ntls-replication yes\ninclude /settings/current/primary.conf\n");
    expect(follows).not.toContain("replicaof");
    for (const args of [{ primary, promoted: true }, {}]) {
        expect(confOf(args)).not.toMatch(/tls-replication|include/);
    }
});

test("a memory-only replica keeps no dump of its first sync", () => {
    expect(confOf({ primary, flavor: "nordb" })).toContain("\nrdb-del-sync-files yes\n");
    expect(confOf({ primary })).not.toContain("rdb-del-sync-files");
});

test("redis.conf of a primary has replication in it only where there are replicas", () => {
    expect(confOf({}, "RedisDatabase")).not.toContain("repl-");
    expect(confOf({ replicas: 2, memoryMb: 512 }, "RedisDatabase")).toContain(
        "\nrepl-backlog-size 32mb\nclient-output-buffer-limit replica 16mb 8mb 60\n",
    );
});

test("with replicas, data, backlog and what replicas wait for stay within the memory", () => {
    fc.assert(
        fc.property(fc.integer({ min: 32, max: 1 << 20 }), fc.constantFrom(...flavorNames), (memoryMb, flavor) => {
            const backlog = Math.max(1, Math.floor(replicationMb(memoryMb) / 2));
            const data = maxmemoryMb(memoryMb, flavor, true) - backlog;
            // While the first sync is sent, what is written to exists twice, and so does the backlog.
            const held = data * 2.27 + replicationMb(memoryMb) + backlog + serverItselfMb;
            expect(held).toBeLessThanOrEqual(memoryMb + 1);
        }),
    );
});

test("what an agent says is the least with replicas is enough, and hardly more", () => {
    fc.assert(
        fc.property(fc.integer({ min: 16, max: 1 << 20 }), fc.constantFrom(...flavorNames), (used, flavor) => {
            const percent = dataPercent({ flavor, followers: ["repl-reader"] });
            const least = Math.floor((used * 100) / percent) + 1 + serverItselfMb;
            expect(maxmemoryMb(least, flavor, true)).toBeGreaterThanOrEqual(used);
            expect(maxmemoryMb(Math.floor(least * 0.93) - 4, flavor, true)).toBeLessThan(used);
        }),
    );
});

test("a replica is as its primary is, where it says nothing", () => {
    const { spec } = resolveArguments({ primary }, "RedisReplica");
    expect(spec).toMatchObject({ version: "7.0", flavor: "rdb", memoryMb: 64, engine: "redis" });
    const own = { version: "8.0", flavor: "nordb", memoryMb: 128 };
    expect(resolveArguments({ primary, ...own }, "RedisReplica").spec).toMatchObject(own);
});

test("replicas have names, numbered where the program gives none", () => {
    expect(replicaNames(2)).toEqual(["replica-1", "replica-2"]);
    expect(replicaNames([{ name: "reader" }, {}])).toEqual(["reader", "replica-2"]);
    expect(replicaNames(undefined)).toEqual([]);
    expect(listReplicas([{ name: "reader", memoryMb: 64 }])).toEqual([{ name: "reader", memoryMb: 64 }]);
});

describe("a change of a replica", () => {
    const pair = (before: PlainArguments, after: PlainArguments) =>
        present(describePair({ primary, ...before }, { primary, ...after }, "RedisReplica"));
    const said = (before: PlainArguments, after: PlainArguments) => {
        const { before: old, after: now } = pair(before, after);
        return explainChanges("away", old, now, { kind: "RedisReplica" });
    };
    const rows = (before: PlainArguments, after: PlainArguments) => {
        const { before: old, after: now } = pair(before, after);
        return changesBetween(old, now, "RedisReplica").map(({ id }) => id);
    };

    test("promotion, either way, is said with what comes of it", () => {
        expect(rows({}, { promoted: true })).toEqual(["promotion"]);
        expect(rows({}, { primary: undefined })).toContain("promotion");
        expect(said({}, { promoted: true })).toMatchInlineSnapshot(
            `"RedisReplica "away": promoted follows → is promoted: takes effect while the server runs, clients stay connected; it no longer receives what is written at 192.0.2.1:6380, for good."`,
        );
    });

    test("to follow again is refused", () => {
        const { before, after } = pair({ promoted: true }, {});
        expect(refusals(before, after, "RedisReplica").map(({ path }) => path)).toEqual(["promoted"]);
    });

    test("another primary, and another priority, while it runs", () => {
        expect(rows({}, { primary: { ...primary, host: "192.0.2.9" } })).toEqual(["following"]);
        expect(said({}, { primary: { ...primary, host: "192.0.2.9" } })).toContain(
            "primary 192.0.2.1:6380 → 192.0.2.9:6380: takes effect while the server runs",
        );
        expect(rows({}, { priority: 7 })).toEqual(["following"]);
        expect(rows({}, { syncTimeoutSeconds: 7 })).toEqual(["recorded"]);
    });
});

describe("a switchover", () => {
    const said = (before: PlainArguments, after: PlainArguments) => {
        const { before: old, after: now } = present(describePair(before, after));
        return explainChanges("sessions", old, now);
    };
    const refused = (before: PlainArguments, after: PlainArguments) => {
        const { before: old, after: now } = present(describePair(before, after));
        return refusals(old, now).map(({ path, problem }) => `${path}: ${problem}`);
    };
    const replicas = [{ name: "one" }, { name: "two" }];

    test("is said with what comes of it, for the database and for its replicas", () => {
        expect(said({ replicas, primary: "one" }, { replicas })).toMatchInlineSnapshot(
            `"RedisDatabase "sessions": primary one → the database's own server: takes effect while the server runs, clients stay connected; its own server takes writes as soon as it has the last of them; the URLs change, and clients that write need the new ones."`,
        );
        const saidOfReplica = (before: Role, after: Role) => {
            const recorded = (role: Role) => ({ args: { primary }, role, format: currentFormat });
            const pair = present(describeRecorded(recorded(before), recorded(after), "RedisReplica"));
            return explainChanges("sessions", pair.before, pair.after, { kind: "RedisReplica" });
        };
        const follows = { nearby: true, leads: false, peers: [] };
        const leads = { ...follows, leads: true };
        expect(saidOfReplica(follows, leads)).toMatchInlineSnapshot(
            `"RedisReplica "sessions": primary follows → takes writes: takes effect while the server runs, clients stay connected."`,
        );
        expect(saidOfReplica(leads, follows)).toMatchInlineSnapshot(
            `"RedisReplica "sessions": primary takes writes → follows: takes effect while the server runs, clients stay connected."`,
        );
    });

    test("from and to a replica that is there before and after is not refused", () => {
        expect(refused({ replicas }, { replicas, primary: "one" })).toEqual([]);
        expect(refused({ replicas, primary: "one" }, { replicas, primary: "two" })).toEqual([]);
        expect(refused({ replicas, primary: "one" }, { replicas })).toEqual([]);
    });

    test("to one that is new, and from one that goes, is refused", () => {
        expect(refused({}, { replicas, primary: "one" })).toEqual(['primary: is "one", which is not there yet']);
        expect(refused({ replicas, primary: "one" }, {})).toEqual(['replicas: lacks "one", which takes writes']);
        const other = { replicas: [{ name: "three" }], primary: "three" };
        expect(refused({ replicas, primary: "one" }, other)).toHaveLength(2);
    });

    test("makes a database follow at its replica's address, as a replica that leads does not", () => {
        const { spec } = resolveArguments({ replicas, memoryMb: 64 });
        const conf = parseRedisConf(
            redisConf(asFollower(present(spec), { host: "192.0.2.9", port: 20001, nearby: false }), 20003),
        );
        expect(conf).toEqual(
            expect.arrayContaining([
                ["tls-replication", "yes"],
                ["replica-announce-ip", "localhost"],
                ["replica-announce-port", "20003"],
            ]),
        );
        const leads = resolveArguments({ primary }, "RedisReplica", { nearby: true, leads: true, peers: ["0", "two"] });
        expect(leads.spec?.followers).toEqual(["repl-0", "repl-two"]);
        expect(leads.spec?.replica?.primary).toBeUndefined();
    });
});

describe("the program", () => {
    let registered: readonly Registered[];
    const find = (name: string) => present(registered.find((each) => each.name === name));
    let db: RedisDatabase;
    let away: RedisReplica;

    beforeAll(async () => {
        registered = await startStack();
        db = new RedisDatabase("sessions", {
            version: "7.0-rdb",
            memoryMb: 64,
            maxmemoryPolicy: "allkeys-lru",
            replicas: [{ name: "reader" }],
            replicationAccess: ["away"],
        });
        away = new RedisReplica("away", {
            primary: { host: "192.0.2.1", tlsPort: 20001, caCertPem: "-----BEGIN CERTIFICATE-----", ...login },
            memoryMb: 64,
        });
        await pulumi.runtime.disconnect();
    });

    test("makes for each replica what a database has, and a password on the primary", () => {
        const names = registered.map(({ name }) => name);
        const of = (prefix: string) =>
            names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
        const children = of("sessions-").filter((name) => !/^(reader|repl-)/.test(name));
        expect(of("sessions-reader-").sort()).toEqual(children.sort());
        expect(names.filter((name) => name.startsWith("sessions-repl-")).sort()).toEqual([
            "sessions-repl-0",
            "sessions-repl-away",
            "sessions-repl-reader",
        ]);
    });

    test("gives the primary's agent the users, and none of their passwords", () => {
        const users = String(filesOf(find("sessions-agent"))["followers.acl"]);
        expect(users.match(/^user \S+/gm)).toEqual(["user repl-reader", "user repl-away"]);
        const peers = String(filesOf(find("sessions-reader-agent"))["followers.acl"]);
        expect(peers.match(/^user \S+/gm)).toEqual(["user repl-0"]);
        expect(users).not.toContain("aRandomPassword");
    });

    test("tells the agent of a replica beside it where the primary's address is, and of another its own", () => {
        expect(filesOf(find("sessions-reader-agent")).database).toContain("\nprimary=nearby\n");
        expect(JSON.stringify(find("sessions-reader-agent").inputs.volumes)).toContain('"/primary"');
        expect(filesOf(find("away-agent")).database).toContain("\nprimary=192.0.2.1 20001\n");
        expect(JSON.stringify(find("away-agent").inputs.volumes)).not.toContain("/primary");
    });

    test("gives the replica what it logs in with, and the CA of its primary beside its own", () => {
        const files = filesOf(find("sessions-reader-agent"));
        expect(files["primary.conf"]).toBe("masteruser repl-reader\nmasterauth aRandomPassword\n");
        expect(files["ca.crt"]).toBe("certificate of sessions-reader-ca\ncertificate of sessions-ca\n");
        expect(files["redis.conf"]).toContain("\nmaxmemory-policy allkeys-lru\n");
        expect(files.database).toContain("\nversion=7.0\nflavor=rdb\n");
    });

    test("protects data that is nowhere else, and no copy", () => {
        expect(away.promoted).toBe(false);
        expect(find("sessions-reader").inputs.deletionProtection).toBe(false);
        expect(find("sessions").inputs.deletionProtection).toBeUndefined();
    });

    test("has the replicas' URLs, and what other programs need to follow, as secrets", async () => {
        expect(await valueOf(db.replicaTlsUrls)).toEqual(["rediss://app:aRandomPassword@localhost:24001"]);
        expect(await pulumi.isSecret(db.replicaTlsUrls)).toBe(true);
        expect(await pulumi.isSecret(db.replicationAccess)).toBe(true);
        expect(Object.keys(await valueOf(db.replicationAccess))).toEqual(["away"]);
    });

    test("keeps no secret of the primary in the plain part of its own inputs", () => {
        for (const name of ["away", "sessions-reader"]) {
            expect(JSON.stringify(find(name).inputs)).not.toMatch(/quoted|aRandomPassword|BEGIN/);
        }
    });
});

describe("the program, when a replica takes writes", () => {
    let registered: readonly Registered[];
    const find = (name: string) => present(registered.find((each) => each.name === name));
    let db: RedisDatabase;

    beforeAll(async () => {
        registered = await startStack();
        db = new RedisDatabase("sessions", { replicas: [{ name: "one" }, { name: "two" }], primary: "two" });
        await pulumi.runtime.disconnect();
    });

    test("has the others follow it, each by its own user", () => {
        for (const [agent, user] of [
            ["sessions-agent", "repl-0"],
            ["sessions-one-agent", "repl-one"],
        ] as const) {
            const files = filesOf(find(agent));
            expect(files.database).toContain("\nprimary=nearby\n");
            expect(files["primary.conf"]).toContain(`masteruser ${user}\n`);
            expect(files["ca.crt"]).toContain("certificate of sessions-two-ca\n");
        }
        const files = filesOf(find("sessions-two-agent"));
        expect(files.database).toContain("\nprimary=\n");
        expect(files["primary.conf"]).toBeUndefined();
        expect(String(files["followers.acl"]).match(/^user \S+/gm)).toEqual(["user repl-0", "user repl-one"]);
    });

    test("asks for its agent after theirs, and for their servers after its own", () => {
        const place = (name: string) => registered.findIndex((each) => each.name === name);
        for (const follower of ["sessions", "sessions-one"]) {
            expect(place("sessions-two-agent")).toBeGreaterThan(place(`${follower}-agent`));
            expect(place(`${follower}-server`)).toBeGreaterThan(place("sessions-two-server"));
        }
    });

    test("gives its outputs, and the others' as the replicas'", async () => {
        const [one, two] = db.replicas.map(present);
        expect(db.url).toBe(present(two).url);
        expect(db.caCertPem).toBe(present(two).caCertPem);
        expect(await valueOf(db.replicaTlsUrls)).toHaveLength(2);
        expect(await valueOf(db.replicaTlsUrls)).toContain(await valueOf(present(one).tlsUrl));
    });

    test("protects its data as the database's", () => {
        expect(find("sessions-two").inputs.deletionProtection).toBe(true);
        expect(find("sessions-one").inputs.deletionProtection).toBe(false);
    });
});

test.each(["near", "far", undefined])(
    "a replica has the addresses of its own Docker host, wherever the one that takes writes is: %s",
    async (primary) => {
        const args = { bindAddress: "192.0.2.1", host: "r.example", network: "backend" };
        const registered = await startStack();
        const provider = new docker.Provider("second", {});
        const far = { name: "far", provider, bindAddress: "192.0.2.2" };
        const replicas = [{ name: "near" }, far, { name: "farther", provider }];
        new RedisDatabase("sessions", { ...args, replicas, ...(primary && { primary }) });
        await pulumi.runtime.disconnect();
        const inputsOf = (name: string) => present(registered.find((each) => each.name === name)).inputs;
        expect(inputsOf("sessions-near")).toMatchObject(args);
        for (const name of Object.keys(args)) expect(inputsOf("sessions-farther")).not.toHaveProperty(name);
        expect(inputsOf("sessions-far")).toMatchObject({ bindAddress: "192.0.2.2" });
    },
);
