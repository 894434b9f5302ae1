/** Whose data is where: one place is for one database. */
import * as pulumi from "@pulumi/pulumi";
import { type Place, sharedPlace } from "../model/arguments/persistence";
import type { Finding } from "../model/findings";
import type { DockerHost } from "./dockerHost";
import { perProgram } from "./perProgram";

/** What people call a database, unlike any other. */
export const ownerOf = (database: string) => `${pulumi.getProject()}/${pulumi.getStack()}/${database}`;

interface Taken {
    readonly name: string;
    readonly dockerHost: DockerHost;
    readonly place: Place;
}

/** What is wrong with the place where another database of the stack has its data; the place is the database's if nothing is. */
export function takePlace(name: string, place: Place, dockerHost: DockerHost): Finding[] {
    if (!pulumi.runtime.getStackResource()) return [];
    const taken = perProgram<Taken[]>("places", () => []);
    const findings = taken
        .filter((other) => other.dockerHost === dockerHost)
        .flatMap((other) => sharedPlace(place, other));
    if (findings.length === 0) taken.push({ name, dockerHost, place });
    return findings;
}
