/**
 * Backs up every flavor of several versions to a volume, a directory and S3, and restores it from each: the restored data equals the dump, loaded by a server without
 * this project, key by key. Clients write during the backup: it has every write that was acknowledged before it began,
 * and none that was sent after its end. Only `make test-all` runs it; restore.test.ts restores from each source.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import Redis from "ioredis";
import { type Flavor, type Version, flavorNames } from "../../provider/model/catalog/versions";
import { present } from "../support/present";
import { describeData, seed } from "./support/dataset";
import { OpenSsl } from "../unit/support/openssl";
import { Client, docker, uniqueName, until } from "./support/docker";
import { S3Container } from "./support/s3Container";
import { TestStack } from "./support/stack";

const all = ["2.8", "3.2", "5.0", "6.2", "7.0", "8.0", "8.6"] as const satisfies readonly Version[];

/** The kinds of repositories, each with the flavors with which the backups in it are restored. */
const restoredAs = {
    volume: { aof: "rdb", rdb: "nordb", nordb: "aof" },
    path: { aof: "nordb", rdb: "aof", nordb: "rdb" },
    s3: { aof: "aof", rdb: "rdb", nordb: "nordb" },
} as const satisfies Readonly<Record<string, Readonly<Record<Flavor, Flavor>>>>;
const kinds = ["volume", "path", "s3"] as const;

/** The results, which are in docs/restored.json. */
const results: object[] = [];
const resultsFile = resolve(__dirname, "../../.local/engine/restored.json");

let stack: TestStack;
let client: Client;
let s3: S3Container;
const openssl = new OpenSsl();
const ca = openssl.make({ commonName: "CA of the storage", ca: true });
const encryptionPassword = "password-of-the-repository";
const directory = mkdtempSync(join(tmpdir(), "restore-matrix-"));

const content = (url: string) => client.redis(url, ["EVAL", describeData, "0"]).split("\n");

/** Runs a command of a database's backup container. The test keeps writing meanwhile. */
async function backup(name: string, ...command: string[]): Promise<Buffer> {
    const container = present(stack.containers().find((each) => each.startsWith(`${name}-backup-`)));
    const running = spawn("docker", ["exec", container, "sh", "/backup.sh", ...command]);
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    running.stdout.on("data", (data: Buffer) => output.push(data));
    running.stderr.on("data", (data: Buffer) => errors.push(data));
    const [code] = (await once(running, "close")) as [number];
    if (code !== 0) throw new Error(`backup ${command.join(" ")}: ${Buffer.concat(errors).toString()}`);
    return Buffer.concat(output);
}

/** Writes numbered keys until it is stopped. */
class Writer {
    sent = 0;
    acknowledged = 0;
    private stopped = false;
    private readonly redis: Redis;
    private readonly running: Promise<void>;

    constructor(url: string) {
        this.redis = new Redis(url);
        this.running = this.write();
    }

    private async write(): Promise<void> {
        while (!this.stopped) {
            this.sent += 1;
            await this.redis.set(`written:${this.sent}`, String(this.sent));
            this.acknowledged = this.sent;
            // Some hundred writes a second are enough, and the description of more keys would be too long.
            await setTimeout(4);
        }
    }

    async stop(): Promise<void> {
        this.stopped = true;
        await this.running;
        this.redis.disconnect();
    }
}

/** The description of a dump by a server of the version that reads nothing else. */
async function loaded(version: Version, dump: Buffer): Promise<string[]> {
    const folder = mkdtempSync(join(directory, "load-"));
    writeFileSync(join(folder, "dump.rdb"), dump);
    chmodSync(folder, 0o777);
    chmodSync(join(folder, "dump.rdb"), 0o666);
    const server = docker(
        "run",
        "-d",
        "--rm",
        "--network",
        "none",
        "-v",
        `${folder}:/data`,
        `redis:${version}`,
        "redis-server",
        "--dir",
        "/data",
        "--save",
        "",
    );
    const cli = (...command: string[]) => docker("exec", server, "redis-cli", "--raw", ...command);
    try {
        await until(() => cli("PING") === "PONG");
        return cli("EVAL", describeData, "0").split("\n");
    } finally {
        docker("rm", "-f", "-v", server);
    }
}

