/**
 * What `diskSizeGb` promises, on real servers: files never take more than was calculated, the health check fails while
 * writes still succeed, and no change of the size replaces the volume. Unit tests cover values that are refused before
 * anything is changed; `disk.test.ts` covers a full disk.
 */
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import Redis from "ioredis";
import { resolveArguments } from "../../provider/model/arguments/resolve";
import { type Flavor, flavorNames } from "../../provider/model/catalog/versions";
import { neededDiskMb } from "../../provider/model/sizing/disk";
import { maxmemoryOf } from "../../provider/model/sizing/memory";
import { present } from "../support/present";
import { Client, docker, uniqueName, until } from "./support/docker";
import { TestStack, reasonIn } from "./support/stack";

const mib = 2 ** 20;
const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: "utf8" });
const unique = uniqueName("disksize");

/** A separate file system. Its usage is that of the data alone, including deleted files that are still open. */
function fileSystem(name: string, sizeMb: number): string {
    const options = ["type=tmpfs", "device=tmpfs", `o=size=${sizeMb}m`].flatMap((option) => ["--opt", option]);
    return docker("volume", "create", ...options, name);
}

/** Runs in a separate process, since this one is busy. Prints the peak usage of each directory. */
const watch = `
const { statfsSync } = require("node:fs");
const directories = process.argv.slice(1);
const peaks = directories.map(() => 0);
setInterval(() => directories.forEach((directory, index) => {
    const { blocks, bfree, bsize } = statfsSync(directory);
    peaks[index] = Math.max(peaks[index], (blocks - bfree) * bsize);
}), 2);
process.stdin.on("end", () => { console.log(JSON.stringify(peaks)); process.exit(); }).resume();`;

// Writes at full speed for minutes, longer on a busy machine. Only `make test-all` runs it; `make bench` measures more.
const measuring = process.env.TEST_ALL ? describe : describe.skip;

measuring("the files of each flavor, while all data is overwritten without a pause,", () => {
    const memoryMb = 128;
    const databases = ["5.0", "7.0", "8.0"].flatMap((version) =>
        flavorNames.map((flavor) => {
            const name = `${unique}-${version.replace(".", "")}-${flavor}`;
            return { name, args: { version, flavor, memoryMb, maxmemoryPolicy: "allkeys-random" } };
        }),
    );
    // On loop devices and not on tmpfs, whose pages would count towards the server's memory limit.
    const disks = mkdtempSync(join(tmpdir(), "disk-size-"));
    const pathOf = (name: string) => join(disks, name);
    const peaks = new Map<string, number>();
    let stack: TestStack;

    function program(config: object): void {
        const line = ({ name, args }: (typeof databases)[number]) => {
            const all = { ...args, data: { hostPath: pathOf(name) }, config: { rdbcompression: "no", ...config } };
            return `exports["${name}"] = new RedisDatabase("${name}", ${JSON.stringify(all)}).url;`;
        };
        stack.program(databases.map(line).join("\n"));
    }

    /** Measures the usage of each file system every few milliseconds until `work` is done. */
    async function watched<T>(names: readonly string[], work: Promise<T>): Promise<T> {
        const watcher = spawn(process.execPath, ["-e", watch, ...names.map(pathOf)]);
        let printed = "";
        watcher.stdout.on("data", (text: Buffer) => (printed += text.toString()));
        const ended = new Promise((resolve) => watcher.once("close", resolve));
        try {
            return await work;
        } finally {
            watcher.stdin.end();
            await ended;
            for (const [index, bytes] of (JSON.parse(printed) as number[]).entries()) {
                const name = present(names[index]);
                peaks.set(name, Math.max(peaks.get(name) ?? 0, bytes / mib));
            }
        }
    }

    beforeAll(async () => {
        for (const { name } of databases) {
            const path = pathOf(name);
            const image = `${path}.img`;
            mkdirSync(path);
            run("truncate", "--size=3G", image);
            run("mkfs.ext4", "-q", image);
            run("mount", "-o", "loop", image, path);
        }
        stack = await TestStack.create("disk-size");
        program({});
        await stack.up();
    });

    afterAll(async () => {
        await stack.close();
        for (const { name } of databases) run("umount", pathOf(name));
        rmSync(disks, { recursive: true });
    });

    test.each(databases.map(({ name, args }) => [name, args.flavor] as const))(
        "take up space while %s is written",
        async (name, flavor) => {
            await watched([name], overwrite(await stack.value(name), flavor));
        },
    );

    test("take up space while every server is replaced, for which each one dumps once more", async () => {
        program({ databases: 17 });
        await watched(
            databases.map(({ name }) => name),
            stack.up(),
        );
    });

    test.each(databases.map(({ name, args }) => [name, args] as const))(
        "took no more space than calculated: %s",
        (name, args) => {
            const dataMb = maxmemoryOf(present(resolveArguments(args).spec));
            const calculatedMb = neededDiskMb(present(resolveArguments(args).spec));
            const peakMb = present(peaks.get(name));
            console.log(
                `${args.version} ${args.flavor}: ${peakMb.toFixed(0)} of ${calculatedMb} MiB, ${(peakMb / dataMb).toFixed(2)} × maxmemory`,
            );
            expect(peakMb).toBeLessThanOrEqual(calculatedMb);
            // The server was full, and had written its files.
            expect(peakMb).toBeGreaterThan(dataMb * { aof: 2, rdb: 1.2, nordb: 0.6 }[args.flavor]);
        },
    );
});

