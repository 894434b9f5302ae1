/**
 * What is specific to versions before 6.0, which have neither users nor TLS: their single password, and the TLS
 * terminator in front of them. matrix.test.ts tests what all versions have in common.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flavorNames } from "../../provider/model/catalog/versions";
import { present } from "../support/present";
import { Client, docker, handshake, spokenProtocols, uniqueName, until } from "./support/docker";
import { TestStack, findingsIn, reasonIn, unchanged } from "./support/stack";
import { TlsTraffic } from "./support/traffic";

type Args = Readonly<Record<string, unknown>>;

const all: { name: string; version: string; flavor: string }[] = [
    { name: "old-28", version: "2.8", flavor: "aof" },
    { name: "old-32", version: "3.2", flavor: "aof" },
    ...flavorNames.map((flavor) => ({ name: `old-50-${flavor}`, version: "5.0", flavor })),
];
const names = all.map(({ name }) => name);

interface Database {
    readonly url: string;
    readonly tlsUrl: string;
    readonly tlsPort: number;
    readonly caCertPem: string;
    readonly password: string;
    readonly containerName: string;
    readonly agent: string;
    readonly terminator?: string;
}

/** A certificate for localhost whose key is too short for OpenSSL, and the CA that signed it. */
function weakCertificate(): Args {
    const directory = mkdtempSync(join(tmpdir(), "weak-"));
    const script = `
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj "/CN=a private CA" -days 30
        openssl req -newkey rsa:1024 -nodes -keyout tls.key -out tls.csr -subj /CN=localhost
        printf 'subjectAltName=DNS:localhost\\nauthorityKeyIdentifier=keyid\\n' >ext
        openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out tls.crt`;
    execFileSync("sh", ["-ec", script], { cwd: directory, stdio: "ignore" });
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    const certificate = { certPem: read("tls.crt"), keyPem: read("tls.key"), caCertPem: read("ca.crt") };
    rmSync(directory, { recursive: true });
    return certificate;
}

