/** A server as the program wants it: every default filled in, every value checked, no secret inside. */
import type { ResolvedOf } from "./arguments/definition";
import type { serverArguments } from "./arguments/index";
import type { dataArguments } from "./arguments/persistence";
import type { SavePoint } from "./catalog/flavors";
import type { Version } from "./catalog/versions";

/** These depend on others, so that their definitions do not say what they are where the program gives none. */
type Derived = "version" | "savePoints" | "image" | "tls";
type ServerArguments = Omit<typeof serverArguments, Derived>;
type TlsArguments = Omit<(typeof serverArguments)["tls"]["members"], "hosts">;

/** What stands at an argument's own name is its value, or its default; only the others are declared here. */
export interface DatabaseSpec extends ResolvedOf<ServerArguments> {
    readonly version: Version;
    /** When to dump; none for `nordb`. */
    readonly savePoints: readonly SavePoint[];
    readonly image: string;
    readonly tls: ResolvedOf<TlsArguments> & {
        /** Every name and address that the certificate is valid for. */
        readonly hosts: readonly string[];
    };
    /** Where data is, unless on a volume that the database makes for itself. */
    readonly data?: ResolvedOf<typeof dataArguments>["data"];
    /** Seconds for which an update waits for it, where the program says so. */
    readonly startTimeoutSeconds?: number;
    /** Whether it may follow a server that the program does not name. */
    readonly importing: boolean;
    /** The users by which replicas may follow it. */
    readonly followers: readonly string[];
    /** There for replicas alone. */
    readonly replica?: ReplicaSpec;
}

/** What makes a server a replica. */
export interface ReplicaSpec {
    /** Whom it follows; absent where it takes writes itself, as it does once it was promoted. */
    readonly primary?: PrimarySpec;
    /** Whether it takes writes for its database and the other replicas, which follow it. */
    readonly leads: boolean;
    readonly priority: number;
    readonly syncTimeoutSeconds: number;
}

export interface PrimarySpec {
    readonly host: string;
    readonly port: number;
    /** Whether it is on the same Docker host: then its container is reached directly, whatever its port is bound to. */
    readonly nearby: boolean;
}
