/** The three persistence flavors: what each asks of Redis, and the label that people see. */
import type { Flavor } from "./versions";

/** Dump after so many seconds with at least so many changes. */
export interface SavePoint {
    readonly seconds: number;
    readonly changes: number;
}

/** The managed service's RDB schedule, verbatim. */
export const defaultSavePoints: readonly SavePoint[] = [
    { seconds: 900, changes: 1 },
    { seconds: 300, changes: 10 },
    { seconds: 60, changes: 10000 },
];

/** redis.conf lines: directive and value. */
export type Directives = readonly (readonly [name: string, value: string])[];

/**
 * The directives that make a flavor. `aof` appends every write to a log that is synced each second and dumps as
 * well, `rdb` only dumps, `nordb` writes nothing, so that all data is gone after a restart.
 */
export function persistenceDirectives(flavor: Flavor, savePoints: readonly SavePoint[]): Directives {
    const dumps = savePoints.map(({ seconds, changes }) => ["save", `${seconds} ${changes}`] as const);
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