/**
 * Writes values of 512 bytes that cannot be compressed, during three rewrites of the append-only file or three dumps.
 */
async function overwrite(url: string, flavor: Flavor): Promise<void> {
    const redis = new Redis(url);
    const info = async (section: string, field: string) =>
        Number(new RegExp(`^${field}:(\\d+)`, "m").exec(await redis.info(section))?.[1]);
    const limit = Number((await redis.config("GET", "maxmemory"))[1]);
    const keys = Math.round(limit / 400);
    const noise = randomBytes(2 ** 20);
    const random = (below: number) => Math.floor(Math.random() * below);
    let writing = true;
    const writer = async () => {
        while (writing) {
            const batch = redis.pipeline();
            for (let write = 0; write < 200; write++) {
                const from = random(noise.length - 512);
                batch.set(`key:${random(keys)}`, noise.subarray(from, from + 512));
            }
            await batch.exec();
        }
    };
    const dumps = async () => {
        await until(async () => (await info("memory", "used_memory")) > 0.97 * limit);
        for (let round = 0; flavor !== "nordb" && round < 3; round++) {
            const rewritten = await info("persistence", "aof_base_size");
            await until(async () => flavor !== "aof" || (await info("persistence", "aof_base_size")) !== rewritten);
            // A rewrite and a dump never run at the same time, but both files exist at the same time.
            await redis.bgsave().catch(() => undefined);
            await until(async () => (await info("persistence", "rdb_bgsave_in_progress")) === 0);
        }
        writing = false;
    };
    await Promise.all([writer(), writer(), dumps()]);
    redis.disconnect();
}

