/** Which resources a program gets: the plan from its arguments, and the resources that it then registers. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, type RedisDatabaseArgs, RedisReplica } from "../../../provider";
import { type PlainArguments, unresolved } from "../../../provider/model/arguments/definition";
import {
    deletionProtectionName,
    type DatabasePlan,
    needsHaproxy,
    planDatabase,
    planServer,
    resourceNames,
} from "../../../provider/model/plan";
import { present } from "../../support/present";
import { OpenSsl } from "../support/openssl";
import { deploy, startStack, valueOf } from "../support/mockedStack";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});
const ca = openssl.make({ commonName: "Our CA", ca: true });
const server = openssl.make({ commonName: "redis", san: "DNS:redis.example.com", issuer: ca });
const certificate = { ...server, caCertPem: ca.certPem };

const always = ["agent", "server", "settings", "completed", deletionProtectionName];
const cas = ["ca", "ca-key"];
const issued = ["key", "request", "certificate"];
const every = [...always, "data", "port", "password", ...issued, ...cas];
const without = (...names: string[]) => every.filter((name) => !names.includes(name));

/** Arguments, which may depend on a second Docker host, and the exact names of the resources, without the component's prefix. */
interface Case {
    readonly args: (far?: docker.Provider) => RedisDatabaseArgs;
    readonly database: readonly string[];
    readonly replicas?: Readonly<Record<string, readonly string[]>>;
}

const secondHost = (far?: docker.Provider) => ({
    bindAddress: "192.0.2.1",
    replicas: [{ name: "far", ...(far && { provider: far }), bindAddress: "192.0.2.2" }, { name: "near" }],
});

