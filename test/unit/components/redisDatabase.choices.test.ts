/** How arguments change the resources of a database. */
import { deletionProtectionName } from "../../../provider/model/plan";
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type DatabaseTransforms, RedisDatabase } from "../../../provider";
import { rotationPeriod } from "../../../provider/model/passwordRotation";
import { OpenSsl } from "../support/openssl";
import { type Deployment, deploy, filesOf, startStack, valueOf } from "../support/mockedStack";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});
const ca = openssl.make({ commonName: "Our CA", ca: true });
const server = openssl.make({ commonName: "redis", san: "DNS:redis.example.com", issuer: ca });

const everyChild = [
    "agent",
    "ca",
    "ca-key",
    "certificate",
    "completed",
    "data",
    deletionProtectionName,
    "key",
    "password",
    "port",
    "request",
    "server",
    "settings",
];
const childrenOf = ({ registered }: Deployment) =>
    registered.flatMap(({ name }) => (name.startsWith("sessions-") ? [name.replace("sessions-", "")] : [])).sort();
const missing = (stack: Deployment) => everyChild.filter((name) => !childrenOf(stack).includes(name));
const published = (stack: Deployment) =>
    (stack.find("sessions-server").inputs.ports as { internal: number; external: number; ip: string }[]).map(
        ({ ip, external, internal }) => `${ip}:${external}->${internal}`,
    );

test("plaintext: false publishes only the TLS port, and there is no plaintext URL", async () => {
    const stack = await deploy({ plaintext: false });
    expect(missing(stack)).toEqual([]);
    expect(published(stack)).toEqual(["127.0.0.1:24001->6380"]);
    expect(filesOf(stack.find("sessions-agent"))["redis.conf"]).toContain("\nport 0\n");
    const { db } = stack;
    const tlsUrl = "rediss://app:aRandomPassword@localhost:24001";
    expect(await valueOf(pulumi.all([db.url, db.port, db.tlsUrl]))).toEqual([undefined, undefined, tlsUrl]);
    expect(await valueOf(db.connectionUrls)).toEqual({ tls: tlsUrl });
    expect(await valueOf(db.credentials)).toEqual([{ type: "redis+ssl", default: true, connectionUrl: tlsUrl }]);
});

describe("ports", () => {
    test("both set: none is chosen", async () => {
        const stack = await deploy({
            ports: { plaintext: 6379, tls: 6380 },
            bindAddress: "0.0.0.0",
            host: "r.example",
        });
        expect(missing(stack)).toEqual(["port"]);
        expect(stack.db.nodes).not.toHaveProperty("port");
        expect(published(stack)).toEqual(["0.0.0.0:6379->6379", "0.0.0.0:6380->6380"]);
        expect(await valueOf(stack.db.url)).toBe("redis://app:aRandomPassword@r.example:6379");
    });

    test("only the TLS port set, with plaintext closed: none is chosen", async () => {
        const stack = await deploy({ ports: { tls: 6380 }, plaintext: false });
        expect(missing(stack)).toEqual(["port"]);
        expect(published(stack)).toEqual(["127.0.0.1:6380->6380"]);
    });

    test.each([
        [{ plaintext: 6379 }, ["127.0.0.1:6379->6379", "127.0.0.1:24001->6380"]],
        [{ tls: 6380 }, ["127.0.0.1:24000->6379", "127.0.0.1:6380->6380"]],
        [{ plaintext: 24001 }, ["127.0.0.1:24001->6379", "127.0.0.1:24000->6380"]],
        [{ tls: 24000 }, ["127.0.0.1:24001->6379", "127.0.0.1:24000->6380"]],
    ])("%j: the other port is chosen, and differs", async (ports, expected) => {
        const stack = await deploy({ ports });
        expect(missing(stack)).toEqual([]);
        expect(published(stack)).toEqual(expected);
    });

    test("as Outputs, they apply once they are known", async () => {
        const stack = await deploy({ ports: pulumi.output({ plaintext: 1234, tls: 1235 }) });
        expect(published(stack)).toEqual(["127.0.0.1:1234->6379", "127.0.0.1:1235->6380"]);
    });
});