describe("a disk that is filling up", () => {
    const [narrow, limited] = [`${unique}-narrow`, `${unique}-limited`];
    let client: Client;
    let stack: TestStack;
    let volume: string;
    let databases: Record<string, object>;

    const program = () =>
        stack.program(
            Object.entries(databases)
                .map(
                    ([name, args]) =>
                        `{ const { url, containerName, nodes } = new RedisDatabase("${name}", ${JSON.stringify(args)});
                        exports["${name}"] = { url, containerName, volume: nodes.dataVolume?.name }; }`,
                )
                .join("\n"),
        );
    const of = (name: string) => stack.value<Record<"url" | "containerName" | "volume", string>>(name);
    const redis = async (name: string, ...command: string[]) => client.redis((await of(name)).url, command);
    /** The health status, and the last output of the health check that Docker keeps. */
    const health = async (name: string) => {
        const { containerName } = await of(name);
        const format = "{{.State.Health.Status}}{{range .State.Health.Log}}\n{{.Output}}{{end}}";
        const [status = "", ...outputs] = docker("inspect", "-f", format, containerName).split("\n");
        return { status, output: outputs.filter(Boolean).at(-1) ?? "" };
    };
    const becomes = (name: string, status: string) => until(async () => (await health(name)).status === status);
    const onDisk = async (name: string, script: string) => {
        const { containerName } = await of(name);
        return docker("run", "--rm", "--volumes-from", containerName, "redis:8.0", "sh", "-c", script);
    };
    const startedAt = async (name: string) =>
        docker("inspect", "-f", "{{.State.StartedAt}}", (await of(name)).containerName);

    beforeAll(async () => {
        client = new Client();
        volume = fileSystem(`${narrow}-disk`, 90);
        stack = await TestStack.create("disk-filling");
        databases = {
            [narrow]: { version: "8.0", flavor: "rdb", memoryMb: 128, data: { volume } },
            // A version with a single password in place of users, and an append-only file without an RDB preamble.
            [limited]: { version: "3.2", flavor: "aof", memoryMb: 40, diskSizeGb: 0.5 },
        };
        program();
        const { output } = await stack.up();
        // This Docker host does not support quotas. How a quota is set and kept is tested below.
        expect(output).toContain(
            `${limited}-data: created without a quota of 0.5 GiB, which this Docker host does not support`,
        );
        const keys = "for i = 1, 20 do redis.call('SET', 'mb:' .. i, string.rep('x', 1000000)) end";
        await redis(narrow, "EVAL", keys, "0");
        await redis(limited, "EVAL", keys.replace("20", "4"), "0");
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        docker("volume", "rm", volume);
    });

    test.each([
        // Less space is free than the next dump could take.
        [narrow, "fallocate -l $(($(df -Pk /data | awk 'NR == 2 { print $4 }') - 10240))k /data/filler"],
        // The disk has room, but the database has used up its share.
        [limited, "fallocate -l 509m /data/filler"],
    ])(
        "%s: fails the health check while writes still succeed, and passes it when there is room",
        async (name, fill) => {
            await becomes(name, "healthy");
            const started = await startedAt(name);
            await onDisk(name, fill);
            await becomes(name, "unhealthy");
            expect((await health(name)).output).toMatch(
                /^the disk is filling up: -?\d+ MiB are left, and the next dump can take \d+; free some space before Redis refuses writes$/,
            );
            expect(await redis(name, "SET", "while", "unhealthy")).toBe("OK");
            // Settings are still applied, and nothing waits for the disk.
            databases = { ...databases, [name]: { ...databases[name], maxmemoryPolicy: "allkeys-lru" } };
            program();
            await stack.up();
            expect(await redis(name, "CONFIG", "GET", "maxmemory-policy")).toContain("allkeys-lru");
            await onDisk(name, "rm /data/filler");
            await becomes(name, "healthy");
            expect(await startedAt(name)).toBe(started);
            await stack.expectEmptyPreview();
        },
    );

    test("does not delay the update for a new container, and is reported right after a restart", async () => {
        await onDisk(narrow, "fallocate -l $(($(df -Pk /data | awk 'NR == 2 { print $4 }') - 10240))k /data/filler");
        const { containerName } = await of(narrow);
        databases = { ...databases, [narrow]: { ...databases[narrow], config: { databases: 17 } } };
        program();
        await stack.up();
        expect((await of(narrow)).containerName).not.toBe(containerName);
        docker("restart", (await of(narrow)).containerName);
        await until(async () => (await health(narrow)).output.startsWith("the disk is filling up"));
        expect((await health(narrow)).status).not.toBe("healthy");
        expect(await redis(narrow, "STRLEN", "mb:1")).toBe("1000000");
        await onDisk(narrow, "rm /data/filler");
        await becomes(narrow, "healthy");
    });

    test("loses the temporary files of a killed server at its next start", async () => {
        await onDisk(limited, "touch /data/temp-77.rdb /data/temp-rewriteaof-bg-77.aof /data/temp-rewriteaof-77.aof");
        docker("restart", (await of(limited)).containerName);
        await becomes(limited, "healthy");
        expect(await onDisk(limited, "ls /data")).not.toContain("temp");
    });

    test("is refused a diskSizeGb below the current usage, stating the minimum, and a disk too small for the files", async () => {
        await onDisk(limited, "fallocate -l 400m /data/filler");
        const before = databases;
        databases = {
            [narrow]: { ...databases[narrow], diskSizeGb: 0.5 },
            [limited]: { ...databases[limited], diskSizeGb: 0.35 },
        };
        program();
        const output = (await stack.failure("up")).replaceAll(unique, "NAME");
        const reasonOf = (name: string) => new RegExp(`error: NAME-${name}-agent: (refused: .*)`).exec(output)?.[1];
        expect(reasonOf("limited")).toMatch(
            /^refused: diskSizeGb: is 0.35, but \d+ MiB are in use; give at least 0\.\d\d? \[redis-database\/disk-size-below-use\]$/,
        );
        // The disk's real size counts, not diskSizeGb.
        expect(reasonOf("narrow")).toBe(
            "refused: diskSizeGb: is 0.5, but the disk of NAME-narrow-disk has only 90 MiB, and the files can take 96; use a larger disk (raise a quota on the Docker host) or less memoryMb [redis-database/disk-too-small-for-files]",
        );
        await onDisk(limited, "rm /data/filler");
        const { volume } = await of(limited);
        databases = { ...before, [limited]: { ...before[limited], diskSizeGb: 0.35 } };
        program();
        await stack.up();
        expect((await of(limited)).volume).toBe(volume);
        for (const name of [narrow, limited]) expect(await redis(name, "STRLEN", "mb:1")).toBe("1000000");
    });
});