(process.env.TEST_ALL ? describe : describe.skip)("every version", () => {
    beforeAll(async () => {
        client = new Client("redis:8.6");
        stack = await TestStack.create("restore-matrix");
        s3 = await S3Container.overTls(openssl, ca);
    });

    afterAll(async () => {
        rmSync(directory, { recursive: true });
        mkdirSync(join(resultsFile, ".."), { recursive: true });
        writeFileSync(resultsFile, `${JSON.stringify(results, null, 4)}\n`);
        await stack.close();
        client.close();
        s3.remove();
        openssl.close();
    });

    test.each(all)("Redis %s: each flavor is restored exactly", async (version) => {
        const login = { encryptionPassword, credentials: { ...s3.credentials, caCert: ca.certPem } };
        const sources = flavorNames.map((flavor) => {
            const name = `source-${flavor}`;
            const path = join(directory, `${version}-${flavor}`);
            mkdirSync(path);
            const repositories = {
                volume: { volume: uniqueName(`restore-matrix-${flavor}`) },
                path: { path },
                s3: { s3: `${s3.url}/${version}-${flavor}` },
            };
            const { volume, path: folder, s3: storage } = repositories;
            const backup = { repositories: [volume, folder, { ...storage, ...login }] };
            return { name, flavor, repositories, args: { version, flavor, backup } };
        });
        const program = (databases: readonly { readonly name: string; readonly args: object }[]) =>
            stack.program(
                databases
                    .map(
                        ({ name, args }) =>
                            `exports["${name}"] = new RedisDatabase("${name}", ${JSON.stringify({ memoryMb: 64, ...args })}).url;`,
                    )
                    .join("\n"),
            );
        await program(sources).up();
        const made = [];
        for (const { name, flavor, repositories } of sources) {
            const url = await stack.value(name);
            client.redis(url, ["EVAL", seed(Number(version) >= 5), "0"]);
            const writer = new Writer(url);
            await until(() => writer.acknowledged > 50);
            const before = writer.acknowledged;
            const result = (await backup(name, "run")).toString().trim().split("\n").at(-1) ?? "";
            const after = writer.sent;
            await writer.stop();
            const { id } = JSON.parse(result) as { readonly id: string };
            const expected = await loaded(version, await backup(name, "export", id));
            made.push({ name, flavor, repositories, id, before, after, expected });
        }
        const restored = made.flatMap(({ flavor, id, name, repositories }) =>
            kinds.map((kind) => ({
                name: `restored-${flavor}-${kind}`,
                args: {
                    version,
                    flavor: restoredAs[kind][flavor],
                    restoreFrom: {
                        repository: repositories[kind],
                        snapshot: id,
                        database: `engine-test/test/${name}`,
                        ...(kind === "s3" && login),
                    },
                },
            })),
        );
        await program([...sources, ...restored]).up();
        for (const { flavor, before, after, expected } of made) {
            for (const kind of kinds) {
                expect([kind, content(await stack.value(`restored-${flavor}-${kind}`))]).toEqual([kind, expected]);
            }
            const written = expected.flatMap((line) => /^0 written:(\d+) /.exec(line)?.[1] ?? []).map(Number);
            expect(written.length).toBe(Math.max(...written));
            expect(written.length).toBeGreaterThanOrEqual(before);
            expect(written.length).toBeLessThanOrEqual(after);
            const as = Object.fromEntries(kinds.map((kind) => [kind, restoredAs[kind][flavor]]));
            results.push({ version, flavor, keys: expected.length, written: written.length, ...as });
        }
        // As its flavor promises, restored data survives a restart.
        const server = present(stack.containers().find((each) => each.startsWith("restored-nordb-volume-server-")));
        const url = await stack.value("restored-nordb-volume");
        const keys = content(url);
        execFileSync("docker", ["kill", "-s", "KILL", server]);
        docker("start", server);
        await until(() => client.redis(url, ["PING"]) === "PONG");
        expect(content(url)).toEqual(keys);
        await program([]).up();
        docker("volume", "rm", ...sources.map(({ repositories }) => repositories.volume.volume));
    });
});
