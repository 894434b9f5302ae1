/** What a replica of the same program may follow. */
import type * as pulumi from "@pulumi/pulumi";
import type { Followed } from "./followed";

/** A database that replicas of the same program can follow: a `RedisDatabase`. */
export interface FollowedDatabase extends pulumi.ComponentResource {
    /** By name, what replicas of other programs need. Only databases have it. Secret. */
    readonly replicationAccess: pulumi.Output<Record<string, object>>;
    /** @internal */
    readonly followed: Followed;
}
