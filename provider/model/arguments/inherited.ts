/** Arguments that a replica inherits from its database unless it sets them. Values may be Outputs; none is read. */
import { parseVersion } from "../catalog/versions";
import type { PlainArguments } from "./definition";
import { defaultEngine } from "./engine";

/** `nearby`: whether the replica is on the same Docker host. `haproxy`: whether HAProxy terminates the database's TLS. */
export function inheritedArguments(
    database: PlainArguments,
    { nearby, haproxy }: { readonly nearby: boolean; readonly haproxy: boolean },
): PlainArguments {
    return given({
        // Before 6.0, the version determines which resources exist, so it must be known when the program runs.
        ...(haproxy && releaseAlone(database)),
        ...pick(database, ["maxmemoryPolicy", "config", "savePoints", "users"]),
        ...(nearby && pick(database, ["network", "bindAddress", "host"])),
    });
}

function pick(args: PlainArguments, names: readonly string[]): PlainArguments {
    return Object.fromEntries(names.map((name) => [name, args[name]]));
}

/** Engine and version, without a flavor, of a database before 6.0. Its version is a plain value. */
function releaseAlone({ engine, version }: PlainArguments): PlainArguments {
    return { engine, version: parseVersion(version as string, defaultEngine)?.version };
}

/** The arguments that are not undefined, since undefined would hide defaults. */
function given(args: PlainArguments): PlainArguments {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}
