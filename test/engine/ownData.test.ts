/** Data that was there before the database: adopted in place, whatever wrote it, or refused with the reason. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, uniqueName, until } from "./support/docker";
import { TestStack, findingsIn } from "./support/stack";
import { present } from "../support/present";

const prefix = uniqueName("redis-own-data");
/** The same 500 keys everywhere. */
const keys = "for i = 1, 500 do redis.call('SET', 'key:' .. i, 'value ' .. i) end";

/** A shell on a place with data. */
const inPlace = (place: string, script: string) =>
    docker("run", "--rm", "-v", `${place}:/data`, "--entrypoint", "sh", "redis:8.0", "-c", script);
/** All that a refusal leaves as it is: contents, and names, owners, modes and times, also of the place itself. */
const listing = (place: string) =>
    inPlace(
        place,
        "cd /data && find . -type f -exec sha1sum {} + | sort && find . -exec stat -c '%n %u:%g %a %i %Y' {} + | sort",
    );

/** Has a plain server of some version write the keys there, into an append-only file or a dump. */
function write(place: string, version: string, kind: "aof" | "rdb", ...options: string[]): void {
    const server = docker(
        ...["run", "-d", "-v", `${place}:/data`, "--user", "999:999", "--network", "none", `redis:${version}`],
        ...["redis-server", "--save", "", "--appendonly", kind === "aof" ? "yes" : "no", ...options],
    );
    execFileSync("sh", ["-c", `until docker exec ${server} redis-cli ping >/dev/null 2>&1; do sleep 0.1; done`]);
    const redis = (...command: string[]) => docker("exec", server, "redis-cli", ...command);
    redis("EVAL", keys, "0");
    if (kind === "rdb") redis("SAVE");
    docker("stop", server);
    docker("rm", server);
}

/** Dumps by hand: a header, `records`, the end, and a checksum that says that there is none. */
function dump(records: string, header = "REDIS0009"): Buffer {
    return Buffer.from(`${header}\xfa\x09redis-ver\x066.0.16${records}\xff${"\0".repeat(8)}`, "latin1");
}
const database = "\xfe\0";
const key = `${database}\0\x01k\x01v`;
/** The type of JSON values in its module (ReJSON-RL), as dumps have it. */
const moduleType = "\x81\x45\xe2\x52\x38\xdf\x91\x2c\x01";
/** A key of that type. */
const moduleKey = `${database}\x07\x03doc${moduleType}\x05\x02hi\0`;

