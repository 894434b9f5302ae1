/** The type of databases that a replica in the same program can follow. */
import type * as pulumi from "@pulumi/pulumi";
import type { Followed } from "./followed";

/** A database that replicas in the same program can follow: a `RedisDatabase`. */
export interface FollowedDatabase extends pulumi.ComponentResource {
    /**
     * What replicas of other programs need in order to follow, by name. Only a `RedisDatabase` has this output. Secret.
     */
    readonly replicationAccess: pulumi.Output<Record<string, object>>;
    /** @internal */
    readonly followed: Followed;
}
