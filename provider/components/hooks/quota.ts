/**
 * Creates a data volume with a quota, on Docker hosts that support quotas (the `local` driver on XFS with `pquota`).
 * Other hosts refuse such a volume, and there is no way to detect support other than trying. So the docker command
 * creates the volume, and the provider then adopts the existing volume of this name.
 */
import type * as pulumi from "@pulumi/pulumi";
import { diskSizeMb } from "../../model/sizing/disk";
import { log } from "../log";
import type { Specification } from "../server/specification";
import { valueOf } from "../unknowns";
import { NotReached, dockerCommand } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";

/** `beforeCreate` hooks of a data volume. An existing volume is never changed. */
export function limitVolume(owner: Owner, spec: Specification): pulumi.ResourceHook[] {
    return owner.hooks.on("limitVolume", (args) => create(owner, spec, args));
}

async function create(owner: Owner, spec: Specification, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const diskSizeGb = await valueOf(spec.get("diskSizeGb"));
    const { name: volume, driver, driverOpts } = (await plain(newInputs)) as Readonly<Record<string, unknown>>;
    // A transform that sets these options takes precedence.
    if (diskSizeGb === undefined || typeof volume !== "string" || driver !== undefined || driverOpts !== undefined)
        return;
    try {
        const run = await dockerCommand(owner.dockerHost);
        await run("volume", "create", "--opt", `size=${diskSizeMb(diskSizeGb)}m`, volume);
    } catch (error) {
        const reason =
            error instanceof NotReached
                ? "because the docker command does not reach its Docker host"
                : "which this Docker host does not support";
        await log(
            "info",
            `${name}: created without a quota of ${diskSizeGb} GiB, ${reason}; the health check monitors the disk usage instead.`,
            owner,
        );
        await log("debug", `${name}: ${String(error)}`, owner);
    }
}
