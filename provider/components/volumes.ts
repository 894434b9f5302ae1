/** Where a database's data and its settings live, whatever container is there at the time. */
import * as docker from "@pulumi/docker";
import type { MakeChild } from "./children";

export interface Volumes {
    /** What clients store. */
    readonly data: docker.Volume;
    /** What the server is told: written by the agent, read by the server. */
    readonly settings: docker.Volume;
}

export function createVolumes(child: MakeChild): Volumes {
    return {
        data: child("dataVolume", "data", docker.Volume, {}),
        settings: child("settingsVolume", "settings", docker.Volume, {}),
    };
}