test("with `password`, none is generated", async () => {
    const stack = await deploy({ password: "p@ss/word" });
    expect(missing(stack)).toEqual(["password"]);
    expect(stack.db.nodes).not.toHaveProperty("password");
    expect(await valueOf(stack.db.tlsUrl)).toBe("rediss://app:p%40ss%2Fword@localhost:24001");
});

describe("users", () => {
    const hash = (password: string) => createHash("sha256").update(password).digest("hex");
    const users = [
        { name: "orders", rules: " ~orders:*   +@read" },
        { name: "own", rules: pulumi.output("+ping"), password: pulumi.output("p@ss/word") },
    ];

    test("each has an ACL rule, URLs, and a random password unless one is set", async () => {
        const stack = await deploy({ users });
        expect(childrenOf(stack)).toEqual([...everyChild, "user-orders"].sort());
        expect(
            String(filesOf(stack.find("sessions-agent"))["users.acl"])
                .split("\n")
                .slice(2),
        ).toEqual([
            `user orders on #${hash("aRandomPassword")} resetchannels ~orders:* +@read`,
            `user own on #${hash("p@ss/word")} resetchannels +ping`,
            "",
        ]);
        expect(await valueOf(stack.db.users)).toEqual({
            orders: {
                url: "redis://orders:aRandomPassword@localhost:24000",
                tlsUrl: "rediss://orders:aRandomPassword@localhost:24001",
                password: "aRandomPassword",
            },
            own: {
                url: "redis://own:p%40ss%2Fword@localhost:24000",
                tlsUrl: "rediss://own:p%40ss%2Fword@localhost:24001",
                password: "p@ss/word",
            },
        });
        expect(stack.find("sessions").inputs.users).toEqual({
            secret: [users[0], { name: "own", rules: "+ping", password: "p@ss/word" }],
        });
    });

    test("have no plaintext URL if plaintext is closed", async () => {
        const { db } = await deploy({ users: [{ name: "orders", rules: "+ping" }], plaintext: false });
        expect(Object.keys((await valueOf(db.users)).orders ?? {})).toEqual(["tlsUrl", "password"]);
    });

    test("rotate with the database's password", async () => {
        const stack = await deploy({ users, passwordVersion: 2 });
        expect(stack.find("sessions-user-orders").inputs.keepers).toEqual({ version: "2" });
    });

    test("an unknown password makes neither the server nor the rules unknown", async () => {
        const registered = await startStack({ preview: true });
        const password = new random.RandomPassword("unknown", { length: 32 }).result;
        new RedisDatabase("sessions", { users: [{ name: "own", rules: "+ping", password }] });
        await pulumi.runtime.disconnect();
        const server = registered.find(({ name }) => name === "sessions-server");
        expect(server?.inputs).toMatchObject({ image: "redis:8.6", memory: 512 });
    });
});

test("with `tls.ca`, that CA signs and none is generated", async () => {
    const stack = await deploy({ tls: { ca } });
    expect(missing(stack)).toEqual(["ca", "ca-key"]);
    expect(stack.find("sessions-certificate").inputs).toMatchObject({
        caCertPem: ca.certPem,
        caPrivateKeyPem: { secret: ca.keyPem },
    });
    expect(await valueOf(stack.db.caCertPem)).toBe(ca.certPem);
    expect(filesOf(stack.find("sessions-agent"))["ca.crt"]).toBe(`${ca.certPem}\n`);
});

test("with `tls.certificate`, no keys or certificates are generated", async () => {
    const certificate = { ...server, caCertPem: ca.certPem };
    const stack = await deploy({ host: "redis.example.com", tls: { certificate } });
    expect(missing(stack)).toEqual(["ca", "ca-key", "certificate", "key", "request"]);
    const { "tls.crt": crt, "tls.key": key, "ca.crt": caCrt } = filesOf(stack.find("sessions-agent"));
    expect([crt, key, caCrt]).toEqual([server.certPem, server.keyPem, ca.certPem].map((pem) => `${pem}\n`));
    expect(await valueOf(stack.db.caCertPem)).toBe(ca.certPem);
});

