/** Where a database's data and its settings live, whatever container is there at the time. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { defaults } from "../../model/arguments/resolve";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { dataDir, settingsDir } from "../../model/render/layout";
import type { ServerArgs } from "../validation";
import type { MakeChild } from "./children";
import type { Provider } from "../hooks/dockerCommand";
import { limitVolume } from "../hooks/quota";

export interface Volumes {
    /** What clients store; absent where the program says where that is. */
    readonly data?: docker.Volume;
    /** What the server is told: written by the agent, read by the server. */
    readonly settings: docker.Volume;
    /** Both, as the agent and the server mount them. */
    readonly mounts: pulumi.Input<ContainerVolume>[];
    /** The settings alone. */
    readonly settingsMount: ContainerVolume;
}

type ContainerVolume = docker.types.input.ContainerVolume;

export function createVolumes(
    child: MakeChild,
    spec: pulumi.Output<DatabaseSpec>,
    { data: own, diskSizeGb, deletionProtection: protect = defaults.deletionProtection }: ServerArgs,
    provider: Provider,
): Volumes {
    const settings = child("settingsVolume", "settings", docker.Volume, {});
    const settingsMount = { volumeName: settings.name, containerPath: settingsDir };
    if (own) return { settings, settingsMount, mounts: [spec.apply(ownDataMount), settingsMount] };
    const beforeCreate = diskSizeGb === undefined ? [] : limitVolume({ provider, spec });
    // Another option is another volume, without the data; and a quota is one that no program has asked for.
    const ignoreChanges = ["driverOpts"];
    const data = child("dataVolume", "data", docker.Volume, {}, { protect, ignoreChanges, hooks: { beforeCreate } });
    return {
        data,
        settings,
        settingsMount,
        mounts: [{ volumeName: data.name, containerPath: dataDir }, settingsMount],
    };
}

function ownDataMount({ data }: DatabaseSpec): ContainerVolume {
    const place = data?.volume === undefined ? { hostPath: data?.hostPath } : { volumeName: data.volume };
    return { ...place, containerPath: dataDir };
}
