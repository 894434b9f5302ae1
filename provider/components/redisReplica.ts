/** A replica of a database: here, or on another Docker host. */
import type * as pulumi from "@pulumi/pulumi";
import type { RedisReplicaArgs } from "./args";
import { roleUnder, roleUnderOther } from "./replication/replication";
import { RedisServer } from "./redisServer";

/**
 * A read-only copy of a database that follows it over TLS, with a password and URLs of its own. Where the arguments say
 * nothing, it is as its primary is. An up waits for its first sync. `promoted` makes it a database that takes writes,
 * for good.
 *
 * Throws when arguments are wrong, with all that is wrong and before anything is touched.
 */
export class RedisReplica extends RedisServer {
    /** Whether it takes writes itself and follows nobody. In process only. */
    readonly promoted: boolean;

    /**
     * @param name Name of the replica in the program; its children's names start with it.
     * @param args Whom it follows, and how it differs.
     * @param opts Pulumi's options; a `docker.Provider` among them names the Docker host.
     */
    constructor(name: string, args: RedisReplicaArgs, opts?: pulumi.ComponentResourceOptions) {
        const promoted = args.promoted === true || args.primary === undefined;
        const { primary, ...own } = args;
        // It has no data of its own that could be lost, until it takes writes.
        const defaults = { deletionProtection: promoted };
        const role =
            primary &&
            (primary instanceof RedisServer
                ? roleUnder(primary, name, promoted, opts)
                : roleUnderOther(primary, promoted));
        const all = { ...defaults, ...role?.inherited, ...own, ...(role && { primary: role.facts }) };
        super("RedisReplica", name, all, opts, role);
        this.promoted = promoted;
        this.publish();
    }
}
