/** The verbs for backups of the built command, with real containers and restic. */
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { outputs } from "../../provider/cli/schemas";
import { docker, uniqueName } from "./support/docker";

const command = join(__dirname, "../../dist/provider/cli/main.js");
const home = mkdtempSync(join(tmpdir(), "redisdb-backups-"));
const handle = uniqueName("orders");
const restored = `${handle}-restored`;
const project = uniqueName("redisdb");
const [near, far] = [`${handle}-near`, join(home, "repository")];
const password = "correct horse battery staple";

const { PULUMI_BACKEND_URL: _url, PULUMI_CONFIG_PASSPHRASE_FILE: _file, CI: _ci, ...inherited } = process.env;
const environment = { ...inherited, XDG_DATA_HOME: home, TMPDIR: home, REDISDB_PROJECT: project };

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, program = command) {
    const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: home,
        encoding: "utf8",
        env: { ...environment, ...env },
    });
    return { status, stdout, stderr };
}

/** The document that a call prints if it succeeds. */
function json<V extends keyof typeof outputs>(verb: V, ...args: string[]): z.output<(typeof outputs)[V]> {
    const { status, stdout, stderr } = run([...verb.split(" "), "--json", ...args]);
    if (status !== 0) throw new Error(`redisdb ${verb} ${args.join(" ")}: exit code ${status}\n${stderr}`);
    return outputs[verb].parse(JSON.parse(stdout)) as z.output<(typeof outputs)[V]>;
}

const execute = (name: string, ...redis: string[]) => run(["execute", name, "--json", "--", ...redis]);
const get = (name: string) =>
    (JSON.parse(execute(name, "GET", "greeting").stdout) as { readonly output: string }).output;

afterAll(() => {
    for (const name of [restored, handle]) run(["deprovision", name, "--confirm", name, "--skip-final-backup"]);
    docker("volume", "rm", "--force", near);
    rmSync(home, { recursive: true, force: true });
});

let first = "";

test("a database with two repositories, one of them encrypted: a backup now is in both", () => {
    const backup = {
        repositories: [{ volume: near }, { path: far, encryptionPassword: password }],
        verifyEvery: "never",
    };
    writeFileSync(join(home, "backup.json"), JSON.stringify(backup), { mode: 0o600 });
    json(
        "create",
        handle,
        "--version",
        "8.6-aof",
        "--container-size",
        "64",
        "--backup-file",
        join(home, "backup.json"),
    );
    expect(execute(handle, "SET", "greeting", "hello").status).toBe(0);
    const made = json("backup", handle);
    expect(made).toMatchObject({ kind: "manual", version: "8.6", flavor: "aof", keys: 1, failed: [] });
    expect(made.repositories.map(({ location }) => location)).toEqual([near, far]);
    first = made.id;
    expect(json("backup show", handle, first)).toMatchObject({ id: first, sha256: made.sha256 });
    expect(json("health", handle)).toMatchObject([{ state: "healthy", backup: { state: "healthy" } }]);
});

test("export: a dump that redis-check-rdb and another server accept", () => {
    const file = join(home, "dump.rdb");
    const { sha256 } = json("backup export", handle, first, file);
    expect(createHash("sha256").update(readFileSync(file)).digest("hex")).toBe(sha256);
    const checked = docker(
        "run",
        "--rm",
        "--volume",
        `${file}:/dump.rdb:ro`,
        "redis:8.6",
        "redis-check-rdb",
        "/dump.rdb",
    );
    expect(checked).toContain("1 keys read");
    expect(run(["backup", "export", handle, first, file]).status).toBe(5);
});

test("purge from one repository, copy back, verify", () => {
    json("backup purge", handle, first, "--in", near, "--yes");
    expect(json("backup show", handle, first).repositories.map(({ location }) => location)).toEqual([far]);
    json("backup copy", handle, first, "--to", "1");
    expect(json("backup show", handle, first).repositories).toHaveLength(2);
    expect(json("backup verify", handle, first, "--in", near)).toMatchObject([{ number: 1, ok: true, keys: 1 }]);
});

test("deprovision makes a final backup; without it, nothing is deleted", () => {
    execute(handle, "SET", "greeting", "last words");
    const { backupContainerName: container = "" } = json("show", handle);
    docker("stop", "--time", "1", container);
    const refused = run(["deprovision", handle, "--confirm", handle]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("give --skip-final-backup")]);
    expect(get(handle)).toBe("last words");
    docker("start", container);
    const deleted = json("deprovision", handle, "--confirm", handle);
    expect(deleted).toMatchObject({ finalBackups: [{ kind: "final", keys: 1, failed: [] }] });
    expect(docker("volume", "ls", "--format", "{{.Name}}", "--filter", `name=^${near}$`)).toContain(near);
});

test("orphaned: found in a repository, with its password, and restored by another version", () => {
    expect(json("backup orphaned", "--repository", `volume:${near}`).backups[0]).toMatchObject({
        database: `${project}/${handle}/${handle}`,
        kind: "final",
        repository: { volume: near },
    });
    const locked = run(["backup", "orphaned", "--repository", `path:${far}`]);
    expect([locked.status, locked.stdout]).toEqual([1, expect.stringContaining("it is encrypted")]);
    const opened = run(["backup", "orphaned", "--repository", `path:${far}`], { RESTIC_PASSWORD: password });
    expect([opened.status, opened.stdout]).toEqual([0, expect.stringContaining(first)]);
    json("restore", restored, "--repository", `volume:${near}`, "--snapshot", first, "--container-size", "64");
    expect(json("show", restored)).toMatchObject({ version: "8.6", flavor: "aof" });
    expect(get(restored)).toBe("hello");
});