describe("CA versions", () => {
    const casOf = (stack: Deployment) => childrenOf(stack).filter((name) => /^ca\b/.test(name));
    const signer = (stack: Deployment) => {
        const { caCertPem, caPrivateKeyPem } = stack.find("sessions-certificate").inputs;
        return [caCertPem, caPrivateKeyPem];
    };
    const first = ["certificate of sessions-ca", { secret: "key of sessions-ca-key" }];
    const second = ["certificate of sessions-ca-2", { secret: "key of sessions-ca-key-2" }];

    test.each([
        [[1], ["ca", "ca-key"], first, "certificate of sessions-ca"],
        [[1, 2], ["ca", "ca-2", "ca-key", "ca-key-2"], first, "certificate of sessions-cacertificate of sessions-ca-2"],
        [
            [2, 1],
            ["ca", "ca-2", "ca-key", "ca-key-2"],
            second,
            "certificate of sessions-ca-2certificate of sessions-ca",
        ],
        [[2], ["ca-2", "ca-key-2"], second, "certificate of sessions-ca-2"],
    ])("%j: the first one signs, and all are published", async (caVersions, cas, signs, published) => {
        const stack = await deploy({ tls: { caVersions } });
        expect(casOf(stack)).toEqual(cas);
        expect(signer(stack)).toEqual(signs);
        expect(await valueOf(stack.db.caCertPem)).toBe(published);
        expect(filesOf(stack.find("sessions-agent"))["ca.crt"]).toBe(`${published}\n`);
        const { ca: signing } = stack.db.nodes;
        expect(await valueOf(pulumi.output(signing?.certPem))).toBe(signs[0]);
    });

    test("a CA does not depend on the other versions", async () => {
        const [one, both] = [await deploy(), await deploy({ tls: { caVersions: [2, 1] } })];
        for (const name of ["sessions-ca", "sessions-ca-key"]) expect(both.find(name)).toEqual(one.find(name));
        const subjects = ["sessions-ca", "sessions-ca-2"].map((name) => both.find(name).inputs.subject);
        expect(subjects).toEqual([
            { commonName: "CA of Redis database sessions" },
            { commonName: "CA of Redis database sessions-2" },
        ]);
    });
});

test("clientAuth: the server verifies client certificates with that CA; clients still verify with the server's CA", async () => {
    const stack = await deploy({ tls: { clientAuth: { caCertPem: ca.certPem } } });
    const files = filesOf(stack.find("sessions-agent"));
    expect(files["ca.crt"]).toBe(`${ca.certPem}\n`);
    expect(files["redis.conf"]).toContain("\ntls-auth-clients yes\n");
    expect(await valueOf(stack.db.caCertPem)).toBe("certificate of sessions-ca");
});

test("the certificate has the hosts, validity and renewal period", async () => {
    const tls = { hosts: ["*.example.com", "192.0.2.1"], validityDays: 90, renewBeforeDays: 10 };
    const stack = await deploy({ host: "redis.example.com", tls });
    expect(stack.find("sessions-request").inputs).toMatchObject({
        subject: { commonName: "redis.example.com" },
        dnsNames: ["redis.example.com", "*.example.com", "localhost"],
        ipAddresses: ["192.0.2.1", "127.0.0.1"],
    });
    expect(stack.find("sessions-certificate").inputs).toMatchObject({
        validityPeriodHours: 2160,
        earlyRenewalHours: 240,
    });
});

describe("config", () => {
    const labels = (stack: Deployment) => stack.find("sessions-server").inputs.labels;

    test("directives that can change at run time do not change the server's container", async () => {
        const plain = await deploy();
        const stack = await deploy({
            config: { timeout: 300 },
            memoryMb: 512,
            maxmemoryPolicy: "allkeys-lru",
            flavor: "rdb",
        });
        expect(stack.find("sessions-server").inputs).toEqual(plain.find("sessions-server").inputs);
        expect(filesOf(stack.find("sessions-agent"))["redis.conf"]).toContain("\ntimeout 300\n");
    });

    test("directives that need a restart are labels of the server, so that it is replaced", async () => {
        const stack = await deploy({ config: { "databases": 4, "timeout": 300, "io-threads": 2 } });
        expect(labels(stack)).toEqual([
            { label: "redis.databases", value: "4" },
            { label: "redis.io-threads", value: "2" },
        ]);
    });
});

