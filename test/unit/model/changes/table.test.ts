/** The change table: every argument has a row, every change an explanation, and no explanation shows a secret. */
import fc from "fast-check";
import { type PlainArguments, unresolved } from "../../../../provider/model/arguments/definition";
import { argumentNames } from "../../../../provider/model/arguments/index";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { flavorNames, versionNames } from "../../../../provider/model/catalog/versions";
import { type Described, describePair } from "../../../../provider/model/changes/describe";
import { changesTable, explainChanges, explanationOf, titleOf } from "../../../../provider/model/changes/explanation";
import { effects } from "../../../../provider/model/changes/rows";
import { changeRows, changesBetween, refusals } from "../../../../provider/model/changes/table";
import { formatFindings } from "../../../../provider/model/findings";
import { present } from "../../../support/present";
import { membersOf } from "../../support/argsTypes";
import { OpenSsl } from "../../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});
const ca = openssl.make({ commonName: "Our CA", ca: true });
const otherCa = openssl.make({ commonName: "Another CA", ca: true });
const server = openssl.make({ commonName: "redis", san: "DNS:localhost", issuer: ca });
const otherServer = openssl.make({ commonName: "redis", san: "DNS:localhost", issuer: ca });

const pair = (before: PlainArguments, after: PlainArguments) => present(describePair(before, after));
const rowsBetween = (before: PlainArguments, after: PlainArguments) => {
    const described = pair(before, after);
    return changesBetween(described.before, described.after).map(({ id }) => id);
};
const explanation = (before: PlainArguments, after: PlainArguments, values?: { values: boolean }) => {
    const described = pair(before, after);
    return explainChanges("sessions", described.before, described.after, values);
};

/** Whether a row refuses the change. */
const isRefused = (row: string) => ["dataLocation", "restoreChanged"].includes(row);

/** One change for each argument: the arguments before and after it, and the rows that must apply. */
const changes: Readonly<Record<string, readonly [before: PlainArguments, after: PlainArguments, rows: string[]]>> = {
    "version": [{ version: "7.2" }, { version: "8.0" }, ["versionUp"]],
    "engine": [{ version: "7.2" }, { engine: "valkey", version: "8.1" }, ["versionUp"]],
    "flavor": [{}, { flavor: "rdb" }, ["flavor"]],
    "memoryMb": [{}, { memoryMb: 1024 }, ["memory"]],
    "diskSizeGb": [{ diskSizeGb: 4 }, { diskSizeGb: 8 }, ["disk"]],
    "maxmemoryPolicy": [{}, { maxmemoryPolicy: "allkeys-lru" }, ["settings"]],
    "evictToFit": [{}, { evictToFit: true }, ["recorded"]],
    "savePoints": [{}, { savePoints: [{ seconds: 5, changes: 1 }] }, ["settings"]],
    "ports": [{}, { ports: { plaintext: 6379, tls: 6380 } }, ["container"]],
    "ports.plaintext": [{ ports: { plaintext: 1 } }, { ports: { plaintext: 2 } }, ["container"]],
    "ports.tls": [{ ports: { tls: 1 } }, { ports: {} }, ["container"]],
    "bindAddress": [{ host: "h" }, { host: "h", bindAddress: "192.0.2.1" }, ["certificate", "container"]],
    "host": [{}, { host: "redis.example.com" }, ["certificate"]],
    "plaintext": [{}, { plaintext: false }, ["container"]],
    "password": [{ password: "one" }, { password: "two" }, ["password"]],
    "passwordVersion": [{}, { passwordVersion: 2 }, ["password"]],
    "rotatePasswordEvery": [{}, { rotatePasswordEvery: 30 }, ["password"]],
    "passwordGraceHours": [{}, { passwordGraceHours: 0.5 }, ["grace"]],
    "users": [{}, { users: [{ name: "orders", rules: "~* +@read" }] }, ["userAdded"]],
    "logs": [{}, { logs: { maxSizeMb: 50 } }, ["container"]],
    "deletionProtection": [{}, { deletionProtection: false }, ["recorded"]],
    "data": [{}, { data: { volume: "v" } }, ["dataLocation"]],
    "data.volume": [{ data: { volume: "v" } }, { data: { volume: "w" } }, ["dataLocation"]],
    "data.hostPath": [{ data: { hostPath: "/srv" } }, { data: { hostPath: "/mnt" } }, ["dataLocation"]],
    "data.files": [{ data: { volume: "v", files: "aof" } }, { data: { volume: "v" } }, ["recorded"]],
    "backup": [{}, { backup: {} }, ["backup"]],
    "startTimeoutSeconds": [{}, { startTimeoutSeconds: 7 }, ["recorded"]],
    "importing": [{}, { importing: true }, ["importing"]],
    "restoreFrom": [{}, { restoreFrom: { rdbFile: "/srv/dump.rdb" } }, ["restoreChanged"]],
    "image": [{}, { image: "registry/redis:8.0" }, ["container"]],
    "network": [{}, { network: "backend" }, ["container"]],
    "tls": [{}, { tls: { hosts: ["redis.example.com"] } }, ["certificate"]],
    "tls.hosts": [{ tls: { hosts: ["a"] } }, { tls: { hosts: ["b"] } }, ["certificate"]],
    "tls.validityDays": [{}, { tls: { validityDays: 90 } }, ["certificate"]],
    "tls.renewBeforeDays": [{}, { tls: { renewBeforeDays: 10 } }, ["certificate"]],
    "tls.protocols": [{}, { tls: { protocols: ["TLSv1.3"] } }, ["tls"]],
    "tls.caVersions": [{}, { tls: { caVersions: [1, 2] } }, ["ca"]],
    "tls.clientAuth": [{}, { tls: { clientAuth: { caCertPem: ca.certPem } } }, ["tls"]],
    "tls.ca": [{ tls: { ca } }, { tls: { ca: otherCa } }, ["ca"]],
    "tls.certificate": [
        { tls: { certificate: { ...server, caCertPem: ca.certPem } } },
        { tls: { certificate: { ...otherServer, caCertPem: ca.certPem } } },
        ["certificate"],
    ],
    "replicas": [{}, { replicas: 1 }, ["replicas"]],
    "primary": [{ replicas: 2 }, { replicas: 2, primary: "replica-1" }, ["switchover"]],
    "replicationAccess": [{}, { replicationAccess: ["away"] }, ["replicas"]],
    "config": [{}, { config: { "timeout": 300, "io-threads": 2 } }, ["settings", "startup"]],
};

