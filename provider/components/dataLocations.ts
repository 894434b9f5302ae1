/** Locations of data: each belongs to one database only. */
import * as pulumi from "@pulumi/pulumi";
import { type Place, sharedPlace } from "../model/arguments/persistence";
import type { Finding } from "../model/findings";
import type { DockerHost } from "./dockerHost";
import { perProgram } from "./perProgram";

/** A database's unique name, readable for people. The agent records it as the owner of the data. */
export const ownerOf = (database: string) => `${pulumi.getProject()}/${pulumi.getStack()}/${database}`;

interface ClaimedLocation {
    readonly name: string;
    readonly dockerHost: DockerHost;
    readonly place: Place;
}

/** Claims a location for a database. Returns findings if another database of the stack has claimed it. */
export function claimLocation(name: string, place: Place, dockerHost: DockerHost): Finding[] {
    if (!pulumi.runtime.getStackResource()) return [];
    const claimed = perProgram<ClaimedLocation[]>("places", () => []);
    const findings = claimed
        .filter((other) => other.dockerHost === dockerHost)
        .flatMap((other) => sharedPlace(place, other));
    if (findings.length === 0) claimed.push({ name, dockerHost, place });
    return findings;
}
