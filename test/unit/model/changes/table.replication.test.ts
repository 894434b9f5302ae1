/** The change table for replicas and switchovers. */
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import type { Role } from "../../../../provider/model/arguments/replication";
import { asFollower, resolveArguments } from "../../../../provider/model/arguments/resolve";
import { describePair, describeRecorded } from "../../../../provider/model/changes/describe";
import { explainChanges } from "../../../../provider/model/changes/explanation";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { changesBetween, refusals } from "../../../../provider/model/changes/table";
import { redisConf } from "../../../../provider/model/render/redisConf";
import { present } from "../../../support/present";
import { parseRedisConf } from "../../support/redisConfParser";

const primary = { host: "192.0.2.1", tlsPort: 6380, version: "7.0", flavor: "rdb", memoryMb: 64 };

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

    test("promotion, by `promoted` or by removing `primary`, is explained with its consequences", () => {
        expect(rows({}, { promoted: true })).toEqual(["promotion"]);
        expect(rows({}, { primary: undefined })).toContain("promotion");
        expect(said({}, { promoted: true })).toMatchInlineSnapshot(
            `"RedisReplica "away": it permanently stops replicating from 192.0.2.1:6380; the server keeps running, clients stay connected: promoted false → true."`,
        );
    });

    test("following again is refused", () => {
        const { before, after } = pair({ promoted: true }, {});
        expect(refusals(before, after, "RedisReplica").map(({ path }) => path)).toEqual(["promoted"]);
    });

    test("a new primary or priority applies to the running server", () => {
        expect(rows({}, { primary: { ...primary, host: "192.0.2.9" } })).toEqual(["following"]);
        expect(said({}, { primary: { ...primary, host: "192.0.2.9" } })).toContain(
            ": primary 192.0.2.1:6380 → 192.0.2.9:6380.",
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

    test("is explained with its consequences, for the database and for its replicas", () => {
        expect(said({ replicas, primary: "one" }, { replicas })).toMatchInlineSnapshot(
            `"RedisDatabase "sessions": the database's own server becomes the primary once it has received all writes; the URLs change, and clients that write need the new ones; the server keeps running, clients stay connected: primary one → the database's own server."`,
        );
        const saidOfReplica = (before: Role, after: Role) => {
            const recorded = (role: Role) => ({ args: { primary }, role, format: currentFormat });
            const pair = present(describeRecorded(recorded(before), recorded(after), "RedisReplica"));
            return explainChanges("sessions", pair.before, pair.after, { kind: "RedisReplica" });
        };
        const follows = { nearby: true, leads: false, peers: [] };
        const leads = { ...follows, leads: true };
        expect(saidOfReplica(follows, leads)).toMatchInlineSnapshot(
            `"RedisReplica "sessions": the server keeps running, clients stay connected: primary follows → takes writes."`,
        );
        expect(saidOfReplica(leads, follows)).toMatchInlineSnapshot(
            `"RedisReplica "sessions": the server keeps running, clients stay connected: primary takes writes → follows."`,
        );
    });

    test("between replicas that exist before and after is not refused", () => {
        expect(refused({ replicas }, { replicas, primary: "one" })).toEqual([]);
        expect(refused({ replicas, primary: "one" }, { replicas, primary: "two" })).toEqual([]);
        expect(refused({ replicas, primary: "one" }, { replicas })).toEqual([]);
    });

    test("to a new replica, or from a removed one, is refused", () => {
        expect(refused({}, { replicas, primary: "one" })).toEqual(['primary: is "one", which does not exist yet']);
        expect(refused({ replicas, primary: "one" }, {})).toEqual([
            'replicas: lacks "one", which is the current primary',
        ]);
        const other = { replicas: [{ name: "three" }], primary: "three" };
        expect(refused({ replicas, primary: "one" }, other)).toHaveLength(2);
    });

    test("makes a database follow at its replica's address; a replica that is the primary does not follow", () => {
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
