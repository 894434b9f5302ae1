/** The list of versions as the managed service shows it. */
import { persistenceLabel } from "./flavors";
import { type Engine, type Flavor, type Release, type Version, releaseNames, versions } from "./versions";

/** A version with a flavor. */
export interface ListedVersion {
    readonly engine: Engine;
    /**
     * In the managed service's spelling: `7.2-aof`, `7.2` for RDB only, `7.2-nordb`. The component reads a bare version
     * as `aof`; so give it `version` and `flavor`.
     */
    readonly name: string;
    readonly version: Version;
    readonly flavor: Flavor;
    /** `RDB-Only Persistence`, `NO PERSISTENCE`, undefined for `aof`. */
    readonly label?: string;
    /** Day of its first stable release, as in `2025-05-02`. */
    readonly released: string;
    /** Day from which there are no more fixes; undefined where none is known. */
    readonly endOfLife?: string;
    /** Whether that day has come. */
    readonly ended: boolean;
    /** The point release of the real server that it was tested with; undefined for one that was never run here. */
    readonly verifiedWith?: string;
}

/** The service's suffixes, in the order of its list. */
const suffixes = [
    ["aof", "-aof"],
    ["rdb", ""],
    ["nordb", "-nordb"],
] as const satisfies readonly (readonly [Flavor, string])[];

/** Every version of both engines in every flavor, oldest first. `today` decides which have ended. */
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
                ended: hasEnded(release, today),
                ...(verifiedWith !== undefined && { verifiedWith }),
            };
        }),
    );
}

export function hasEnded(release: Release, today: Date): boolean {
    const { endOfLife } = versions[release];
    return endOfLife !== undefined && endOfLife <= today.toISOString().slice(0, 10);
}
