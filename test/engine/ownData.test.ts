/** Existing data: it is adopted in place, whatever version wrote it, or refused with the reason. */
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

/** Runs a shell script with a volume or directory at /data. */
const runOn = (location: string, script: string) =>
    docker("run", "--rm", "-v", `${location}:/data`, "--entrypoint", "sh", "redis:8.0", "-c", script);
/**
 * Everything that a refusal must not change: contents, names, owners, modes and times, including those of the location.
 */
const listing = (location: string) =>
    runOn(
        location,
        "cd /data && find . -type f -exec sha1sum {} + | sort && find . -exec stat -c '%n %u:%g %a %i %Y' {} + | sort",
    );

/** Has a plain Redis server of `version` write the keys to an append-only file or a dump. */
function write(location: string, version: string, kind: "aof" | "rdb", ...options: string[]): void {
    const container = ["-d", "-v", `${location}:/data`, "--user", "999:999", "--network", "none", `redis:${version}`];
    const command = ["redis-server", "--save", "", "--appendonly", kind === "aof" ? "yes" : "no", ...options];
    const server = docker("run", ...container, ...command);
    execFileSync("sh", ["-c", `until docker exec ${server} redis-cli ping >/dev/null 2>&1; do sleep 0.1; done`]);
    const redis = (...command: string[]) => docker("exec", server, "redis-cli", ...command);
    redis("EVAL", keys, "0");
    if (kind === "rdb") redis("SAVE");
    docker("stop", server);
    docker("rm", server);
}

/** Builds a dump: a header, `records`, the end marker, and a checksum of zero, which means that there is none. */
function dump(records: string, header = "REDIS0009"): Buffer {
    return Buffer.from(`${header}\xfa\x09redis-ver\x066.0.16${records}\xff${"\0".repeat(8)}`, "latin1");
}
const database = "\xfe\0";
const key = `${database}\0\x01k\x01v`;
/** The type of the JSON module's values (ReJSON-RL), as encoded in dumps. */
const moduleType = "\x81\x45\xe2\x52\x38\xdf\x91\x2c\x01";
/** A key of that type. */
const moduleKey = `${database}\x07\x03doc${moduleType}\x05\x02hi\0`;

