/** The operations on backups, with a fake docker command. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { ProgressEvent, RedisPlatform, RepositoryAccess } from "../../../../provider/platform/index";
import { dockerCalls, dockerDoes, fakeDocker, fakeDockerFile, noDocker } from "../../support/fakeDocker";
import { checkpointOf, secret, urnOf } from "../support/checkpoints";
import { FakeEngine } from "../support/fakeEngine";
import { listed, made, newest, oldest, owner, prints, snapshot, source, unread } from "./support";

const exec = "exec sessions-backup-0a1b2c3 sh /backup.sh";

fakeDocker();

let engine: FakeEngine;
let platform: RedisPlatform;
let directory: string;

beforeEach(() => {
    engine = new FakeEngine();
    platform = engine.open();
    directory = mkdtempSync(join(tmpdir(), "redis-database-backups-"));
});

afterEach(() => {
    engine.close();
    rmSync(directory, { recursive: true });
});

const ok = { ok: true, reason: null };
const full = { ok: false, reason: "its disk is full" };
const refused = (reason: string, code: string) => `echo 'refused: ${reason} [redis-database/${code}]' >&2`;

/** What the container answers to each verb, and that `list` has one backup in each of two repositories. */
function container(verbs: Readonly<Record<string, string>>): void {
    const list = prints(listed(1, "near", [snapshot(oldest), snapshot(newest)]), listed(2, "far", [snapshot(newest)]));
    const cases = Object.entries({ list, ...verbs }).map(([verb, does]) => `*"/backup.sh ${verb}"*)\n${does}\n;;`);
    dockerDoes('case "$*" in', ...cases, "esac");
}

describe("a backup now", () => {
    test("reports what the container does", async () => {
        container({ run: `echo 'dumping the database' >&2\n${prints(made(ok, ok))}` });
        const events: ProgressEvent[] = [];
        const backup = await platform.backup(source, { onProgress: (event) => events.push(event) });
        expect(backup).toMatchObject({ id: newest, failed: [], repositories: [{ number: 1 }, { number: 2 }] });
        expect(events).toEqual([
            { type: "phase", handle: "sessions", phase: "backing-up" },
            { type: "message", handle: "sessions", severity: "info", about: "sessions", text: "dumping the database" },
        ]);
        expect(dockerCalls()).toEqual([`${exec} run manual`]);
    });

    test("some repositories have not stored it", async () => {
        container({
            run: `${prints(made(ok, full))}\n${refused("volume-2: its disk is full", "backup-disk-full")}\nexit 1`,
        });
        expect((await platform.backup(source)).failed).toEqual([
            { number: 2, kind: "volume", location: "volume-2", reason: "its disk is full" },
        ]);
    });

    test.each([
        [
            `${prints(made(full))}\n${refused("volume-1: its disk is full", "backup-disk-full")}\nexit 1`,
            "no repository has stored",
        ],
        [`${refused("the server does not answer", "backup-server-unreachable")}\nexit 1`, "the server does not answer"],
        ["echo 'Error response from daemon: container 0a is not running' >&2\nexit 1", "does not run"],
        ["exit 1", "ended without a reason"],
        ["exit 0", "has printed no result"],
    ])("fails: %s", async (run, message) => {
        container({ run });
        await expect(platform.backup(source)).rejects.toMatchObject({
            code: "backup-failed",
            message: expect.stringContaining(message) as string,
        });
    });

    test("its code is part of the details", async () => {
        container({ run: `${refused("no answer", "backup-server-unreachable")}\nexit 1` });
        const failures = [{ message: "no answer", code: "redis-database/backup-server-unreachable" }];
        await expect(platform.backup(source)).rejects.toMatchObject({ details: { failures } });
    });

    test("a database without `backup`", async () => {
        container({});
        await expect(platform.backup({ handle: "sessions" })).rejects.toMatchObject({ code: "not-backed-up" });
        expect(dockerCalls()).toEqual([]);
    });

    test.each([
        ["no docker command", noDocker],
        [
            "no answer",
            () => {
                dockerDoes("echo 'Cannot connect to the Docker daemon at x' >&2", "exit 1");
            },
        ],
    ])("%s", async (_case, prepare) => {
        prepare();
        await expect(platform.backup(source)).rejects.toMatchObject({ code: "docker-unreachable" });
    });

    test("can be cancelled; the container goes on", async () => {
        container({ run: "exec sleep 30" });
        const signal = AbortSignal.timeout(100);
        const began = Date.now();
        await expect(platform.backup(source, { signal })).rejects.toMatchObject({ code: "cancelled" });
        expect(Date.now() - began).toBeLessThan(5000);
    });

    test("on another Docker host", async () => {
        container({ run: prints(made(ok)) });
        await platform.backup({ ...source, dockerHost: "ssh://ops@far" });
        expect(dockerCalls()).toEqual([`--host ssh://ops@far ${exec} run manual`]);
    });
});

