/** Which resources a program gets: by its arguments alone, and the same ones once it runs. */
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

/** Arguments, of which a second Docker host may be one, and the exact names of the resources, after each component's. */
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
    "nothing": { args: () => ({}), database: every },
    "a password": { args: () => ({ password: "hunter2" }), database: without("password") },
    "both ports": { args: () => ({ ports: { plaintext: 6379, tls: 6380 } }), database: without("port") },
    "one port of two": { args: () => ({ ports: { tls: 6380 } }), database: every },
    "the one port": { args: () => ({ ports: { tls: 6380 }, plaintext: false }), database: without("port") },
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
    "replicas, of which one takes writes": {
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
    "users, of which one has a password": {
        args: () => ({
            users: [
                { name: "orders", rules: "~* +@read" },
                { name: "own", rules: "+ping", password: "hunter2" },
            ],
        }),
        database: [...every, "user-orders"],
    },
    "users whose passwords replicas share, and one that a replica has alone": {
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
    "access for others": {
        args: () => ({ replicationAccess: ["away", "archive"] }),
        database: [...every, "repl-away", "repl-archive"],
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
    test("the plan of the database has exactly these", () => {
        const plan = planDatabase("sessions", { ...args() }, undefined);
        expect(resourceNames(plan.server).sort()).toEqual(prefixed("sessions", database).sort());
        expect(plan.replicas.map(({ member }) => member)).toEqual(Object.keys(replicas));
    });

    test("the program registers exactly these", async () => {
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

describe("arguments that are Outputs decide nothing, beside others that do", () => {
    const some = { hosts: [unresolved], validityDays: unresolved };
    const names = (args: PlainArguments) => resourceNames(planServer("RedisDatabase", "sessions", args)).sort();
    const expected = (list: readonly string[]) => prefixed("sessions", list).sort();

    test.each<[string, PlainArguments, readonly string[]]>([
        ["a password", { password: unresolved }, without("password")],
        ["ports", { ports: unresolved }, every],
        ["each port", { ports: { plaintext: unresolved, tls: unresolved } }, without("port")],
        ["whether plaintext is open", { ports: { tls: 1 }, plaintext: unresolved }, every],
        ["CAs beside hosts", { tls: { ...some, caVersions: [2, 1] } }, [...every, "ca-2", "ca-key-2"]],
        ["the texts of a CA", { tls: { ...some, ca: { certPem: unresolved, keyPem: unresolved } } }, without(...cas)],
        [
            "the texts of a certificate",
            { tls: { certificate: { certPem: unresolved, keyPem: unresolved, caCertPem: unresolved } } },
            without(...cas, ...issued),
        ],
        [
            "what users may do, and a password",
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

    test("the program agrees", async () => {
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

    test("the program agrees on replicas whose arguments are Outputs", async () => {
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

    test("the program agrees on a CA whose key is an Output", async () => {
        const { registered } = await deploy({ tls: { ca: { ...ca, keyPem: pulumi.secret(ca.keyPem) } } });
        expect(registered.map(({ name }) => name).sort()).toEqual(["sessions", ...expected(without(...cas))].sort());
    });
});

test("only a version that is there and before 6.0 needs HAProxy, and a tunnel only to follow", () => {
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

test("the rest of what a plan says", () => {
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

describe("who takes writes", () => {
    const [here, there] = ["this host", "another"];
    const replicas = [
        { name: "one" },
        { name: "far", provider: there },
        { name: "farther", provider: there },
        { name: "gone", promoted: true },
    ];
    const roles = ({ own, replicas: others }: DatabasePlan) =>
        Object.fromEntries(
            [own, ...others].map(({ component, nearby, leads, peers }) => [component, { nearby, leads, peers }]),
        );

    test("the database's own server, where the program names none", () => {
        expect(roles(planDatabase("sessions", { replicas }, here))).toEqual({
            "sessions": { nearby: true, leads: true, peers: ["one", "far", "farther"] },
            "sessions-one": { nearby: true, leads: false, peers: ["0", "far", "farther"] },
            "sessions-far": { nearby: false, leads: false, peers: ["0", "one", "farther"] },
            "sessions-farther": { nearby: false, leads: false, peers: ["0", "one", "far"] },
            "sessions-gone": { nearby: true, leads: false, peers: [] },
        });
    });

    test("the replica that it names: near is who is on that one's host", () => {
        expect(roles(planDatabase("sessions", { replicas, primary: "far" }, here))).toEqual({
            "sessions": { nearby: false, leads: false, peers: ["one", "far", "farther"] },
            "sessions-one": { nearby: false, leads: false, peers: ["0", "far", "farther"] },
            "sessions-far": { nearby: true, leads: true, peers: ["0", "one", "farther"] },
            "sessions-farther": { nearby: true, leads: false, peers: ["0", "one", "far"] },
            "sessions-gone": { nearby: true, leads: false, peers: [] },
        });
    });

    test("none but the database's own server before 6.0, where nobody takes over", () => {
        const plan = planDatabase("sessions", { version: "5.0", replicas: 2 }, undefined);
        expect(roles(plan)).toEqual({
            "sessions": { nearby: true, leads: true, peers: [] },
            "sessions-replica-1": { nearby: true, leads: false, peers: [] },
            "sessions-replica-2": { nearby: true, leads: false, peers: [] },
        });
    });

    test("only a promoted replica is planned as promoted", () => {
        const { replicas: planned } = planDatabase("sessions", { replicas }, here);
        expect(planned.map(({ promoted }) => promoted)).toEqual([false, false, false, true]);
    });
});

describe("a replica that the program declares itself", () => {
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
