/**
 * What `diskSizeGb` promises, on real servers: files that never take more than was reckoned, a health check that fails
 * while writes still succeed, and a volume that no change of the size replaces. What is refused before anything is
 * touched is in unit tests; a disk that is full is `disk.test.ts`.
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

/** A file system of its own, whose use is that of the data alone, files that are deleted and still open included. */
function fileSystem(name: string, sizeMb: number): string {
    const options = ["type=tmpfs", "device=tmpfs", `o=size=${sizeMb}m`].flatMap((option) => ["--opt", option]);
    return docker("volume", "create", ...options, name);
}

/** A process of its own, since this one is at work: prints the most that was in use in each of the places. */
const watch = `
const { statfsSync } = require("node:fs");
const places = process.argv.slice(1);
const peaks = places.map(() => 0);
setInterval(() => places.forEach((place, index) => {
    const { blocks, bfree, bsize } = statfsSync(place);
    peaks[index] = Math.max(peaks[index], (blocks - bfree) * bsize);
}), 2);
process.stdin.on("end", () => { console.log(JSON.stringify(peaks)); process.exit(); }).resume();`;

// Minutes of writing as fast as it goes, which a busy machine stretches: `make test-all`, and `make bench` measures more.
const measuring = process.env.TEST_ALL ? describe : describe.skip;

measuring("the files of each flavor, while all data is overwritten without a pause", () => {
    const memoryMb = 128;
    const databases = ["5.0", "7.0", "8.0"].flatMap((version) =>
        flavorNames.map((flavor) => {
            const name = `${unique}-${version.replace(".", "")}-${flavor}`;
            return { name, args: { version, flavor, memoryMb, maxmemoryPolicy: "allkeys-random" } };
        }),
    );
    // Not in memory, which would count as the server's own: files are there on a disk of their own, in a file.
    const disks = mkdtempSync(join(tmpdir(), "disk-size-"));
    const placeOf = (name: string) => join(disks, name);
    const peaks = new Map<string, number>();
    let stack: TestStack;

    function program(config: object): void {
        const line = ({ name, args }: (typeof databases)[number]) => {
            const given = { ...args, data: { hostPath: placeOf(name) }, config: { rdbcompression: "no", ...config } };
            return `exports["${name}"] = new RedisDatabase("${name}", ${JSON.stringify(given)}).url;`;
        };
        stack.program(databases.map(line).join("\n"));
    }

    /** Has each file system looked at every few milliseconds while something goes on. */
    async function watched<T>(names: readonly string[], work: Promise<T>): Promise<T> {
        const places = names.map(placeOf);
        const watcher = spawn(process.execPath, ["-e", watch, ...places]);
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
            const [place, image] = [placeOf(name), `${placeOf(name)}.img`];
            mkdirSync(place);
            run("truncate", "--size=3G", image);
            run("mkfs.ext4", "-q", image);
            run("mount", "-o", "loop", image, place);
        }
        stack = await TestStack.create("disk-size");
        program({});
        await stack.up();
    });

    afterAll(async () => {
        await stack.close();
        for (const { name } of databases) run("umount", placeOf(name));
        rmSync(disks, { recursive: true });
    });

    test.each(databases.map(({ name, args }) => [name, args.flavor] as const))("%s fills", async (name, flavor) => {
        await watched([name], overwrite(await stack.value(name), flavor));
    });

    test("and are replaced, which has each of them dump once more", async () => {
        program({ databases: 17 });
        await watched(
            databases.map(({ name }) => name),
            stack.up(),
        );
    });

    test.each(databases.map(({ name, args }) => [name, args] as const))(
        "%s took no more than reckoned",
        (name, args) => {
            const dataMb = maxmemoryOf(present(resolveArguments(args).spec));
            const reckonedMb = neededDiskMb(present(resolveArguments(args).spec));
            const peakMb = present(peaks.get(name));
            console.log(
                `${args.version} ${args.flavor}: ${peakMb.toFixed(0)} of ${reckonedMb} MiB, ${(peakMb / dataMb).toFixed(2)} × maxmemory`,
            );
            expect(peakMb).toBeLessThanOrEqual(reckonedMb);
            // It was full, and its files were there.
            expect(peakMb).toBeGreaterThan(dataMb * { aof: 2, rdb: 1.2, nordb: 0.6 }[args.flavor]);
        },
    );
});