test("list and show; a repository that cannot be read does not hide the others", async () => {
    container({ list: `${prints(listed(1, "near", [snapshot(oldest)]), unread(2, "far", "down"))}\nexit 1` });
    const { backups, failed } = await platform.listBackups(source);
    expect([backups.map(({ id }) => id), failed]).toEqual([
        [oldest],
        [{ number: 2, kind: "s3", location: "far", reason: "down" }],
    ]);
    expect(await platform.showBackup(source, oldest)).toMatchObject({ id: oldest, keys: 3 });
    await expect(platform.showBackup(source, newest)).rejects.toMatchObject({ code: "backup-unknown" });
});

describe("copy", () => {
    test.each([2, "far"])("to %j, from the first that has it", async (to) => {
        container({ copy: "" });
        expect((await platform.copyBackup(source, oldest, { to })).repositories.map(({ number }) => number)).toEqual([
            1, 2,
        ]);
        expect(dockerCalls()).toContain(`${exec} copy ${oldest} 1 2`);
    });

    test("nothing to do", async () => {
        container({ copy: "exit 1" });
        expect((await platform.copyBackup(source, newest, { to: "far" })).repositories).toHaveLength(2);
    });

    test("to a repository that does not exist", async () => {
        container({});
        await expect(platform.copyBackup(source, newest, { to: 3 })).rejects.toMatchObject({
            code: "validation",
            remedy: "give one of 1 (near), 2 (far)",
        });
    });
});

describe("purge", () => {
    const purged = () => dockerCalls().filter((call) => call.includes("purge"));

    test("from all repositories that have it, or one", async () => {
        container({ purge: "" });
        await platform.purgeBackup(source, newest);
        expect(purged()).toEqual([`${exec} purge ${newest} 1`, `${exec} purge ${newest} 2`]);
        await platform.purgeBackup(source, newest, { from: "far" });
        expect(purged()).toHaveLength(3);
    });

    test("an append-only repository refuses", async () => {
        container({ purge: `${refused("repository 1 (near): it is append-only", "repository-append-only")}\nexit 1` });
        await expect(platform.purgeBackup(source, newest)).rejects.toMatchObject({
            code: "backup-failed",
            message: expect.stringContaining("append-only") as string,
        });
    });
});

test("verify: a result for each repository, also if one fails", async () => {
    const results = [
        { repository: 1, id: newest, ok: true, keys: 3, seconds: 1 },
        { repository: 2, id: newest, ok: false, reason: "damaged" },
    ];
    container({ verify: `${prints(...results.map((each) => JSON.stringify(each)))}\nexit 1` });
    expect((await platform.verifyBackup(source)).map(({ ok: good }) => good)).toEqual([true, false]);
    await platform.verifyBackup(source, newest, { repository: "far" });
    expect(dockerCalls()).toContain(`${exec} verify ${newest} 2`);
    await expect(platform.verifyBackup(source, undefined, { repository: 1 })).rejects.toMatchObject({
        code: "validation",
    });
});

