/** What a replica takes from its primary, and how replicas are named. */
import { listReplicas, replicaNames } from "../../../../provider/model/arguments/replicaList";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";

const primary = { host: "192.0.2.1", tlsPort: 6380, version: "7.0", flavor: "rdb", memoryMb: 64 };

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

test.each([
    ["a\nrename-command PING nothing", "primary.password", "is not usable (its value is not shown)"],
    ["a\0b", "primary.password", "is not usable (its value is not shown)"],
    [
        "a".repeat(16385),
        "primary.password",
        "is 16385 bytes long (its value is not shown), and Redis 8.6 takes at most 16384",
    ],
])("a primary's password that no server could have", (password, path, problem) => {
    const primary = {
        host: "192.0.2.1",
        tlsPort: 6380,
        caCertPem: "-----BEGIN CERTIFICATE-----",
        user: "repl-x",
        password,
    };
    const { findings } = resolveArguments({ primary }, "RedisReplica");
    expect(findings.map((found) => [found.path, found.problem])).toEqual([[path, problem]]);
});