/** Rows whose reverse change belongs to another row. */
const reverseRows: Readonly<Record<string, string>> = {
    versionDown: "versionUp",
    userRemoved: "userAdded",
    restoreRemoved: "restoreChanged",
};

describe("every argument", () => {
    const nested = { ports: "PortsArgs", data: "DataArgs", tls: "TlsArgs" };

    test("has a change in this test", () => {
        const members = Object.entries(nested).flatMap(([name, type]) => membersOf(type).map((m) => `${name}.${m}`));
        expect(members.length).toBeGreaterThan(10);
        const all = [...argumentNames("RedisDatabase").filter((name) => name !== "transform"), ...members];
        expect(Object.keys(changes).sort()).toEqual(all.sort());
    });

    test.each(Object.entries(changes))(
        "%s has its row, and the reverse change has it too",
        (path, [before, after, rows]) => {
            for (const args of [before, after]) expect(resolveArguments(args).findings).toEqual([]);
            expect(rowsBetween(before, after)).toEqual(rows);
            expect(rowsBetween(after, before).map((id) => reverseRows[id] ?? id)).toEqual(rows);
            const compared = changeRows.filter(({ id }) => rows.includes(id)).flatMap((row) => row.arguments);
            const paths = compared.map((argument) => argument.path);
            // `ports` and `data` have rows through their members, and the members of `tls` count for `tls`.
            expect(
                paths.filter((name) => `${path}.`.startsWith(`${name}.`) || name.startsWith(`${path}.`)),
            ).not.toEqual([]);
        },
    );

    test.each(Object.entries(changes))("%s: equal values are not a change", (_path, [before, after]) => {
        for (const args of [before, after]) {
            const same = JSON.parse(JSON.stringify(args)) as PlainArguments;
            expect(rowsBetween(args, same)).toEqual([]);
            expect(explanation(args, same)).toBeUndefined();
        }
    });

    test.each([
        [{ bindAddress: "::1" }, { bindAddress: "0:0:0:0:0:0:0:1" }],
        [{}, { bindAddress: "::ffff:127.0.0.1" }],
        [{ host: "2001:db8::1" }, { host: "2001:0DB8:0::0:1" }],
        [{ tls: { hosts: ["::1"] } }, { tls: { hosts: ["0::1", "::1"] } }],
    ])("%j → %j is a different spelling of the same value, not a change", (before, after) => {
        expect(rowsBetween(before, after)).toEqual([]);
        expect(explanation(before, after)).toBeUndefined();
    });

    test.each(Object.entries(changes))("%s: the line in the preview", (_path, [before, after, rows]) => {
        if (rows.some(isRefused)) return;
        expect(explanation(before, after)).toMatchSnapshot();
    });
});

