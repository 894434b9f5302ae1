/**
 * Follows the guide "Run databases from the command line" with the built command, in a terminal and in pipes. The
 * embedded backend is in an empty data directory.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { z } from "zod";
import { outputs } from "../../provider/cli/schemas";
import { DocumentedCommands, redisCliOf } from "../support/documentedCommands";
import { docker, uniqueName } from "./support/docker";

const command = join(__dirname, "../../dist/provider/cli/main.js");
const home = mkdtempSync(join(tmpdir(), "redisdb-engine-"));
const guide = new DocumentedCommands("redisdb");
/** In place of the guide's handle, so that the objects of this suite can be found. */
const handle = uniqueName("orders");
const replica = `${handle}-copy`;

/** Without the backend of this checkout: the command has its own. */
const { PULUMI_BACKEND_URL: _url, PULUMI_CONFIG_PASSPHRASE_FILE: _file, CI: _ci, ...inherited } = process.env;
const environment = { ...inherited, XDG_DATA_HOME: home, TMPDIR: home, TERM: "xterm" };
/** With `redisdb` and `redis-cli`. The temporary directory is that of this suite, which the latter can read. */
const path = `${redisCliOf("redis:8.0", join(home, "bin"))}:${process.env.PATH ?? ""}`;
symlinkSync(command, join(home, "bin/redisdb"));

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const options = { cwd: home, encoding: "utf8", env: { ...environment, ...env } } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    return { status, stdout, stderr };
}

/** Runs the command, and sends it the signal of Ctrl-C after a time. */
function interrupted(seconds: number, ...args: string[]) {
    return run("timeout", ["--foreground", "--preserve-status", "--signal=INT", String(seconds), command, ...args]);
}

/** The commands of a section of the guide. */
const documented = (heading: string) => guide.take("docs/guides/redisdb.md", heading).replaceAll("orders", handle);

/** Runs the commands of a section in a shell. */
const follow = (heading: string) => run("bash", ["-ec", documented(heading)], { PATH: path });

/** What a call prints if it succeeds. */
function printed(...args: string[]): string {
    const { status, stdout, stderr } = run(command, args);
    if (status !== 0) throw new Error(`redisdb ${args.join(" ")}: exit code ${status}\n${stderr}`);
    return stdout;
}

/** The document that a call prints. Operands after `--` stay last. */
function json<S extends z.ZodType>(schema: S, verb: string, ...args: string[]): z.output<S> {
    return schema.parse(JSON.parse(printed(verb, "--json", ...args)));
}

/** Runs commands in a terminal, and returns all that appears on it. */
function inTerminal(commands: string): { status: number | null; screen: string } {
    const { status, stdout } = run("script", ["-qec", `stty columns 120; ${commands}`, "/dev/null"], { PATH: path });
    return { status, screen: stdout };
}

const objects = () =>
    ["ps -a --format {{.Names}}", "volume ls --format {{.Name}}"]
        .flatMap((list) => docker(...list.split(" ")).split("\n"))
        .filter((name) => name.startsWith(handle));

afterAll(() => {
    if (existsSync(join(home, "redisdb"))) run(command, ["deprovision", handle, "--confirm", handle]);
    rmSync(home, { recursive: true, force: true });
});

test("doctor finds all that the command needs", () => {
    const { status, stdout } = follow("Install");
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^ok +Pulumi CLI/m)]);
    // The passphrase is for this user only.
    expect(statSync(join(home, "redisdb/passphrase")).mode & 0o777).toBe(0o600);
});

test("create, in a terminal: shows the phase, the time and what it waits for", () => {
    const { status, screen } = inTerminal(documented("Create a database"));
    const text = stripVTControlCharacters(screen);
    expect([status, text]).toEqual([0, expect.stringContaining(`${handle}: Redis 7.2 aof, 256 MiB, localhost:`)]);
    expect(text).toMatch(
        new RegExp(
            `${handle}: applying the change, \\d+ s, .*${handle}-server: creating, waiting for its health check`,
        ),
    );
    expect(text).not.toBe(screen);
});

test("redis-cli connects with the URL and the CA", () => {
    expect(follow("Connect")).toMatchObject({ status: 0, stdout: "OK\nhello\n" });
    // Without a redis-cli on this machine, that of the server's container.
    expect(json(outputs.execute, "execute", handle, "--", "GET", "greeting")).toEqual({ handle, output: "hello" });
    expect(run(command, ["execute", handle, "--", "NOSUCHCOMMAND"])).toMatchObject({ status: 1 });
    const { password } = new URL(printed("url", handle));
    expect(password).toHaveLength(32);
    expect(printed("show", handle)).not.toContain(password);
});

test("replicate, in a pipe: plain lines", () => {
    const { status, stdout, stderr } = follow("Add a replica");
    expect([status, stdout]).toEqual([0, expect.stringContaining(`${replica}: Redis 7.2 aof, replica of ${handle}`)]);
    expect(stdout).toMatch(new RegExp(`^${replica} +${handle} +Redis 7.2 +aof .* healthy$`, "m"));
    expect(stderr).toContain(`${handle}: applying the change\n`);
    expect(stderr).toMatch(new RegExp(`${replica}-server: creating, waiting for its health check to pass\n`));
    expect(stripVTControlCharacters(stderr)).toBe(stderr);
    expect(json(outputs.execute, "execute", replica, "--", "GET", "greeting").output).toBe("hello");
});

test("list, health, logs and tunnel", () => {
    expect(json(outputs.list, "list")).toEqual([
        expect.objectContaining({ handle, kind: "database", version: "7.2", health: "healthy" }),
        expect.objectContaining({ handle: replica, kind: "replica", primary: handle, health: "healthy" }),
    ]);
    expect(json(outputs.health, "health", handle)).toEqual([{ handle, state: "healthy" }]);
    expect(json(outputs.logs, "logs", handle).lines.join("\n")).toContain("Ready to accept connections");
    expect(json(outputs.tunnel, "tunnel", handle, "--tls").tunnel).toBe(false);
});

test("an upgrade keeps the flavor and the data, after a preview that says so", () => {
    const { status, stdout } = follow("Upgrade");
    expect([status, stdout]).toEqual([0, expect.stringMatching(/its data is kept .* version 7\.2 → 8\.6/)]);
    expect(stdout).toContain(`${handle}: Redis 8.6 aof, 256 MiB`);
    expect(json(outputs.execute, "execute", handle, "--", "GET", "greeting").output).toBe("hello");
});

test("Ctrl-C cancels an operation", () => {
    const { status, stderr } = interrupted(3, "preview", "restart", handle, "--container-size", "512");
    expect([status, stderr]).toEqual([8, expect.stringContaining("was cancelled\n→ repeat the operation")]);
    // An end that was asked for.
    expect(interrupted(2, "logs", handle, "--follow").status).toBe(0);
});

test("deprovision deletes what the dry run lists", () => {
    expect(objects().length).toBeGreaterThanOrEqual(6);
    expect(run(command, ["deprovision", handle]).status).toBe(2);
    expect(objects().length).toBeGreaterThanOrEqual(6);
    const { status, stdout } = follow("Delete a database");
    expect([status, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^${handle}-data +delete$`, "m"))]);
    expect(stdout).toContain(`${handle}: deleted\n`);
    expect(objects()).toEqual([]);
    expect(json(outputs.list, "list")).toEqual([]);
});

guide.testThatAllWereTaken();
