/** A new database starts with data from a dump, an append-only directory, another server or a backup. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, uniqueName, until } from "./support/docker";
import { OpenSsl, type Pair } from "../unit/support/openssl";
import { S3Container } from "./support/s3Container";
import { TestStack, findingsIn } from "./support/stack";

/** Keys of every type, in two databases, with and without a time to live. */
const seed = `
for i = 1, 300 do redis.call('SET', 'key:' .. i, 'value ' .. i) end
redis.call('HSET', 'hash', 'a', '1', 'b', '2'); redis.call('RPUSH', 'list', 'x', 'y', 'x')
redis.call('SADD', 'set', 'm', 'n'); redis.call('ZADD', 'sorted', '1.5', 'one', '2', 'two')
redis.call('SET', 'short-lived', 'v', 'EX', '86400'); redis.call('SELECT', '3'); redis.call('SET', 'in-3', '\\0binary\\r\\n')`;

const describeAll = `
local text = {}
for _, db in ipairs({'0', '3'}) do
    redis.call('SELECT', db)
    local keys = redis.call('KEYS', '*'); table.sort(keys)
    for _, key in ipairs(keys) do
        local ttl = redis.call('TTL', key)
        text[#text + 1] = db .. key .. (ttl > 0 and ' expires ' or ' ') .. redis.sha1hex(redis.call('DUMP', key))
    end
end
return text`;

/** The strings of the first database; DUMP differs between versions. */
const strings = `
local text = {}
local keys = redis.call('KEYS', 'key:*'); table.sort(keys)
for _, key in ipairs(keys) do text[#text + 1] = key .. redis.call('GET', key) end
return text`;

const password = "pass/w@rd %";

/** The findings of all databases, sorted: the engine reports them in any order. */
const allFindingsIn = (output: string) =>
    [...output.matchAll(/^ {6}((?:restoreFrom|version)[^\n]*)\n {8}(→ [^\n]*)/gm)].map(([, found = "", remedy = ""]) =>
        withoutNames(`${found} ${remedy}`),
    );

/** The text with fixed words for what differs from run to run. */
const withoutNames = (text: string) =>
    text
        .replace(/\d{8}-\d{6}-(?!abcd)[0-9a-f]{4}/g, "ID")
        .replace(/172(\.\d+){3}/g, "ADDRESS")
        .replace(/restore-(backups|used)-[0-9a-f]+/g, "VOLUME");

/** `make test` covers other repositories, and a server without TLS. */
const testAll = process.env.TEST_ALL ? test : test.skip;

