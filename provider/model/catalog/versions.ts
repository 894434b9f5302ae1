/** The catalog: every version of Redis and Valkey that a database can run, and the differences between them. */

/** The server software: Redis, or Valkey, a fork of Redis 7.2.4. */
export type Engine = "redis" | "valkey";
export const engineNames = ["redis", "valkey"] as const satisfies readonly Engine[];
export const engineLabels: Readonly<Record<Engine, string>> = { redis: "Redis", valkey: "Valkey" };

export interface VersionFacts {
    readonly engine: Engine;
    /** For example `7.2`. Versions of two engines can have the same number. */
    readonly version: Version;
    /** The image that runs this version if `image` is not set. */
    readonly image: string;
    /** Date of the first stable release. */
    readonly released: string;
    /** End-of-life date, from which there are no more fixes, including security fixes; absent if none is known. */
    readonly endOfLife?: string;
    /** The patch release of the real server that this entry and the directive data were checked against. */
    readonly verifiedWith?: string;
    /**
     * For a version without a server to capture: the versions whose common directives are used instead. Each of them was
     * captured (`verifiedWith`).
     */
    readonly directivesOf?: readonly Release[];
    /** The format version in the header of `dump.rdb`; absent if no server was available. */
    readonly rdbVersion?: number;
    /** Supports TLS. Without it, HAProxy terminates TLS in front of the server. */
    readonly nativeTls: boolean;
    /** Supports users and an ACL file. Without them, there is one password. */
    readonly acl: boolean;
    /** ACL rules support `&pattern` for channels. */
    readonly channelPermissions: boolean;
    /** ACL rules support `%R~pattern`, and selectors in parentheses. */
    readonly selectors: boolean;
    /** Supports `FAILOVER`, a switchover to a replica without losing a write. */
    readonly failover: boolean;
    /** A client such as `redis-cli --rdb` can receive a dump without the writes that follow it. */
    readonly rdbOnly: boolean;
    /** One directive line may have several classes or values, and `CONFIG SET` several parameters. */
    readonly multiValueDirectives: boolean;
    /**
     * Can limit the memory of all clients together. Data from a primary or from the append-only file may exceed the limits
     * of clients. Earlier versions reject such data: a replica restarts its sync, and the value is not loaded.
     */
    readonly clientMemoryLimit: boolean;
    /** The directive that makes a server a replica. Later versions also accept the old name. */
    readonly replicaDirective: "slaveof" | "replicaof";
    /** The location of the append-only file: one file, or a directory with a manifest. */
    readonly aofLayout: "appendonly.aof" | "appendonlydir";
    /** Has protected mode: without a password, rejects clients of other hosts unless the mode is disabled. */
    readonly protectedMode: boolean;
}

/**
 * The first version of Redis with each feature. The tests check them against real servers; features of 4.0 are from its
 * release notes. Every version of Valkey has all of them.
 */
const since = {
    protectedMode: "3.2",
    replicaof: "5.0",
    nativeTls: "6.0",
    acl: "6.0",
    channelPermissions: "6.2",
    failover: "6.2",
    rdbOnly: "6.2",
    selectors: "7.0",
    multiValueDirectives: "7.0",
    clientMemoryLimit: "7.0",
    appendonlydir: "7.0",
} as const satisfies Readonly<Record<string, RedisVersion>>;

/** The first version of Redis with a feature. */
export function firstWith(fact: "channelPermissions" | "failover"): RedisVersion {
    return since[fact];
}

/** Positive if the first version is the later one. Versions are pairs of numbers: 8.10 is later than 8.8. */
export function compareVersions(one: string, other: string): number {
    const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [one, other].map((version) =>
        version.split(".").map(Number),
    ) as [number[], number[]];
    return major - otherMajor || minor - otherMinor;
}

type ReleaseFacts = Pick<VersionFacts, "endOfLife" | "verifiedWith" | "directivesOf" | "rdbVersion">;

function redis(version: Version, released: string, facts: ReleaseFacts): VersionFacts {
    const has = (first: RedisVersion) => compareVersions(version, first) >= 0;
    return {
        engine: "redis",
        version,
        image: `redis:${version}`,
        released,
        ...facts,
        nativeTls: has(since.nativeTls),
        acl: has(since.acl),
        channelPermissions: has(since.channelPermissions),
        failover: has(since.failover),
        rdbOnly: has(since.rdbOnly),
        selectors: has(since.selectors),
        multiValueDirectives: has(since.multiValueDirectives),
        clientMemoryLimit: has(since.clientMemoryLimit),
        replicaDirective: has(since.replicaof) ? "replicaof" : "slaveof",
        aofLayout: has(since.appendonlydir) ? "appendonlydir" : "appendonly.aof",
        protectedMode: has(since.protectedMode),
    };
}