describe("the rows", () => {
    test("have unique ids, and titles that name each of their arguments", () => {
        expect(new Set(changeRows.map(({ id }) => id)).size).toBe(changeRows.length);
        for (const row of changeRows) {
            const paths = row.arguments.map(({ path }) => path).filter((path) => path !== "release");
            expect([row.id, paths.length > 0]).toEqual([row.id, row.own === undefined || row.own.path !== undefined]);
            if (!row.own) for (const path of paths) expect(titleOf(row)).toContain(`\`${path}`);
        }
    });

    test("list each argument of both components once", () => {
        for (const row of changeRows) {
            const paths = row.arguments.map(({ path }) => path);
            expect([row.id, new Set(paths).size]).toEqual([row.id, paths.length]);
        }
    });

    test("have a refusal if and only if their effect is refused", () => {
        for (const { effect, refusal } of changeRows) expect(refusal !== undefined).toBe(effect === "refused");
    });

    test("are listed in docs/changes.md in this order, followed by removal", () => {
        const [head, line, ...rows] = changesTable().split("\n");
        expect(head).toBe("| change | server | data | clients |");
        expect(line).toBe("| --- | --- | --- | --- |");
        const cells = rows.map((row) => row.slice(2, -2).split(" | "));
        expect(cells.map(([change]) => change)).toEqual([
            ...changeRows.map(titleOf),
            "database removed from the program, `pulumi destroy`",
        ]);
        expect(cells.filter((row) => row.length !== 4 || row.includes(""))).toEqual([]);
        expect(cells.slice(0, -1).map(([, server]) => server)).toEqual(
            changeRows.map((row) => effects[row.effect].server),
        );
    });
});

describe("versions", () => {
    const flavors = fc.constantFrom(...flavorNames);
    test.each(versionNames.flatMap((from) => versionNames.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
        const distance = versionNames.indexOf(to) - versionNames.indexOf(from);
        const expected = distance > 0 ? ["versionUp"] : distance < 0 ? ["versionDown"] : [];
        fc.assert(
            fc.property(flavors, fc.boolean(), (flavor, suffix) => {
                const args = (version: string) => (suffix ? { version: `${version}-${flavor}` } : { version, flavor });
                expect(rowsBetween(args(from), args(to))).toEqual(expected);
                const described = pair(args(from), args(to));
                const refused = refusals(described.before, described.after).map(({ path }) => path);
                expect(refused).toEqual(distance < 0 ? ["version"] : []);
            }),
        );
    });

    test("a version and a flavor at once are two changes", () => {
        expect(rowsBetween({ version: "7.2-rdb" }, { version: "8.0-nordb" })).toEqual(["flavor", "versionUp"]);
    });
});

describe("flavors", () => {
    test.each(flavorNames.flatMap((from) => flavorNames.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
        expect(rowsBetween({ flavor: from }, { flavor: to })).toEqual(from === to ? [] : ["flavor"]);
        const said = explanation({ flavor: from }, { flavor: to });
        if (from === to) expect(said).toBeUndefined();
        else if (to === "nordb")
            expect(said).toMatch(
                /"sessions": after this change a crash or a restart loses all data, which is kept in memory only; /,
            );
        else expect(said).not.toContain("in memory");
    });
});