describe("existing data", () => {
    let client: Client;
    let stack: TestStack;
    let digest: string;
    let volumes: string[] = [];
    let directories: string[] = [];

    function volume(name: string): string {
        volumes.push(docker("volume", "create", `${prefix}-${name}`));
        return present(volumes.at(-1));
    }

    /** A directory of the host with these files. */
    function directory(files: Readonly<Record<string, string | Buffer>>): string {
        const path = mkdtempSync(join(tmpdir(), "redis-own-data-"));
        directories.push(path);
        for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
        return path;
    }

    /** A program with these databases, by name. Its outputs are their URLs and containers. */
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
        // A removed database leaves the volumes that it did not create.
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

    test("is adopted from each version and kind of file, and survives a kill as the flavor promises", async () => {
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
                const location = volume(name);
                write(location, wrote, kind);
                return [name, { version, flavor, data: { volume: location } }];
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

    test("is adopted in a directory of the host, and stays there when the database is removed", async () => {
        const hostPath = directory({});
        execFileSync("chown", ["999:999", hostPath]);
        write(hostPath, "7.0", "rdb");
        await program({ db: { version: "8.0", data: { hostPath } } }).up();
        expect(client.digest((await of("db")).url)).toBe(digest);
        await stack.program("").up();
        expect(readdirSync(hostPath)).toContain("appendonlydir");
    });

    /**
     * Why the agents refuse these databases; undefined for one that is not refused. The data in `untouched` must stay
     * as it was.
     */
    async function refusals(databases: Readonly<Record<string, object>>, untouched: readonly string[]) {
        const before = untouched.map(listing);
        const output = await program(databases).failure("up");
        expect(untouched.map(listing)).toEqual(before);
        return Object.keys(databases).map((name) => {
            const reason = new RegExp(`error: ${name}-agent: (refused: .*)`).exec(output)?.[1];
            return reason?.replaceAll(prefix, "VOLUME").replaceAll(/\/\S+redis-own-data-\w+/g, "DIRECTORY");
        });
    }

    test("is refused if it cannot be adopted, with the complete reason, and is not changed", async () => {
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
            "refused: data: VOLUME-both has both a dump and an append-only file; set data.files to the kind that holds the data [redis-database/data-files-ambiguous]
            refused: data: VOLUME-later was written by a later Redis (format 12), which 7.0 cannot read; set version to a later one [redis-database/data-newer-than-version]
            refused: data: VOLUME-several was written by Redis 7.0 or later, which 6.0 cannot read [redis-database/data-newer-than-version]
            refused: data.files: is "aof", but DIRECTORY has no appendonlydir and no appendonly.aof [redis-database/data-files-missing]
            refused: flavor: "nordb" keeps nothing on disk, but DIRECTORY has data; adopt it with "aof" or "rdb" [redis-database/flavor-would-discard-data]
            refused: data: DIRECTORY has files, but neither dump.rdb nor an append-only file (letter.txt); use a location that is empty or has Redis data [redis-database/data-not-redis]"
        `);

        await program({ db: { version: "8.0", data: { volume: both, files: "aof" } } }).up();
        expect(client.digest((await of("db")).url)).toBe(digest);
        expect(runOn(both, "ls /data/before-adoption").trim()).toBe("dump.rdb");
    });

    test("is refused if the server would not serve it; of two databases with the same location, one is refused", async () => {
        const renamed = volume("renamed");
        write(renamed, "7.0", "aof", "--appendfilename", "redis.aof");
        const log = "*1\r\n$4\r\nPING\r\n";
        const databases = {
            "under-another-name": { data: { volume: renamed } },
            "with-another-log": { data: { hostPath: directory({ "dump.rdb": dump(key), "redis.aof": log }) } },
            "of-another-engine": { data: { hostPath: directory({ "dump.rdb": dump(key, "VALKEY080") }) } },
            "cut-short": { data: { hostPath: directory({ "dump.rdb": dump(key).subarray(0, -10) }) } },
            "of-a-module": { data: { hostPath: directory({ "appendonly.aof": dump(moduleKey) }) } },
        };
        const untouched = [...volumes, ...directories];
        const growing = directory({ "appendonly.aof": log });
        const grows = setInterval(() => {
            appendFileSync(join(growing, "appendonly.aof"), log);
        }, 200);
        // A preview cannot detect that both paths lead to the same directory.
        const location = directory({ "dump.rdb": dump(key) });
        const pair = Object.fromEntries(
            ["one", "two"].map((name) => {
                symlinkSync(location, `${location}-${name}`);
                directories.push(`${location}-${name}`);
                return [name, { data: { hostPath: `${location}-${name}` } }];
            }),
        );
        const all = { ...databases, "being-written": { data: { hostPath: growing } }, ...pair };
        const reasons = await refusals(all, untouched).finally(() => {
            clearInterval(grows);
        });
        expect(reasons.slice(0, -2).join("\n")).toMatchInlineSnapshot(`
            "refused: data: VOLUME-renamed has files that cannot be adopted (appendonlydir/redis.aof.1.base.rdb, appendonlydir/redis.aof.1.incr.aof, appendonlydir/redis.aof.manifest): the data must be in dump.rdb, appendonly.aof, or appendonlydir with the files that its manifest lists; rename these files if they hold data, otherwise move them elsewhere [redis-database/data-has-other-files]
            refused: data: DIRECTORY has files that cannot be adopted (redis.aof): the data must be in dump.rdb, appendonly.aof, or appendonlydir with the files that its manifest lists; rename these files if they hold data, otherwise move them elsewhere [redis-database/data-has-other-files]
            refused: data: DIRECTORY was written by Valkey (format 80), which Redis 8.6 cannot read; set engine to the one that wrote it [redis-database/data-newer-than-version]
            refused: data: dump.rdb in DIRECTORY cannot be loaded by Redis 8.6.3: Unexpected EOF reading RDB file; repair it with the tools of Redis, or restore it from a backup [redis-database/data-not-readable]
            refused: data: DIRECTORY has data of modules (ReJSON-RL), which are not available here; remove that data and the modules from the server that wrote it, and write a new dump [redis-database/data-needs-modules]
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

    test("is refused while another container runs on it, and the error names the container", async () => {
        const location = volume("busy");
        const server = docker("run", "-d", "--name", `${prefix}-compose`, "-v", `${location}:/data`, "redis:8.0");
        const before = listing(location);
        const mountpoint = docker("volume", "inspect", "-f", "{{.Mountpoint}}", location);
        const args = [{ data: { volume: location } }, { data: { hostPath: join(mountpoint, "sub") } }];
        // Otherwise, the first refusal stops the engine, which may then not even begin with the other database.
        const output = await program({
            db: { version: "8.0", ...args[0] },
            below: { version: "8.0", ...args[1] },
        }).failure("up", "--continue-on-error");
        for (const name of ["db", "below"])
            expect(output).toContain(`RedisDatabase "${name}": 1 problem in its arguments`);
        expect(output).toContain(
            `data.volume: is "${location}", which the running container "${prefix}-compose" (redis:8.0) uses`,
        );
        expect(output).toContain("[redis-database/data-in-use]");
        expect(listing(location)).toBe(before);

        docker("rm", "-f", server);
        await program({ db: { version: "8.0", ...args[0] } }).up();
        // Later updates accept a backup container on the same volume.
        const backup = docker("run", "-d", "-v", `${location}:/data`, "--entrypoint", "sleep", "redis:8.0", "600");
        await program({ db: { version: "8.0", passwordVersion: 2, ...args[0] } }).up();
        docker("rm", "-f", backup);
    });

    test("belongs to one database, which keeps running when a second one claims the data or its location is changed", async () => {
        const location = volume("owned");
        write(location, "8.0", "rdb");
        const args = { version: "8.0", memoryMb: 64, data: { volume: location } };
        const twice = `new RedisDatabase("one", ${JSON.stringify(args)});
            new RedisDatabase("other", { ...${JSON.stringify(args)}, data: { volume: pulumi.output("${location}") } });`;
        const shared = findingsIn(await stack.program(twice).failure("preview"));
        expect(shared.replaceAll(location, "VOLUME")).toMatchInlineSnapshot(`
            "RedisDatabase "other": 1 problem in its arguments; nothing was touched.
              data.volume: is "VOLUME", where the database "one" has its data
                → give each database its own location [redis-database/data-shared]"
        `);
        await program({ db: args }).up();
        const { url } = await of("db");
        const other = await TestStack.create("own-data-second");
        const errors = await other.program(`new RedisDatabase("second", ${JSON.stringify(args)});`).failure("up");
        expect(errors.replaceAll(location, "VOLUME")).toContain(
            "refused: data: VOLUME belongs to the database engine-test/test/db; use another location, or, if that database no longer exists, delete .redis-database there [redis-database/data-belongs-to-another]",
        );
        expect(client.digest(url)).toBe(digest);
        await other.close();

        const findings = findingsIn(await program({ db: { version: "8.0" } }).failure("preview"));
        expect(findings.replaceAll(location, "VOLUME")).toMatchInlineSnapshot(`
            "RedisDatabase "db": 1 problem in its arguments; nothing was touched.
              data: names the database's own volume, but the data is on VOLUME and would not move
                → restore the previous value; to move the data, create a second database and copy it there [redis-database/data-moved]"
        `);
        expect(client.digest(url)).toBe(digest);
    });
});
