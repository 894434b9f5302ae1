/** The three persistence flavors: what each asks of Redis, and the label that people see. */
import type { Flavor } from "./versions";

/** The managed service's RDB schedule, verbatim: seconds and changes. */
export const savePoints = [
    [900, 1],
    [300, 10],
    [60, 10000],
] as const;

/** redis.conf lines: directive and value. */
export type Directives = readonly (readonly [name: string, value: string])[];

/**
 * The directives that make a flavor. `aof` appends every write to a log that is synced each second and dumps as
 * well, `rdb` only dumps, `nordb` writes nothing, so that all data is gone after a restart.
 */
export function persistenceDirectives(flavor: Flavor): Directives {
    const dumps = savePoints.map(([seconds, changes]) => ["save", `${seconds} ${changes}`] as const);
    switch (flavor) {
        case "aof":
            return [["appendonly", "yes"], ["appendfsync", "everysec"], ...dumps];
        case "rdb":
            return [["appendonly", "no"], ...dumps];
        case "nordb":
            return [
                ["appendonly", "no"],
                ["save", '""'],
            ];
    }
}

/** The label that the managed service shows beside a database; `aof`, its usual choice, has none. */
export function persistenceLabel(flavor: Flavor): string | undefined {
    return { aof: undefined, rdb: "RDB-Only Persistence", nordb: "NO PERSISTENCE" }[flavor];
}
