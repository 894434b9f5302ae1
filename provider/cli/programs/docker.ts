/** Arguments of the docker command, and where a Docker host is. */
import type { DatabaseInfo } from "../../platform/index";
import { CommandError } from "../commandErrors";

/** The arguments that select the Docker host of a database. */
export function onHostOf({ dockerHost }: Pick<DatabaseInfo, "dockerHost">): string[] {
    return dockerHost === undefined ? [] : ["--host", dockerHost];
}

/** The name of the server's container. */
export function containerOf({ handle, containerName }: DatabaseInfo): string {
    if (containerName !== undefined) return containerName;
    throw new CommandError(
        `"${handle}" has no container: it was never created completely`,
        "repeat `redisdb create` with the arguments it was created with",
    );
}

/** Where the clients of a database have to be. */
export type Reach =
    /** The URL works from this machine. */
    | { readonly kind: "direct" }
    /** Its ports are only open on a machine that ssh reaches. `destination` is an argument of ssh. */
    | { readonly kind: "ssh"; readonly destination: string }
    /** Its ports are only open on a machine that only Docker reaches. */
    | { readonly kind: "closed" };

/** How this machine reaches a database. `DOCKER_HOST` applies to a database that names no Docker host. */
export function reachOf({ dockerHost, host = "" }: DatabaseInfo, env: NodeJS.ProcessEnv): Reach {
    const address = dockerHost ?? env.DOCKER_HOST ?? "";
    const onlyThere = host === "localhost" || host === "::1" || host.startsWith("127.");
    const remote = /^(ssh|tcp|https?):\/\//.exec(address)?.[1];
    if (!onlyThere || remote === undefined || isLocal(address)) return { kind: "direct" };
    return remote === "ssh" ? { kind: "ssh", destination: address } : { kind: "closed" };
}

function isLocal(address: string): boolean {
    return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(address).hostname);
}
