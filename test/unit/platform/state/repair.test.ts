/** Repairs in a directory of states: which locks are removed, and what replaces an empty state file. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { FileBucket } from "../../../../provider/platform/state/fileBucket";
import { SelfManagedBackend } from "../../../../provider/platform/state/selfManagedBackend";
import { repair } from "../../../../provider/platform/state/repair";

let directory: string;
let backend: SelfManagedBackend;
let locks: string;
let state: string;

beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "redis-database-repair-"));
    backend = new SelfManagedBackend(new FileBucket(directory), "redis");
    locks = join(directory, ".pulumi/locks/organization/redis/sessions");
    state = join(directory, ".pulumi/stacks/redis/sessions.json");
    mkdirSync(locks, { recursive: true });
    mkdirSync(join(directory, ".pulumi/stacks/redis"), { recursive: true });
});

afterEach(() => {
    rmSync(directory, { recursive: true });
});

function lock(pid: number, host: string, since: Date): object {
    const content = { pid, username: "ops", hostname: host, timestamp: since.toISOString() };
    writeFileSync(join(locks, `${pid}.json`), JSON.stringify(content));
    return { pid, host, since: since.toISOString() };
}

const ended = () => spawnSync("true").pid;

test("a lock of this process is live: the error says who holds it since when, and the lock stays", async () => {
    const holder = lock(process.pid, hostname(), new Date());
    await expect(repair(backend, "sessions")).rejects.toMatchObject({
        code: "locked",
        details: holder,
        remedy: "wait until that operation has ended",
    });
    expect(readdirSync(locks)).toHaveLength(1);
});

test("a lock of another host is live, even if no process here has its id", async () => {
    const holder = lock(ended(), "elsewhere", new Date());
    const remedy = expect.stringContaining("`pulumi cancel`") as string;
    await expect(repair(backend, "sessions")).rejects.toMatchObject({ code: "locked", details: holder, remedy });
    expect(readdirSync(locks)).toHaveLength(1);
});

test("a lock whose process has ended is removed", async () => {
    lock(ended(), hostname(), new Date());
    await repair(backend, "sessions");
    expect(readdirSync(locks)).toEqual([]);
});

test("a lock whose process id is used again is removed", async () => {
    lock(process.pid, hostname(), new Date("2020-01-01"));
    await repair(backend, "sessions");
    expect(readdirSync(locks)).toEqual([]);
});

test("a live lock next to a stale one counts", async () => {
    lock(ended(), hostname(), new Date());
    lock(process.pid, hostname(), new Date());
    await expect(repair(backend, "sessions")).rejects.toMatchObject({ code: "locked" });
    expect(readdirSync(locks)).toContain(`${process.pid}.json`);
});

test.each(["a.json", "a.json.18b3.tmp"])("an incomplete lock in %s is removed if it stays incomplete", async (file) => {
    writeFileSync(join(locks, file), '{"pid":');
    writeFileSync(join(locks, `${file}.attrs`), "{}");
    await repair(backend, "sessions");
    expect(readdirSync(locks)).toEqual([]);
});

test("a lock that is being written is read once it is complete", async () => {
    writeFileSync(join(locks, `${process.pid}.json`), '{"pid":');
    setTimeout(() => lock(process.pid, hostname(), new Date()), 100);
    await expect(repair(backend, "sessions")).rejects.toMatchObject({ code: "locked" });
    expect(readdirSync(locks)).toHaveLength(1);
});

test("a lock of another stack does not matter", async () => {
    lock(process.pid, hostname(), new Date());
    await repair(backend, "other");
});

test("an empty state file is replaced with its backup", async () => {
    for (const [file, content] of [
        [state, ""],
        [`${state}.attrs`, ""],
        [`${state}.bak`, "backup"],
        [`${state}.bak.attrs`, "attributes"],
    ] as const)
        writeFileSync(file, content);
    await repair(backend, "sessions");
    expect(readFileSync(state, "utf8")).toBe("backup");
    expect(readFileSync(`${state}.attrs`, "utf8")).toBe("attributes");
});

test("an empty state file without a backup is removed: its stack was never created", async () => {
    writeFileSync(state, "");
    writeFileSync(`${state}.attrs`, "{}");
    await repair(backend, "sessions");
    expect(existsSync(state)).toBe(false);
    expect(existsSync(`${state}.attrs`)).toBe(false);
    expect(await backend.list()).toEqual([]);
});

test("while a live operation holds the lock, its state file is not touched", async () => {
    writeFileSync(state, "");
    writeFileSync(`${state}.bak`, "backup");
    lock(process.pid, hostname(), new Date());
    await expect(repair(backend, "sessions")).rejects.toMatchObject({ code: "locked" });
    expect(readFileSync(state, "utf8")).toBe("");
});

test("a complete state file stays as it is", async () => {
    writeFileSync(state, "current");
    writeFileSync(`${state}.bak`, "backup");
    await repair(backend, "sessions");
    expect(readFileSync(state, "utf8")).toBe("current");
});

test("a directory without any state has no stacks, no checkpoints and no locks", async () => {
    const empty = new SelfManagedBackend(new FileBucket(join(directory, "empty")), "redis");
    expect(await empty.list()).toEqual([]);
    expect(await empty.read("sessions")).toBeUndefined();
    expect(await empty.locks("sessions")).toEqual([]);
    await repair(empty, "sessions");
});
