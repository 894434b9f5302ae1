/** Valid arguments become a specification with defaults filled in. */
import fc from "fast-check";
import { checkEach } from "../../../../provider/model/arguments/check";
import { type PlainArguments, unresolved } from "../../../../provider/model/arguments/definition";
import { argumentNames } from "../../../../provider/model/arguments/index";
import { checkArguments, resolveArguments } from "../../../../provider/model/arguments/resolve";
import { flavorNames, releaseNames, versions } from "../../../../provider/model/catalog/versions";
import type { DatabaseSpec } from "../../../../provider/model/databaseSpec";
import { asked } from "../../support/directiveData";
import { OpenSsl } from "../../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});
const caCertPem = openssl.make({ commonName: "CA of clients", ca: true }).certPem;

function specOf(args: PlainArguments): DatabaseSpec {
    const { spec, findings } = resolveArguments(args);
    expect(findings).toEqual([]);
    if (!spec) throw new Error("no specification");
    return spec;
}

test("without arguments, every default applies", () => {
    expect(specOf({})).toEqual({
        engine: "redis",
        version: "8.6",
        flavor: "aof",
        image: "redis:8.6",
        importing: false,
        memoryMb: 512,
        maxmemoryPolicy: "noeviction",
        evictToFit: false,
        savePoints: [
            { seconds: 900, changes: 1 },
            { seconds: 300, changes: 10 },
            { seconds: 60, changes: 10000 },
        ],
        plaintext: true,
        ports: {},
        bindAddress: "127.0.0.1",
        host: "localhost",
        passwordVersion: 1,
        passwordGraceHours: 24,
        users: [],
        deletionProtection: true,
        tls: {
            hosts: ["localhost", "127.0.0.1"],
            validityDays: 365,
            renewBeforeDays: 30,
            protocols: ["TLSv1.2", "TLSv1.3"],
            caVersions: [1],
        },
        config: {},
        logs: { maxSizeMb: 10, files: 3 },
        followers: [],
    });
});

test("with all arguments, each has its value, and passwords are left out", () => {
    const args = {
        engine: "redis",
        version: "7.2",
        flavor: "rdb",
        savePoints: [{ seconds: 5, changes: 1 }],
        image: "registry.example.com:5000/redis@sha256:abc",
        memoryMb: 64,
        maxmemoryPolicy: "volatile-ttl",
        evictToFit: true,
        plaintext: true,
        ports: { plaintext: 6379, tls: 6380 },
        bindAddress: "192.0.2.1",
        host: "redis.example.com",
        network: "backend",
        logs: { maxSizeMb: 50, files: 2 },
        deletionProtection: false,
        data: { hostPath: "/srv/redis", files: "rdb" },
        importing: true,
        tls: {
            hosts: ["*.example.com"],
            validityDays: 90,
            renewBeforeDays: 15,
            protocols: ["TLSv1.3"],
            clientAuth: { caCertPem },
            caVersions: [3, 2],
        },
        config: { timeout: 300, activedefrag: true },
        users: [{ name: "orders", rules: "~orders:* +@read", password: "hunter2" }],
    };
    const rotation = { passwordVersion: 4, rotatePasswordEvery: 90, passwordGraceHours: 0.5 };
    const expected = {
        ...args,
        followers: [],
        users: [{ name: "orders", rules: "~orders:* +@read" }],
        tls: {
            ...args.tls,
            hosts: ["redis.example.com", "*.example.com", "192.0.2.1", "localhost", "127.0.0.1"],
        },
    };
    expect(specOf({ ...args, ...rotation })).toEqual({ ...expected, ...rotation });
    expect(specOf({ ...args, password: "hunter2" })).toEqual({
        ...expected,
        passwordVersion: 1,
        passwordGraceHours: 24,
    });
});

test("logs without limits can be set in two ways", () => {
    expect(specOf({ logs: { limited: false } })).toEqual(specOf({ logs: false }));
    expect(specOf({ logs: { limited: true } })).toEqual(specOf({}));
});

test("nordb has no save points", () => {
    expect(specOf({ flavor: "nordb" }).savePoints).toEqual([]);
    expect(specOf({ version: "8.0-nordb" }).savePoints).toEqual([]);
});

test.each(releaseNames.flatMap((release) => flavorNames.map((flavor) => [release, flavor] as const)))(
    "%s and %s can be set in one argument or two",
    (release, flavor) => {
        const { engine, version } = asked(release);
        const apart = specOf({ engine, version, flavor });
        expect(apart).toMatchObject({ engine, version, flavor, image: versions[release].image });
        expect(specOf({ engine, version: `${version}-${flavor}` })).toEqual(apart);
        expect(specOf({ engine, version: `${version}-${flavor}`, flavor })).toEqual(apart);
    },
);

