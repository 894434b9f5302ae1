/** The catalog: every version of Redis and Valkey that a database can have, and what differs between them. */

/** What runs: Redis, or Valkey, which forked from Redis 7.2.4. */
export type Engine = "redis" | "valkey";
export const engineNames = ["redis", "valkey"] as const satisfies readonly Engine[];
export const engineLabels: Readonly<Record<Engine, string>> = { redis: "Redis", valkey: "Valkey" };

export interface VersionFacts {
    readonly engine: Engine;
    /** `7.2`: two engines can have a version of the same number. */
    readonly version: Version;
    /** The image that runs this version unless `image` says otherwise. */
    readonly image: string;
    /** Day of the first stable release. */
    readonly released: string;
    /** Day from which there are no more fixes, not even of security; absent where none is known. */
    readonly endOfLife?: string;
    /** The point release of the real server that this entry and the directive data were held against. */
    readonly verifiedWith?: string;
    /**
     * The versions whose directives stand for this one's where none was at hand: those that all of them have. Each of them
     * was asked itself (`verifiedWith`).
     */
    readonly directivesOf?: readonly Release[];
    /** Format of `dump.rdb`, as its first bytes say; absent where no server was at hand to ask. */
    readonly rdbVersion?: number;
    /** Speaks TLS itself; before, a terminator in front of it does. */
    readonly nativeTls: boolean;
    /** Knows users and an ACL file; before, there is one password. */
    readonly acl: boolean;
    /** ACL rules know `&pattern` for channels. */
    readonly channelPermissions: boolean;
    /** ACL rules know `%R~pattern`, and selectors in parentheses. */
    readonly selectors: boolean;
    /** Hands over to a replica by itself, without losing a write. */
    readonly failover: boolean;
    /** One directive line may carry several classes or values, and CONFIG SET several parameters. */
    readonly multiValueDirectives: boolean;
    /**
     * Limits the memory of all clients together; and what a primary or the log says may exceed the limits of clients, which
     * versions before refuse, so that a replica starts over and a value is not loaded.
     */
    readonly clientMemoryLimit: boolean;
    /** How its configuration says whose replica it is. Later versions still know the old word. */
    readonly replicaDirective: "slaveof" | "replicaof";
    /** Where the append-only file is: one file, or a directory with a manifest. */
    readonly aofLayout: "appendonly.aof" | "appendonlydir";
    /** Refuses clients from elsewhere while there is no password, unless it is told not to. */
    readonly protectedMode: boolean;
}

/**
 * The first version of Redis that has each. The tests hold those from 2.8 on against real servers; 4.0's are from its
 * release notes. Valkey has all of them.
 */
const since = {
    protectedMode: "3.2",
    replicaof: "5.0",
    nativeTls: "6.0",
    acl: "6.0",
    channelPermissions: "6.2",
    failover: "6.2",
    selectors: "7.0",
    multiValueDirectives: "7.0",
    clientMemoryLimit: "7.0",
    appendonlydir: "7.0",
} as const satisfies Readonly<Record<string, RedisVersion>>;

/** The first version of Redis that has something. */
export function firstWith(fact: "channelPermissions" | "failover"): RedisVersion {
    return since[fact];
}

/** Positive where the first of two versions is the later one. Each is a pair of numbers: 8.10 is later than 8.8. */
export function compareVersions(one: string, other: string): number {
    const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [one, other].map((version) =>
        version.split(".").map(Number),
    ) as [number[], number[]];
    return major - otherMajor || minor - otherMinor;
}

type Own = Pick<VersionFacts, "endOfLife" | "verifiedWith" | "directivesOf" | "rdbVersion">;

function redis(version: Version, released: string, own: Own): VersionFacts {
    const has = (first: RedisVersion) => compareVersions(version, first) >= 0;
    return {
        engine: "redis",
        version,
        image: `redis:${version}`,
        released,
        ...own,
        nativeTls: has(since.nativeTls),
        acl: has(since.acl),
        channelPermissions: has(since.channelPermissions),
        failover: has(since.failover),
        selectors: has(since.selectors),
        multiValueDirectives: has(since.multiValueDirectives),
        clientMemoryLimit: has(since.clientMemoryLimit),
        replicaDirective: has(since.replicaof) ? "replicaof" : "slaveof",
        aofLayout: has(since.appendonlydir) ? "appendonlydir" : "appendonly.aof",
        protectedMode: has(since.protectedMode),
    };
}