describe("export", () => {
    const sha256 = "65ecc9db1e0e5e0ae1e6bcf9e0b2e5ca";
    const answer = (content: string, hash: string) => {
        container({
            list: prints(listed(1, "near", [snapshot(newest, { sha256: hash })])),
            export: `printf %s '${content}'`,
        });
    };
    /** SHA-256 of `redis`. */
    const hashed = "d58e3582afa99040e27b92b13c8f2280b9e1c9c5f4fcb9dc1a5c5c6b3a0f5b8e";

    test("a new file that only the user can read, with the right content", async () => {
        const { createHash } = await import("node:crypto");
        answer("redis", createHash("sha256").update("redis").digest("hex"));
        const file = join(directory, "dump.rdb");
        expect(await platform.exportBackup(source, newest, file)).toMatchObject({ id: newest, file });
        expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["redis", 0o600]);
        expect(readdirSync(directory)).toEqual(["dump.rdb"]);
        const stream = new PassThrough();
        await platform.exportBackup(source, newest, stream);
        stream.end();
        expect(await text(stream)).toBe("redis");
    });

    test("no file if the content is another one", async () => {
        answer("redis", hashed);
        const exported = platform.exportBackup(source, newest, join(directory, "dump.rdb"));
        await expect(exported).rejects.toMatchObject({
            code: "backup-failed",
            message: expect.stringContaining("damaged") as string,
        });
        expect(readdirSync(directory)).toEqual([]);
    });

    test("an existing file stays, and a directory that does not exist", async () => {
        answer("redis", sha256);
        const file = join(directory, "dump.rdb");
        writeFileSync(file, "mine");
        await expect(platform.exportBackup(source, newest, file)).rejects.toMatchObject({ code: "validation" });
        expect(readFileSync(file, "utf8")).toBe("mine");
        const nowhere = join(directory, "none/dump.rdb");
        await expect(platform.exportBackup(source, newest, nowhere)).rejects.toMatchObject({
            code: "validation",
            message: expect.stringContaining("ENOENT") as string,
        });
    });
});

describe("without a database", () => {
    const access: RepositoryAccess = {
        repository: { s3: "https://s3.example.com/bucket" },
        encryptionPassword: "it's secret",
        credentials: { accessKeyId: "AKIA", secretAccessKey: "hidden-key", region: "eu" },
    };

    test("the secrets are in the input of the container, not in its arguments", async () => {
        dockerDoes(
            `cat >${fakeDockerFile("input")}`,
            prints(listed(1, "https://s3.example.com/bucket", [snapshot(newest)], "s3")),
        );
        expect((await platform.listBackups(access)).backups).toHaveLength(1);
        const [call = ""] = dockerCalls();
        expect(call).toMatch(/^run --rm --interactive .* --entrypoint=sh restic\/restic:[\d.]+ -s -- list$/);
        expect(call).not.toMatch(/secret|hidden|AKIA|network/);
        const input = readFileSync(fakeDockerFile("input"), "utf8");
        expect(input).toContain("printf %s 'it'\\''s secret\n' >/desired/1.password");
        expect(input).toContain("aws_secret_access_key = hidden-key");
        expect(input).toContain("run_restic");
    });

    test.each([
        [{ volume: "my-backups" }, "--volume=my-backups:/repositories/1"],
        [{ path: "/srv/backups" }, "--volume=/srv/backups:/repositories/1"],
    ])("%j is read-only, except for a purge, and needs no network", async (repository, mount) => {
        dockerDoes("cat >/dev/null", prints(listed(1, "x", [snapshot(newest)])));
        await platform.purgeBackup({ repository }, newest);
        const [list = "", purge = ""] = dockerCalls();
        expect(list).toContain(`--network=none ${mount}:ro --entrypoint`);
        expect(purge).toContain(`--network=none ${mount} --entrypoint`);
        expect(purge).toMatch(new RegExp(`-- purge ${newest} 1 ${owner}$`));
    });
});