test.each([
    [{}, "localhost", ["localhost", "127.0.0.1"]],
    [{ bindAddress: "192.0.2.1" }, "192.0.2.1", ["192.0.2.1", "localhost", "127.0.0.1"]],
    [{ bindAddress: "::1" }, "::1", ["::1", "localhost", "127.0.0.1"]],
    [{ bindAddress: "0.0.0.0", host: "r.example" }, "r.example", ["r.example", "localhost", "127.0.0.1"]],
    [{ bindAddress: "0:0:0::0", host: "r.example" }, "r.example", ["r.example", "localhost", "127.0.0.1"]],
    [{ bindAddress: "0:0:0:0:0:0:0:1" }, "::1", ["::1", "localhost", "127.0.0.1"]],
    [{ bindAddress: "::FFFF:127.0.0.1" }, "localhost", ["localhost", "127.0.0.1"]],
    [
        { host: "2001:0DB8::0:1", tls: { hosts: ["::1", "0::1", "::ffff:7f00:1"] } },
        "2001:db8::1",
        ["2001:db8::1", "::1", "127.0.0.1", "localhost"],
    ],
    [{ host: "127.0.0.1" }, "127.0.0.1", ["127.0.0.1", "localhost"]],
    [
        { host: "r.example", tls: { hosts: ["r.example", "s.example"] } },
        "r.example",
        ["r.example", "s.example", "127.0.0.1", "localhost"],
    ],
])("%j: clients use the host, and the certificate lists each name once", (args, host, hosts) => {
    const spec = specOf(args);
    expect(spec.host).toBe(host);
    expect([...spec.tls.hosts].sort()).toEqual([...hosts].sort());
    expect(spec.tls.hosts[0]).toBe(host);
});

test("undefined means not set, and transform is not read", () => {
    const nothing = Object.fromEntries(argumentNames("RedisDatabase").map((name) => [name, undefined]));
    expect(specOf({ ...nothing, transform: { server: () => undefined } })).toEqual(specOf({}));
});

test("Valkey has its own default version, and Redis is the default engine", () => {
    expect(specOf({ engine: "valkey" })).toMatchObject({ version: "9.1", image: "valkey/valkey:9.1" });
    expect(specOf({ engine: "redis" })).toEqual(specOf({}));
});

describe("unresolved arguments", () => {
    test("while the engine is unresolved, a version of any engine is valid", () => {
        const paths = (version: string) => checkArguments({ engine: unresolved, version }).map(({ path }) => path);
        expect(["3.2", "9.1-aof", "7.2"].flatMap(paths)).toEqual([]);
        expect(paths("7.3")).toEqual(["version"]);
    });

    test("are never findings", () => {
        const some = {
            version: "7.2-aof",
            flavor: "aof",
            ports: { plaintext: 1, tls: 2 },
            bindAddress: "0.0.0.0",
            host: "r.example",
            plaintext: true,
            config: { timeout: 1 },
        };
        expect(checkArguments(some)).toEqual([]);
        fc.assert(
            fc.property(fc.subarray(Object.keys(some)), (names) => {
                const args = { ...some, ...Object.fromEntries(names.map((name) => [name, unresolved])) };
                expect(checkArguments(args)).toEqual([]);
            }),
        );
    });

    test("with an unknown name are reported at once", () => {
        expect(checkArguments({ pasword: unresolved }).map(({ path }) => path)).toEqual(["pasword"]);
    });

    test("do not prevent the rules between resolved arguments", () => {
        const args = { password: unresolved, ports: { tls: 5, plaintext: 5 }, config: { port: 1 } };
        expect(checkArguments(args).map(({ path }) => path)).toEqual(['config["port"]', "ports.tls"]);
    });

    test("while the version is unresolved, config reports only what is invalid in every version", () => {
        const config = { "timeout": "5m", "latency-tracking": true, "key-load-delay": 1, "no-such-directive": 1 };
        const paths = (version: unknown) => checkArguments({ version, config }).map(({ path }) => path);
        expect(paths(unresolved)).toEqual(['config["no-such-directive"]', 'config["timeout"]']);
        expect(paths("6.0")).toEqual([
            'config["latency-tracking"]',
            'config["no-such-directive"]',
            'config["timeout"]',
        ]);
    });
});

describe("arguments that a replica inherits from its database", () => {
    const paths = (args: PlainArguments) => checkArguments(args).map(({ path }) => path);
    const savePoints = [{ seconds: 5, changes: 1 }];

    test("are validated together with its own arguments", () => {
        expect(paths({ savePoints, replicas: [{ flavor: "nordb" }] })).toEqual(["replicas[0].savePoints"]);
        expect(paths({ version: "7.0", config: { "latency-tracking": true }, replicas: [{ version: "8.0" }] })).toEqual(
            [],
        );
    });

    test("satisfy the rules for its own arguments", () => {
        const args = { bindAddress: "0.0.0.0", host: "r.example" };
        expect(paths({ ...args, replicas: [{ bindAddress: "0.0.0.0" }] })).toEqual([]);
        expect(paths({ ...args, replicas: [{ provider: "another", bindAddress: "0.0.0.0" }] })).toEqual([
            "replicas[0].host",
        ]);
    });
});

test("a password is any string without line breaks that UTF-8 can encode", () => {
    fc.assert(
        fc.property(fc.string({ unit: "binary", minLength: 1 }), (password) => {
            fc.pre(!/[\r\n\0]/.test(password));
            expect(checkEach({ password }).findings).toEqual([]);
        }),
    );
    for (const password of ["", "a\nb", "a\rb", "a\0b", "\ud800", "a\udfff"]) {
        expect(checkEach({ password }).findings).toHaveLength(1);
    }
});
