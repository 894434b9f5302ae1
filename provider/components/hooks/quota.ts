/**
 * Makes a data volume with a quota, on Docker hosts that can hold one (the `local` driver on XFS with `pquota`). The
 * others refuse a volume that asks for it, and which kind a host is shows only when it is asked: so Docker's own command
 * tries, and the provider then takes over the volume of this name that is there.
 */
import * as pulumi from "@pulumi/pulumi";
import { diskSizeMb } from "../../model/sizing/disk";
import type { DockerHost } from "../dockerHost";
import { dockerCommand, valueOf } from "./dockerCommand";
import type { Specification } from "../server/specification";
import { oncePerStack } from "./oncePerStack";
import { plain } from "./plain";

interface Limited {
    readonly dockerHost: DockerHost;
    readonly spec: Specification;
}

/** For the `beforeCreate` hooks of one database's data volume: one that is there already is never touched. */
export const limitVolume = oncePerStack(
    (limited: Limited, index) =>
        new pulumi.ResourceHook(`redis-database:limitVolume-${index}`, (args) => create(limited, args)),
);

async function create({ dockerHost, spec }: Limited, { name, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const diskSizeGb = await valueOf(spec.get("diskSizeGb"));
    const { name: volume, driver, driverOpts } = (await plain(newInputs)) as Readonly<Record<string, unknown>>;
    // Whoever says himself how the volume is made knows better.
    if (diskSizeGb === undefined || typeof volume !== "string" || driver !== undefined || driverOpts !== undefined)
        return;
    try {
        const run = await dockerCommand(dockerHost);
        await run("volume", "create", "--opt", `size=${diskSizeMb(diskSizeGb)}m`, volume);
    } catch (error) {
        await pulumi.log.info(
            `${name}: made without a quota of ${diskSizeGb} GiB, which this Docker host cannot hold; the health check watches over it.`,
        );
        await pulumi.log.debug(`${name}: ${String(error)}`);
    }
}