const cases: Readonly<Record<string, Case>> = {
    "no arguments": { args: () => ({}), database: every },
    "a password": { args: () => ({ password: "hunter2" }), database: without("password") },
    "both ports": { args: () => ({ ports: { plaintext: 6379, tls: 6380 } }), database: without("port") },
    "one port of two": { args: () => ({ ports: { tls: 6380 } }), database: every },
    "the only port": { args: () => ({ ports: { tls: 6380 }, plaintext: false }), database: without("port") },
    "a CA": { args: () => ({ tls: { ca } }), database: without(...cas) },
    "a certificate": {
        args: () => ({ host: "redis.example.com", tls: { certificate } }),
        database: without(...cas, ...issued),
    },
    "two CAs": {
        args: () => ({ tls: { caVersions: [2, 1] } }),
        database: [...every, "ca-2", "ca-key-2"],
    },
    "the second CA": {
        args: () => ({ tls: { caVersions: [2] } }),
        database: [...without(...cas), "ca-2", "ca-key-2"],
    },
    "data": { args: () => ({ data: { volume: "redis-data" } }), database: without("data") },
    "a disk size": { args: () => ({ diskSizeGb: 8 }), database: every },
    "no protection": { args: () => ({ deletionProtection: false }), database: every },
    "5.0": { args: () => ({ version: "5.0" }), database: [...every, "terminator"] },
    "5.0 with replicas": {
        args: () => ({ version: "5.0", replicas: [{ name: "one" }, { name: "gone", promoted: true }] }),
        database: [...every, "terminator"],
        replicas: { one: [...every, "terminator", "tunnel"], gone: [...every, "terminator"] },
    },
    "5.0 with access": {
        args: () => ({ version: "5.0", replicationAccess: ["away"] }),
        database: [...every, "terminator"],
    },
    "replicas": {
        args: () => ({ replicas: 2 }),
        database: [...every, "repl-replica-1", "repl-replica-2", "repl-0"],
        replicas: { "replica-1": every, "replica-2": every },
    },
    "no replicas": { args: () => ({ replicas: 0 }), database: every },
    "replicas, one of which is the primary": {
        args: () => ({ replicas: 2, primary: "replica-2" }),
        database: [...every, "repl-replica-1", "repl-replica-2", "repl-0"],
        replicas: { "replica-1": every, "replica-2": every },
    },
    "replicas with arguments of their own": {
        args: () => ({
            replicas: [
                { name: "one", password: "hunter2", tls: { caVersions: [3] } },
                { name: "two", ports: { plaintext: 1, tls: 2 } },
            ],
        }),
        database: [...every, "repl-one", "repl-two", "repl-0"],
        replicas: { one: [...without("password", ...cas), "ca-3", "ca-key-3"], two: without("port") },
    },
    "users, one of which has a password": {
        args: () => ({
            users: [
                { name: "orders", rules: "~* +@read" },
                { name: "own", rules: "+ping", password: "hunter2" },
            ],
        }),
        database: [...every, "user-orders"],
    },
    "users whose passwords replicas share, and one that only a replica has": {
        args: () => ({
            users: [{ name: "orders", rules: "~* +@read" }],
            replicas: [
                { name: "like" },
                {
                    name: "other",
                    users: [
                        { name: "orders", rules: "+ping" },
                        { name: "alone", rules: "+ping" },
                    ],
                },
                { name: "gone", promoted: true },
            ],
        }),
        database: [...every, "user-orders", "repl-like", "repl-other", "repl-gone", "repl-0"],
        replicas: { like: every, other: [...every, "user-alone"], gone: every },
    },
    "replication access": {
        args: () => ({ replicationAccess: ["away", "archive"] }),
        database: [...every, "repl-away", "repl-archive"],
    },
    "backups of a database": { args: () => ({ backup: {} }), database: [...every, "backup", "backup-files", "restic"] },
    "backups of a database and a replica, with a webhook": {
        args: () => ({
            backup: { notify: { url: "https://hooks.example.com/secret" } },
            replicas: [{ name: "like" }, { name: "own", backup: {} }],
        }),
        database: [...every, "repl-like", "repl-own", "repl-0", "backup", "backup-files", "restic", "notifier"],
        replicas: { like: every, own: [...every, "backup", "backup-files", "restic"] },
    },
    "a promoted replica": {
        args: () => ({ replicas: [{ name: "gone", promoted: true }] }),
        database: [...every, "repl-gone", "repl-0"],
        replicas: { gone: every },
    },
    "a replica on another Docker host": {
        args: secondHost,
        database: [...every, "repl-far", "repl-near", "repl-0"],
        replicas: { far: every, near: every },
    },
    "a replica of 5.0 on another Docker host": {
        args: (far) => ({ ...secondHost(far), version: "5.0" }),
        database: [...every, "terminator"],
        replicas: { far: [...every, "terminator", "tunnel"], near: [...every, "terminator", "tunnel"] },
    },
};

const prefixed = (component: string, names: readonly string[]) => names.map((name) => `${component}-${name}`);

describe.each(Object.entries(cases))("%s", (_what, { args, database, replicas = {} }) => {
    test("the plan has exactly these resources", () => {
        const plan = planDatabase("sessions", { ...args() }, undefined);
        expect(resourceNames(plan.server).sort()).toEqual(prefixed("sessions", database).sort());
        expect(plan.replicas.map(({ member }) => member)).toEqual(Object.keys(replicas));
    });

    test("the program registers exactly these resources", async () => {
        const far = "a second host";
        const registered = await startStack();
        const db = new RedisDatabase("sessions", args(new docker.Provider(far, {})));
        await pulumi.runtime.disconnect();
        const components = Object.keys(replicas).map((replica) => `sessions-${replica}`);
        const children = components.flatMap((name, index) => prefixed(name, Object.values(replicas)[index] ?? []));
        expect(registered.map(({ name }) => name).sort()).toEqual(
            [far, "sessions", ...prefixed("sessions", database), ...components, ...children].sort(),
        );
        expect(db.replicas).toHaveLength(components.length);
    });
});