describe("versions before 6.0", () => {
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<string, Database>> = {};
    const of = (name: string) => present(outputs[name]);
    /** The arguments of each database. They are kept from test to test. */
    const args: Record<string, Args> = Object.fromEntries(
        all.map(({ name, version, flavor }) => [name, { version, flavor, memoryMb: 64 }]),
    );

    function program(): TestStack {
        return stack.program(
            names
                .map(
                    (name) => `{ const { url, tlsUrl, tlsPort, caCertPem, password, containerName, nodes } =
                        new RedisDatabase("${name}", ${JSON.stringify(args[name])});
                    const [agent, terminator] = [nodes.agent.name, nodes.terminator?.name];
                    exports["${name}"] = { url, tlsUrl, tlsPort, caCertPem, password, containerName, agent, terminator }; }`,
                )
                .join("\n"),
        );
    }

    async function up(): Promise<Readonly<Record<string, number>>> {
        const { summary } = await program().up();
        outputs = (await stack.outputs()) as typeof outputs;
        return summary;
    }

    const redis = (name: string, ...command: string[]) => client.redis(of(name).url, command);
    const pingsOverTls = (name: string) => {
        const { tlsUrl, caCertPem } = of(name);
        expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toBe("PONG");
    };
    const idOf = (container: string) => docker("inspect", "-f", "{{.Id}}", container);

    const withoutPerl = uniqueName("redis-without-perl");

    beforeAll(async () => {
        client = new Client();
        const dockerfile = "FROM redis:2.8\nRUN rm /usr/bin/perl*\n";
        execFileSync("docker", ["build", "--tag", withoutPerl, "-"], { input: dockerfile, stdio: "pipe" });
        args["old-28"] = { ...args["old-28"], image: withoutPerl };
        stack = await TestStack.create("old-versions");
        await up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        docker("rmi", withoutPerl);
    });

    test("have the password on no command line, in no environment, label or log, and only in files for one user", () => {
        for (const { name } of all) {
            const { password, containerName, terminator, agent } = of(name);
            for (const container of [containerName, present(terminator), agent]) {
                const seen = docker("inspect", container) + docker("top", container) + docker("logs", container);
                expect(seen).not.toContain(password);
            }
            const files = docker("exec", agent, "grep", "-rlF", password, "/settings", "/desired", "/tmp").split("\n");
            expect(files.length).toBeGreaterThan(0);
            for (const file of files) {
                expect([file, docker("exec", agent, "stat", "-c", "%a", file)]).toEqual([file, "600"]);
            }
        }
    });

    const kills: [moment: string, name: string, line: RegExp, delayMs: number][] = [
        ["between the agents", "old-28", /old-28-agent deleted/, 0],
        [
            "when Docker has created the new agent and Pulumi has not recorded it",
            "old-50-aof",
            /old-50-aof-agent creating/,
            400,
        ],
        ["while the old agent is removed", "old-32", /old-32-agent deleting/, 0],
        ["while the new agent is running", "old-50-nordb", /old-50-nordb-agent creating/, 1500],
    ];
    // `make test-all` runs them all. interruptions.test.ts covers all moments with a version that has users.
    describe.each(process.env.TEST_ALL ? kills : kills.slice(0, 1))(
        "when an update of the password is killed %s",
        (_moment, name, line, delayMs) => {
            test("accept only the new password after the next update, and lose nothing", async () => {
                const oldUrl = of(name).url;
                redis(name, "SET", "kept", "yes");
                const containers = [of(name).containerName, present(of(name).terminator)].map(idOf);
                args[name] = { ...args[name], passwordVersion: 2 };
                expect(await program().killedUp(line, delayMs)).toBe(true);
                await up();
                expect(of(name).url).not.toBe(oldUrl);
                expect(redis(name, "GET", "kept")).toBe("yes");
                pingsOverTls(name);
                expect(client.redis(oldUrl, ["PING"])).toMatch(/invalid password|NOAUTH/);
                expect([of(name).containerName, present(of(name).terminator)].map(idOf)).toEqual(containers);
                expect(stack.containers().filter((container) => container.startsWith(`${name}-`))).toHaveLength(3);
                // The next start also reads the new password.
                docker("restart", of(name).containerName);
                await until(() => redis(name, "PING") === "PONG");
            });
        },
    );

    // Two minutes of waiting, so only in `make test-all`. drift.test.ts covers versions with users.
    (process.env.TEST_ALL ? test : test.skip)(
        "have a password that was changed by hand restored within about a minute, without a restart",
        async () => {
            // A different password prevents the agent from logging in; an empty one does not.
            const byHand = { "old-28": "", "old-32": "byHand" };
            const changed = Object.keys(byHand).map((name) => of(name));
            const restorations = ({ agent }: Database) =>
                docker("logs", agent).match(/restored: the password/g)?.length ?? 0;
            const started = () =>
                changed.map((it) => docker("inspect", "-f", "{{.State.StartedAt}}", it.containerName));
            const before = { restorations: changed.map(restorations), started: started() };
            for (const [name, password] of Object.entries(byHand)) {
                // After a restart of the server, the agent reconnects only at its next check. The last command of a check
                // is one that these versions do not support.
                await until(() => / cmd=(auth|NULL)( |$)/m.test(redis(name, "CLIENT", "LIST")));
                expect(redis(name, "CONFIG", "SET", "requirepass", password)).toBe("OK");
            }
            for (const [index, it] of changed.entries()) {
                await until(() => restorations(it) > present(before.restorations[index]));
                expect(client.redis(it.url, ["PING"])).toBe("PONG");
                expect(client.run(["redis-cli", "-p", new URL(it.url).port, "PING"]).text).toContain("NOAUTH");
            }
            expect(started()).toEqual(before.started);
            await stack.expectEmptyPreview();
        },
    );

    const handshakeWith = (name: string) => {
        const { tlsPort, caCertPem } = of(name);
        return handshake("localhost", tlsPort, caCertPem, ["-verify_hostname", "localhost"]);
    };
    const certificateOf = (name: string) =>
        /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(handshakeWith(name).text)?.[0];

    test("refuse a certificate that HAProxy rejects, with its reason, and keep the old one and all clients", async () => {
        const name = "old-50-rdb";
        const { caCertPem } = of(name);
        const before = present(certificateOf(name));
        const traffic = new TlsTraffic(of(name).tlsUrl, caCertPem);
        const right = args[name];
        args[name] = { ...right, tls: { certificate: weakCertificate() } };
        expect(reasonIn(await program().failure("up"))).toMatchInlineSnapshot(
            `"refused: the TLS terminator does not accept the certificate: unable to load SSL certificate into SSL Context '/settings/tls/tls.crt'. [redis-database/certificate-not-accepted]"`,
        );
        expect(certificateOf(name)).toBe(before);
        // HAProxy 2.6 leaves the error in OpenSSL's queue and attributes it to the connection that it reads next
        // (measured).
        const { failures, reconnects, lost } = await traffic.stop();
        expect(lost).toBe(0);
        expect([failures, reconnects].filter((count) => count > 1)).toEqual([]);
        // A restart does not load the refused certificate either.
        docker("restart", present(of(name).terminator));
        await until(() => handshakeWith(name).status === 0);
        expect(certificateOf(name)).toBe(before);
        args[name] = { ...right, tls: { hosts: ["redis.example.com"] } };
        await up();
        expect(handshakeWith(name).text).toContain("Verified peername: localhost");
        expect(certificateOf(name)).not.toBe(before);
    });

    test("refuse, before any change, a certificate that an image without Perl cannot pass to HAProxy", async () => {
        const name = "old-28";
        const before = present(certificateOf(name));
        const right = args[name];
        const inForce = () => [
            redis(name, "CONFIG", "GET", "maxmemory"),
            docker("exec", of(name).containerName, "readlink", "/settings/tls", "/settings/current"),
        ];
        const settings = inForce();
        args[name] = { ...right, memoryMb: 96, tls: { hosts: ["redis.example.com"] } };
        expect(reasonIn(await program().failure("up"))).toMatchInlineSnapshot(
            `"refused: tls: the new certificate cannot be sent to HAProxy, which keeps using the old one: HAProxy's admin socket cannot be used, because the image has no Perl; use an image with Perl, such as the official ones based on Debian, or stop its container during the update [redis-database/haproxy-not-asked]"`,
        );
        expect(certificateOf(name)).toBe(before);
        expect(inForce()).toEqual(settings);
        // The remedy in the message works: a stopped HAProxy reads the certificate when it starts.
        args[name] = { ...right, tls: { hosts: ["redis.example.com"] } };
        docker("stop", present(of(name).terminator));
        await up();
        docker("start", present(of(name).terminator));
        await until(() => handshakeWith(name).status === 0);
        expect(certificateOf(name)).not.toBe(before);
    });

    test("speak TLS 1.0 and 1.1 if the program has them; this replaces the terminator and not the server", async () => {
        const name = "old-32";
        const { tlsPort, caCertPem } = of(name);
        const [server, terminator] = [idOf(of(name).containerName), idOf(present(of(name).terminator))];
        const protocols = ["TLSv1.0", "TLSv1.1", "TLSv1.2"];
        args[name] = { ...args[name], tls: { protocols } };
        await up();
        expect(spokenProtocols("localhost", tlsPort, caCertPem)).toEqual(protocols);
        expect(idOf(of(name).containerName)).toBe(server);
        expect(idOf(present(of(name).terminator))).not.toBe(terminator);
        await stack.expectEmptyPreview();
    });

    test("are upgraded from 5.0 to 8.0 in each flavor, with their data, with users and without a terminator", async () => {
        const upgraded = flavorNames.map((flavor) => `old-50-${flavor}`);
        for (const name of upgraded) {
            redis(name, "SET", "from", "5.0");
            args[name] = { ...args[name], version: "8.0" };
        }
        await up();
        for (const name of upgraded) {
            expect(of(name).terminator).toBeUndefined();
            expect(of(name).url).toContain("://app:");
            expect(redis(name, "GET", "from")).toBe("5.0");
            pingsOverTls(name);
            expect(stack.containers().filter((container) => container.startsWith(`${name}-terminator`))).toEqual([]);
        }
        expect(await up()).toEqual({ same: 1 + all.length * 15 - upgraded.length });
        expect(await stack.refresh()).toEqual(unchanged());
        await stack.expectEmptyPreview();
    });

    test("cannot be an Output, since the version decides whether there is a terminator", async () => {
        stack.program('new RedisDatabase("unresolved", { version: pulumi.output("5.0") });');
        expect(findingsIn(await stack.failure("preview"))).toContain(
            "version: is an Output, but Redis 5.0 needs an additional resource: HAProxy",
        );
    });
});