function valkey(version: Version, released: string, own: Own): VersionFacts {
    const asRedis = redis("7.2", released, own);
    return { ...asRedis, engine: "valkey", version, image: `valkey/valkey:${version}` };
}

/**
 * Another version is another line, and its number in the type below, in the order of their release within an engine.
 *
 * Days of release: endoflife.date/redis and /valkey, but for 2.8, 3.0 and 3.2: their own 00-RELEASENOTES; of 4.0:
 * antirez.com/news/110.
 *
 * Days of end of life: of 6.2 and from 7.2 on, "Redis Open Source version management" on redis.io, which knows none yet
 * for 8.4 and later. Of versions that it no longer lists, the day that endoflife.date had, which is by rule that of the
 * release of the third version after. Of Valkey, the end of security support on valkey.io/topics/releases.
 *
 * RDB formats were read from real dumps; 4.0's is `RDB_VERSION` in its rdb.h. 4.0 has never been run here, nor have
 * those without `verifiedWith`. 8.2 and Valkey 9.0 were asked in builds without TLS.
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
/** A version of one engine: Redis's have their bare number. */
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

/** The catalog's name for a version of an engine; `undefined` where that engine has no such version. */
export function findRelease(engine: Engine, version: string): Release | undefined {
    return releaseNames.find((name) => versions[name].engine === engine && versions[name].version === version);
}

export function releaseOf({ engine, version }: Pick<VersionFacts, "engine" | "version">): Release {
    const release = findRelease(engine, version);
    if (!release) throw new Error(`${engineLabels[engine]} ${version} is not in the catalog`);
    return release;
}

/** `Redis 8.0`, as people call it. */
export function nameOf(release: Release): string {
    return `${engineLabels[versions[release].engine]} ${versions[release].version}`;
}

/**
 * Whether a server reads what the other wrote, so that it can take its place on the same volume. Within an engine the
 * later one does. Valkey reads Redis up to 7.2, from which it forked; the way back from Valkey is not promised by
 * anyone.
 */
export function canUpgrade(from: Release, to: Release): boolean {
    const [old, now] = [versions[from], versions[to]];
    if (old.engine === now.engine) return releaseNames.indexOf(to) >= releaseNames.indexOf(from);
    return now.engine === "valkey" && releaseNames.indexOf(from) <= releaseNames.indexOf("7.2");
}

/** How a database keeps its data; `flavors.ts` says what each means. */
export type Flavor = "aof" | "rdb" | "nordb";
export const flavorNames = ["aof", "rdb", "nordb"] as const satisfies readonly Flavor[];

export interface ParsedVersion {
    readonly version: Version;
    /** The flavor that a suffix names; absent where the version was written bare. */
    readonly flavor?: Flavor;
}

/** Reads `"7.2"` or, in the managed service's spelling, `"7.2-aof"` and `"7.2-nordb"`; `undefined` if it is neither. */
export function parseVersion(text: string, engine: Engine = "redis"): ParsedVersion | undefined {
    const [number = "", suffix, ...rest] = text.split("-");
    const release = findRelease(engine, number);
    if (!release || rest.length > 0) return undefined;
    const { version } = versions[release];
    if (suffix === undefined) return { version };
    const flavor = flavorNames.find((known) => known === suffix);
    return flavor && { version, flavor };
}

/**
 * The versions that someone who wrote `text` may have meant: the very one where there is a number of one, else the
 * next older and the next newer.
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

/** What is asked for: the release, and the flavor where `version` names one. */
export interface Wanted {
    readonly engine: Engine;
    readonly version: Version;
    readonly flavor?: Flavor;
    /** Nothing names the version: it is the engine's default. */
    readonly byDefault?: true;
}
