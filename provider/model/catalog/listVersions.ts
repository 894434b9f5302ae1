/** The list of versions as the managed service shows it, and what is to be said about one that is no longer mended. */
import { type DatabaseSpec } from "../databaseSpec";
import { legacyProtocols } from "../catalog/tlsProtocols";
import { persistenceLabel } from "./flavors";
import {
    type Engine,
    type Flavor,
    type Release,
    type Version,
    canUpgrade,
    nameOf,
    releaseNames,
    releaseOf,
    versions,
} from "./versions";

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

function hasEnded(release: Release, today: Date): boolean {
    const { endOfLife } = versions[release];
    return endOfLife !== undefined && endOfLife <= today.toISOString().slice(0, 10);
}

/** What to tell a person about what they asked for and may have, but perhaps should not. */
export function warnings(database: string, spec: DatabaseSpec, today: Date = new Date()): string[] {
    const release = releaseOf(spec);
    const found = [];
    if (hasEnded(release, today)) {
        const next = releaseNames.filter(
            (other) => versions[other].engine === spec.engine && canUpgrade(release, other) && !hasEnded(other, today),
        );
        const remedy = next[0] ? `; version: "${versions[next[0]].version}" is the next that does` : "";
        found.push(
            `${nameOf(release)} gets no fixes any more, since ${versions[release].endOfLife ?? ""}, not even of security${remedy}`,
        );
    }
    const legacy = spec.tls.protocols.filter((protocol) => legacyProtocols.includes(protocol));
    if (legacy.length > 0) {
        found.push(
            `tls.protocols allows ${legacy.join(" and ")}, which can be broken into; leave it out once no client needs it`,
        );
    }
    const kind = spec.replica ? "RedisReplica" : "RedisDatabase";
    return found.map((text) => `${kind} "${database}": ${text}.`);
}