describe("users", () => {
    const orders = { name: "orders", rules: "~orders:* +@read" };
    const users = (...all: PlainArguments[]) => ({ users: all });

    test("can be added, changed and removed at once; each change is named, and no password is shown", () => {
        const given = { name: "given", rules: "+ping", password: "hunter2" };
        const before = users(orders, { name: "old", rules: "+ping" }, given, { name: "same", rules: "+ping" });
        const after = users(
            { name: "new", rules: "+ping", password: "hunter3" },
            { ...given, password: "hunter4" },
            { ...orders, rules: "~orders:*  +@all" },
            { name: "same", rules: " +ping" },
        );
        expect(rowsBetween(before, after)).toEqual(["userAdded", "userRules", "userPassword", "userRemoved"]);
        expect(explanation(before, after)).toBe(
            'RedisDatabase "sessions": user old is deleted, and its connections close; the server keeps running, other ' +
                "clients stay connected: user new (new), user orders (rules changed), user given (password changed), " +
                "user old (removed); the old password is still accepted for 24 hours; the URLs of user given contain " +
                "the new password.",
        );
        expect(explanation(before, { ...after, passwordGraceHours: 0 })).toContain("the old password stops working");
    });

    test("in a different order are the same", () => {
        const other = { name: "other", rules: "+ping", password: "hunter2" };
        expect(rowsBetween(users(orders, other), users(other, orders))).toEqual([]);
    });

    test("changing from a random password to a given one, or back, changes the password", () => {
        const given = { ...orders, password: "hunter2" };
        for (const [before, after] of [[orders, given] as const, [given, orders] as const]) {
            expect(rowsBetween(users(before), users(after))).toEqual(["userPassword"]);
        }
    });
});

describe("not a change", () => {
    test.each<[string, PlainArguments, PlainArguments]>([
        ["a default written out", {}, { memoryMb: 512, flavor: "aof", image: "redis:8.6", plaintext: true }],
        ["the flavor in `flavor` instead of `version`", { version: "8.0-rdb" }, { version: "8.0", flavor: "rdb" }],
        ["the default save points", {}, { savePoints: resolveArguments({}).spec?.savePoints }],
        [
            "directives in a different order",
            { config: { timeout: 1, maxclients: 9 } },
            { config: { maxclients: 9, timeout: 1 } },
        ],
        ["an empty object", {}, { tls: {}, ports: {}, config: {} }],
        ["a version's own image", { version: "7.2" }, { version: "7.2", image: "redis:7.2" }],
    ])("%s", (_what, before, after) => {
        expect(rowsBetween(before, after)).toEqual([]);
    });
});

