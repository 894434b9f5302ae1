/** A database as the program wants it: every default filled in, every value checked, no secret inside. */
import type { ConfigValue } from "./catalog/directives";
import type { SavePoint } from "./catalog/flavors";
import type { MaxmemoryPolicy } from "./sizing/memory";
import type { Engine, Flavor, Version } from "./catalog/versions";

/** A version of TLS. Those before 1.2 are spoken only where they are asked for. */
export type TlsProtocol = "TLSv1.0" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
export const tlsProtocols = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const satisfies readonly TlsProtocol[];
export const defaultProtocols: readonly TlsProtocol[] = ["TLSv1.2", "TLSv1.3"];
/** What browsers and standards have given up (RFC 8996). */
export const legacyProtocols: readonly TlsProtocol[] = ["TLSv1.0", "TLSv1.1"];

/** A place for data that was there before the database and stays after it. */
export interface OwnData {
    readonly volume?: string;
    readonly hostPath?: string;
    /** Which files there hold the data, where there are both kinds. */
    readonly files?: "aof" | "rdb";
}

export interface DatabaseSpec {
    readonly engine: Engine;
    readonly version: Version;
    readonly flavor: Flavor;
    /** When to dump; none for `nordb`. */
    readonly savePoints: readonly SavePoint[];
    readonly image: string;
    readonly memoryMb: number;
    /** What the data may take on the disk, in GiB; absent where nobody says. */
    readonly diskSizeGb?: number;
    readonly maxmemoryPolicy: MaxmemoryPolicy;
    /** Whether keys may be evicted so that data fits a smaller `memoryMb`. */
    readonly evictToFit: boolean;
    readonly plaintext: boolean;
    /** Host ports; absent where they are to be chosen once at random. */
    readonly ports: { readonly plaintext?: number; readonly tls?: number };
    readonly bindAddress: string;
    readonly host: string;
    readonly network?: string;
    readonly rotation: {
        /** Another number is another password; 1 is the first. */
        readonly version: number;
        readonly everyDays?: number;
        /** How long a password that was replaced opens the door beside the new one. */
        readonly graceSeconds: number;
    };
    readonly deletionProtection: boolean;
    /** Where data lives, unless on a volume that the database makes for itself. */
    readonly data?: OwnData;
    readonly tls: {
        /** Every name and address that the certificate is valid for. */
        readonly hosts: readonly string[];
        readonly validityDays: number;
        readonly renewBeforeDays: number;
        readonly protocols: readonly TlsProtocol[];
        readonly clientAuth: boolean;
        /** The database's own CAs that clients should trust; the first signs. */
        readonly caVersions: readonly number[];
    };
    readonly config: Readonly<Record<string, ConfigValue>>;
    /** The users by which replicas may follow it. */
    readonly followers: readonly string[];
    /** There for replicas alone. */
    readonly replica?: ReplicaSpec;
}

/** What makes a database a replica. */
export interface ReplicaSpec {
    /** Whom it follows; absent where it takes writes itself, as it does once it was promoted. */
    readonly primary?: PrimarySpec;
    /** Whether it takes writes for its database and the other replicas, which follow it. */
    readonly leads: boolean;
    /** Whom to promote first, in redis.conf's terms: the lowest, and never 0. */
    readonly priority: number;
    /** How long an up waits for the first sync. */
    readonly syncTimeoutSeconds: number;
}

export interface PrimarySpec {
    readonly host: string;
    readonly port: number;
    /** Whether it is on the same Docker host: then its container is reached directly, whatever its port is bound to. */
    readonly nearby: boolean;
}
