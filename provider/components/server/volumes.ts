/** Where a server's data and its settings are, whatever container runs. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { ServerPlan } from "../../model/plan";
import { dataDir, settingsDir } from "../../model/render/layout";
import type { DockerHost } from "../dockerHost";
import { limitVolume } from "../hooks/quota";
import type { Children } from "./children";
import type { Specification } from "./specification";

export interface Volumes {
    /** What clients store; absent where the program says where that is. */
    readonly data?: docker.Volume;
    /** Settings: written by the agent, read by the server. */
    readonly settings: docker.Volume;
    /** Both, as the agent and the server mount them. */
    readonly mounts: pulumi.Input<ContainerVolume>[];
    /** The settings alone. */
    readonly settingsMount: ContainerVolume;
}

type ContainerVolume = docker.types.input.ContainerVolume;

export function createVolumes(
    children: Children,
    plan: ServerPlan,
    spec: Specification,
    dockerHost: DockerHost,
): Volumes {
    const settings = children.create("settingsVolume", "settings", docker.Volume, {});
    const settingsMount = { volumeName: settings.name, containerPath: settingsDir };
    if (!plan.dataVolume) return { settings, settingsMount, mounts: [spec.apply(ownDataMount), settingsMount] };
    const data = children.create(
        "dataVolume",
        "data",
        docker.Volume,
        {},
        {
            protect: plan.deletionProtection,
            // Another option is another volume, without the data; and a quota is one that no program has asked for.
            ignoreChanges: ["driverOpts"],
            hooks: { beforeCreate: plan.quota ? limitVolume({ dockerHost, spec }) : [] },
        },
    );
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
