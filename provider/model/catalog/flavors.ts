/** The three persistence flavors: the directives of each, and its label in the managed service. */
import type { Flavor } from "./versions";

/** Redis dumps after `seconds` if there were at least `changes` changes. */
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

/** Lines of redis.conf: directive and value. */
export type Directives = readonly (readonly [name: string, value: string])[];

/**
 * The directives of a flavor. `aof` appends every write to a log that is synced every second, and also dumps. `rdb` only
 * dumps. `nordb` writes nothing, so a restart loses all data.
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

/** The label that the managed service shows for a database. `aof`, its usual flavor, has no label. */
export function persistenceLabel(flavor: Flavor): string | undefined {
    return { aof: undefined, rdb: "RDB-Only Persistence", nordb: "NO PERSISTENCE" }[flavor];
}
