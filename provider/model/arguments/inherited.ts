/** What a replica has from its database where its own entry does not say it. Values may be Outputs: none is looked at. */
import { parseVersion } from "../catalog/versions";
import type { PlainArguments } from "./definition";
import { defaultEngine } from "./engine";

/** `nearby` says whether it is on the same Docker host, `haproxy` whether HAProxy terminates TLS for the database. */
export function inheritedArguments(
    database: PlainArguments,
    { nearby, haproxy }: { readonly nearby: boolean; readonly haproxy: boolean },
): PlainArguments {
    return given({
        // What decides which resources there are must be known when the program runs.
        ...(haproxy && releaseAlone(database)),
        ...pick(database, ["maxmemoryPolicy", "config", "savePoints", "users"]),
        ...(nearby && pick(database, ["network", "bindAddress", "host"])),
    });
}

function pick(args: PlainArguments, names: readonly string[]): PlainArguments {
    return Object.fromEntries(names.map((name) => [name, args[name]]));
}

/** Of a database before 6.0, whose version is a plain value, without a flavor. */
function releaseAlone({ engine, version }: PlainArguments): PlainArguments {
    return { engine, version: parseVersion(version as string, defaultEngine)?.version };
}

/** Without those that are undefined, which would hide defaults. */
function given(args: PlainArguments): PlainArguments {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}
