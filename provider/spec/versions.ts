/** The versions of Redis that a database can have, and what differs between them. */

export interface VersionFacts {
    /** The image that runs this version unless `image` says otherwise. */
    readonly image: string;
    /** The point release whose behaviour the tests or the directive data were taken from. */
    readonly verifiedWith: string;
    /** ACL rules know `&pattern` for channels: from 6.2 (release notes of 6.2). */
    readonly channelPermissions: boolean;
    /** One directive line may carry several classes or values, and CONFIG SET several parameters: from 7.0. */
    readonly multiValueDirectives: boolean;
}

export const versions = {
    "6.0": { image: "redis:6.0", verifiedWith: "6.0.16", channelPermissions: false, multiValueDirectives: false },
    "6.2": { image: "redis:6.2", verifiedWith: "6.2.5", channelPermissions: true, multiValueDirectives: false },
    "7.0": { image: "redis:7.0", verifiedWith: "7.0.15", channelPermissions: true, multiValueDirectives: true },
    "7.2": { image: "redis:7.2", verifiedWith: "7.2.4", channelPermissions: true, multiValueDirectives: true },
    "7.4": { image: "redis:7.4", verifiedWith: "7.4.1", channelPermissions: true, multiValueDirectives: true },
    "8.0": { image: "redis:8.0", verifiedWith: "8.0.2", channelPermissions: true, multiValueDirectives: true },
    "8.2": { image: "redis:8.2", verifiedWith: "8.2.3", channelPermissions: true, multiValueDirectives: true },
} as const satisfies Record<Version, VersionFacts>;

/** A version of Redis, without a flavor. */
export type Version = "6.0" | "6.2" | "7.0" | "7.2" | "7.4" | "8.0" | "8.2";

export const versionNames = Object.keys(versions) as Version[];

export const defaultVersion: Version = "8.0";

/** How a database keeps its data; `flavors.ts` says what each means. */
export type Flavor = "aof" | "rdb" | "nordb";
export const flavorNames = ["aof", "rdb", "nordb"] as const satisfies readonly Flavor[];

export interface ParsedVersion {
    readonly version: Version;
    /** The flavor that a suffix names; absent where the version was written bare. */
    readonly flavor?: Flavor;
}

/** Reads `"7.2"` or, in the managed service's spelling, `"7.2-aof"` and `"7.2-nordb"`; `undefined` if it is neither. */
export function parseVersion(text: string): ParsedVersion | undefined {
    const [number = "", suffix, ...rest] = text.split("-");
    if (!Object.hasOwn(versions, number) || rest.length > 0) return undefined;
    const version = number as Version;
    if (suffix === undefined) return { version };
    const flavor = flavorNames.find((known) => known === suffix);
    return flavor && { version, flavor };
}
