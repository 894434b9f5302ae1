/** How redis-cli is called for a database. The password is in the environment, never in an argument. */
import { compareVersions } from "../../model/catalog/versions";
import { clientUser } from "../../model/render/urls";
import { socketPath } from "../../model/render/layout";
import type { DatabaseInfo } from "../../platform/index";
import type { Login } from "../connections";
import { containerOf, onHostOf } from "./docker";

export interface Invocation {
    readonly program: string;
    readonly args: readonly string[];
    /** Variables in addition to those of this process. */
    readonly env: Readonly<Record<string, string>>;
}

/** What redis-cli runs. */
export interface Commands {
    /** One command with its arguments; empty if redis-cli reads commands from its input. */
    readonly command: readonly string[];
    /** Whether a person types them. */
    readonly typed: boolean;
}

/** From this version on, redis-cli can fail for an error reply. */
const failsSince = "7.0";

/** The redis-cli of this machine, over TLS. `version` is its version. */
export function localRedisCli(
    { host, port, user, password }: Login,
    caFile: string,
    version: string,
    commands: Commands,
): Invocation {
    const address = ["-h", host, "-p", port, "--tls", "--cacert", caFile];
    return {
        program: "redis-cli",
        args: [...address, ...(user === "" ? [] : ["--user", user]), ...failing(version, commands)],
        env: { REDISCLI_AUTH: password },
    };
}

/** The redis-cli in the server's container, over its Unix socket. Docker copies the variable from its own environment. */
export function redisCliInContainer(
    database: DatabaseInfo,
    password: string,
    commands: Commands & { readonly interactive: boolean },
): Invocation {
    const exec = ["exec", "--interactive", ...(commands.interactive ? ["--tty"] : []), "--env", "REDISCLI_AUTH"];
    const cli = ["redis-cli", "-s", socketPath, "--user", clientUser];
    const version = database.engine === "valkey" ? failsSince : (database.version ?? "");
    return {
        program: "docker",
        args: [...onHostOf(database), ...exec, containerOf(database), ...cli, ...failing(version, commands)],
        env: { REDISCLI_AUTH: password },
    };
}

/**
 * The command. An error reply makes redis-cli fail, if it can. It also ends redis-cli, so a person who types commands does
 * not want it.
 */
function failing(version: string, { command, typed }: Commands): readonly string[] {
    return !typed && compareVersions(version, failsSince) >= 0 ? ["-e", ...command] : command;
}