describe("orphaned", () => {
    const orphan = "redis/gone/gone";
    /** The volumes of a host, those to which a container makes backups, and what the volumes have. */
    function host(volumes: readonly string[], used: readonly string[], ...lists: readonly string[]): void {
        dockerDoes(
            'case "$*" in',
            `*"volume ls"*) ${prints(...volumes)} ;;`,
            `*"ps "*) ${prints(...used.map((each) => `a-backup-1\t${each}`))} ;;`,
            `*"run --rm"*) cat >${fakeDockerFile("input")}\n${prints(...lists)} ;;`,
            "esac",
        );
    }

    test("in volumes with a default name, to which nothing makes backups", async () => {
        host(
            ["redis-gone-gone-backups", "redis-used-used-backups", "other-a-a-backups", "redis-data"],
            ["redis-used-used-backups"],
            listed(1, "redis-gone-gone-backups", [
                snapshot(oldest, { database: orphan }),
                snapshot(newest, { database: orphan }),
            ]),
            unread(2, "redis-empty-backups", "no repository [redis-database/repository-not-found]"),
        );
        const { backups, failed } = await platform.orphanedBackups();
        expect(failed).toEqual([]);
        expect(backups.map(({ id, database, repository }) => [id, database, repository])).toEqual([
            [newest, orphan, { volume: "redis-gone-gone-backups" }],
            [oldest, orphan, { volume: "redis-gone-gone-backups" }],
        ]);
        const run = dockerCalls().find((call) => call.startsWith("run"));
        expect(run?.match(/--volume=\S+/g)).toEqual(["--volume=redis-gone-gone-backups:/repositories/1:ro"]);
    });

    test("nothing is started without such volumes", async () => {
        host(["redis-data"], []);
        expect(await platform.orphanedBackups()).toEqual({ backups: [], failed: [] });
        expect(dockerCalls().filter((call) => call.startsWith("run"))).toEqual([]);
    });

    test("only those of this project, whose databases do not exist", async () => {
        await platform.create("quick");
        host(
            [],
            [],
            listed(1, "shared", [
                snapshot(newest, { database: orphan }),
                snapshot(newest, { database: "redis/quick/db" }),
                snapshot(newest, { database: "shop/prod/db" }),
            ]),
            unread(2, "far", "down"),
        );
        const { backups, failed } = await platform.orphanedBackups({ repository: { volume: "shared" } });
        expect(backups.map(({ database }) => database)).toEqual([orphan]);
        expect(failed).toEqual([{ location: "far", reason: "down" }]);
    });
});

describe("restore", () => {
    const specification = () => {
        const stacks = join(engine.stateDirectory, "stacks/redis");
        return JSON.parse(readFileSync(join(stacks, "quick-2.json.specification"), "utf8")) as { args: object };
    };
    const repository: RepositoryAccess = { repository: { volume: "shared" }, encryptionPassword: "secret" };
    const answer = (...snapshots: readonly object[]) => {
        dockerDoes('case "$*" in *"run --rm"*) cat >/dev/null', prints(listed(1, "shared", snapshots)), ";; esac");
    };

    test("the backup's own version and flavor, and exactly that backup", async () => {
        answer(snapshot(oldest, { version: "7.2" }), snapshot(newest));
        await platform.restore("quick-2", repository, {
            snapshot: { before: "2026-11-26T00:00:00Z" },
            args: { memoryMb: 64 },
        });
        expect(specification().args).toEqual({
            engine: "redis",
            version: "7.2",
            flavor: "aof",
            memoryMb: 64,
            restoreFrom: {
                repository: { volume: "shared" },
                snapshot: oldest,
                database: owner,
                encryptionPassword: "secret",
            },
        });
    });

    test("a later version with another flavor, as requested", async () => {
        answer(snapshot(oldest, { version: "7.2" }));
        await platform.restore("quick-2", repository, { args: { version: "8.6-rdb" } });
        expect(specification().args).toMatchObject({ version: "8.6-rdb", restoreFrom: { snapshot: oldest } });
        expect(specification().args).not.toHaveProperty("flavor");
    });

    test("not into an earlier version; nothing is created", async () => {
        answer(snapshot(newest, { version: "8.6" }));
        await expect(platform.restore("quick-2", repository, { args: { version: "7.2-aof" } })).rejects.toMatchObject({
            code: "validation",
            message: `the backup ${newest} is of version 8.6, which 7.2 cannot read`,
        });
        expect(await platform.list()).toEqual([]);
    });

    test("a repository with several databases needs a name", async () => {
        answer(snapshot(oldest), snapshot(newest, { database: "redis/other/other" }));
        await expect(platform.restore("quick-2", repository)).rejects.toMatchObject({
            code: "validation",
            message: expect.stringContaining(`redis/other/other, ${owner}`) as string,
        });
        await platform.restore("quick-2", repository, { database: owner });
        expect(specification().args).toMatchObject({ restoreFrom: { snapshot: oldest } });
    });

    test("not onto an existing database; nothing is read", async () => {
        answer(snapshot(newest));
        await platform.create("quick-2");
        const asked = dockerCalls().length;
        await expect(platform.restore("quick-2", repository)).rejects.toMatchObject({ code: "handle-taken" });
        expect(dockerCalls()).toHaveLength(asked);
    });

    test("a database without `backup`", async () => {
        answer(snapshot(newest));
        await platform.create("quick");
        await expect(platform.restore("quick-2", "quick")).rejects.toMatchObject({ code: "not-backed-up" });
        await expect(platform.clone("quick", "quick-2")).rejects.toMatchObject({ code: "not-backed-up" });
        expect((await platform.list()).map(({ handle }) => handle)).toEqual(["quick"]);
    });
});