describe("Outputs do not decide about resources", () => {
    const outputs = { hosts: [unresolved], validityDays: unresolved };
    const names = (args: PlainArguments) => resourceNames(planServer("RedisDatabase", "sessions", args)).sort();
    const expected = (list: readonly string[]) => prefixed("sessions", list).sort();

    test.each<[string, PlainArguments, readonly string[]]>([
        ["a password", { password: unresolved }, without("password")],
        ["ports", { ports: unresolved }, every],
        ["each port", { ports: { plaintext: unresolved, tls: unresolved } }, without("port")],
        ["whether plaintext is open", { ports: { tls: 1 }, plaintext: unresolved }, every],
        ["CAs next to hosts", { tls: { ...outputs, caVersions: [2, 1] } }, [...every, "ca-2", "ca-key-2"]],
        [
            "the texts of a CA",
            { tls: { ...outputs, ca: { certPem: unresolved, keyPem: unresolved } } },
            without(...cas),
        ],
        [
            "the texts of a certificate",
            { tls: { certificate: { certPem: unresolved, keyPem: unresolved, caCertPem: unresolved } } },
            without(...cas, ...issued),
        ],
        [
            "the rules of a user, and a password",
            {
                users: [
                    { name: "orders", rules: unresolved },
                    { name: "own", rules: "+ping", password: unresolved },
                ],
            },
            [...every, "user-orders"],
        ],
        ["the name of a volume", { data: { volume: unresolved } }, without("data")],
        ["the version", { version: unresolved }, every],
    ])("%s", (_what, args, list) => {
        expect(names(args)).toEqual(expected(list));
    });

    test("the program registers the planned resources", async () => {
        const args = {
            password: pulumi.secret("hunter2"),
            ports: { plaintext: pulumi.output(1), tls: Promise.resolve(2) },
            tls: { hosts: [pulumi.output("a.example")], validityDays: pulumi.output(90), caVersions: [2, 1] },
            data: { volume: pulumi.output("redis-data") },
        };
        const { registered } = await deploy(args);
        const list = [...without("password", "port", "data"), "ca-2", "ca-key-2"];
        expect(registered.map(({ name }) => name).sort()).toEqual(["sessions", ...expected(list)].sort());
    });

    test("the program registers the planned replicas if their arguments are Outputs", async () => {
        const replicas = [
            { name: "one", memoryMb: pulumi.output(512) },
            { name: "two", tls: { hosts: [pulumi.output("a.example")], caVersions: [2] } },
        ];
        const { registered, db } = await deploy({ replicas });
        const own = expected([...every, "repl-one", "repl-two", "repl-0"]);
        const others = [
            ...["sessions-one", "sessions-two", ...prefixed("sessions-one", every)],
            ...prefixed("sessions-two", [...without(...cas), "ca-2", "ca-key-2"]),
        ];
        expect(registered.map(({ name }) => name).sort()).toEqual(["sessions", ...own, ...others].sort());
        expect(db.replicas).toHaveLength(2);
    });

    test("the program registers the planned resources if the key of a CA is an Output", async () => {
        const { registered } = await deploy({ tls: { ca: { ...ca, keyPem: pulumi.secret(ca.keyPem) } } });
        expect(registered.map(({ name }) => name).sort()).toEqual(["sessions", ...expected(without(...cas))].sort());
    });
});

test("only a known version before 6.0 needs HAProxy, and only a follower needs a tunnel", () => {
    const parts = (version: unknown, follows?: boolean) => {
        const { haproxy, tunnel } = planServer("RedisReplica", "away", { version }, follows);
        expect(needsHaproxy("RedisReplica", { version })).toBe(haproxy);
        return [haproxy, tunnel];
    };
    expect(parts("5.0")).toEqual([true, true]);
    expect(parts("5.0-rdb", false)).toEqual([true, false]);
    expect(parts("6.0")).toEqual([false, false]);
    expect(parts(unresolved)).toEqual([false, false]);
    expect(planServer("RedisDatabase", "sessions", { version: "5.0" }).tunnel).toBe(false);
});

