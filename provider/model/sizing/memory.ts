/** How much of a container's memory Redis may fill with data. */
import type { Flavor } from "../catalog/versions";
import { type ClientSized, type Part, clientParts, mbOf } from "./clients";

/** What `maxmemory` depends on. */
interface Sized extends ClientSized {
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
 * without a pause during dumps: the container then holds up to 2.27 times the data (aof and rdb, 32 to 512 MB of it).
 * 0.44 is the reciprocal. Without persistence nothing is dumped; 0.89 leaves room for the allocator's fragmentation (1.12
 * measured). What clients take comes beside it (`clients.ts`): so the container is full at the worst but not over its
 * limit, where the kernel would kill the server.
 */
const dataSharePercent: Record<Flavor, number> = { aof: 44, rdb: 44, nordb: 89 };

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
 * `maxmemory` in MiB. Where replicas may follow, every flavor dumps, for the first sync, and the process that does so keeps
 * the backlog as it was. So measured by `bench/calibrate/headroom-replicas.mjs` and `clients.mjs` there, the container
 * holds at most its limit.
 */
export function maxmemoryOf(sized: Sized): number {
    const { memoryMb, followers } = sized;
    const clientsMb = clientParts(sized).reduce((sum, part) => sum + mbOf(part, memoryMb), 0);
    const backlog = followers.length > 0 ? backlogMb(memoryMb) : 0;
    const replication = followers.length > 0 ? replicationMb(memoryMb) + backlog : 0;
    return Math.floor(((memoryMb - serverItselfMb - clientsMb - replication) * sharePercent(sized)) / 100) + backlog;
}

function sharePercent({ flavor, followers }: Sized): number {
    return dataSharePercent[followers.length > 0 ? "rdb" : flavor];
}

/** From data, without the backlog, to the `memoryMb` that it needs: `data * 1000 / permille + besideMb`, never too little. */
export function memoryForData(sized: Sized): { readonly permille: number; readonly besideMb: number } {
    const parts: readonly Part[] = clientParts(sized);
    const replicated = sized.followers.length > 0;
    const share = sharePercent(sized) / 100;
    const ofMemory = parts.reduce((sum, part) => sum + (part.ofMemory ?? 0), replicated ? 3 / 16 : 0);
    const fixedMb = parts.reduce((sum, part) => sum + (part.mb ?? 0), serverItselfMb);
    const slope = share * (1 - ofMemory);
    // What is rounded down on the way to `maxmemory` is less than a MiB.
    return { permille: Math.floor(slope * 1000), besideMb: Math.ceil((share * fixedMb + 1) / slope) };
}

/** A `memoryMb` that is enough for so much data, and hardly more. */
export function leastMemoryMb(dataMb: number, sized: Sized): number {
    const { permille, besideMb } = memoryForData(sized);
    return Math.max(minMemoryMb, Math.ceil((dataMb * 1000) / permille) + besideMb);
}

/** What Redis does when the data reaches `maxmemory` (redis.conf, `maxmemory-policy`). */
export type MaxmemoryPolicy =
    | "noeviction"
    | "allkeys-lru"
    | "allkeys-lfu"
    | "allkeys-lrm"
    | "allkeys-random"
    | "volatile-lru"
    | "volatile-lfu"
    | "volatile-lrm"
    | "volatile-random"
    | "volatile-ttl";
export const maxmemoryPolicies = [
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-lrm",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-lrm",
    "volatile-random",
    "volatile-ttl",
] as const satisfies readonly MaxmemoryPolicy[];