describe("restoreFrom", () => {
    let client: Client;
    let stack: TestStack;
    let source: string;
    let url: string;
    let expected: string;
    let directory: string;

    const content = (of: string) => client.redis(of, ["EVAL", describeAll, "0"]);
    const ofSource = (...command: string[]) =>
        docker("exec", "-e", `REDISCLI_AUTH=${password}`, source, "redis-cli", "--raw", ...command);
    const program = (databases: Readonly<Record<string, object>>) =>
        stack.program(
            Object.entries(databases)
                .map(
                    ([name, args]) =>
                        `exports["${name}"] = new RedisDatabase("${name}", ${JSON.stringify({ version: "8.6", memoryMb: 64, ...args })}).url;`,
                )
                .join("\n"),
        );

    /** Previews databases that are refused, until each one was: the first refusals can end a preview before the others. */
    async function refusalsOf(
        refused: Readonly<Record<string, object>>,
        existing: Readonly<Record<string, object>> = {},
    ) {
        let left = Object.entries(refused);
        let output = "";
        while (left.length > 0) {
            const last = await program({ ...existing, ...Object.fromEntries(left) }).failure(
                "preview",
                "--continue-on-error",
            );
            const others = left.filter(([name]) => !last.includes(`RedisDatabase "${name}": `));
            expect(others.length).toBeLessThan(left.length);
            left = others;
            output += last;
        }
        return { output, findings: [...new Set(allFindingsIn(output))].sort() };
    }

    beforeAll(async () => {
        client = new Client("redis:8.6");
        stack = await TestStack.create("restore");
        directory = mkdtempSync(join(tmpdir(), "redis-restore-"));
        source = docker(
            ...["run", "-d", "-v", `${directory}:/data`, "redis:8.6"],
            ...["redis-server", "--appendonly", "yes", "--save", "", "--requirepass", password],
        );
        await until(() => ofSource("PING") === "PONG");
        ofSource("EVAL", seed, "0");
        ofSource("SAVE");
        expected = ofSource("EVAL", describeAll, "0");
        const address = docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", source);
        url = `redis://:${encodeURIComponent(password)}@${address}:6379`;
    });

    afterAll(async () => {
        docker("rm", "-f", "-v", source);
        rmSync(directory, { recursive: true });
        await stack.close();
        client.close();
    });

    test("takes the data of a file, a directory or another server, with every flavor, once", async () => {
        const rdbFile = join(directory, "dump.rdb");
        const databases = {
            "dump": { restoreFrom: { rdbFile } },
            "dump-in-memory": { flavor: "nordb", restoreFrom: { rdbFile } },
            "log": { flavor: "rdb", restoreFrom: { appendOnlyDir: directory } },
            "server": { restoreFrom: { url } },
            "old-server": { version: "8.6", flavor: "rdb", restoreFrom: { url } },
        };
        await program(databases).up();
        for (const name of Object.keys(databases)) {
            expect([name, content(await stack.value(name))]).toEqual([name, expected]);
        }
        await stack.expectNoChanges();
        // Leaving it out removes the container that restored, and nothing else.
        const { restoreFrom: _restoreFrom, ...rest } = databases["dump-in-memory"];
        client.redis(await stack.value("dump-in-memory"), ["SET", "later", "1"]);
        const server = await stack.value("dump-in-memory");
        const planned = await program({ ...databases, "dump-in-memory": rest }).plannedSteps();
        expect(planned.steps).toEqual({
            "dump-in-memory": "update",
            "dump-in-memory-completed": "update",
            "dump-in-memory-restore": "delete",
        });
        expect(planned.explanations).toEqual([
            'RedisDatabase "dump-in-memory": the server is not affected: restoreFrom removed; the restored data stays.',
        ]);
        const added = { ...rest, restoreFrom: { url } };
        await program({ "dump-in-memory": rest }).up();
        expect(client.redis(server, ["GET", "later"])).toBe("1");
        expect(findingsIn(await program({ "dump-in-memory": added }).failure("preview"))).toMatchInlineSnapshot(`
            "RedisDatabase "dump-in-memory": 1 problem in its arguments; nothing was touched.
              restoreFrom: is added, but the database exists, and restoring would replace its data
                → restore the previous value, or leave restoreFrom out; to restore other data, create another database with it [redis-database/restore-changed]"
        `);
    });

    test("is refused before anything is created", async () => {
        const refused = {
            "no-file": { restoreFrom: { rdbFile: "/nowhere/dump.rdb" } },
            "no-dump": { restoreFrom: { rdbFile: "/etc/hostname" } },
            "no-log": { restoreFrom: { appendOnlyDir: "/etc" } },
            "too-old": { version: "7.0", restoreFrom: { url } },
            "wrong-login": { restoreFrom: { url: url.replace(":6379", "").replace(/:[^:@]*@/, ":wrong@") } },
            "unreachable": { restoreFrom: { url: "redis://127.0.0.1:1" } },
            "no-volume": { restoreFrom: { repository: { volume: "no-such-volume-of-backups" } } },
        };
        const { output, findings } = await refusalsOf(refused);
        expect(findings).toMatchInlineSnapshot(`
            [
              "restoreFrom.appendOnlyDir: /etc has neither appendonlydir nor appendonly.aof → Correct the path, which is one on the Docker host and not on the machine that runs Pulumi. [redis-database/restore-source-missing]",
              "restoreFrom.rdbFile: /etc/hostname is not a dump of Redis → Give a dump or an append-only directory that Redis can load. [redis-database/restore-not-readable]",
              "restoreFrom.rdbFile: is "/nowhere/dump.rdb", which does not exist on the Docker host → Correct the path, which is one on the Docker host and not on the machine that runs Pulumi. [redis-database/restore-source-missing]",
              "restoreFrom.repository.volume: is "no-such-volume-of-backups", which does not exist on the Docker host → Correct its name or path, mount its disk, or restore its storage; to create a new one, replace the backup container. [redis-database/repository-not-found]",
              "restoreFrom.url: 127.0.0.1:1 cannot be reached from the Docker host: Could not connect to Redis at 127.0.0.1:1: Connection refused → Fix the cause in the message, such as the address or the network; \`localhost\` is the container itself. [redis-database/restore-url-not-reached]",
              "restoreFrom.url: ADDRESS:6379 rejects the user or the password (WRONGPASS invalid username-password pair or user is disabled.) → Correct the user and the password in the URL, and encode special characters. [redis-database/restore-url-login-refused]",
              "version: is "7.0", but the server at ADDRESS:6379 is of Redis 8.6, which 7.0 cannot read → set version to "8.6" or a later one [redis-database/restore-newer-than-version]",
            ]
        `);
        expect(output).not.toContain("wrong@");
    });

    testAll("takes a backup from S3 and the data of a server over TLS, each verified with its own CA", async () => {
        const openssl = new OpenSsl();
        const [ca, otherCa] = ["CA of the storage", "Another CA"].map((commonName) =>
            openssl.make({ commonName, ca: true }),
        ) as [Pair, Pair];
        const s3 = await S3Container.overTls(openssl, ca);
        const volumes = ["empty", "used"].map((name) => uniqueName(`restore-${name}`)) as [string, string];
        try {
            // A user that may do everything except copy the data, and TLS.
            ofSource("ACL", "SETUSER", "reader", "on", ">of-the-reader", "~*", "+@all", "-sync", "-psync");
            const { certPem, keyPem } = openssl.make({ commonName: "redis", issuer: ca });
            for (const [name, pem] of Object.entries({ cert: certPem, key: keyPem })) {
                writeFileSync(join(directory, `${name}.pem`), pem, { mode: 0o644 });
            }
            const files = [
                "tls-cert-file",
                "/data/cert.pem",
                "tls-key-file",
                "/data/key.pem",
                "tls-ca-cert-file",
                "/data/cert.pem",
            ];
            expect(ofSource("CONFIG", "SET", ...files, "tls-auth-clients", "no", "tls-port", "6380")).toBe("OK");
            const readersUrl = url.replace(/:[^:@]*@/, "reader:of-the-reader@");
            const tlsUrl = url.replace("redis:", "rediss:").replace(":6379", ":6380");
            const [empty, used] = volumes;
            for (const volume of volumes) docker("volume", "create", volume);
            docker(
                "run",
                "--rm",
                "--user",
                "0:0",
                "-v",
                `${used}:/data`,
                "redis:8.6",
                "cp",
                "/etc/hostname",
                "/data/dump.rdb",
            );

            const repository = { s3: `${s3.url}/shop` };
            const login = (caCert: string) => ({
                encryptionPassword: "of the repository",
                credentials: { ...s3.credentials, caCert },
            });
            const backup = { repositories: [{ ...repository, ...login(ca.certPem) }] };
            const databases = {
                stored: { backup },
                copied: { restoreFrom: { url: tlsUrl, caCert: ca.certPem }, data: { volume: empty } },
            };
            await program(databases).up();
            expect(content(await stack.value("copied"))).toBe(expected);
            const stored = await stack.value("stored");
            client.redis(stored, ["EVAL", seed, "0"]);
            const container = stack.containers().find((each) => each.startsWith("stored-backup-")) ?? "";
            docker("exec", container, "sh", "/backup.sh", "run");
            const database = "engine-test/test/stored";
            const restored = { "from-s3": { restoreFrom: { repository, database, ...login(ca.certPem) } } };
            await program({ ...databases, ...restored }).up();
            expect(content(await stack.value("from-s3"))).toBe(content(stored));

            const { output, findings } = await refusalsOf(
                {
                    "other-ca": { restoreFrom: { url: tlsUrl, caCert: otherCa.certPem } },
                    "no-sync": { restoreFrom: { url: readersUrl } },
                    "storage-of-other-ca": { restoreFrom: { repository, database, ...login(otherCa.certPem) } },
                    "used-volume": { restoreFrom: { url }, data: { volume: used } },
                },
                { ...databases, ...restored },
            );
            expect(findings).toMatchInlineSnapshot(`
                [
                  "restoreFrom.repository: repository 1 (https://ADDRESS:9000/backups/shop): Stat: Head "https://ADDRESS:9000/backups/shop/config": tls: failed to verify certificate: x509: certificate signed by unknown authority → Set \`credentials.caCert\` to the CA that issued it. [redis-database/repository-certificate-not-trusted]",
                  "restoreFrom.url: ADDRESS:6379 does not permit the commands SYNC and PSYNC, with which its data is copied (NOPERM the user has no permission to run the command SYNC) → allow them to this user, or write a dump there and give it as restoreFrom.rdbFile [redis-database/restore-url-sync-not-permitted]",
                  "restoreFrom.url: the TLS handshake with ADDRESS:6380 failed, or its certificate is not from the CA in caCert (Could not connect to Redis at ADDRESS:6380: SSL_connect failed: certificate verify failed) → Set \`restoreFrom.caCert\` to the CA that issued the server's certificate. [redis-database/restore-url-not-verified]",
                  "restoreFrom: VOLUME is not empty (dump.rdb), and restoring would replace that data → use an empty location, or leave restoreFrom out to use the data that is there [redis-database/restore-onto-data]",
                ]
            `);
            expect(output).not.toContain("of-the-reader");
            // A user that cannot run scripts cannot find out before.
            ofSource("ACL", "SETUSER", "reader", "-eval");
            const failed = await program({
                ...databases,
                "no-sync": { restoreFrom: { url: readersUrl } },
            }).failure("up");
            expect(failed).toMatch(/no-sync-restore: refused: .*\[redis-database\/restore-url-sync-not-permitted\]/);
            await program({}).up();
        } finally {
            s3.remove();
            openssl.close();
            spawnSync("docker", ["volume", "rm", ...volumes]);
        }
    });

    test("takes a backup, also of an earlier version, and exactly the one that is meant", async () => {
        const volume = uniqueName("restore-backups");
        const backup = { repositories: [{ volume }] };
        const sources = {
            old: { version: "5.0", backup },
            new: { version: "8.6", flavor: "nordb", backup },
        };
        await program(sources).up();
        const backUp = (name: string) => {
            const container = stack.containers().find((each) => each.startsWith(`${name}-backup-`)) ?? "";
            return JSON.parse(docker("exec", container, "sh", "/backup.sh", "run").split("\n").at(-1) ?? "") as {
                readonly id: string;
                readonly time: string;
            };
        };
        const [oldUrl, newUrl] = [await stack.value("old"), await stack.value("new")];
        for (const each of [oldUrl, newUrl]) client.redis(each, ["EVAL", seed, "0"]);
        const first = backUp("new");
        const firstContent = content(newUrl);
        client.redis(newUrl, ["DEL", "key:1", "hash"]);
        client.redis(newUrl, ["SET", "second", "2"]);
        await new Promise((resolve) => setTimeout(resolve, 1100));
        const second = backUp("new");
        backUp("old");
        const repository = { volume };
        const project = "engine-test/test";
        const restored = {
            "by-id": { restoreFrom: { repository, database: `${project}/new`, snapshot: first.id } },
            "before": {
                flavor: "rdb",
                restoreFrom: { repository, database: `${project}/new`, snapshot: { before: second.time } },
            },
            "latest": { flavor: "nordb", restoreFrom: { repository, database: `${project}/new` } },
            "upgraded": { restoreFrom: { repository, database: `${project}/old` } },
        };
        await program({ ...sources, ...restored }).up();
        await stack.expectNoChanges();
        expect(content(await stack.value("by-id"))).toBe(firstContent);
        expect(content(await stack.value("before"))).toBe(firstContent);
        expect(content(await stack.value("latest"))).toBe(content(newUrl));
        const stringsOf = (each: string) => client.redis(each, ["EVAL", strings, "0"]);
        expect(stringsOf(await stack.value("upgraded"))).toBe(stringsOf(oldUrl));
        const refused = {
            "ambiguous": { restoreFrom: { repository } },
            "unknown": { restoreFrom: { repository, database: "a/b/c" } },
            "no-snapshot": {
                restoreFrom: { repository, database: `${project}/new`, snapshot: "20200101-000000-abcd" },
            },
            "too-early": {
                restoreFrom: { repository, database: `${project}/new`, snapshot: { before: "2020-01-01T00:00:00Z" } },
            },
            "downgrade": { version: "8.0", restoreFrom: { repository, database: `${project}/new` } },
            "no-version": { version: undefined, restoreFrom: { repository, database: `${project}/new` } },
            "password": { restoreFrom: { repository, encryptionPassword: "not it" } },
        };
        const { findings } = await refusalsOf(refused, { ...sources, ...restored });
        expect(findings).toMatchInlineSnapshot(`
            [
              "restoreFrom.database: is "a/b/c", of which VOLUME has no backups → it has backups of engine-test/test/new, engine-test/test/old [redis-database/restore-database-not-found]",
              "restoreFrom.database: is not set, and VOLUME has backups of several databases → set it to one of engine-test/test/new, engine-test/test/old [redis-database/restore-database-ambiguous]",
              "restoreFrom.repository: repository 1 (VOLUME): it was created with a different password than encryptionPassword → Set \`encryptionPassword\` to the password with which the repository was created, without which its backups cannot be read; leave it out if there was none. [redis-database/repository-password-wrong]",
              "restoreFrom.snapshot: VOLUME has no backup "20200101-000000-abcd" of engine-test/test/new → the latest ones are ID, ID, ID [redis-database/restore-snapshot-not-found]",
              "restoreFrom.snapshot: VOLUME has no backup of engine-test/test/new before 20200101-000000 (UTC) → the first one is ID [redis-database/restore-snapshot-not-found]",
              "version: is "8.0", but the backup ID of engine-test/test/new is of Redis 8.6, which 8.0 cannot read → set version to "8.6" or a later one [redis-database/restore-newer-than-version]",
              "version: is not set, and the backup ID of engine-test/test/new is of Redis 8.6 → set version to "8.6" or a later one [redis-database/restore-version-not-set]",
            ]
        `);
        await program({}).up();
        docker("volume", "rm", volume);
    });
});