describe("data that was there before", () => {
    let client: Client;
    let stack: TestStack;
    let digest: string;
    let volumes: string[] = [];
    let directories: string[] = [];

    function volume(name: string): string {
        volumes.push(docker("volume", "create", `${prefix}-${name}`));
        return present(volumes.at(-1));
    }

    /** A directory of the host's with these files. */
    function directory(files: Readonly<Record<string, string | Buffer>>): string {
        const path = mkdtempSync(join(tmpdir(), "redis-own-data-"));
        directories.push(path);
        for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
        return path;
    }

    /** Databases of these names and arguments, whose URLs and containers are the stack's outputs. */
    const program = (databases: Readonly<Record<string, object>>) =>
        stack.program(
            Object.entries(databases)
                .map(
                    ([name, args]) =>
                        `{ const { url, containerName } = new RedisDatabase("${name}", ` +
                        `${JSON.stringify({ memoryMb: 64, ...args })}); exports["${name}"] = { url, containerName }; }`,
                )
                .join("\n"),
        );
    const of = (name: string) => stack.value<{ url: string; containerName: string }>(name);

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("own-data");
        await program({ plain: { version: "8.0" } }).up();
        const { url } = await of("plain");
        client.redis(url, ["EVAL", keys, "0"]);
        digest = client.digest(url);
    });

    afterEach(async () => {
        await stack.program("").up();
        // A database that is gone leaves what was not its own.
        expect(docker("volume", "ls", "-q", "--filter", `name=${prefix}`).split("\n").filter(Boolean).sort()).toEqual(
            [...volumes].sort(),
        );
        for (const name of volumes) docker("volume", "rm", name);
        volumes = [];
        for (const path of directories) rmSync(path, { recursive: true });
        directories = [];
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("is adopted, of whatever version and kind, and survives what the flavor promises", async () => {
        const adoptions = [
            ["6.0", "aof", "6.0", "aof"],
            ["6.0", "aof", "8.0", "rdb"],
            ["6.0", "rdb", "8.0", "aof"],
            ["7.0", "aof", "8.0", "aof"],
            ["8.0", "rdb", "8.0", "aof"],
            ["8.0", "aof", "8.0", "rdb"],
        ] as const;
        const databases = Object.fromEntries(
            adoptions.map(([wrote, kind, version, flavor]) => {
                const name = `${kind}-of-${wrote}-as-${flavor}-by-${version}`.replaceAll(".", "");
                const place = volume(name);
                write(place, wrote, kind);
                return [name, { version, flavor, data: { volume: place } }];
            }),
        );
        await program(databases).up();
        expect(await stack.preview()).toEqual({ same: expect.any(Number) as number });
        for (const name of Object.keys(databases)) {
            const { url, containerName } = await of(name);
            expect([name, client.digest(url)]).toEqual([name, digest]);
            docker("kill", "-s", "KILL", containerName);
            docker("start", containerName);
            await until(() => client.redis(url, ["PING"]) === "PONG");
            expect([name, client.digest(url)]).toEqual([name, digest]);
        }
    });

    test("in a directory of the host's is adopted, and stays", async () => {
        const hostPath = directory({});
        execFileSync("chown", ["999:999", hostPath]);
        write(hostPath, "7.0", "rdb");
        await program({ db: { version: "8.0", data: { hostPath } } }).up();
        expect(client.digest((await of("db")).url)).toBe(digest);
        await stack.program("").up();
        expect(readdirSync(hostPath)).toContain("appendonlydir");
    });

    /** Why the agents of these databases refuse them; undefined for one that does not. What they found stays as it was. */
    async function refusals(databases: Readonly<Record<string, object>>, untouched: readonly string[]) {
        const before = untouched.map(listing);
        const output = await program(databases).failure("up");
        expect(untouched.map(listing)).toEqual(before);
        return Object.keys(databases).map((name) => {
            const reason = new RegExp(`error: ${name}-agent: (refused: .*)`).exec(output)?.[1];
            return reason?.replaceAll(prefix, "VOLUME").replaceAll(/\/\S+redis-own-data-\w+/g, "DIRECTORY");
        });
    }

    test("is refused, untouched and with the whole reason, where it cannot be adopted", async () => {
        const both = volume("both");
        write(both, "8.0", "aof");
        write(both, "8.0", "rdb");
        const later = volume("later");
        const several = volume("several");
        write(later, "8.0", "rdb");
        write(several, "7.0", "aof");
        const [otherKind, inMemory] = [directory({ "dump.rdb": dump(key) }), directory({ "dump.rdb": dump(key) })];
        const databases = {
            "of-both-kinds": { version: "8.0", data: { volume: both } },
            "of-a-later-version": { version: "7.0", data: { volume: later } },
            "of-several-files": { version: "6.0", data: { volume: several } },
            "of-another-kind": { version: "8.0", data: { hostPath: otherKind, files: "aof" } },
            "in-memory-only": { version: "8.0", flavor: "nordb", data: { hostPath: inMemory } },
            "not-of-redis": { version: "8.0", data: { hostPath: directory({ "letter.txt": "hello" }) } },
        };
        const reasons = await refusals(databases, [...volumes, ...directories]);
        expect(reasons.join("\n")).toMatchInlineSnapshot(`
            "refused: data: VOLUME-both has both a dump and an append-only file; say in data.files which of them holds the data [redis-database/data-files-ambiguous]
            refused: data: VOLUME-later was written by a later Redis (format 12), which 7.0 cannot read; give a later version [redis-database/data-newer-than-version]
            refused: data: VOLUME-several was written by Redis 7.0 or later, which 6.0 cannot read [redis-database/data-newer-than-version]
            refused: data.files: is "aof", but DIRECTORY has no appendonlydir and no appendonly.aof [redis-database/data-files-missing]
            refused: flavor: "nordb" keeps nothing, but DIRECTORY has data; bring it up with "aof" or "rdb" [redis-database/flavor-would-discard-data]
            refused: data: DIRECTORY has files, but neither dump.rdb nor an append-only file (letter.txt); give a place that is empty or has data of Redis [redis-database/data-not-redis]"
        `);

        await program({ db: { version: "8.0", data: { volume: both, files: "aof" } } }).up();
        expect(client.digest((await of("db")).url)).toBe(digest);
        expect(inPlace(both, "ls /data/before-adoption").trim()).toBe("dump.rdb");
    });

    test("is refused, likewise, where the server would not serve it; and of two databases, one has it", async () => {
        const renamed = volume("renamed");
        write(renamed, "7.0", "aof", "--appendfilename", "redis.aof");
        const log = "*1\r\n$4\r\nPING\r\n";
        const databases = {
            "under-another-name": { data: { volume: renamed } },
            "beside-another-log": { data: { hostPath: directory({ "dump.rdb": dump(key), "redis.aof": log }) } },
            "of-another-engine": { data: { hostPath: directory({ "dump.rdb": dump(key, "VALKEY080") }) } },
            "cut-short": { data: { hostPath: directory({ "dump.rdb": dump(key).subarray(0, -10) }) } },
            "of-a-module": { data: { hostPath: directory({ "appendonly.aof": dump(moduleKey) }) } },
        };
        const untouched = [...volumes, ...directories];
        const growing = directory({ "appendonly.aof": log });
        const grows = setInterval(() => {
            appendFileSync(join(growing, "appendonly.aof"), log);
        }, 200);
        // A preview cannot tell that these are one.
        const place = directory({ "dump.rdb": dump(key) });
        const pair = Object.fromEntries(
            ["one", "two"].map((name) => {
                symlinkSync(place, `${place}-${name}`);
                directories.push(`${place}-${name}`);
                return [name, { data: { hostPath: `${place}-${name}` } }];
            }),
        );
        const all = { ...databases, "being-written": { data: { hostPath: growing } }, ...pair };
        const reasons = await refusals(all, untouched).finally(() => {
            clearInterval(grows);
        });
        expect(reasons.slice(0, -2).join("\n")).toMatchInlineSnapshot(`
            "refused: data: VOLUME-renamed has appendonlydir/redis.aof.1.base.rdb, appendonlydir/redis.aof.1.incr.aof, appendonlydir/redis.aof.manifest besides what can be adopted, which is dump.rdb, appendonly.aof, and appendonlydir with what its manifest lists; if that is data, give it one of these names, otherwise move it elsewhere [redis-database/data-has-other-files]
            refused: data: DIRECTORY has redis.aof besides what can be adopted, which is dump.rdb, appendonly.aof, and appendonlydir with what its manifest lists; if that is data, give it one of these names, otherwise move it elsewhere [redis-database/data-has-other-files]
            refused: data: DIRECTORY was written by Valkey (format 80), which Redis 8.6 cannot read; give the engine that wrote it [redis-database/data-newer-than-version]
            refused: data: dump.rdb in DIRECTORY ends Redis 8.6.3 at its start: Unexpected EOF reading RDB file; repair it with the tools of Redis, or restore it from a backup [redis-database/data-not-readable]
            refused: data: DIRECTORY has data of modules (ReJSON-RL), which are not available here; remove that data, and the modules, from the server that wrote it, and have it dump again [redis-database/data-needs-modules]
            refused: data: the files in DIRECTORY are being written; stop the server that writes them, wait a minute and run pulumi up again [redis-database/data-being-written]"
        `);

        const [one, two] = reasons.slice(-2);
        const owner = one === undefined ? "one" : "two";
        expect([one, two]).toContain(undefined);
        expect(one ?? two).toMatch(
            new RegExp(`belongs to the database engine-test/test/${owner}; .*data-belongs-to-another\\]$`),
        );
        await program({ [owner]: present(pair[owner]) }).up();
        expect(client.redis((await of(owner)).url, ["GET", "k"])).toBe("v");
    });

    test("is refused while a server of somebody else's runs on it, which is named", async () => {
        const place = volume("busy");
        const server = docker("run", "-d", "--name", `${prefix}-compose`, "-v", `${place}:/data`, "redis:8.0");
        const before = listing(place);
        const mountpoint = docker("volume", "inspect", "-f", "{{.Mountpoint}}", place);
        const args = [{ data: { volume: place } }, { data: { hostPath: join(mountpoint, "sub") } }];
        const output = await program({
            db: { version: "8.0", ...args[0] },
            below: { version: "8.0", ...args[1] },
        }).failure("up");
        for (const name of ["db", "below"])
            expect(output).toContain(`RedisDatabase "${name}": 1 problem in its arguments`);
        expect(output).toContain(
            `data.volume: is "${place}", which the running container "${prefix}-compose" (redis:8.0) uses`,
        );
        expect(output).toContain("[redis-database/data-in-use]");
        expect(listing(place)).toBe(before);

        docker("rm", "-f", server);
        await program({ db: { version: "8.0", ...args[0] } }).up();
        // Later ups do not mind a backup.
        const backup = docker("run", "-d", "-v", `${place}:/data`, "--entrypoint", "sleep", "redis:8.0", "600");
        await program({ db: { version: "8.0", passwordVersion: 2, ...args[0] } }).up();
        docker("rm", "-f", backup);
    });

    test("belongs to one database, which goes on when another one reaches for it or its place is changed", async () => {
        const place = volume("owned");
        write(place, "8.0", "rdb");
        const args = { version: "8.0", memoryMb: 64, data: { volume: place } };
        const twice = `new RedisDatabase("one", ${JSON.stringify(args)});
            new RedisDatabase("other", { ...${JSON.stringify(args)}, data: { volume: pulumi.output("${place}") } });`;
        const shared = findingsIn(await stack.program(twice).failure("preview"));
        expect(shared.replaceAll(place, "VOLUME")).toMatchInlineSnapshot(`
            "RedisDatabase "other": 1 problem in its arguments; nothing was touched.
              data.volume: is "VOLUME", where the database "one" has its data
                → give each database a place of its own [redis-database/data-shared]"
        `);
        await program({ db: args }).up();
        const { url } = await of("db");
        const other = await TestStack.create("own-data-thief");
        const errors = await other.program(`new RedisDatabase("thief", ${JSON.stringify(args)});`).failure("up");
        expect(errors.replaceAll(place, "VOLUME")).toContain(
            "refused: data: VOLUME belongs to the database engine-test/test/db; give another place, or, if that database is gone, delete .redis-database there [redis-database/data-belongs-to-another]",
        );
        expect(client.digest(url)).toBe(digest);
        await other.close();

        const findings = findingsIn(await program({ db: { version: "8.0" } }).failure("preview"));
        expect(findings.replaceAll(place, "VOLUME")).toMatchInlineSnapshot(`
            "RedisDatabase "db": 1 problem in its arguments; nothing was touched.
              data: names the database's own volume, but the data is on VOLUME and would stay behind
                → leave it as it was; to move data, make a second database and copy it [redis-database/data-moved]"
        `);
        expect(client.digest(url)).toBe(digest);
    });
});
