/** What a replica inherits from its primary, and the names of replicas. */
import { listReplicas, replicaNames } from "../../../../provider/model/arguments/replicaList";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";

const primary = { host: "192.0.2.1", tlsPort: 6380, version: "7.0", flavor: "rdb", memoryMb: 64 };

test("a replica inherits version, flavor and memory from its primary unless it sets them", () => {
    const { spec } = resolveArguments({ primary }, "RedisReplica");
    expect(spec).toMatchObject({ version: "7.0", flavor: "rdb", memoryMb: 64, engine: "redis" });
    const own = { version: "8.0", flavor: "nordb", memoryMb: 128 };
    expect(resolveArguments({ primary, ...own }, "RedisReplica").spec).toMatchObject(own);
});

test("replicas without a name are numbered", () => {
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
        "is 16385 bytes long (its value is not shown), but Redis 8.6 accepts at most 16384",
    ],
])("refuses a primary's password that no server accepts", (password, path, problem) => {
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
