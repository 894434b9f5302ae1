/** Replicas on another Docker host, and replicas that cannot follow. */
import { defaultVersion } from "../../provider/model/catalog/versions";
import { OpenSsl } from "../unit/support/openssl";
import { present } from "../support/present";
import { Client, docker, until } from "./support/docker";
import { SecondEngine } from "./support/secondEngine";
import { TestStack, findingsIn } from "./support/stack";

const primary = "two-hosts";
/** Replicas that cannot follow. */
const cannotFollow = ["password", "ca", "port", "memory"].map((mistake) => `wrong-${mistake}`);

describe("two Docker hosts", () => {
    const openssl = new OpenSsl();
    let engine: SecondEngine;
    let stack: TestStack;
    let client: Client;

    /** A program with the primary, a replica on each Docker host, a `RedisReplica` on the other one, and `more`. */
    function program(args: object, more = ""): TestStack {
        const all = {
            memoryMb: 192,
            bindAddress: engine.localAddress,
            replicationAccess: ["elsewhere", ...cannotFollow],
            ...args,
        };
        return stack.program(`
            const { RedisReplica } = require("pulumi-redis-database");
            const other = new docker.Provider("other", { host: "${engine.host}" });
            const there = { name: "there", provider: other, bindAddress: "${engine.address}" };
            const db = new RedisDatabase("${primary}", { replicas: [{ name: "here" }, there], ...${JSON.stringify(all)} });
            const elsewhere = new RedisReplica("elsewhere", { primary: db, bindAddress: "${engine.address}" }, { provider: other });
            exports.url = db.url;
            exports.containerName = db.containerName;
            exports.replicas = [...db.replicas.map(({ url }) => url), elsewhere.url];
            ${more}`);
    }

    const rotated = { passwordVersion: 2, tls: { hosts: ["redis.example.com"] } };

    const redis = (url: string, ...command: string[]) => client.redis(url, command);
    const info = (url: string, field: string) => client.info(url, field);

    /** Waits until all replicas have the primary's last write. */
    async function caughtUp(): Promise<void> {
        const url = await stack.value("url");
        const key = `key-${process.hrtime.bigint().toString()}`;
        await until(() => redis(url, "SET", key, "1") === "OK");
        for (const replica of await stack.value<string[]>("replicas")) {
            await until(() => redis(replica, "GET", key) === "1");
        }
    }

    beforeAll(async () => {
        client = new Client();
        engine = await SecondEngine.start(`redis:${defaultVersion}`);
        stack = await TestStack.create("replicas-elsewhere");
        await program({}).up();
    });

    afterAll(async () => {
        client.close();
        openssl.close();
        engine.connect(true);
        await stack.close();
        expect(engine.docker("ps", "-aq")).toBe("");
        expect(engine.docker("volume", "ls", "-q")).toBe("");
        await engine.close();
    });

    test("both have replicas with the data; a second update and one after a refresh change nothing", async () => {
        await caughtUp();
        expect(info(present((await stack.value<string[]>("replicas"))[1]), "master_host")).toBe(engine.localAddress);
        await stack.expectNoChanges();
    });

    test("a link that was cut resumes with a partial resynchronization", async () => {
        const url = await stack.value("url");
        const before = info(url, "sync_full");
        engine.connect(false);
        for (let second = 0; second < 10; second++) {
            redis(url, "SET", `while-cut:${second}`, "x".repeat(20_000));
            await new Promise((resolve) => setTimeout(resolve, 1000));
        }
        // If the TCP connection survived the cut, there would be nothing to resume.
        redis(url, "CLIENT", "KILL", "TYPE", "replica");
        engine.connect(true);
        await caughtUp();
        expect(info(url, "sync_full")).toBe(before);
        expect(Number(info(url, "sync_partial_ok"))).toBeGreaterThan(0);
    });

    test("certificates and passwords are rotated on the primary without dropping a link", async () => {
        const url = await stack.value("url");
        const before = [info(url, "sync_full"), info(url, "sync_partial_ok")];
        await program(rotated).up();
        await caughtUp();
        const after = await stack.value("url");
        expect([info(after, "sync_full"), info(after, "sync_partial_ok")]).toEqual(before);
    });

    test("replicas follow again after a restart of the other Docker host", async () => {
        await engine.restart();
        await caughtUp();
    });

    test("replicas on both hosts follow a primary whose container was replaced", async () => {
        await program({ ...rotated, config: { "tcp-backlog": 100 } }).up();
        await caughtUp();
    });

    test.each(["socket", "TLS"])(
        "the preview reports what the other Docker host refuses, with a provider that connects by %s",
        async (transport) => {
            const provider = transport === "TLS" ? engine.overTls : { host: engine.host };
            // The address is this host's. The other host does not have it.
            const stray = `new RedisDatabase("stray", { memoryMb: 64, bindAddress: "${engine.localAddress}", plaintext: false, ports: { tls: 20443 } },
                { providers: { docker: new docker.Provider("again", ${JSON.stringify(provider)}) } });`;
            const output = await program({}, stray).failure("preview");
            expect(findingsIn(output)).toContain(
                `bindAddress: is ${engine.localAddress}, which the Docker host does not have`,
            );
        },
    );

    describe("a replica that cannot follow", () => {
        const args = { ...rotated, config: { "tcp-backlog": 100 } };
        /** A `RedisReplica` with the arguments `more`. Its access to the primary is correct except for `wrong`. */
        const follower = (name: string, wrong: object = {}, more: object = {}, host = "") => `{
            const { password, caCertPem, tlsPort, host, user } = Object.fromEntries(
                ["password", "caCertPem", "tlsPort", "host", "user"].map((field) => [field, db.replicationAccess["${name}"][field]]));
            new RedisReplica("${name}", { memoryMb: 192, deletionProtection: false, syncTimeoutSeconds: 6,
                ...${JSON.stringify(more)}, primary:
                { host, tlsPort, user, password, caCertPem, ...${JSON.stringify(wrong)} } }, { dependsOn: db, ${host} }); }`;

        test("fails the update with its reason, and the primary keeps running", async () => {
            const url = await stack.value("url");
            // One key at a time: the buffers of a script that writes all of them would take 38 MB each.
            const write = "redis.call('SET', 'big:' .. ARGV[1], string.rep(ARGV[1], 500000))";
            for (let key = 1; key <= 38; key++) expect(redis(url, "EVAL", write, "0", String(key))).toBe("");
            const container = docker("inspect", "-f", "{{.Id}}", await stack.value("containerName"));
            const wrong = [
                follower("wrong-password", { password: "wrong" }),
                follower(
                    "wrong-ca",
                    { caCertPem: openssl.make({ commonName: "Another CA", ca: true }).certPem },
                    { bindAddress: engine.address },
                    "providers: { docker: other }",
                ),
                follower("wrong-port", { tlsPort: 1 }),
                follower("wrong-memory", {}, { memoryMb: 32, syncTimeoutSeconds: 25 }),
            ];
            const output = await program(args, wrong.join("\n")).failure("up");
            const reasonOf = (name: string) => new RegExp(`${name}-server: (refused: .*)$`, "m").exec(output)?.[1];
            const notFollowing = "refused: it does not follow its primary at ";
            expect(cannotFollow.map(reasonOf)).toEqual([
                expect.stringMatching(`^${notFollowing}.*WRONGPASS`),
                expect.stringMatching(`^${notFollowing}.*(certificate verify failed|unable to get local issuer)`),
                expect.stringMatching(`^${notFollowing}.*Connection refused`),
                expect.stringMatching(
                    /^refused: it stopped \d+ times before its first sync .* for lack of memory: set its memoryMb to that of the primary/,
                ),
            ]);
            expect(docker("inspect", "-f", "{{.Id}}", await stack.value("containerName"))).toBe(container);
            await caughtUp();
        });

        test("follows once it is corrected", async () => {
            await program(args, follower("wrong-password")).up();
            expect(info(await stack.value("url"), "connected_slaves")).toBe("4");
        });

        test("is an error in the preview if primary.host means another machine on the replica's host", async () => {
            const output = await program(args, follower("wrong-password", { host: "localhost" })).failure("preview");
            expect(findingsIn(output)).toContain('primary.host: is "localhost", which other machines cannot reach');
        });

        test("is an error if the primary grants it no access, with what to add", async () => {
            const output = await program(args, `new RedisReplica("stranger", { primary: db });`).failure("preview");
            expect(output).toContain('primary: grants no access to "stranger"');
            expect(output).toContain('add replicationAccess: ["stranger"] to RedisDatabase "two-hosts"');
        });
    });
});
