/** Replicas on another Docker host, and replicas that cannot follow. */
import { defaultVersion } from "../../provider/model/catalog/versions";
import { OpenSsl } from "../unit/support/openssl";
import { present } from "../support/present";
import { Client, docker, until } from "./support/docker";
import { SecondEngine } from "./support/secondEngine";
import { TestStack, findingsIn } from "./support/stack";

const primary = "two-hosts";
/** Replicas that cannot follow. */
const lost = ["password", "ca", "port", "memory"].map((what) => `wrong-${what}`);

describe("two Docker hosts", () => {
    const openssl = new OpenSsl();
    let engine: SecondEngine;
    let stack: TestStack;
    let client: Client;

    /** The primary, a replica beside it, one on the other host, and what else a test wants. */
    function program(args: object, more = ""): TestStack {
        const all = { memoryMb: 192, bindAddress: engine.here, replicationAccess: ["elsewhere", ...lost], ...args };
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

    /** All have what the primary has. */
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

    test("data comes through to both; a second up is empty, and so is one after a refresh", async () => {
        await caughtUp();
        expect(info(present((await stack.value<string[]>("replicas"))[1]), "master_host")).toBe(engine.here);
        await stack.expectNoChanges();
    });

    test("a link that was cut catches up without a full sync", async () => {
        const url = await stack.value("url");
        const before = info(url, "sync_full");
        engine.connect(false);
        for (let second = 0; second < 10; second++) {
            redis(url, "SET", `while-cut:${second}`, "x".repeat(20_000));
            await new Promise((resolve) => setTimeout(resolve, 1000));
        }
        // Where the connection itself outlived it, nothing would have to be caught up.
        redis(url, "CLIENT", "KILL", "TYPE", "replica");
        engine.connect(true);
        await caughtUp();
        expect(info(url, "sync_full")).toBe(before);
        expect(Number(info(url, "sync_partial_ok"))).toBeGreaterThan(0);
    });

    test("certificate and passwords are rotated on the primary, and no link drops", async () => {
        const url = await stack.value("url");
        const before = [info(url, "sync_full"), info(url, "sync_partial_ok")];
        await program(rotated).up();
        await caughtUp();
        const after = await stack.value("url");
        expect([info(after, "sync_full"), info(after, "sync_partial_ok")]).toEqual(before);
    });

    test("the other host's engine is restarted", async () => {
        await engine.restart();
        await caughtUp();
    });

    test("the primary's container is another one: at another place here, at the same there", async () => {
        await program({ ...rotated, config: { "tcp-backlog": 100 } }).up();
        await caughtUp();
    });

    test.each(["its socket", "TLS"])(
        "what the other host refuses is found there in the preview, by a provider that reaches it by %s",
        async (way) => {
            const provider = way === "TLS" ? engine.overTls : { host: engine.host };
            // This host has the address, and the other one does not.
            const stray = `new RedisDatabase("stray", { memoryMb: 64, bindAddress: "${engine.here}", plaintext: false, ports: { tls: 20443 } },
                { providers: { docker: new docker.Provider("again", ${JSON.stringify(provider)}) } });`;
            const output = await program({}, stray).failure("preview");
            expect(findingsIn(output)).toContain(`bindAddress: is ${engine.here}, which the Docker host does not have`);
        },
    );

    describe("one that cannot follow", () => {
        const args = { ...rotated, config: { "tcp-backlog": 100 } };
        /** A replica with these arguments, whose access to the primary is the right one but for `wrong`. */
        const follower = (name: string, wrong: object = {}, more: object = {}, host = "") => `{
            const { password, caCertPem, tlsPort, host, user } = Object.fromEntries(
                ["password", "caCertPem", "tlsPort", "host", "user"].map((each) => [each, db.replicationAccess["${name}"][each]]));
            new RedisReplica("${name}", { memoryMb: 192, deletionProtection: false, syncTimeoutSeconds: 6,
                ...${JSON.stringify(more)}, primary:
                { host, tlsPort, user, password, caCertPem, ...${JSON.stringify(wrong)} } }, { dependsOn: db, ${host} }); }`;

        test("the update fails with the reason of each, and the primary goes on", async () => {
            const url = await stack.value("url");
            // One by one: the buffers of a script that writes all of it would be another 38 MB, each.
            const write = "redis.call('SET', 'big:' .. ARGV[1], string.rep(ARGV[1], 500000))";
            for (let i = 1; i <= 38; i++) expect(redis(url, "EVAL", write, "0", String(i))).toBe("");
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
            expect(lost.map(reasonOf)).toEqual([
                expect.stringMatching(`^${notFollowing}.*WRONGPASS`),
                expect.stringMatching(`^${notFollowing}.*(certificate verify failed|unable to get local issuer)`),
                expect.stringMatching(`^${notFollowing}.*Connection refused`),
                expect.stringMatching(
                    /^refused: it ended \d+ times before its first sync .* for want of memory: give it the primary's memoryMb/,
                ),
            ]);
            expect(docker("inspect", "-f", "{{.Id}}", await stack.value("containerName"))).toBe(container);
            await caughtUp();
        });

        test("corrected, it does", async () => {
            await program(args, follower("wrong-password")).up();
            expect(info(await stack.value("url"), "connected_slaves")).toBe("4");
        });

        test("a primary that only its own host can name is an error before anything is touched", async () => {
            const output = await program(args, follower("wrong-password", { host: "localhost" })).failure("preview");
            expect(findingsIn(output)).toContain(
                'primary.host: is "localhost", which other machines cannot reach',
            );
        });

        test("one that the primary does not know is an error that says what to add", async () => {
            const output = await program(args, `new RedisReplica("stranger", { primary: db });`).failure("preview");
            expect(output).toContain('primary: grants no access to "stranger"');
            expect(output).toContain('add replicationAccess: ["stranger"] to RedisDatabase "two-hosts"');
        });
    });
});
