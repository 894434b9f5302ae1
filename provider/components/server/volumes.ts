/** Where a server's data and its settings are, whatever container runs. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { ServerPlan } from "../../model/plan";
import { dataDir, settingsDir } from "../../model/render/layout";
import { networkName } from "../../model/render/networkName";
import type { DockerHost } from "../dockerHost";
import { limitVolume } from "../hooks/quota";
import type { Children } from "./children";

export interface Volumes {
    /** What clients store; absent where the program says where that is. */
    readonly data?: docker.Volume;
    /** Settings: written by the agent, read by the server. */
    readonly settings: docker.Volume;
    /** Both, as the agent and the server mount them. */
    readonly mounts: pulumi.Input<ContainerVolume>[];
    /** The names of the server on its network: its own, and one that no other server has. */
    readonly aliases: pulumi.Output<string[]>;
    /** The settings alone. */
    readonly settingsMount: ContainerVolume;
}

type ContainerVolume = docker.types.input.ContainerVolume;

/**
 * On the volumes of servers that have a name of their own on a network. Another name would replace those that earlier
 * releases made, so that these keep theirs.
 */
const namedOnNetwork = { label: "redis-database.network-name", value: "own" };

export function createVolumes(
    children: Children,
    plan: ServerPlan,
    spec: pulumi.Output<DatabaseSpec>,
    dockerHost: DockerHost,
): Volumes {
    const settings = children.create(
        "settingsVolume",
        "settings",
        docker.Volume,
        { labels: [namedOnNetwork] },
        { ignoreChanges: ["labels"] },
    );
    const aliases = pulumi
        .all([settings.labels, settings.name])
        .apply(([labels = [], name]) =>
            labels.some(({ label }) => label === namedOnNetwork.label)
                ? [...new Set([plan.name, networkName(plan.name, name)])]
                : [plan.name],
        );
    const settingsMount = { volumeName: settings.name, containerPath: settingsDir };
    if (!plan.dataVolume)
        return { settings, settingsMount, aliases, mounts: [spec.apply(ownDataMount), settingsMount] };
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
        aliases,
        mounts: [{ volumeName: data.name, containerPath: dataDir }, settingsMount],
    };
}

function ownDataMount({ data }: DatabaseSpec): ContainerVolume {
    const place = data?.volume === undefined ? { hostPath: data?.hostPath } : { volumeName: data.volume };
    return { ...place, containerPath: dataDir };
}
