/** Keeps a database from being removed by mistake. */
import type * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";
import type { ServerPlan } from "../../model/plan";
import type { Children } from "./children";

/**
 * A resource whose removal Pulumi refuses while `deletionProtection` is on. It depends on the containers, so that it
 * would have to go first: a protected volume alone is noticed when the server is gone already, if the preview is
 * skipped. It is there without protection, too, or switching that on and off would create and remove a resource.
 */
export function protectFromDeletion(
    children: Children,
    { deletionProtection }: ServerPlan,
    containers: readonly docker.Container[],
): random.RandomId {
    const protect = children.protect || deletionProtection;
    const guard = children.plan("deletionProtection", "deletion-protection", { byteLength: 1 }, { protect });
    return guard.create(random.RandomId, {}, containers);
}
