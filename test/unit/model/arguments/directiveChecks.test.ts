/** Validation of `config` against the directives that real servers reported. */
import { checkConfig, ownedLive } from "../../../../provider/model/arguments/directiveChecks";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { configDirectives, directivesOf, startupOnly } from "../../../../provider/model/catalog/directives";
import {
    compareVersions,
    flavorNames,
    type Release,
    releaseNames,
    versions,
} from "../../../../provider/model/catalog/versions";
import { redisConf } from "../../../../provider/model/render/redisConf";
import { asked, dataOf, freeDirectives } from "../../support/directiveData";
import { parseRedisConf } from "../../support/redisConfParser";

const owned = (version: Release, name: string) =>
    checkConfig(version, { [name]: "x" }).some(({ problem }) => problem === "is managed by the component");

/** The minimum number of directives; 2.8 has 59. */
const leastDirectives = (release: Release) => {
    const { engine, version } = versions[release];
    return engine === "valkey" || compareVersions(version, "6.0") >= 0 ? { all: 140, free: 90 } : { all: 58, free: 30 };
};

describe.each(releaseNames)("%s", (version) => {
    const directives = Object.entries(directivesOf(version));

    test("has the directives of the data, and a plausible number", () => {
        const data = Object.keys(dataOf(version).directives);
        const names = directives.map(([name]) => name);
        if (versions[version].directivesOf) expect(data).toEqual(expect.arrayContaining(names));
        else expect(names).toEqual(data);
        expect(directives.length).toBeGreaterThan(leastDirectives(version).all);
    });

    test("accepts the default of each directive that config may set", () => {
        const free = freeDirectives(version);
        expect(free.length).toBeGreaterThan(leastDirectives(version).free);
        expect(free.flatMap(([name, directive]) => checkConfig(version, { [name]: directive.default }))).toEqual([]);
    });

    test("has valid ranges for numbers and values for enumerations", () => {
        for (const [name, { kind, values, min, max }] of directives) {
            if (kind === "enum") expect([name, values?.length]).not.toEqual([name, 0]);
            else expect([name, values]).toEqual([name, undefined]);
            if (min !== undefined && max !== undefined) expect([name, min < max]).toEqual([name, true]);
            if (kind !== "integer") expect([name, min, max]).toEqual([name, undefined, undefined]);
        }
    });

    test("refuses in config the directives of redis.conf, except those that config may override", () => {
        const written = flavorNames.flatMap((flavor) => {
            const { spec } = resolveArguments({ ...asked(version), flavor });
            return spec ? parseRedisConf(redisConf(spec, 1)).map(([name = ""]) => name) : [];
        });
        expect([...new Set(written)].filter((name) => !owned(version, name))).toEqual([
            ...[
                "proto-max-bulk-len",
                "client-query-buffer-limit",
                "client-output-buffer-limit",
                "maxmemory-clients",
            ].filter((name) => directivesOf(version)[name]),
            "appendfsync",
        ]);
    });
});

test("the agent restores managed directives that can change at run time", () => {
    expect(ownedLive("3.0")).toEqual(expect.arrayContaining(["dir", "dbfilename", "masterauth", "maxmemory", "save"]));
    expect(ownedLive("6.2")).toEqual(
        expect.arrayContaining(["bind", "dir", "port", "protected-mode", "tls-port", "tls-replication", "tls-ciphers"]),
    );
    for (const release of releaseNames) {
        for (const name of ownedLive(release)) expect([name, owned(release, name)]).toEqual([name, true]);
        // Two that cannot change at run time, one that config may set, and the password, which the agent sets separately.
        for (const name of ["appendfilename", "unixsocket", "timeout", "requirepass"])
            expect(ownedLive(release)).not.toContain(name);
    }
});

test("a version without data has the directives that the versions before and after it have in common", () => {
    const [older, newer] = [directivesOf("3.2"), directivesOf("5.0")];
    expect(Object.keys(directivesOf("4.0"))).toEqual(Object.keys(newer).filter((name) => Object.hasOwn(older, name)));
    expect(directivesOf("4.0")["protected-mode"]).toEqual(newer["protected-mode"]);
    expect(directivesOf("4.0")).not.toHaveProperty("dynamic-hz");
    expect(directivesOf("8.10")).toEqual(directivesOf("8.6"));
});

test.each([
    ["set `savePoints`, or `flavor`", ["save"]],
    ["set `flavor`", ["appendonly"]],
    ["set `memoryMb`; maxmemory is derived from it", ["maxmemory"]],
    ["set `maxmemoryPolicy`", ["maxmemory-policy"]],
    ["set `ports`, or `plaintext: false` to close the plaintext port", ["port", "tls-port"]],
    ["set `bindAddress`", ["bind", "bind-source-addr", "protected-mode"]],
    ["set `tls.protocols`", ["tls-protocols"]],
    ["set `tls.clientAuth`", ["tls-auth-clients"]],
    ["set `tls`", ["tls-cert-file", "tls-key-file-pass", "tls-not-yet-invented"]],
    ["set `password` and `users`", ["requirepass", "RequirePass", "user", "aclfile", "masteruser", "masterauth"]],
    ["leave it out: data is on the database's own volume", ["dir", "dbfilename", "appendfilename", "appenddirname"]],
    ["leave it out: to follow a primary, use `RedisReplica`", ["replicaof", "slaveof"]],
    ["leave it out: Redis Cluster is not supported", ["cluster-enabled", "cluster-node-timeout"]],
    [
        "leave it out: the container manages it",
        [
            ...["unixsocket", "unixsocketperm", "daemonize", "supervised", "pidfile", "logfile", "syslog-ident"],
            ...["include", "loadmodule"],
        ],
    ],
    ["leave it out: to restrict commands, use `users`", ["rename-command"]],
])("refuses managed directives: %s", (remedy, names) => {
    for (const name of names) {
        expect(checkConfig("8.0", { [name]: "x" })).toEqual([
            {
                code: "redis-database/directive-owned",
                path: `config["${name}"]`,
                problem: "is managed by the component",
                remedy,
            },
        ]);
    }
});

