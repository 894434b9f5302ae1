/** Where a server's data and its settings are, whatever container runs. */
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
    /** Settings: written by the agent, read by the server. */
    readonly settings: docker.Volume;
    /**
     * The name that the server was made with. What clients verify and passwords are bound to keeps to it when the
     * component gets another one. Of servers that an earlier release made: the name that they have now.
     */
    readonly madeAs: pulumi.Output<string>;
    /**
     * The names of the server on its network: that one, and one that no other server has. Servers that an earlier
     * release made have only the first, since another name would replace them.
     */
    readonly aliases: pulumi.Output<string[]>;
    /** The settings alone. */
    readonly settingsMount: ContainerVolume;
}

export interface Volumes extends SettingsVolume {
    /** What clients store; absent where the program says where that is. */
    readonly data?: docker.Volume;
    /** Both, as the agent and the server mount them. */
    readonly mounts: pulumi.Input<ContainerVolume>[];
}

const madeAsLabel = "redis-database.made-as";

type ContainerVolume = docker.types.input.ContainerVolume;

/** Where the agent keeps what the server reads, also the users that people made with `ACL SETUSER`. */
export function createSettingsVolume(children: Children, { name, deletionProtection }: ServerPlan): SettingsVolume {
    const settings = children.create(
        "settingsVolume",
        "settings",
        docker.Volume,
        { labels: [{ label: madeAsLabel, value: name }] },
        // Another label is another volume, and all that is on it would be lost.
        { protect: children.protect || deletionProtection, ignoreChanges: ["labels"] },
    );
    const made = settings.labels.apply((labels) => labels?.find(({ label }) => label === madeAsLabel)?.value);
    const aliases = pulumi
        .all([made, settings.name])
        .apply(([made, volume]) => (made === undefined ? [name] : [...new Set([made, networkName(made, volume)])]));
    return {
        settings,
        madeAs: made.apply((known) => known ?? name),
        aliases,
        settingsMount: { volumeName: settings.name, containerPath: settingsDir },
    };
}

/** Comes after passwords, ports and certificates: Pulumi, which refuses to delete it, would delete it before these. */
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
            // Another option is another volume, without the data; and a quota is one that no program has asked for.
            ignoreChanges: ["driverOpts"],
            hooks: { beforeCreate: plan.quota ? limitVolume(owner, spec) : [] },
        },
    );
    const kept = children.made.filter((child) => child !== settings.settings);
    const data = planned.create(docker.Volume, {}, kept);
    return {
        ...settings,
        data,
        mounts: [{ volumeName: data.name, containerPath: dataDir }, settingsMount],
    };
}

function ownDataMount({ data }: DatabaseSpec): ContainerVolume {
    const place = data?.volume === undefined ? { hostPath: data?.hostPath } : { volumeName: data.volume };
    return { ...place, containerPath: dataDir };
}
