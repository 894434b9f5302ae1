/** `redisdb execute`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument } from "commander";
import { releaseOf, versions } from "../../model/catalog/versions";
import type { DatabaseInfo } from "../../platform/index";
import { CommandError, programFailed } from "../commandErrors";
import { loginOf } from "../connections";
import { reachOf } from "../programs/docker";
import { type Commands, type Invocation, localRedisCli, redisCliInContainer } from "../programs/redisCli";
import { run, versionOf } from "../programs/run";
import type { Session, Verb } from "../verb";
import { handle, operand } from "./operands";

export const execute: Verb = {
    name: "execute",
    summary: "run a Redis command, or redis-cli",
    description:
        "Connects over TLS with the redis-cli of this machine. Without one, or if the server is not reachable from this " +
        "machine, it uses the one in the server's container. Without a COMMAND, redis-cli reads commands from its input. " +
        "An error reply ends redis-cli with the exit code 1, if its version is 7.0 or later and no person types the commands.",
    operands: [handle(), new Argument("[command...]", "after --, the command with its arguments")],
    examples: ["execute sessions -- PING", "execute sessions -- SET greeting hello"],
    async run(session, call) {
        const { platform, options, json, env } = session;
        const name = operand(call, 0);
        const database = await platform.get(name);
        const { tlsUrl, caCertPem } = await platform.url(name, options);
        const login = loginOf(tlsUrl);
        const commands: Commands = { command: call.rest, typed: call.rest.length === 0 && session.inputIsTerminal };
        const directory = mkdtempSync(join(tmpdir(), "redisdb-"));
        try {
            const caFile = join(directory, "ca.pem");
            writeFileSync(caFile, caCertPem, { mode: 0o600 });
            const version = reachOf(database, env).kind === "direct" ? await versionOf("redis-cli", env) : undefined;
            const invocation = version
                ? localRedisCli(login, caFile, version, commands)
                : inContainer(session, database, login.password, commands);
            const { code, stdout, stderr } = await run(invocation.program, invocation.args, {
                env: { ...env, ...invocation.env },
                signal: options.signal,
                capture: json,
            });
            if (code !== 0) {
                throw programFailed(
                    "redis-cli",
                    stderr,
                    "read its message; `redisdb health` shows whether the server answers",
                );
            }
            return { value: { handle: name, output: stdout.trimEnd() }, text: "" };
        } finally {
            rmSync(directory, { recursive: true });
        }
    },
};

function inContainer(
    { onTerminal }: Session,
    database: DatabaseInfo,
    password: string,
    commands: Commands,
): Invocation {
    const { engine, version } = database;
    if (engine && version && !versions[releaseOf({ engine, version })].acl) {
        throw new CommandError(
            `the redis-cli of version ${version} cannot read a password from its environment`,
            "install redis-cli 6.0 or later on this machine",
        );
    }
    return redisCliInContainer(database, password, { ...commands, interactive: commands.typed && onTerminal });
}
