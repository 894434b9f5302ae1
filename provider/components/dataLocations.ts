/** Locations of data: each belongs to one database only. */
import * as pulumi from "@pulumi/pulumi";
import { type DataLocation, sharedLocation } from "../model/arguments/persistence";
import type { Finding } from "../model/findings";
import type { DockerHost } from "./dockerHost";
import { currentProgram, perProgram } from "./perProgram";

/** A database's unique name, readable for people. The agent records it as the owner of the data. */
export const ownerOf = (database: string) => `${pulumi.getProject()}/${pulumi.getStack()}/${database}`;

interface ClaimedLocation {
    readonly name: string;
    readonly dockerHost: DockerHost;
    readonly location: DataLocation;
}

/** Claims a location for a database. Returns findings if another database of the stack has claimed it. */
export function claimLocation(name: string, location: DataLocation, dockerHost: DockerHost): Finding[] {
    if (!currentProgram()) return [];
    const claimed = perProgram<ClaimedLocation[]>("places", () => []);
    const findings = claimed
        .filter((other) => other.dockerHost === dockerHost)
        .flatMap((other) => sharedLocation(location, other));
    if (findings.length === 0) claimed.push({ name, dockerHost, location });
    return findings;
}