describe("a Docker host that supports quotas", () => {
    // Simulates XFS with `pquota`, which needs kernel support. The same request creates a volume with the same limit.
    // As with a quota, Docker reports options for it that are not in the program.
    const fakeDocker = `#!/bin/sh
if [ "$1 $2 $3" = "volume create --opt" ]; then
    exec "$REAL_DOCKER" volume create --opt type=tmpfs --opt device=tmpfs --opt "o=$4" "$5"
fi
exec "$REAL_DOCKER" "$@"
`;
    const name = `${unique}-quota`;
    let directory: string;
    let client: Client;
    let stack: TestStack;

    const database = (args: object) =>
        stack.program(
            `const { url, containerName, nodes } = new RedisDatabase("${name}", ${JSON.stringify({ memoryMb: 32, ...args })});
            module.exports = { url, containerName, volume: nodes.dataVolume.name };`,
        );
    const sizeOfDisk = async () =>
        docker("exec", await stack.value("containerName"), "df", "-Pm", "/data")
            .split("\n")
            .at(-1)
            ?.split(/\s+/)[1];

    beforeAll(async () => {
        directory = mkdtempSync(join(tmpdir(), "docker-"));
        writeFileSync(join(directory, "docker"), fakeDocker);
        chmodSync(join(directory, "docker"), 0o755);
        client = new Client();
        const path = (process.env.PATH ?? "").split(delimiter);
        const REAL_DOCKER = present(path.map((folder) => join(folder, "docker")).find((file) => existsSync(file)));
        stack = await TestStack.create("disk-quota", {
            env: { PATH: [directory, ...path].join(delimiter), REAL_DOCKER },
        });
        await database({ diskSizeGb: 0.25 }).up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        rmSync(directory, { recursive: true });
    });

    test("limits the volume, and changes nothing in the next updates", async () => {
        expect(await sizeOfDisk()).toBe("256");
        await stack.expectNoChanges();
    });

    test("never replaces the volume for a change of the size", async () => {
        const volume = await stack.value("volume");
        expect(client.redis(await stack.value("url"), ["SET", "kept", "yes"])).toBe("OK");
        for (const args of [{ diskSizeGb: 1 }, { diskSizeGb: 0.25, memoryMb: 40 }, {}]) {
            await database(args).up();
            expect(await stack.value("volume")).toBe(volume);
            expect(client.redis(await stack.value("url"), ["GET", "kept"])).toBe("yes");
        }
        await stack.expectEmptyPreview();
        expect(await sizeOfDisk()).toBe("256");
    });

    test("refuses what exceeds the quota, and the server keeps running", async () => {
        const reason = reasonIn(await database({ diskSizeGb: 2, memoryMb: 128 }).failure("up"));
        expect(reason).toMatchInlineSnapshot(
            `"refused: diskSizeGb: is 2, but the disk of the data volume has only 256 MiB, and the files can take 576; use a larger disk (raise a quota on the Docker host) or less memoryMb [redis-database/disk-too-small-for-files]"`,
        );
        expect(client.redis(await stack.value("url"), ["GET", "kept"])).toBe("yes");
    });
});
