/** Replicas: their users, their logins, and the replication directives. */
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { redisConf } from "../../../../provider/model/render/redisConf";
import { followerUsers, primaryConf } from "../../../../provider/model/render/replication";
import { present } from "../../../support/present";

const login = { user: "repl-reader", password: 'a "quoted" \\ one' };
const primary = { host: "192.0.2.1", tlsPort: 6380, version: "7.0", flavor: "rdb", memoryMb: 64 };
const confOf = (args: PlainArguments, kind: "RedisDatabase" | "RedisReplica" = "RedisReplica") =>
    redisConf(present(resolveArguments(args, kind).spec), 20001);

test("a replica's user has a password hash, no keys, no channels and three commands", () => {
    expect(followerUsers("8.0", [login])).toMatch(
        /^user repl-reader on #[0-9a-f]{64} resetkeys resetchannels -@all \+psync \+replconf \+ping\n$/,
    );
    expect(followerUsers("6.0", [login])).not.toContain("resetchannels");
    expect(followerUsers("8.0", [])).toBe("");
});

test("a replica's login is quoted as Redis reads it", () => {
    expect(primaryConf(login)).toBe('masteruser repl-reader\nmasterauth "a \\"quoted\\" \\\\ one"\n');
});

test("redis.conf of a replica uses TLS for replication until the replica is promoted", () => {
    const follows = confOf({ primary, priority: 7 });
    expect(follows).toContain("\nreplica-priority 7\ntls-replication yes\ninclude /settings/current/primary.conf\n");
    expect(follows).not.toContain("replicaof");
    for (const args of [{ primary, promoted: true }, { promoted: true }]) {
        expect(confOf(args)).not.toMatch(/tls-replication|include/);
    }
});

test("a memory-only replica keeps no dump of its first sync", () => {
    expect(confOf({ primary, flavor: "nordb" })).toContain("\nrdb-del-sync-files yes\n");
    expect(confOf({ primary })).not.toContain("rdb-del-sync-files");
});

test("redis.conf of a primary has replication directives only if there are replicas", () => {
    expect(confOf({}, "RedisDatabase")).not.toContain("repl-");
    expect(confOf({ replicas: 2, memoryMb: 512 }, "RedisDatabase")).toContain(
        "\nrepl-backlog-size 32mb\nclient-output-buffer-limit replica 16mb 8mb 60\n",
    );
});
