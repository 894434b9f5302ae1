/** Keeps a database from being removed by mistake. */
import * as random from "@pulumi/random";
import type * as docker from "@pulumi/docker";
import { defaults } from "../../model/arguments/resolve";
import type { ServerArgs } from "../validation";
import type { PlanChild } from "./children";

/**
 * A resource whose removal Pulumi refuses while `deletionProtection` is on. It depends on the server, so that it
 * would have to go first: a protected volume alone is noticed when the server is gone already, where somebody skips
 * the preview. It is there without protection, too, or switching that on and off would make and remove a resource.
 */
export function protectFromDeletion(
    plan: PlanChild,
    containers: readonly docker.Container[],
    { deletionProtection: protect = defaults.deletionProtection }: ServerArgs,
): random.RandomId {
    const guard = plan("deletionProtection", "deletion-protection", { byteLength: 1 }, { protect });
    return guard.create(random.RandomId, {}, containers);
}