/** Values of 512 bytes that cannot be compressed, through three rewrites of the log or three dumps. */
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
            for (let each = 0; each < 200; each++) {
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
            // They never run at once, but their files lie side by side.
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
    let wanted: Record<string, object>;

    const program = () =>
        stack.program(
            Object.entries(wanted)
                .map(
                    ([name, args]) =>
                        `{ const { url, containerName, nodes } = new RedisDatabase("${name}", ${JSON.stringify(args)});
                        exports["${name}"] = { url, containerName, volume: nodes.dataVolume?.name }; }`,
                )
                .join("\n"),
        );
    const of = (name: string) => stack.value<Record<"url" | "containerName" | "volume", string>>(name);
    const redis = async (name: string, ...command: string[]) => client.redis((await of(name)).url, command);
    /** What the health check says, of which Docker keeps the last words. */
    const health = async (name: string) => {
        const { containerName } = await of(name);
        const [status = "", ...log] = docker(
            ...[
                "inspect",
                "-f",
                "{{.State.Health.Status}}{{range .State.Health.Log}}\n{{.Output}}{{end}}",
                containerName,
            ],
        ).split("\n");
        return { status, said: log.filter(Boolean).at(-1) ?? "" };
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
        wanted = {
            [narrow]: { version: "8.0", flavor: "rdb", memoryMb: 128, data: { volume } },
            // Of a version with a password in place of users, and commands in its log.
            [limited]: { version: "3.2", flavor: "aof", memoryMb: 40, diskSizeGb: 0.5 },
        };
        program();
        const { output } = await stack.up();
        // This engine's disk holds no quotas; how one is set, and kept, is below.
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
        // Less is free than another dump could take.
        [narrow, "fallocate -l $(($(df -Pk /data | awk 'NR == 2 { print $4 }') - 10240))k /data/filler"],
        // The disk has room, but the database's part of it is used up.
        [limited, "fallocate -l 509m /data/filler"],
    ])("%s: the health check fails while writes succeed, and passes when there is room", async (name, fill) => {
        await becomes(name, "healthy");
        const started = await startedAt(name);
        await onDisk(name, fill);
        await becomes(name, "unhealthy");
        expect((await health(name)).said).toMatch(
            /^the disk is filling up: -?\d+ MiB are left, and the next dump can take \d+; make room before Redis refuses writes$/,
        );
        expect(await redis(name, "SET", "while", "unhealthy")).toBe("OK");
        // Settings go on to reach it, and nothing waits for its disk.
        wanted = { ...wanted, [name]: { ...wanted[name], maxmemoryPolicy: "allkeys-lru" } };
        program();
        await stack.up();
        expect(await redis(name, "CONFIG", "GET", "maxmemory-policy")).toContain("allkeys-lru");
        await onDisk(name, "rm /data/filler");
        await becomes(name, "healthy");
        expect(await startedAt(name)).toBe(started);
        await stack.expectEmptyPreview();
    });

    test("a new container on such a disk is waited for no longer than another; one that is restarted says so at once", async () => {
        await onDisk(narrow, "fallocate -l $(($(df -Pk /data | awk 'NR == 2 { print $4 }') - 10240))k /data/filler");
        const { containerName } = await of(narrow);
        wanted = { ...wanted, [narrow]: { ...wanted[narrow], config: { databases: 17 } } };
        program();
        await stack.up();
        expect((await of(narrow)).containerName).not.toBe(containerName);
        docker("restart", (await of(narrow)).containerName);
        await until(async () => (await health(narrow)).said.startsWith("the disk is filling up"));
        expect((await health(narrow)).status).not.toBe("healthy");
        expect(await redis(narrow, "STRLEN", "mb:1")).toBe("1000000");
        await onDisk(narrow, "rm /data/filler");
        await becomes(narrow, "healthy");
    });

    test("what a killed server had not finished is gone after its next start", async () => {
        await onDisk(limited, "touch /data/temp-77.rdb /data/temp-rewriteaof-bg-77.aof /data/temp-rewriteaof-77.aof");
        docker("restart", (await of(limited)).containerName);
        await becomes(limited, "healthy");
        expect(await onDisk(limited, "ls /data")).not.toContain("temp");
    });

    test("a size smaller than what is in use is refused with the least, and so is a disk too small for the files", async () => {
        await onDisk(limited, "fallocate -l 400m /data/filler");
        const before = wanted;
        wanted = {
            [narrow]: { ...wanted[narrow], diskSizeGb: 0.5 },
            [limited]: { ...wanted[limited], diskSizeGb: 0.35 },
        };
        program();
        const output = (await stack.failure("up")).replaceAll(unique, "NAME");
        const reasonOf = (name: string) => new RegExp(`error: NAME-${name}-agent: (refused: .*)`).exec(output)?.[1];
        expect(reasonOf("limited")).toMatch(
            /^refused: diskSizeGb: is 0.35, but \d+ MiB are in use; give at least 0\.\d\d? \[redis-database\/disk-size-below-use\]$/,
        );
        // Whatever its size is said to be.
        expect(reasonOf("narrow")).toBe(
            "refused: diskSizeGb: is 0.5, but the disk of NAME-narrow-disk has 90 MiB in all, of the 96 that the files can take; give a larger one (a quota is raised on the Docker host) or less memoryMb [redis-database/disk-too-small-for-files]",
        );
        await onDisk(limited, "rm /data/filler");
        const { volume } = await of(limited);
        wanted = { ...before, [limited]: { ...before[limited], diskSizeGb: 0.35 } };
        program();
        await stack.up();
        expect((await of(limited)).volume).toBe(volume);
        for (const name of [narrow, limited]) expect(await redis(name, "STRLEN", "mb:1")).toBe("1000000");
    });
});