describe("the preview line", () => {
    const said = (before: PlainArguments, after: PlainArguments) => explanation(before, after);

    test("states what the most severe change does to the server, and then all changes", () => {
        expect(
            said(
                { version: "7.2-nordb" },
                {
                    version: "8.0-nordb",
                    memoryMb: 1024,
                    maxmemoryPolicy: "allkeys-lru",
                    config: { timeout: 5, databases: 4 },
                    evictToFit: true,
                },
            ),
        ).toBe(
            'RedisDatabase "sessions": after this change Redis evicts keys (allkeys-lru) when the data reaches ' +
                "maxmemory; the server is replaced, its data is handed over in a dump, clients reconnect once: version " +
                "7.2 → 8.0, config.databases unset → 4; also maxmemoryPolicy noeviction → allkeys-lru, config.timeout " +
                "unset → 5, memoryMb 512 → 1024, evictToFit false → true, maxmemory 370 → 754 MiB; a downgrade to " +
                "Redis 7.2 is not possible afterwards.",
        );
    });

    test("names only the arguments that the program changes", () => {
        expect(
            said({ maxmemoryPolicy: "allkeys-lru", config: { timeout: 1 } }, { config: { timeout: 1, databases: 4 } }),
        ).toBe(
            'RedisDatabase "sessions": the server is replaced, its data is kept on its volume, clients reconnect once: ' +
                "config.databases unset → 4; also maxmemoryPolicy allkeys-lru → noeviction.",
        );
        // The default image depends on the version, and the default save points depend on the flavor.
        expect(said({ version: "7.2", network: "a" }, { version: "8.0", network: "b" })).not.toContain("image");
        expect(said({ flavor: "nordb" }, { maxmemoryPolicy: "allkeys-lru" })).not.toContain("savePoints");
    });

    test("warns of evicted keys only if Redis will evict some", () => {
        const evicting = { memoryMb: 512, evictToFit: true, maxmemoryPolicy: "allkeys-lru" };
        const warning = "Redis evicts keys (allkeys-lru) if the data does not fit";
        expect(said(evicting, { ...evicting, memoryMb: 64 })).toContain(warning);
        expect(said(evicting, { ...evicting, memoryMb: 1024 })).not.toContain(warning);
        // With the same memory, a flavor that dumps leaves less of it for data.
        expect(said({ ...evicting, flavor: "nordb" }, { ...evicting, flavor: "rdb" })).toContain(warning);
        expect(said({ ...evicting, flavor: "aof" }, { ...evicting, flavor: "rdb" })).not.toContain(warning);
        expect(
            said({ ...evicting, evictToFit: false }, { ...evicting, evictToFit: false, memoryMb: 64 }),
        ).not.toContain("evicts");
        expect(said({ evictToFit: true }, { evictToFit: true, memoryMb: 64 })).not.toContain("evicts");
    });

    test("warns only if clients need the new CA before they can reconnect", () => {
        const warned = (before: object, after: object) =>
            /new connections that verify the certificate need a caCertPem with the new CA;/.test(
                said({ tls: before }, { tls: after }) ?? "",
            );
        const certificate = { ...server, caCertPem: ca.certPem };
        // The documented order: publish both CAs, sign with the new one, then remove the old one.
        for (const step of [
            [[1], [1, 2]],
            [
                [1, 2],
                [2, 1],
            ],
            [[2, 1], [2]],
        ] as const) {
            expect(warned({ caVersions: step[0] }, { caVersions: step[1] })).toBe(false);
        }
        expect(warned({}, { caVersions: [2] })).toBe(true);
        expect(warned({}, { caVersions: [2, 1] })).toBe(true);
        expect(warned({}, { ca })).toBe(true);
        expect(warned({ ca }, { ca: otherCa })).toBe(true);
        expect(warned({ ca }, { certificate })).toBe(false);
        expect(warned({ certificate }, { certificate: { ...otherServer, caCertPem: ca.certPem } })).toBe(false);
        expect(warned({ certificate }, {})).toBe(true);
        expect(said({ tls: { ca } }, { tls: { ca: otherCa, hosts: ["a"] } })?.match(/with the new CA/g)).toHaveLength(
            1,
        );
    });

    test("warns if the old password stops working at once", () => {
        const warning = "the old password stops working at once (passwordGraceHours 0)";
        expect(said({ passwordGraceHours: 0 }, { passwordGraceHours: 0, passwordVersion: 2 })).toContain(warning);
        expect(said({}, { passwordVersion: 2 })).not.toContain("at once");
    });

    test("shows no values if `values` is false", () => {
        const before = { memoryMb: 64, host: "private.example" };
        const after = { memoryMb: 128, host: "hidden.example" };
        expect(explanation(before, after)).toContain("host private.example → hidden.example");
        expect(explanation(before, after, { values: false })).toBe(
            'RedisDatabase "sessions": the certificate is no longer valid for one of its names; the server is resized in ' +
                "place, clients stay connected: memoryMb changed; also host changed; the URLs contain the new host.",
        );
    });

    test("is always one line that names the database and ends with one period", () => {
        fc.assert(
            fc.property(fc.subarray(Object.values(changes), { minLength: 1 }), (some) => {
                const before = Object.assign({}, ...some.map(([args]) => args)) as PlainArguments;
                const after = Object.assign({}, ...some.map(([, args]) => args)) as PlainArguments;
                const words = explanation(before, after);
                const rows = rowsBetween(before, after);
                expect(words === undefined).toBe(rows.length === 0);
                if (words !== undefined) expect(words).toMatch(/^RedisDatabase "sessions": [^\n]+[^.]\.$/);
            }),
        );
    });
});

describe("refusals, in full", () => {
    const refused = (before: PlainArguments, after: PlainArguments) => {
        const described = pair(before, after);
        return formatFindings("sessions", refusals(described.before, described.after));
    };

    test.each<[string, PlainArguments, PlainArguments]>([
        ["a downgrade", { version: "8.0" }, { version: "7.2" }],
        ["a downgrade, with the flavor in the version", { version: "8.2-nordb" }, { version: "6.0-nordb" }],
        ["from the database's own volume to a given volume", {}, { data: { volume: "redis-data" } }],
        ["from a given volume to the database's own", { data: { volume: "redis-data" } }, {}],
        ["from a volume to a directory", { data: { volume: "redis-data" } }, { data: { hostPath: "/srv/redis" } }],
        [
            "two refusals at once",
            { version: "8.0" },
            { version: "7.0", data: { hostPath: "/srv/redis" }, memoryMb: 64 },
        ],
    ])("%s", (_what, before, after) => {
        expect(refused(before, after)).toMatchSnapshot();
    });

    test("only for changes whose effect is refused", () => {
        for (const [path, [before, after, rows]] of Object.entries(changes)) {
            const described = pair(before, after);
            expect([path, refusals(described.before, described.after).length]).toEqual([
                path,
                rows.some(isRefused) ? 1 : 0,
            ]);
        }
    });
});

