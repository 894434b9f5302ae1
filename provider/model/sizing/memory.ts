/** How much of a container's memory Redis may fill with data. */
import { type Flavor, releaseOf, versions } from "../catalog/versions";
import { type ClientSized, type Part, clientParts, mbOf } from "./clients";

/** What `maxmemory` depends on. */
interface Sized extends ClientSized {
    readonly flavor: Flavor;
    /** The replicas that may follow. */
    readonly followers: readonly unknown[];
    /** Set if there are backups. */
    readonly backup?: unknown;
}

/** How many clients may receive writes as replicas do. Before 6.2 the server sends them to a backup, too. */
export function receiversOf({ followers, backup, ...sized }: Sized): number {
    const isReceiver = backup !== undefined && !versions[releaseOf(sized)].rdbOnly;
    return followers.length + (isReceiver ? 1 : 0);
}

/** Whether memory is reserved for replication. */
export function isReplicated(sized: Sized): boolean {
    return receiversOf(sized) > 0;
}

/** The memory of an empty server: code, buffers and the 1 MiB replication backlog (measured: 7 to 12 MiB). */
export const serverOverheadMb = 16;

/**
 * The share of the remaining memory that data may use.
 *
 * During a dump, every page that is written to exists twice. `bench/calibrate/headroom.mjs` overwrites all data
 * continuously during dumps. The container then uses up to 2.27 times the size of the data (aof and rdb, 32 to 512 MB).
 * 0.44 is the reciprocal. Without persistence there are no dumps, and 0.89 leaves room for the fragmentation of the
 * allocator (1.12 measured). The memory of clients is reserved separately (`clients.ts`). In the worst case the container
 * is therefore full but not over its limit, at which the kernel would kill the server.
 */
const dataSharePercent: Record<Flavor, number> = { aof: 44, rdb: 44, nordb: 89 };

/** The smallest memory limit in MiB. Below it, the overhead of the server would be larger than its data. */
export const minMemoryMb = 32;

/**
 * The memory for replication in MiB, an eighth of the container's memory. One half is the backlog, from which a replica
 * catches up after a lost connection. The other half is for the output buffers of replicas; a replica that exceeds them
 * must restart its sync.
 */
export function replicationMb(memoryMb: number): number {
    return Math.floor(memoryMb / 8);
}

/** The backlog in MiB. Redis allocates it when the first replica connects, and counts it as data. */
export function backlogMb(memoryMb: number): number {
    return Math.max(1, Math.floor(replicationMb(memoryMb) / 2));
}

/**
 * `maxmemory` in MiB. With replicas, every flavor dumps for the first sync, and the dumping process keeps a copy of the
 * backlog. `bench/calibrate/headroom-replicas.mjs` and `clients.mjs` in the same folder show that the container stays
 * within its limit.
 */
export function maxmemoryOf(sized: Sized): number {
    const { memoryMb } = sized;
    const clientsMb = clientParts(sized).reduce((sum, part) => sum + mbOf(part, memoryMb), 0);
    const backlog = isReplicated(sized) ? backlogMb(memoryMb) : 0;
    const replication = isReplicated(sized) ? replicationMb(memoryMb) + backlog : 0;
    return Math.floor(((memoryMb - serverOverheadMb - clientsMb - replication) * sharePercent(sized)) / 100) + backlog;
}

/** Backups and replicas make every flavor write dumps. */
function sharePercent({ flavor, followers, backup }: Sized): number {
    return dataSharePercent[followers.length > 0 || backup !== undefined ? "rdb" : flavor];
}

/** The `memoryMb` needed for data (without the backlog) is at most `data * 1000 / permille + overheadMb`. */
export function memoryForData(sized: Sized): { readonly permille: number; readonly overheadMb: number } {
    const parts: readonly Part[] = clientParts(sized);
    const replicated = isReplicated(sized);
    const share = sharePercent(sized) / 100;
    const ofMemory = parts.reduce((sum, part) => sum + (part.ofMemory ?? 0), replicated ? 3 / 16 : 0);
    const fixedMb = parts.reduce((sum, part) => sum + (part.mb ?? 0), serverOverheadMb);
    const slope = share * (1 - ofMemory);
    // The 1 covers the rounding in `maxmemoryOf`, which is less than a MiB.
    return { permille: Math.floor(slope * 1000), overheadMb: Math.ceil((share * fixedMb + 1) / slope) };
}

/** A `memoryMb` that is enough for the data, and close to the minimum. */
export function leastMemoryMb(dataMb: number, sized: Sized): number {
    const { permille, overheadMb } = memoryForData(sized);
    return Math.max(minMemoryMb, Math.ceil((dataMb * 1000) / permille) + overheadMb);
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