describe("where the Docker host can hold quotas", () => {
    // Stands in for XFS with `pquota`, which needs a kernel that can: the same request makes a volume that is as limited,
    // and that reports options of which the program knows nothing, as a quota does.
    const standIn = `#!/bin/sh
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
        writeFileSync(join(directory, "docker"), standIn);
        chmodSync(join(directory, "docker"), 0o755);
        client = new Client();
        const real = (process.env.PATH ?? "").split(delimiter);
        const REAL_DOCKER = present(real.map((path) => join(path, "docker")).find((path) => existsSync(path)));
        stack = await TestStack.create("disk-quota", {
            env: { PATH: [directory, ...real].join(delimiter), REAL_DOCKER },
        });
        await database({ diskSizeGb: 0.25 }).up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        rmSync(directory, { recursive: true });
    });

    test("the volume has one, and nothing changes after that", async () => {
        expect(await sizeOfDisk()).toBe("256");
        await stack.expectNoChanges();
    });

    test("no change of the size replaces the volume", async () => {
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

    test("what the quota does not hold is refused, and the server goes on", async () => {
        const reason = reasonIn(await database({ diskSizeGb: 2, memoryMb: 128 }).failure("up"));
        expect(reason).toMatchInlineSnapshot(
            `"refused: diskSizeGb: is 2, but the disk of the data volume has 256 MiB in all, of the 576 that the files can take; give a larger one (a quota is raised on the Docker host) or less memoryMb [redis-database/disk-too-small-for-files]"`,
        );
        expect(client.redis(await stack.value("url"), ["GET", "kept"])).toBe("yes");
    });
});
