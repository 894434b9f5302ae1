/** How much of a container's memory Redis may fill with data. */
import type { Flavor } from "../catalog/versions";

/** What `maxmemory` depends on. */
interface Sized {
    readonly memoryMb: number;
    readonly flavor: Flavor;
    /** Those that may follow. */
    readonly followers: readonly unknown[];
}

/** What a server holds before its first key: code, buffers, the 1 MiB replication backlog (measured: 7 to 12 MiB). */
export const serverItselfMb = 16;

/**
 * The part of the remaining memory that data may take.
 *
 * While a server dumps, every page that is written to exists twice. `bench/calibrate/headroom.mjs` overwrites all data
 * without a pause during dumps: the container then holds up to 2.27 times the data (aof and rdb, 32 to 512 MB of it,
 * buffers of 50 clients included). 0.44 is the reciprocal: at the worst, the container is full but not over its limit,
 * where the kernel would kill the server. Without persistence nothing is dumped; 0.75 leaves room for the allocator's
 * fragmentation (1.12 measured) and client buffers.
 */
const dataSharePercent: Record<Flavor, number> = { aof: 44, rdb: 44, nordb: 75 };

/** The least memory limit, in MiB: below it the server itself would take more than its data. */
export const minMemoryMb = 32;

/**
 * What replication may take of the container's memory, in MiB: an eighth. Half of it is the backlog, from which a
 * replica that was away catches up; half is what replicas may have waiting for them before they must start over.
 */
export function replicationMb(memoryMb: number): number {
    return Math.floor(memoryMb / 8);
}

/**
 * The backlog in MiB, which Redis counts as data: it allocates it when the first replica comes.
 */
export function backlogMb(memoryMb: number): number {
    return Math.max(1, Math.floor(replicationMb(memoryMb) / 2));
}

/**
 * `maxmemory` in MiB for a container that may use `memoryMb` MiB; `replicated` if replicas may follow it: then every
 * flavor dumps, for the first sync, and the process that does so keeps the backlog as it was. So measured by
 * `bench/calibrate/headroom-replicas.mjs`, the container holds 92 to 99 % of its limit at worst.
 */
export function maxmemoryMb(memoryMb: number, flavor: Flavor, replicated = false): number {
    if (!replicated) return Math.floor(((memoryMb - serverItselfMb) * dataSharePercent[flavor]) / 100);
    const backlog = backlogMb(memoryMb);
    const rest = memoryMb - serverItselfMb - replicationMb(memoryMb) - backlog;
    return Math.floor((rest * dataSharePercent.rdb) / 100) + backlog;
}

/** Of what is beside the server itself, how many percent data may take: with replicas a little more than this. */
export function dataPercent({ flavor, followers }: Omit<Sized, "memoryMb">): number {
    return followers.length > 0 ? 40 : dataSharePercent[flavor];
}

/** That of a database. */
export function maxmemoryOf({ memoryMb, flavor, followers }: Sized): number {
    return maxmemoryMb(memoryMb, flavor, followers.length > 0);
}

/** What Redis does when the data reaches `maxmemory` (redis.conf, `maxmemory-policy`). */
export type MaxmemoryPolicy =
    | "noeviction"
    | "allkeys-lru"
    | "allkeys-lfu"
    | "allkeys-random"
    | "volatile-lru"
    | "volatile-lfu"
    | "volatile-random"
    | "volatile-ttl";
export const maxmemoryPolicies = [
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
] as const satisfies readonly MaxmemoryPolicy[];