describe("deprovision", () => {
    /** A database with a replica, as an update has left them. */
    function deployed(...backedUp: readonly string[]): void {
        const components = ["sessions", "sessions-copy"].map((name) => ({
            type: `redis-database:index:${name === "sessions" ? "RedisDatabase" : "RedisReplica"}`,
            name,
            ...(name !== "sessions" && { parent: urnOf("redis-database:index:RedisDatabase", "sessions") }),
            inputs: {},
            outputs: { engine: "redis", version: "8.6", flavor: "aof", containerName: `${name}-server-1` },
        }));
        const containers = backedUp.map((name) => ({
            type: "docker:index/container:Container",
            name: `${name}-backup`,
            outputs: { name: `${name}-backup-1` },
        }));
        const program = { type: "pulumi:pulumi:Stack", name: "redis-sessions", outputs: { specification: secret } };
        const stacks = join(engine.stateDirectory, "stacks/redis");
        mkdirSync(stacks, { recursive: true });
        writeFileSync(join(stacks, "sessions.json"), checkpointOf([program, ...components, ...containers]));
    }
    const destroyed = () => engine.commands().filter((command) => command.startsWith("destroy")).length;

    test("makes a final backup of each server with backups, and then deletes", async () => {
        deployed("sessions", "sessions-copy");
        container({ run: `[ ! -e ${engine.stateDirectory}/commands ] || exit 9\n${prints(made(ok))}` });
        const { finalBackups } = await platform.deprovision("sessions", "sessions");
        expect(finalBackups.map(({ id }) => id)).toEqual([newest, newest]);
        expect([...dockerCalls()].sort()).toEqual([
            "exec sessions-backup-1 sh /backup.sh run final",
            "exec sessions-copy-backup-1 sh /backup.sh run final",
        ]);
        expect(destroyed()).toBe(1);
    });

    test.each([
        [
            "fails",
            `${refused("the server does not answer", "backup-server-unreachable")}\nexit 1`,
            "the server does not answer",
        ],
        ["is missing in a repository", `${prints(made(ok, full))}\nexit 1`, "volume-2: its disk is full"],
    ])("deletes nothing if the final backup %s", async (_case, run, reason) => {
        deployed("sessions");
        container({ run });
        await expect(platform.deprovision("sessions", "sessions")).rejects.toMatchObject({
            code: "backup-failed",
            message: expect.stringMatching(
                new RegExp(`^the final backup of "sessions" failed, so nothing was deleted: .*${reason}`),
            ) as string,
        });
        expect(destroyed()).toBe(0);
        expect(await platform.deprovision("sessions", "sessions", { skipFinalBackup: true })).toEqual({
            handle: "sessions",
            finalBackups: [],
        });
        expect(destroyed()).toBe(1);
    });

    test("without backups, there is none", async () => {
        deployed();
        container({ run: "exit 1" });
        expect((await platform.deprovision("sessions", "sessions")).finalBackups).toEqual([]);
        expect([dockerCalls(), destroyed()]).toEqual([[], 1]);
    });
});