describe("unresolved values", () => {
    test.each(Object.entries(changes))(
        "%s is not compared if it is unresolved on either side",
        (path, [before, after]) => {
            const [name = "", key] = path.split(".");
            const unknown = (args: PlainArguments) => ({
                ...args,
                [name]: key === undefined ? unresolved : { ...(args[name] as object | undefined), [key]: unresolved },
            });
            for (const [old, now] of [
                [before, unknown(after)],
                [unknown(before), after],
                [unknown(before), unknown(after)],
            ] as const) {
                const described = describePair(old, now);
                if (!described) throw new Error("no description, although the version is known");
                const compared = changesBetween(described.before, described.after).flatMap((row) => row.arguments);
                const paths = compared.map((argument) => argument.path);
                expect(paths.filter((found) => found === path || found === name)).toEqual([]);
            }
        },
    );

    test("an unresolved member does not hide changes of the other members", () => {
        const tls = { hosts: ["a"], protocols: ["TLSv1.2"] };
        expect(rowsBetween({ tls }, { tls: { hosts: [unresolved], protocols: ["TLSv1.3"] } })).toEqual(["tls"]);
        expect(rowsBetween({ ports: { tls: 1 } }, { ports: { tls: 2, plaintext: unresolved } })).toEqual(["container"]);
        expect(rowsBetween({ config: { timeout: 1 } }, { config: { "timeout": 2, "io-threads": unresolved } })).toEqual(
            ["settings"],
        );
        expect(rowsBetween({ memoryMb: 64, password: "a" }, { memoryMb: 128, password: unresolved })).toEqual([
            "memory",
        ]);
    });

    test("an unresolved object is left out with all of its members", () => {
        expect(rowsBetween({ tls: { hosts: ["a"], caVersions: [2] }, memoryMb: 64 }, { tls: unresolved })).toEqual([
            "memory",
        ]);
    });

    test("an object whose members are required is left out if one of them is unresolved", () => {
        expect(rowsBetween({ data: { volume: "v" } }, { data: { volume: unresolved } })).toEqual([]);
        expect(rowsBetween({}, { savePoints: [{ seconds: unresolved, changes: 1 }] })).toEqual([]);
    });

    test("any unresolved arguments can only remove rows, never add one", () => {
        const samples = Object.entries(changes).filter(([path]) => !path.includes("."));
        fc.assert(
            fc.property(fc.subarray(samples), fc.subarray(samples), (some, hidden) => {
                const before = Object.assign({}, ...some.map(([, [args]]) => args)) as PlainArguments;
                const after = Object.assign({}, ...some.map(([, [, args]]) => args)) as PlainArguments;
                const unknown = Object.fromEntries(hidden.map(([name]) => [name, unresolved]));
                const all = rowsBetween(before, after);
                expect(rowsBetween(before, { ...after, ...unknown }).filter((id) => !all.includes(id))).toEqual([]);
            }),
        );
    });

    test("without a valid version there is no description", () => {
        expect(describePair({}, { version: "7.3" })).toBeUndefined();
        expect(describePair({ version: "7.3" }, {})).toBeUndefined();
    });
});

