/** The list of versions, as the managed service shows it. */
import { persistenceLabel } from "./flavors";
import { type Engine, type Flavor, type Release, type Version, releaseNames, versions } from "./versions";

/** A version with a flavor. */
export interface ListedVersion {
    readonly engine: Engine;
    /**
     * The name in the list: `7.2-aof`, `7.2` (RDB only) or `7.2-nordb`. The component reads a version without a
     * suffix as `aof`, so pass it `version` and `flavor` instead.
     */
    readonly name: string;
    readonly version: Version;
    readonly flavor: Flavor;
    /** `RDB-Only Persistence` or `NO PERSISTENCE`; undefined for `aof`. */
    readonly label?: string;
    /** Date of the first stable release, such as `2025-05-02`. */
    readonly released: string;
    /** End-of-life date, from which there are no more fixes; undefined if none is known. */
    readonly endOfLife?: string;
    /** Whether the version has reached end of life. */
    readonly ended: boolean;
    /** The patch release of the real server that it was tested with; undefined if it was never tested. */
    readonly verifiedWith?: string;
}

/** The suffixes of the managed service, in the order of its list. */
const suffixes = [
    ["aof", "-aof"],
    ["rdb", ""],
    ["nordb", "-nordb"],
] as const satisfies readonly (readonly [Flavor, string])[];

/** Every version of both engines in every flavor, oldest first. `today` is compared with the end-of-life dates. */
export function listVersions(today: Date = new Date()): ListedVersion[] {
    return releaseNames.flatMap((release) =>
        suffixes.map(([flavor, suffix]) => {
            const { engine, version, released, endOfLife, verifiedWith } = versions[release];
            const label = persistenceLabel(flavor);
            return {
                engine,
                name: `${version}${suffix}`,
                version,
                flavor,
                ...(label !== undefined && { label }),
                released,
                ...(endOfLife !== undefined && { endOfLife }),
                ended: isPastEndOfLife(release, today),
                ...(verifiedWith !== undefined && { verifiedWith }),
            };
        }),
    );
}

export function isPastEndOfLife(release: Release, today: Date): boolean {
    const { endOfLife } = versions[release];
    return endOfLife !== undefined && endOfLife <= today.toISOString().slice(0, 10);
}
