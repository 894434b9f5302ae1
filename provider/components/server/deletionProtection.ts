/** Keeps a database from being removed by mistake. */
import * as random from "@pulumi/random";
import { type ServerPlan, deletionProtectionName } from "../../model/plan";
import type { After, Children } from "./children";

/**
 * A resource whose removal Pulumi refuses while `deletionProtection` is on. It depends on all others, so that it
 * would have to go first: a protected volume alone is noticed when the server is gone already, if the preview is
 * skipped. It is there without protection, too, or switching that on and off would create and remove a resource. Its name says what to
 * do: it is all that the component can put into Pulumi's error, whose own advice would remove the protection alone.
 */
export function protectFromDeletion(
    children: Children,
    { name, deletionProtection }: ServerPlan,
    others: After,
): random.RandomId {
    const protect = children.protect || deletionProtection;
    const aliases = [{ name: `${name}-deletion-protection` }];
    const guard = children.plan("deletionProtection", deletionProtectionName, { byteLength: 1 }, { protect, aliases });
    return guard.create(random.RandomId, {}, others);
}