function valkey(version: Version, released: string, facts: ReleaseFacts): VersionFacts {
    const asRedis = redis("7.2", released, facts);
    return { ...asRedis, engine: "valkey", version, image: `valkey/valkey:${version}` };
}

/**
 * To add a version, add a line here, ordered by release within an engine, and its number to the type below.
 *
 * Sources of the release dates: endoflife.date/redis and endoflife.date/valkey; for 2.8, 3.0 and 3.2 their
 * 00-RELEASENOTES; for 4.0 antirez.com/news/110.
 *
 * Sources of the end-of-life dates: for 6.2 and from 7.2 on, "Redis Open Source version management" on redis.io, which
 * has no date yet for 8.4 and later. For versions that it no longer lists, endoflife.date, whose rule is the release date
 * of the third version after. For Valkey, the end of security support on valkey.io/topics/releases.
 *
 * RDB formats were read from real dumps; that of 4.0 is `RDB_VERSION` in its rdb.h. 4.0 and the other versions without
 * `verifiedWith` have never been tested. 8.2 and Valkey 9.0 were captured from builds without TLS.
 */
export const versions: Readonly<Record<Release, VersionFacts>> = {
    "2.8": redis("2.8", "2013-11-22", { endOfLife: "2017-07-14", verifiedWith: "2.8.17", rdbVersion: 6 }),
    "3.0": redis("3.0", "2015-04-01", { endOfLife: "2018-10-17", verifiedWith: "3.0.5", rdbVersion: 6 }),
    "3.2": redis("3.2", "2016-05-06", { endOfLife: "2020-04-30", verifiedWith: "3.2.6", rdbVersion: 7 }),
    "4.0": redis("4.0", "2017-07-14", { endOfLife: "2021-02-22", directivesOf: ["3.2", "5.0"], rdbVersion: 8 }),
    "5.0": redis("5.0", "2018-10-17", { endOfLife: "2022-04-27", verifiedWith: "5.0.6", rdbVersion: 9 }),
    "6.0": redis("6.0", "2020-04-30", { endOfLife: "2022-05-31", verifiedWith: "6.0.16", rdbVersion: 9 }),
    "6.2": redis("6.2", "2021-02-22", { endOfLife: "2027-04-01", verifiedWith: "6.2.14", rdbVersion: 9 }),
    "7.0": redis("7.0", "2022-04-27", { endOfLife: "2024-07-29", verifiedWith: "7.0.15", rdbVersion: 10 }),
    "7.2": redis("7.2", "2023-08-15", { endOfLife: "2029-12-01", verifiedWith: "7.2.4", rdbVersion: 11 }),
    "7.4": redis("7.4", "2024-07-29", { endOfLife: "2029-12-01", verifiedWith: "7.4.1", rdbVersion: 12 }),
    "8.0": redis("8.0", "2025-05-02", { endOfLife: "2026-12-01", verifiedWith: "8.0.2", rdbVersion: 12 }),
    "8.2": redis("8.2", "2025-08-04", { endOfLife: "2030-09-01", verifiedWith: "8.2.3", rdbVersion: 12 }),
    "8.4": redis("8.4", "2025-11-18", { directivesOf: ["8.2"] }),
    "8.6": redis("8.6", "2026-02-11", { verifiedWith: "8.6.3", rdbVersion: 13 }),
    "8.8": redis("8.8", "2026-05-25", { directivesOf: ["8.6"] }),
    "8.10": redis("8.10", "2026-07-29", { directivesOf: ["8.6"] }),
    "valkey-7.2": valkey("7.2", "2024-04-16", { endOfLife: "2029-04-16", directivesOf: ["7.2", "valkey-8.0"] }),
    "valkey-8.0": valkey("8.0", "2024-09-15", { endOfLife: "2027-09-15", verifiedWith: "8.0.1", rdbVersion: 11 }),
    "valkey-8.1": valkey("8.1", "2025-03-31", { endOfLife: "2030-03-31", verifiedWith: "8.1.1", rdbVersion: 11 }),
    "valkey-9.0": valkey("9.0", "2025-10-21", { endOfLife: "2028-10-21", verifiedWith: "9.0.0", rdbVersion: 80 }),
    "valkey-9.1": valkey("9.1", "2026-05-19", { endOfLife: "2031-05-19", verifiedWith: "9.1.2", rdbVersion: 80 }),
};