test("`savePoints` replace the flavor's in redis.conf", async () => {
    const savePoints = [
        { seconds: 600, changes: 5 },
        { seconds: 30, changes: pulumi.output(1000) },
    ];
    for (const flavor of ["aof", "rdb"] as const) {
        const stack = await deploy({ flavor, savePoints });
        const saves = String(filesOf(stack.find("sessions-agent"))["redis.conf"]).match(/^save .*$/gm);
        expect(saves).toEqual(["save 600 5", "save 30 1000"]);
    }
});

describe("rotation", () => {
    const keepersOf = (stack: Deployment) => stack.find("sessions-password").inputs.keepers;

    test("a new passwordVersion changes the keepers, which generates a new password", async () => {
        expect(keepersOf(await deploy())).toEqual({});
        expect(keepersOf(await deploy({ passwordVersion: 1 }))).toEqual({});
        expect(keepersOf(await deploy({ passwordVersion: 2 }))).toEqual({ version: "2" });
    });

    test("rotatePasswordEvery adds the database's current period to the keepers", async () => {
        const now = new Date();
        jest.useFakeTimers({ now, doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
        const stack = await deploy({ rotatePasswordEvery: 30 });
        jest.useRealTimers();
        expect(keepersOf(stack)).toEqual({ period: String(rotationPeriod("sessions", 30, now)) });
    });

    test("passwordGraceHours is passed to the agent, in seconds", async () => {
        const stack = await deploy({ passwordGraceHours: 0.25 });
        expect(filesOf(stack.find("sessions-agent")).database).toContain("\ngrace_seconds=900\n");
        expect(keepersOf(stack)).toEqual({});
    });
});

const namesOf = async (resources: readonly pulumi.Resource[]) =>
    (await Promise.all(resources.map(({ urn }) => valueOf(urn)))).map((urn) => urn.split("::").at(-1));

describe("deletion protection", () => {
    const protectedIn = ({ options }: Deployment) =>
        [...options].flatMap(([name, { protect }]) => (protect ? [name] : []));

    test("when on, protects the data and a resource that Pulumi would delete first", async () => {
        const stack = await deploy();
        expect(protectedIn(stack).sort()).toEqual([
            "sessions-data",
            `sessions-${deletionProtectionName}`,
            "sessions-settings",
        ]);
        const { dependsOn } = stack.options.get(`sessions-${deletionProtectionName}`) ?? {};
        const waitsFor = await valueOf(pulumi.output(dependsOn) as pulumi.Output<pulumi.Resource[]>);
        expect(await namesOf(waitsFor)).toEqual(["sessions-agent", "sessions-server"]);
        const completed = stack.options.get("sessions-completed")?.dependsOn as pulumi.Resource[];
        expect(await namesOf(completed)).toEqual(["sessions-server"]);
    });

    test("of a database with replicas comes before its replicas too", async () => {
        const stack = await deploy({ replicas: 2 });
        const { dependsOn } = stack.options.get(`sessions-${deletionProtectionName}`) ?? {};
        const waitsFor = await valueOf(pulumi.output(dependsOn) as pulumi.Output<pulumi.Resource[]>);
        expect(await namesOf(waitsFor)).toEqual(
            expect.arrayContaining([1, 2].map((number) => `sessions-replica-${number}-${deletionProtectionName}`)),
        );
    });

    test("when off, protects nothing; the children are the same", async () => {
        const [on, off] = [await deploy(), await deploy({ deletionProtection: false })];
        expect(protectedIn(off)).toEqual([]);
        const [component, ...children] = off.registered;
        expect(component?.inputs).toEqual({ ...on.registered[0]?.inputs, deletionProtection: false });
        const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
        // The record of completed updates contains the arguments, which differ.
        const compared = (all: Deployment["registered"]) =>
            all.filter(({ name }) => name !== "sessions-completed").sort(byName);
        expect(compared(children)).toEqual(compared(on.registered.slice(1)));
    });
});

describe("data", () => {
    const volumesOf = (stack: Deployment) =>
        ["sessions-agent", "sessions-server"].map((name) => stack.find(name).inputs.volumes);
    const settings = { volumeName: "sessions-settings-0a1b2c3", containerPath: "/settings" };

    test.each([
        [{ volume: "redis-data" }, { volumeName: "redis-data", containerPath: "/data" }],
        [
            { hostPath: "/srv/redis", files: "rdb" as const },
            { hostPath: "/srv/redis", containerPath: "/data" },
        ],
        [{ volume: pulumi.output("created-elsewhere") }, { volumeName: "created-elsewhere", containerPath: "/data" }],
    ])("no volume is created, and both containers mount that location", async (data, mount) => {
        const stack = await deploy({ data });
        expect(missing(stack)).toEqual(["data"]);
        expect(stack.db.nodes).not.toHaveProperty("dataVolume");
        expect(volumesOf(stack)).toEqual([
            [mount, settings],
            [mount, settings],
        ]);
    });

    test("the agent's settings name the files and the location", async () => {
        const stack = await deploy({ data: { hostPath: "/srv/redis", files: "rdb" } });
        expect(filesOf(stack.find("sessions-agent")).database).toContain("\nplace=/srv/redis\nfiles=rdb\n");
    });

    test("the agent's settings state whether data is being imported", async () => {
        const settingsWith = async (importing: boolean) =>
            filesOf((await deploy({ importing })).find("sessions-agent")).database;
        expect(await settingsWith(false)).toContain("\nimporting=no\n");
        expect(await settingsWith(true)).toContain("\nimporting=yes\n");
    });

    test("without it, both containers mount the database's own volume", async () => {
        const own = { volumeName: "sessions-data-0a1b2c3", containerPath: "/data" };
        expect(volumesOf(await deploy())).toEqual([
            [own, settings],
            [own, settings],
        ]);
    });
});

test("the agent's settings identify the server's container, which stays the same if only settings change that apply at run time", async () => {
    const expected = async (args: Parameters<typeof deploy>[0]) => {
        const stack = await deploy(args);
        const command = stack.find("sessions-server").inputs.command as string[];
        expect(filesOf(stack.find("sessions-agent")).database).toContain(`\nserver=${command[2]}\n`);
        return command[2];
    };
    const server = await expected({});
    for (const live of [
        { flavor: "rdb" },
        { memoryMb: 64 },
        { passwordVersion: 2 },
        { config: { timeout: 5 } },
    ] as const) {
        expect(await expected(live)).toBe(server);
    }
    for (const replacing of [{ version: "7.2" }, { plaintext: false }, { config: { databases: 4 } }] as const) {
        expect(await expected(replacing)).not.toBe(server);
    }
    expect(await expected({ config: { "databases": 4, "io-threads": 2 } })).toBe(
        await expected({ config: { "io-threads": 2, "databases": 4 } }),
    );
});

test("network: the server joins it under the database's name and a unique name, both in the certificate", async () => {
    const stack = await deploy({ network: "backend" });
    expect(stack.find("sessions-server").inputs.networksAdvanced).toEqual([
        { name: "backend", aliases: ["sessions", "sessions-0a1b2c3"] },
    ]);
    expect(stack.outputs.networkName).toBe("sessions-0a1b2c3");
    expect(stack.find("sessions-agent").inputs.networkMode).toBe("none");
    expect(stack.find("sessions-request").inputs.dnsNames).toEqual(["localhost", "sessions", "sessions-0a1b2c3"]);
});

test("the children get version, flavor, memory, image and policy", async () => {
    const stack = await deploy({
        version: "6.2-nordb",
        memoryMb: 64,
        image: "registry/redis:6",
        maxmemoryPolicy: "volatile-ttl",
    });
    expect(stack.find("sessions-server").inputs).toMatchObject({
        image: "registry/redis:6",
        memory: 64,
        memorySwap: 64,
    });
    expect(stack.find("sessions-agent").inputs).toMatchObject({ image: "registry/redis:6" });
    const files = filesOf(stack.find("sessions-agent"));
    expect(files.database).toMatch(/^version=6\.2\nflavor=nordb\n/m);
    expect(files["redis.conf"]).toContain("maxmemory 33mb\nmaxmemory-policy volatile-ttl\n");
    expect(await valueOf(pulumi.all([stack.db.version, stack.db.flavor, stack.db.persistenceLabel]))).toEqual([
        "6.2",
        "nordb",
        "NO PERSISTENCE",
    ]);
});

describe("transform", () => {
    const kinds = {
        server: "server",
        agent: "agent",
        dataVolume: "data",
        settingsVolume: "settings",
        port: "port",
        password: "password",
        caKey: "ca-key",
        ca: "ca",
        key: "key",
        request: "request",
        certificate: "certificate",
        deletionProtection: deletionProtectionName,
    };

    /** One transform per child that records its call. */
    function recording(calls: [kind: string, name: string, parent: unknown][]): DatabaseTransforms {
        const record = (kind: string) => (_args: unknown, opts: pulumi.CustomResourceOptions, name: string) => {
            calls.push([kind, name, opts.parent]);
        };
        return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, record(kind)]));
    }

    test("is called once per child, with its options and its name", async () => {
        const calls: [string, string, unknown][] = [];
        const { db } = await deploy({ transform: recording(calls) });
        const expected = Object.entries(kinds).map(([kind, suffix]) => [kind, `sessions-${suffix}`]);
        expect(calls.map(([kind, name]) => [kind, name]).sort()).toEqual(expected.sort());
        expect(calls.filter(([, , parent]) => parent !== db)).toEqual([]);
    });

    test("is not called for children that do not exist", async () => {
        const calls: [string, string, unknown][] = [];
        await deploy({ transform: recording(calls), password: "own", ports: { plaintext: 1, tls: 2 }, tls: { ca } });
        expect(calls.map(([kind]) => kind)).not.toEqual(expect.arrayContaining(["password"]));
        expect(calls).toHaveLength(Object.keys(kinds).length - 4);
    });

    test("changes arguments in place or returns new ones, and changes options", async () => {
        const stack = await deploy({
            transform: {
                server: (args, opts) => {
                    args.cpuShares = 512;
                    opts.protect = true;
                },
                dataVolume: (args) => ({ ...args, driver: "nfs" }),
            },
        });
        expect(stack.find("sessions-server").inputs).toMatchObject({ cpuShares: 512, memory: 512 });
        expect(stack.options.get("sessions-server")?.protect).toBe(true);
        expect(stack.options.get("sessions-agent")?.protect).not.toBe(true);
        expect(stack.find("sessions-data").inputs).toEqual({ driver: "nfs" });
        expect(stack.find("sessions-settings").inputs).toEqual({
            labels: [{ label: "redis-database.made-as", value: "sessions" }],
        });
    });

    test("may use any spelling of a value: the container and the server's fingerprint get Docker's", async () => {
        const spelled = (interval: string, names: string[], ip: string) =>
            deploy({
                transform: {
                    server: (args) => {
                        const { tests } = args.healthcheck as docker.types.input.ContainerHealthcheck;
                        args.healthcheck = pulumi.output({ tests, interval });
                        args.capabilities = { adds: names };
                        args.ports = [{ internal: 6380, external: pulumi.output(6380), ip }];
                        delete args.memorySwap;
                    },
                },
            });
        const [odd, canonical] = [
            await spelled("60s", ["chown", "CAP_CHOWN"], "0::1"),
            await spelled("1m0s", ["CAP_CHOWN"], "::1"),
        ];
        const { inputs } = odd.find("sessions-server");
        expect(inputs).toEqual(canonical.find("sessions-server").inputs);
        expect(inputs).toMatchObject({
            healthcheck: { interval: "1m0s" },
            capabilities: { adds: ["CAP_CHOWN"] },
            ports: [{ internal: 6380, external: 6380, ip: "::1" }],
            memorySwap: 1024,
        });
    });
});

test("the children use a provider from the options", async () => {
    await startStack();
    const provider = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    const db = new RedisDatabase("far", {}, { providers: [provider] });
    await pulumi.runtime.disconnect();
    expect(db.nodes.server.getProvider("docker:index/container:Container")).toBe(provider);
});