describe("an explanation never shows a secret", () => {
    const secret = fc.stringMatching(/^[Q-Z]{12,40}$/);
    const secretPlaces: Record<string, (s: string) => PlainArguments> = {
        "password": (s) => ({ password: s }),
        "key of a CA": (s) => ({ tls: { ca: { certPem: ca.certPem, keyPem: s } } }),
        "key of a certificate": (s) => ({ tls: { certificate: { ...server, keyPem: s } } }),
        "key in place of the CA": (s) => ({ tls: { ca: s } }),
        "key in place of the certificate": (s) => ({ tls: { certificate: s } }),
        "key in place of the CA of clients": (s) => ({ tls: { clientAuth: s } }),
        "key in place of its certificate": (s) => ({ tls: { clientAuth: { caCertPem: s } } }),
        "key in place of tls": (s) => ({ tls: s }),
        "password in config": (s) => ({ config: { "tls-key-file-pass": s, "masterauth": s } }),
        "password in place of config": (s) => ({ config: s }),
        "password in a list": (s) => ({ password: [s] }),
    };

    test.each(Object.entries(secretPlaces))("%s", (_where, argsWith) => {
        fc.assert(
            fc.property(secret, secret, fc.constantFrom(64, 128), (one, other, memoryMb) => {
                for (const before of [argsWith(one), {}]) {
                    for (const after of [{ ...argsWith(other), memoryMb }, { memoryMb }]) {
                        const described = pair(before, after);
                        const words = String(explainChanges("sessions", described.before, described.after));
                        const reasons = formatFindings("sessions", refusals(described.before, described.after));
                        for (const text of [one, other]) {
                            expect(words + reasons).not.toContain(text.slice(0, 6));
                        }
                    }
                }
            }),
        );
    });

    test("a value that is not secret is shown, so the test above can fail", () => {
        expect(explanation({ host: "QRSTUVWXYZQR" }, { host: "b" })).toContain("QRSTUVWXYZQR");
    });
});

test("a description has the same specification as its arguments resolve to", () => {
    for (const [before] of Object.values(changes)) {
        const { before: described }: { before: Described } = pair(before, before);
        expect(described.spec).toEqual(resolveArguments(before).spec);
    }
});

describe("backups", () => {
    const backup = (args: object) => ({ backup: args });
    const lossesOf = (before: PlainArguments, after: PlainArguments) => {
        const described = pair(before, after);
        return (explanationOf(described.before, described.after)?.losses ?? []).map(
            ({ code, text }) => `${code}: ${text}`,
        );
    };
    const stored = backup({ repositories: [{ volume: "a" }, { volume: "b" }] });

    test("turned on, extended or scheduled otherwise, nothing is lost", () => {
        for (const after of [
            backup({ schedule: "hourly" }),
            backup({ keep: { daily: 31 } }),
            backup({ verifyEvery: "never" }),
            backup({ notify: { url: "https://hooks.example.com" } }),
        ]) {
            expect(lossesOf({}, after)).toEqual([]);
            expect(lossesOf(backup({}), after)).toEqual([]);
            expect(rowsBetween(backup({}), after)).toEqual(["backup"]);
        }
        // The defaults.
        expect(rowsBetween(backup({}), backup({ schedule: "daily", keep: { daily: 30 } }))).toEqual([]);
    });

    test("turned off", () => {
        expect(lossesOf(stored, {})).toEqual([
            "backups-turned-off: no more backups are made; existing ones stay in their repositories",
        ]);
    });

    test("stored elsewhere", () => {
        expect(lossesOf(stored, backup({ repositories: [{ volume: "b" }, { volume: "c" }] }))).toEqual([
            "backup-repository-changed: backups are no longer stored in a; those that are there stay, and are not copied",
        ]);
        expect(lossesOf(backup({}), stored)[0]).toContain("backups are no longer stored in the default volume");
        expect(lossesOf(backup({ repositories: [{ volume: "a" }] }), stored)).toEqual([]);
    });

    test("kept for a shorter time, in all repositories or in one", () => {
        const words = "backup-retention-shortened: the next backup deletes those that keep no longer covers";
        expect(lossesOf(backup({}), backup({ keep: { daily: 7, yearly: 7 } }))).toEqual([`${words}: daily 30 → 7`]);
        const one = backup({ repositories: [{ volume: "a" }, { volume: "b", keep: { verified: 0 } }] });
        expect(lossesOf(stored, one)).toEqual([`${words}: verified 3 → 0`]);
        expect(lossesOf(one, stored)).toEqual([]);
    });

    test("secrets are compared, but not shown", () => {
        const encrypted = (encryptionPassword: string) => backup({ encryptionPassword });
        const text = explanation(encrypted("first"), encrypted("second"));
        expect(text).toContain("backup.encryptionPassword changed");
        expect(text).not.toMatch(/first|second/);
    });

    test("a memory-only database has less room for data, which the preview says", () => {
        const nordb = { version: "8.6-nordb", memoryMb: 512 };
        expect(explanation(nordb, { ...nordb, backup: {} })).toContain("refused if the data does not fit");
        expect(explanation({ version: "8.6" }, { version: "8.6", backup: {} })).not.toContain("fit");
    });
});
