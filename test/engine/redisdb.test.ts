/**
 * A person's first minute with the built command: create, connect, replicate, upgrade and delete, in a terminal and in
 * pipes. The embedded backend is in an empty data directory.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { z } from "zod";
import { errorOutput, outputs } from "../../provider/cli/schemas";
import { redisCliOf } from "../support/documentedCommands";
import { docker, uniqueName } from "./support/docker";

const command = join(__dirname, "../../dist/provider/cli/main.js");
const home = mkdtempSync(join(tmpdir(), "redisdb-engine-"));
const handle = uniqueName("cli");
const replica = `${handle}-b`;

/** Without the backend of this checkout: the command has its own. */
const { PULUMI_BACKEND_URL: _url, PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...inherited } = process.env;
const environment = { ...inherited, XDG_DATA_HOME: home, TMPDIR: home, TERM: "xterm", CI: undefined };

function redisdb(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { status, stdout, stderr } = spawnSync(command, args, {
        cwd: home,
        encoding: "utf8",
        env: { ...environment, ...env },
    });
    return { status, stdout, stderr };
}

/** What a call prints if it succeeds. */
function printed(...args: string[]): string {
    const { status, stdout, stderr } = redisdb(args);
    if (status !== 0) throw new Error(`redisdb ${args.join(" ")}: exit code ${status}\n${stderr}`);
    return stdout;
}

/** The document that a call prints. Operands after `--` stay last. */
function json<S extends z.ZodType>(schema: S, verb: string, ...args: string[]): z.output<S> {
    return schema.parse(JSON.parse(printed(verb, "--json", ...args)));
}

/** Runs a call in a terminal, and returns all that appears on it. */
function inTerminal(line: string): { status: number | null; screen: string } {
    const script = ["-qec", `stty columns 120; ${command} ${line}`, "/dev/null"];
    const { status, stdout } = spawnSync("script", script, { cwd: home, encoding: "utf8", env: environment });
    return { status, screen: stdout };
}

const objects = () =>
    ["ps -a --format {{.Names}}", "volume ls --format {{.Name}}"]
        .flatMap((list) => docker(...list.split(" ")).split("\n"))
        .filter((name) => name.startsWith(handle));

afterAll(() => {
    if (existsSync(join(home, "redisdb"))) redisdb(["deprovision", handle, "--confirm", handle]);
    rmSync(home, { recursive: true, force: true });
});

test("create, in a terminal: shows the phase, the time and what it waits for", () => {
    const { status, screen } = inTerminal(`create ${handle} --version 7.2-aof --container-size 256`);
    const text = stripVTControlCharacters(screen);
    expect([status, text]).toEqual([0, expect.stringContaining(`${handle}: Redis 7.2 aof, 256 MiB, localhost:`)]);
    expect(text).toMatch(
        new RegExp(`${handle}: applying the change, \\d+ s, .*${handle}-server: waiting for its health check`),
    );
    expect(screen).toMatch(/\u001b\[\d*K/);
    // The passphrase is for this user only.
    expect(statSync(join(home, "redisdb/passphrase")).mode & 0o777).toBe(0o600);
});

test("the URL and the CA connect a client", () => {
    const url = printed("url", handle, "--tls").trimEnd();
    writeFileSync(join(home, "ca.pem"), printed("show", handle, "caCertPem"));
    const path = `${redisCliOf("redis:8.0", join(home, "bin"))}:${process.env.PATH ?? ""}`;
    const ping = spawnSync("redis-cli", ["-u", url, "--cacert", "ca.pem", "PING"], {
        cwd: home,
        encoding: "utf8",
        env: { ...environment, PATH: path },
    });
    expect(ping.stdout).toBe("PONG\n");
    // Over TLS with the redis-cli of this machine, then with that of the server's container.
    expect(redisdb(["execute", handle, "--", "SET", "greeting", "hello world"], { PATH: path }).stdout).toBe("OK\n");
    expect(json(outputs.execute, "execute", handle, "--", "GET", "greeting")).toEqual({
        handle,
        output: "hello world",
    });
    expect(new URL(url).password).toHaveLength(32);
    expect(printed("show", handle)).not.toContain(new URL(url).password);
});

test("replicate, in a pipe: plain lines", () => {
    const { status, stdout, stderr } = redisdb(["replicate", handle, replica]);
    expect([status, stdout]).toEqual([0, expect.stringContaining(`${replica}: Redis 7.2 aof, replica of ${handle}`)]);
    expect(stderr).toContain(`${handle}: applying the change\n`);
    expect(stderr).toMatch(new RegExp(`${handle}-${replica}-server: create, waiting for its health check to pass\n`));
    expect(stripVTControlCharacters(stderr)).toBe(stderr);
    expect(json(outputs.execute, "execute", replica, "--", "GET", "greeting").output).toBe("hello world");
});

test("list, health and doctor", () => {
    expect(json(outputs.list, "list")).toEqual([
        expect.objectContaining({ handle, kind: "database", version: "7.2", health: "healthy" }),
        expect.objectContaining({ handle: replica, kind: "replica", primary: handle, health: "healthy" }),
    ]);
    expect(json(outputs.health, "health", handle)).toEqual([{ handle, state: "healthy" }]);
    expect(json(outputs.doctor, "doctor").filter(({ ok, needed }) => needed && !ok)).toEqual([]);
    expect(json(outputs.logs, "logs", handle).lines.join("\n")).toContain("Ready to accept connections");
    expect(json(outputs.tunnel, "tunnel", handle, "--tls").tunnel).toBe(false);
});

test("an upgrade keeps the flavor and the data, and cannot be undone", () => {
    expect(json(outputs.upgrade, "upgrade", handle, "--to", "8.6")).toMatchObject({ version: "8.6", flavor: "aof" });
    expect(json(outputs.execute, "execute", handle, "--", "GET", "greeting").output).toBe("hello world");
    const { status, stderr } = redisdb(["preview", "upgrade", handle, "--to", "7.2", "--json", "--quiet"]);
    expect([status, errorOutput.parse(JSON.parse(stderr)).error.code]).toEqual([5, "refused"]);
    expect(json(outputs.health, "health", handle)).toEqual([{ handle, state: "healthy" }]);
});

test("deprovision, after a look at what it deletes", () => {
    const wouldDelete = printed("deprovision", handle, "--dry-run");
    expect(wouldDelete).toMatch(new RegExp(`^${handle}-data +delete$`, "m"));
    expect(objects().length).toBeGreaterThanOrEqual(6);
    expect(redisdb(["deprovision", handle]).status).toBe(2);
    expect(objects().length).toBeGreaterThanOrEqual(6);
    expect(printed("deprovision", handle, "--confirm", handle)).toBe(`${handle}: deleted\n`);
    expect(objects()).toEqual([]);
    expect(json(outputs.list, "list")).toEqual([]);
    expect(readFileSync(join(home, "redisdb/passphrase"), "utf8").length).toBeGreaterThan(30);
});