/** A version of Redis. */
export type RedisVersion =
    | "2.8"
    | "3.0"
    | "3.2"
    | "4.0"
    | "5.0"
    | "6.0"
    | "6.2"
    | "7.0"
    | "7.2"
    | "7.4"
    | "8.0"
    | "8.2"
    | "8.4"
    | "8.6"
    | "8.8"
    | "8.10";
/** A version of Valkey. */
export type ValkeyVersion = "7.2" | "8.0" | "8.1" | "9.0" | "9.1";

/** A version of Redis or of Valkey, without a flavor. */
export type Version = RedisVersion | ValkeyVersion;
/** A version of one engine. Versions of Redis have no prefix. */
export type Release = RedisVersion | `valkey-${ValkeyVersion}`;

export const releaseNames = Object.keys(versions) as Release[];
/** The versions of Redis, oldest first. */
export const versionNames = versionsOf("redis") as readonly RedisVersion[];

export const defaultVersions: Readonly<Record<Engine, Version>> = { redis: "8.6", valkey: "9.1" };
export const defaultVersion = defaultVersions.redis;

/** The versions of an engine, oldest first. */
export function versionsOf(engine: Engine): Version[] {
    return Object.values(versions)
        .filter((facts) => facts.engine === engine)
        .map(({ version }) => version);
}

/** The catalog's name for a version of an engine; `undefined` if the engine has no such version. */
export function findRelease(engine: Engine, version: string): Release | undefined {
    return releaseNames.find((name) => versions[name].engine === engine && versions[name].version === version);
}

export function releaseOf({ engine, version }: Pick<VersionFacts, "engine" | "version">): Release {
    const release = findRelease(engine, version);
    if (!release) throw new Error(`${engineLabels[engine]} ${version} is not in the catalog`);
    return release;
}

/** The display name, such as `Redis 8.0`. */
export function nameOf(release: Release): string {
    return `${engineLabels[versions[release].engine]} ${versions[release].version}`;
}

/**
 * Whether a server of the release `to` can read the files of `from`, so that it can replace it on the same volume. Within
 * an engine, a later version can. Valkey can read files of Redis up to 7.2, from which it forked. Neither project supports
 * the way back from Valkey to Redis.
 */
export function canUpgrade(from: Release, to: Release): boolean {
    const [old, now] = [versions[from], versions[to]];
    if (old.engine === now.engine) return releaseNames.indexOf(to) >= releaseNames.indexOf(from);
    return now.engine === "valkey" && releaseNames.indexOf(from) <= releaseNames.indexOf("7.2");
}

/** How a database persists its data; `flavors.ts` defines each flavor. */
export type Flavor = "aof" | "rdb" | "nordb";
export const flavorNames = ["aof", "rdb", "nordb"] as const satisfies readonly Flavor[];

export interface ParsedVersion {
    readonly version: Version;
    /** The flavor from the suffix; absent if there is no suffix. */
    readonly flavor?: Flavor;
}

/** Parses `"7.2"`, or `"7.2-aof"` and `"7.2-nordb"` in the managed service's spelling; `undefined` if invalid. */
export function parseVersion(text: string, engine: Engine = "redis"): ParsedVersion | undefined {
    const [number = "", suffix, ...rest] = text.split("-");
    const release = findRelease(engine, number);
    if (!release || rest.length > 0) return undefined;
    const { version } = versions[release];
    if (suffix === undefined) return { version };
    const flavor = flavorNames.find((name) => name === suffix);
    return flavor && { version, flavor };
}

/**
 * Suggestions for an invalid version `text`: the version with that number if there is one, otherwise the next older and
 * the next newer version.
 */
export function nearestVersions(text: string, engine: Engine): Version[] {
    const [, major, minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
    if (major === undefined) return [];
    const wanted = `${major}.${minor}`;
    const all = versionsOf(engine);
    const exact = all.find((version) => compareVersions(version, wanted) === 0);
    if (exact) return [exact];
    const older = all.filter((version) => compareVersions(version, wanted) < 0).at(-1);
    const newer = all.find((version) => compareVersions(version, wanted) > 0);
    return [older, newer].filter((version) => version !== undefined);
}

/** The release that the arguments ask for, and the flavor if `version` names one. */
export interface Wanted {
    readonly engine: Engine;
    readonly version: Version;
    readonly flavor?: Flavor;
    /** The arguments name no version, so this is the engine's default. */
    readonly byDefault?: true;
}
