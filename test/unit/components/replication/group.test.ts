/** Resources of a database with replicas, and of a declared `RedisReplica`. */
import * as docker from "@pulumi/docker";
import dockerManifest from "@pulumi/docker/package.json";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, RedisReplica } from "../../../../provider";
import { present } from "../../../support/present";
import { type Registered, filesOf, startStack, valueOf, withoutSecrets } from "../../support/mockedStack";

const login = { user: "repl-reader", password: 'a "quoted" \\ one' };

describe("a database with replicas", () => {
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

    test("creates the same resources for a replica as for a database, and a password on the primary", () => {
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

    test("passes the users to the primary's agent, without plaintext passwords", () => {
        const users = String(filesOf(find("sessions-agent"))["followers.acl"]);
        expect(users.match(/^user \S+/gm)).toEqual(["user repl-reader", "user repl-away"]);
        const peers = String(filesOf(find("sessions-reader-agent"))["followers.acl"]);
        expect(peers.match(/^user \S+/gm)).toEqual(["user repl-0"]);
        expect(users).not.toContain("aRandomPassword");
    });

    test("passes the primary's volume to a replica on the same Docker host, and its address to others", () => {
        expect(filesOf(find("sessions-reader-agent")).database).toContain("\nprimary=nearby\n");
        expect(JSON.stringify(find("sessions-reader-agent").inputs.volumes)).toContain('"/primary"');
        expect(filesOf(find("away-agent")).database).toContain("\nprimary=192.0.2.1 20001\n");
        expect(JSON.stringify(find("away-agent").inputs.volumes)).not.toContain("/primary");
    });

    test("passes its login to the replica, and the primary's CA in addition to its own", () => {
        const files = filesOf(find("sessions-reader-agent"));
        expect(files["primary.conf"]).toBe("masteruser repl-reader\nmasterauth aRandomPassword\n");
        expect(files["ca.crt"]).toBe("certificate of sessions-reader-ca\ncertificate of sessions-ca\n");
        expect(files["redis.conf"]).toContain("\nmaxmemory-policy allkeys-lru\n");
        expect(files.database).toContain("\nversion=7.0\nflavor=rdb\n");
    });

    test("protects the primary's data, and no copy", () => {
        expect(away.promoted).toBe(false);
        expect(find("sessions-reader").inputs.deletionProtection).toBe(false);
        expect(find("sessions").inputs.deletionProtection).toBeUndefined();
    });

    test("outputs the replicas' URLs, and the access for other programs, as secrets", async () => {
        expect(await valueOf(db.replicaTlsUrls)).toEqual(["rediss://app:aRandomPassword@localhost:24001"]);
        expect(await pulumi.isSecret(db.replicaTlsUrls)).toBe(true);
        expect(await pulumi.isSecret(db.replicationAccess)).toBe(true);
        expect(Object.keys(await valueOf(db.replicationAccess))).toEqual(["away"]);
    });

    test("records none of the primary's secrets in plaintext", () => {
        for (const name of ["away", "sessions-reader"]) {
            expect(JSON.stringify(find(name).inputs)).not.toMatch(/quoted|aRandomPassword|BEGIN/);
        }
    });
});

describe("a database with a replica that accepts writes", () => {
    let registered: readonly Registered[];
    const find = (name: string) => present(registered.find((each) => each.name === name));
    let db: RedisDatabase;

    beforeAll(async () => {
        registered = await startStack();
        db = new RedisDatabase("sessions", { replicas: [{ name: "one" }, { name: "two" }], primary: "two" });
        await pulumi.runtime.disconnect();
    });

    test("the other members follow it, each with its own user", () => {
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

    test("its agent starts after theirs, and its server before theirs", () => {
        const position = (name: string) => registered.findIndex((each) => each.name === name);
        for (const follower of ["sessions", "sessions-one"]) {
            expect(position("sessions-two-agent")).toBeGreaterThan(position(`${follower}-agent`));
            expect(position(`${follower}-server`)).toBeGreaterThan(position("sessions-two-server"));
        }
    });

    test("its outputs are the database's, and those of the others are the replicas'", async () => {
        const [one, two] = db.replicas.map(present);
        expect(db.url).toBe(present(two).url);
        expect(db.caCertPem).toBe(present(two).caCertPem);
        expect(await valueOf(db.replicaTlsUrls)).toHaveLength(2);
        expect(await valueOf(db.replicaTlsUrls)).toContain(await valueOf(present(one).tlsUrl));
    });

    test("its data is protected like the database's", () => {
        expect(find("sessions-two").inputs.deletionProtection).toBe(true);
        expect(find("sessions-one").inputs.deletionProtection).toBe(false);
    });
});

describe("users", () => {
    let registered: readonly Registered[];
    const find = (name: string) => present(registered.find((each) => each.name === name));
    const orders = { name: "orders", rules: "~* +@read" };
    let db: RedisDatabase;
    let reader: RedisReplica;

    beforeAll(async () => {
        registered = await startStack();
        const users = [orders, { name: "own", rules: "+ping", password: "hunter2" }];
        const replicas = [{ name: "one" }, { name: "two", users: [{ name: "alone", rules: "+ping" }] }];
        const args = { version: "6.2", users, replicas, primary: "one", replicationAccess: ["reader"] };
        db = new RedisDatabase("sessions", args);
        reader = new RedisReplica("reader", { primary: db });
        await pulumi.runtime.disconnect();
    });

    test("are on every replica without `users`, with the database's passwords", () => {
        const lines = (agent: string) =>
            String(filesOf(find(agent))["users.acl"])
                .split("\n")
                .slice(2);
        for (const agent of ["sessions-one-agent", "reader-agent"])
            expect(lines(agent)).toEqual(lines("sessions-agent"));
        expect(lines("sessions-agent")).toHaveLength(3);
        expect(lines("sessions-two-agent")[0]).toMatch(/^user alone on /);
        const passwords = registered.filter(({ name }) => name.includes("-user-")).map(({ name }) => name);
        expect(passwords).toEqual(["sessions-user-orders", "sessions-two-user-alone"]);
    });

    test("have the URLs of the server that accepts writes", async () => {
        expect(db.users).toBe(present(db.replicas[0]).users);
        expect(Object.keys(await valueOf(db.users))).toEqual(["orders", "own"]);
        expect((await valueOf(reader.users)).own?.password).toBe("hunter2");
    });

    test("are recorded as secrets", () => {
        expect(find("sessions-one").inputs.users).toEqual({
            secret: find("reader").inputs.users && (expect.anything() as unknown),
        });
        expect(JSON.stringify(withoutSecrets(registered))).not.toMatch(/hunter2/);
    });
});

test.each(["near", "far", undefined])(
    "a replica inherits addresses only on the database's Docker host, with primary %s",
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

test("a replica's provider that is none is an error, with the version that it must have", async () => {
    await startStack();
    // In a plugin, a provider of another major version arrives as its id.
    const wrong = ["a151e70b", pulumi.output("a151e70b"), new pulumi.ComponentResource("my:index:Host", "host"), 7];
    const replicas = wrong.map((provider) => ({ provider: provider as never }));
    const found = ['is "a151e70b" (a string)', "is an Output", "is a resource, but not a provider", "is 7 (a number)"];
    const create = () => new RedisDatabase("sessions", { bindAddress: "192.0.2.1", replicas });
    expect(create).toThrow(/: 4 problems/);
    for (const [index, text] of found.entries()) {
        expect(create).toThrow(`replicas[${index}].provider: ${text}`);
    }
    expect(create).toThrow(`give a provider of version ${dockerManifest.version.split(".")[0]} of`);
    await pulumi.runtime.disconnect();
});

describe("a declared replica without a primary", () => {
    const missing = /primary: is (missing|undefined)\n {4}→ .*\[redis-database\/primary-missing\]/;

    test("is an error, and does not become a database that accepts writes", async () => {
        await startStack();
        expect(() => new RedisReplica("away", {})).toThrow(missing);
        expect(() => new RedisReplica("away", { promoted: false, memoryMb: 64 })).toThrow(missing);
        await pulumi.runtime.disconnect();
    });

    test("is accepted if it is promoted", async () => {
        await startStack();
        expect(new RedisReplica("away", { promoted: true }).promoted).toBe(true);
        await pulumi.runtime.disconnect();
    });
});
