/** States in files, as the CLI writes them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Bucket } from "../../../../provider/platform/state/bucket";
import { FileBucket } from "../../../../provider/platform/state/fileBucket";
import { SelfManagedBackend } from "../../../../provider/platform/state/selfManagedBackend";

const stacks = ".pulumi/stacks/redis";
const locks = ".pulumi/locks/organization/redis";
const lock = { pid: 17, username: "ops", hostname: "host-a", timestamp: "2026-11-26T22:45:00Z" };
const state = '{"version":3}';

let directory: string;
let backend: SelfManagedBackend;

beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "redis-database-backend-"));
    backend = new SelfManagedBackend(new FileBucket(directory), "redis");
});
afterEach(() => {
    rmSync(directory, { recursive: true });
});

function write(file: string, content: string | Buffer): void {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
}

test("a new backend has no stacks and no locks", async () => {
    expect(await backend.list()).toEqual([]);
    expect(await backend.read("a")).toBeUndefined();
    expect(await backend.locks("a")).toEqual([]);
});

test("lists the project's stacks, not what the CLI keeps with them", async () => {
    for (const file of ["a.json", "a.json.attrs", "a.json.bak", "a.json.bak.attrs", "a.json.1764197063"]) {
        write(`${stacks}/${file}`, state);
    }
    for (const file of ["b.json.gz", "b.json.gz.attrs", "b.json.gz.bak", "b.json.bak", "c.json.zst", "d.json.json"]) {
        write(`${stacks}/${file}`, state);
    }
    // The CLI keeps the backup of a stack that has been removed.
    write(`${stacks}/f.json.bak`, state);
    write(".pulumi/stacks/other/e.json", state);
    expect([...(await backend.list())].sort()).toEqual(["a", "b", "c", "d.json"]);
});

test.each([
    ["a.json", state],
    ["a.json.gz", gzipSync(state)],
    ["a.json.zst", zstdCompressSync(state)],
])("reads %s", async (file, content) => {
    write(`${stacks}/${file}`, content);
    expect((await backend.read("a"))?.toString()).toBe(state);
});

test.each(["a.json", "a.json.gz"])("restores an empty %s from the CLI's backup of it", async (file) => {
    write(`${stacks}/${file}`, "");
    expect(await backend.read("a")).toHaveLength(0);
    write(`${stacks}/${file}.bak`, file.endsWith(".gz") ? gzipSync(state) : state);
    write(`${stacks}/${file}.bak.attrs`, "attributes");
    await backend.repair("a");
    expect((await backend.read("a"))?.toString()).toBe(state);
    expect(existsSync(join(directory, `${stacks}/${file}.attrs`))).toBe(true);
});

test("returns a state that cannot be decompressed as it is", async () => {
    write(`${stacks}/a.json.gz`, state);
    expect((await backend.read("a"))?.toString()).toBe(state);
});

test("keeps an empty state without a backup, and says what to do", async () => {
    write(`${stacks}/a.json`, "");
    write(".pulumi/history/redis/a/a-1.history.json", "{}");
    await expect(backend.repair("a")).rejects.toMatchObject({
        code: "backend-unreachable",
        message: 'the state of "a" is empty, and there is no backup of it',
        remedy: `restore ${stacks}/a.json in the backend`,
    });
    expect(readdirSync(join(directory, stacks))).toEqual(["a.json"]);
});

test("removes attributes that the CLI has not written completely, and leaves the state", async () => {
    write(`${stacks}/a.json`, "{}");
    write(`${stacks}/a.json.attrs`, "");
    await backend.repair("a");
    expect(readdirSync(join(directory, stacks))).toEqual(["a.json"]);
    write(`${stacks}/a.json.attrs`, '{"user.content_type":"application/json"}');
    await backend.repair("a");
    expect(readdirSync(join(directory, stacks))).toEqual(["a.json", "a.json.attrs"]);
});

test("removes an empty state of a stack that was never updated", async () => {
    write(`${stacks}/a.json`, "");
    await backend.repair("a");
    expect(readdirSync(join(directory, stacks))).toEqual([]);
});

test("reads the locks of one stack, and removes one with its attributes", async () => {
    write(`${locks}/a/1.json`, JSON.stringify(lock));
    write(`${locks}/a/1.json.attrs`, "attributes");
    write(`${locks}/b/3.json`, JSON.stringify(lock));
    const found = await backend.locks("a");
    expect(found).toEqual([{ id: `${locks}/a/1.json`, pid: 17, host: "host-a", since: lock.timestamp }]);
    await backend.removeLock("a", found[0] as (typeof found)[0]);
    expect(readdirSync(join(directory, locks, "a"))).toEqual([]);
});

test("forgets what the CLI keeps of a removed stack, and nothing of another one", async () => {
    for (const stack of ["a", "ab"]) {
        write(`.pulumi/history/redis/${stack}/${stack}-1764197063.history.json`, state);
        write(`.pulumi/backups/redis/${stack}/${stack}.1764197063.json`, state);
        write(`${stacks}/${stack}.json.bak`, state);
    }
    await backend.forget("a");
    const left = readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);
    expect(left.sort()).toEqual(["ab-1764197063.history.json", "ab.1764197063.json", "ab.json.bak"]);
});

test("says which directory cannot be read", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    await expect(new SelfManagedBackend(new FileBucket(file), "redis").list()).rejects.toMatchObject({
        code: "backend-unreachable",
        message: expect.stringContaining(`the state in ${file} is not accessible: ENOTDIR`) as string,
    });
});

test("reads at most 32 files at once, however many are requested", async () => {
    let [reading, most] = [0, 0];
    const bucket: Bucket = {
        list: () => Promise.resolve([]),
        read: async () => {
            most = Math.max(most, ++reading);
            await new Promise(setImmediate);
            reading--;
            return Buffer.from(state);
        },
        remove: () => Promise.resolve(),
        removeIncompleteAttributes: () => Promise.resolve(),
        copy: () => Promise.resolve(true),
    };
    const large = new SelfManagedBackend(bucket, "redis");
    await Promise.all(Array.from({ length: 1000 }, (_, index) => large.read(`stack-${index}`)));
    expect(most).toBe(32);
});