test("the other properties of a plan", () => {
    const plan = (args: PlainArguments) => planServer("RedisDatabase", "sessions", args);
    expect(plan({})).toMatchObject({ name: "sessions", quota: false, deletionProtection: true, logins: [] });
    expect(plan({ diskSizeGb: unresolved, deletionProtection: false })).toMatchObject({
        quota: true,
        deletionProtection: false,
    });
    expect(plan({ replicas: 1, replicationAccess: ["away"] }).logins).toEqual([
        { follower: "replica-1", user: "repl-replica-1" },
        { follower: "0", user: "repl-0" },
        { follower: "away", user: "repl-away" },
    ]);
    expect(plan({ version: "5.0", replicas: 1, replicationAccess: ["away"] }).logins).toEqual([
        { follower: "replica-1", user: "" },
        { follower: "away", user: "" },
    ]);
    expect(plan({ tls: { caVersions: [3, 1] } }).caVersions).toEqual([3, 1]);
});

describe("the primary", () => {
    const [databaseHost, otherHost] = ["this host", "another host"];
    const replicas = [
        { name: "one" },
        { name: "far", provider: otherHost },
        { name: "farther", provider: otherHost },
        { name: "gone", promoted: true },
    ];
    const roles = ({ own, replicas }: DatabasePlan) =>
        Object.fromEntries(
            [own, ...replicas].map(({ component, nearby, leads, peers }) => [component, { nearby, leads, peers }]),
        );

    test("is the database's own server by default", () => {
        expect(roles(planDatabase("sessions", { replicas }, databaseHost))).toEqual({
            "sessions": { nearby: true, leads: true, peers: ["one", "far", "farther"] },
            "sessions-one": { nearby: true, leads: false, peers: ["0", "far", "farther"] },
            "sessions-far": { nearby: false, leads: false, peers: ["0", "one", "farther"] },
            "sessions-farther": { nearby: false, leads: false, peers: ["0", "one", "far"] },
            "sessions-gone": { nearby: true, leads: false, peers: [] },
        });
    });

    test("is the replica in `primary`, and members on its host are nearby", () => {
        expect(roles(planDatabase("sessions", { replicas, primary: "far" }, databaseHost))).toEqual({
            "sessions": { nearby: false, leads: false, peers: ["one", "far", "farther"] },
            "sessions-one": { nearby: false, leads: false, peers: ["0", "far", "farther"] },
            "sessions-far": { nearby: true, leads: true, peers: ["0", "one", "farther"] },
            "sessions-farther": { nearby: true, leads: false, peers: ["0", "one", "far"] },
            "sessions-gone": { nearby: true, leads: false, peers: [] },
        });
    });

    test("is always the database's own server before 6.0", () => {
        const plan = planDatabase("sessions", { version: "5.0", replicas: 2 }, undefined);
        expect(roles(plan)).toEqual({
            "sessions": { nearby: true, leads: true, peers: [] },
            "sessions-replica-1": { nearby: true, leads: false, peers: [] },
            "sessions-replica-2": { nearby: true, leads: false, peers: [] },
        });
    });

    test("is not changed by a promoted replica, which alone is planned as promoted", () => {
        const { replicas: planned } = planDatabase("sessions", { replicas }, databaseHost);
        expect(planned.map(({ promoted }) => promoted)).toEqual([false, false, false, true]);
    });
});

describe("a RedisReplica of the program", () => {
    const childrenOf = async (version: string, promoted: boolean) => {
        const registered = await startStack();
        const db = new RedisDatabase("sessions", { version, replicationAccess: ["away"] });
        const primary = db.replicationAccess.apply((access) => ({ ...present(access.away), host: "192.0.2.1" }));
        const replica = new RedisReplica("away", { version, primary, promoted });
        await pulumi.runtime.disconnect();
        expect(await valueOf(replica.version)).toBe(version);
        return registered.flatMap(({ name }) => (name.startsWith("away-") ? [name] : [])).sort();
    };

    test.each([
        ["8.0", false, every],
        ["8.0", true, every],
        ["5.0", false, [...every, "terminator", "tunnel"]],
        ["5.0", true, [...every, "terminator"]],
    ])("of %s, promoted: %j", async (version, promoted, list) => {
        expect(resourceNames(planServer("RedisReplica", "away", { version }, !promoted)).sort()).toEqual(
            prefixed("away", list).sort(),
        );
        expect(await childrenOf(version, promoted)).toEqual(prefixed("away", list).sort());
    });
});
