/** The volumes of a server. They outlive its containers. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { ServerPlan } from "../../model/plan";
import { dataDir, settingsDir } from "../../model/render/layout";
import { networkName } from "../../model/render/networkName";
import type { Owner } from "../hooks/owner";
import { limitVolume } from "../hooks/quota";
import type { Children } from "./children";
import type { Specification } from "./specification";

interface SettingsVolume {
    /** The settings volume: written by the agent, read by the server. */
    readonly settings: docker.Volume;
    /**
     * The name with which the server was created. Its network name, certificate and password rotation depend on this
     * name, so that they survive renaming the component. For servers of an earlier release, the current name.
     */
    readonly madeAs: pulumi.Output<string>;
    /**
     * The names of the server on its network: `madeAs`, and a unique name. Servers of an earlier release have only the
     * first, since adding a name would replace them.
     */
    readonly aliases: pulumi.Output<string[]>;
    /** The mount of the settings volume. */
    readonly settingsMount: ContainerVolume;
}

export interface Volumes extends SettingsVolume {
    /** The data volume; absent if `data` sets another location. */
    readonly data?: docker.Volume;
    /** The mounts of data and settings, for the agent and the server. */
    readonly mounts: pulumi.Input<ContainerVolume>[];
}

const madeAsLabel = "redis-database.made-as";

type ContainerVolume = docker.types.input.ContainerVolume;

/** Creates the volume with everything that the server reads, including users created with `ACL SETUSER`. */
export function createSettingsVolume(children: Children, { name, deletionProtection }: ServerPlan): SettingsVolume {
    const settings = children.create(
        "settingsVolume",
        "settings",
        docker.Volume,
        { labels: [{ label: madeAsLabel, value: name }] },
        // A changed label would replace the volume, and its contents would be lost.
        { protect: children.protect || deletionProtection, ignoreChanges: ["labels"] },
    );
    const recordedName = settings.labels.apply((labels) => labels?.find(({ label }) => label === madeAsLabel)?.value);
    const aliases = pulumi
        .all([recordedName, settings.name])
        .apply(([madeAs, volume]) =>
            madeAs === undefined ? [name] : [...new Set([madeAs, networkName(madeAs, volume)])],
        );
    return {
        settings,
        madeAs: recordedName.apply((known) => known ?? name),
        aliases,
        settingsMount: { volumeName: settings.name, containerPath: settingsDir },
    };
}

/**
 * Depends on passwords, ports and certificates: Pulumi must delete the volume before them, which it refuses if it is
 * protected.
 */
export function createVolumes(
    children: Children,
    plan: ServerPlan,
    spec: Specification,
    owner: Owner,
    settings: SettingsVolume,
): Volumes {
    const { settingsMount } = settings;
    if (!plan.dataVolume) return { ...settings, mounts: [spec.apply(ownDataMount), settingsMount] };
    const planned = children.plan(
        "dataVolume",
        "data",
        {},
        {
            protect: children.protect || plan.deletionProtection,
            // A changed option would replace the volume, and the data would be lost. A quota is an option that the
            // program does not set.
            ignoreChanges: ["driverOpts"],
            hooks: { beforeCreate: plan.quota ? limitVolume(owner, spec) : [] },
        },
    );
    const kept = children.created.filter((child) => child !== settings.settings);
    const data = planned.create(docker.Volume, {}, kept);
    return {
        ...settings,
        data,
        mounts: [{ volumeName: data.name, containerPath: dataDir }, settingsMount],
    };
}

function ownDataMount({ data }: DatabaseSpec): ContainerVolume {
    const source = data?.volume === undefined ? { hostPath: data?.hostPath } : { volumeName: data.volume };
    return { ...source, containerPath: dataDir };
}
