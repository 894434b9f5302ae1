/** Prevents a database from being removed by mistake. */
import * as random from "@pulumi/random";
import { deletionProtectionName } from "../../model/plan";
import type { After } from "./children";
import type { DatabaseNodes, UnprotectedNodes } from "./nodes";
import type { PreparedServer } from "./prepare";
import { backupContainers, containersOf } from "./start";

/**
 * Adds a resource that Pulumi refuses to delete while `deletionProtection` is on. It depends on all other resources of
 * the server, and on those of the servers with the guards `others`, so Pulumi would have to delete it first. A protected
 * volume alone is not enough: with `--skip-preview`, Pulumi reaches the volume after it has deleted the server. The
 * resource exists without protection too, so that turning the protection on or off creates and deletes nothing. Its
 * name states what to do, since the name is the only text that the component can add to Pulumi's error. Following the
 * error's own advice would only remove the protection in the state.
 */
export function protectFromDeletion(
    { children, plan: { name, deletionProtection } }: PreparedServer,
    nodes: UnprotectedNodes,
    others: After = [],
): DatabaseNodes {
    const protect = children.protect || deletionProtection;
    const aliases = [{ name: `${name}-deletion-protection` }];
    const guard = children.plan("deletionProtection", deletionProtectionName, { byteLength: 1 }, { protect, aliases });
    return {
        ...nodes,
        deletionProtection: guard.create(random.RandomId, {}, [
            ...containersOf(nodes),
            ...backupContainers(nodes),
            ...others,
        ]),
    };
}
