/** A server as the program requests it: validated, with defaults filled in and without secrets. */
import type { ResolvedOf } from "./arguments/definition";
import type { serverArguments } from "./arguments/index";
import type { dataArguments } from "./arguments/persistence";
import type { restoreArguments } from "./arguments/restore";
import type { SavePoint } from "./catalog/flavors";
import type { Version } from "./catalog/versions";

/** Arguments whose defaults depend on other arguments, so that their definitions do not contain them. */
type Derived = "version" | "savePoints" | "image" | "tls";
type ServerArguments = Omit<typeof serverArguments, Derived>;
type TlsArguments = Omit<(typeof serverArguments)["tls"]["members"], "hosts">;

/** Each argument has its value, or its default. Only what does not follow from the definitions is declared here. */
export interface DatabaseSpec extends ResolvedOf<ServerArguments> {
    readonly version: Version;
    /** When to write a dump; empty for `nordb`. */
    readonly savePoints: readonly SavePoint[];
    readonly image: string;
    readonly tls: ResolvedOf<TlsArguments> & {
        /** Every name and address for which the certificate is valid. */
        readonly hosts: readonly string[];
    };
    /** The location of the data, unless it is a volume that the component creates. */
    readonly data?: ResolvedOf<typeof dataArguments>["data"];
    /** The source of a new database's data, without secrets; absent if it starts empty. */
    readonly restoreFrom?: ResolvedOf<typeof restoreArguments>["restoreFrom"];
    /** Seconds for which an update waits for the server, if the program sets them. */
    readonly startTimeoutSeconds?: number;
    /** Whether the server may follow a primary that was set by hand. */
    readonly importing: boolean;
    /** The users with which replicas may follow the server. */
    readonly followers: readonly string[];
    /** Only for replicas. */
    readonly replica?: ReplicaSpec;
}

/** A server's role as a replica. */
export interface ReplicaSpec {
    /** The primary that it follows; absent if it takes writes or is promoted. */
    readonly primary?: PrimarySpec;
    /** Whether it takes writes, and the database's own server and the other replicas follow it. */
    readonly leads: boolean;
    readonly priority: number;
    readonly syncTimeoutSeconds: number;
}

export interface PrimarySpec {
    readonly host: string;
    readonly port: number;
    /** Whether it is on the same Docker host. Then its container is reached directly, not through its published port. */
    readonly nearby: boolean;
}