test.each([
    ["8.0", "maxclient", 'did you mean "maxclients"?'],
    ["8.0", "Timeout", 'did you mean "timeout"?'],
    ["8.0", "time-out", 'did you mean "timeout"?'],
    ["8.0", "hash-max-ziplist-entry", 'did you mean "hash-max-ziplist-entries"?'],
    ["6.0", "lazyfree-lazy-user-flush", 'did you mean "lazyfree-lazy-user-del"?'],
    ["6.0", "completely-different", "`CONFIG GET *` on Redis 6.0 lists all"],
    ["3.2", "lazyfree-lazy-eviction", "`CONFIG GET *` on Redis 3.2 lists all"],
    ["6.2", "hash-max-listpack-entries", 'did you mean "hash-max-ziplist-entries"?'],
    ["2.8", "replica-priority", 'did you mean "slave-priority"?'],
    ["8.0", "", "`CONFIG GET *` on Redis 8.0 lists all"],
    ["8.0", "__proto__x", "`CONFIG GET *` on Redis 8.0 lists all"],
    ["8.0", "constructor", "`CONFIG GET *` on Redis 8.0 lists all"],
] as const)("Redis %s does not support %s", (version, name, remedy) => {
    expect(checkConfig(version, { [name]: "x" })).toEqual([
        {
            code: "redis-database/directive-unknown",
            path: `config["${name}"]`,
            problem: `is not a directive of Redis ${version}`,
            remedy,
        },
    ]);
});

test.each([
    ["2.8", "timeout", "5m", "give a whole number of at least 0"],
    ["2.8", "maxmemory-samples", 0, "give a whole number of at least 1"],
    ["3.2", "loglevel", "loud", 'give one of "debug", "verbose", "notice", "warning"'],
    ["5.0", "activedefrag", "on", 'give "yes" or "no"'],
    ["valkey-8.1", "timeout", "5m", "give a whole number from 0 to 2147483647"],
] as const)("%s, %s: %j is refused as by a real server", (release, name, value, remedy) => {
    expect(checkConfig(release, { [name]: value }).map((finding) => finding.remedy)).toEqual([remedy]);
});

const memory = 'give bytes, or a number with one of Redis\'s units, such as "64mb" or "1gb"';

test.each([
    ["timeout", "5m", 'is "5m"', "give a whole number from 0 to 2147483647"],
    ["timeout", 1.5, "is 1.5 (a number)", "give a whole number from 0 to 2147483647"],
    ["timeout", -1, "is -1 (a number)", "give a whole number from 0 to 2147483647"],
    ["timeout", "", "is empty", "give a whole number from 0 to 2147483647"],
    ["timeout", true, "is true (a boolean)", "give a whole number from 0 to 2147483647"],
    ["repl-timeout", 0, "is 0 (a number)", "give a whole number from 1 to 2147483647"],
    ["active-defrag-cycle-min", 100, "is 100 (a number)", "give a whole number from 1 to 99"],
    ["repl-backlog-size", "1 gb", 'is "1 gb"', memory],
    ["repl-backlog-size", "1GiB", 'is "1GiB"', memory],
    ["repl-backlog-size", -1, "is -1 (a number)", memory],
    [
        "maxmemory-clients",
        "101 percent",
        'is "101 percent"',
        'give bytes, such as "64mb", or a percentage such as "5%"',
    ],
    ["activedefrag", "on", 'is "on"', 'give "yes" or "no"'],
    ["activedefrag", "true", 'is "true"', 'give "yes" or "no"'],
    ["activedefrag", 1, "is 1 (a number)", 'give "yes" or "no"'],
    ["loglevel", "loud", 'is "loud"', 'give one of "debug", "verbose", "notice", "warning", "nothing"'],
    ["notify-keyspace-events", "a\nb", 'is "a\\nb"', "give one line of text"],
    ["latency-tracking-info-percentiles", "50\n99", 'is "50\\n99"', "give one line of text"],
])("%s: %j is refused with the unit or the valid values", (name, value, problem, remedy) => {
    expect(checkConfig("8.0", { [name]: value })).toEqual([
        { code: "redis-database/directive-value", path: `config["${name}"]`, problem, remedy },
    ]);
});

test.each([
    ["activedefrag", true, "yes"],
    ["activedefrag", false, "no"],
    ["oom-score-adj", true, "yes"],
    ["loglevel", "WARNING", "WARNING"],
    ["list-max-listpack-size", -2, "-2"],
    ["active-defrag-cycle-min", 1, "1"],
    ["active-defrag-cycle-min", 99, "99"],
    ["repl-backlog-size", "64MB", "64MB"],
    ["maxmemory-clients", "5%", "5%"],
    ["tracking-table-max-keys", 9007199254740991, "9007199254740991"],
] as const)("%s: %j is accepted and written as %s", (name, value, written) => {
    expect(checkConfig("8.0", { [name]: value })).toEqual([]);
    expect(configDirectives("8.0", { [name]: value })).toEqual([[name, written]]);
});

test("distinguishes directives that need a restart from those that can change at run time", () => {
    const config = { "databases": 4, "timeout": 300, "io-threads": 2, "maxclients": 5, "rdbchecksum": false };
    expect(startupOnly("8.0", config)).toEqual(["databases", "io-threads", "rdbchecksum"]);
    expect(startupOnly("8.0", { timeout: 1 })).toEqual([]);
});
