/**
 * Makes a data volume with a quota, on Docker hosts that can hold one (the `local` driver on XFS with `pquota`). The
 * others refuse a volume that asks for it, and which kind a host is shows only when it is asked: so Docker's own command
 * tries, and the provider then takes over the volume of this name that is there.
 */
import type * as pulumi from "@pulumi/pulumi";
import { diskSizeMb } from "../../model/sizing/disk";
import { log } from "../log";
import type { Specification } from "../server/specification";
import { NotReached, dockerCommand, valueOf } from "./dockerCommand";
import type { Owner } from "./owner";
import { plain } from "./plain";

/** For the `beforeCreate` hooks of one database's data volume: one that is there already is never touched. */
export function limitVolume(owner: Owner, spec: Specification): pulumi.ResourceHook[] {
    return owner.hooks.on("limitVolume", (args) => create(owner, spec, args));
}

async function create(owner: Owner, spec: Specification, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const diskSizeGb = await valueOf(spec.get("diskSizeGb"));
    const { name: volume, driver, driverOpts } = (await plain(newInputs)) as Readonly<Record<string, unknown>>;
    // Whoever says himself how the volume is made knows better.
    if (diskSizeGb === undefined || typeof volume !== "string" || driver !== undefined || driverOpts !== undefined)
        return;
    try {
        const run = await dockerCommand(owner.dockerHost);
        await run("volume", "create", "--opt", `size=${diskSizeMb(diskSizeGb)}m`, volume);
    } catch (error) {
        const reason =
            error instanceof NotReached
                ? "since the docker command does not reach its Docker host"
                : "which this Docker host cannot hold";
        await log(
            "info",
            `${name}: made without a quota of ${diskSizeGb} GiB, ${reason}; the health check watches over it.`,
            owner,
        );
        await log("debug", `${name}: ${String(error)}`, owner);
    }
}
