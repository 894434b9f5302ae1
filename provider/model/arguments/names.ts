/** Valid names of components. A name is part of container and volume names and, on a network, the server's host name. */
import { isIP } from "node:net";
import { type Finding, finding, problem, show } from "../findings";
import { isHost } from "./certificateChecks";
import type { Servers } from "./servers";

/** File systems allow 255 bytes for a directory's name, which also has `-settings-` and Pulumi's random suffix. */
const maxNameLength = 238;

export const nameProblems = {
    nameRefused: problem(
        "name-not-usable",
        "Docker refuses this name for containers or volumes.",
        `give a name of at most ${maxNameLength} letters, digits, hyphens, underscores and dots that starts with a letter or digit`,
    ),
    nameNotFound: problem(
        "name-no-host-name",
        "Other containers on `network` could not resolve the server's name.",
        "give a name whose parts between dots have at most 63 characters and end in a letter or digit, or leave network out",
    ),
};

/** Checks the names of a component's servers. Invalid names of replicas are reported elsewhere. */
export function checkNames(servers: Servers): Finding[] {
    const [own, ...replicas] = servers;
    const found = checkName(own.name, own.args.network !== undefined, "name", "is");
    if (found.length > 0) return found;
    return replicas.flatMap(({ name, args, path }) =>
        checkName(name, args.network !== undefined, `${path}name`, "results in the component name"),
    );
}

export function checkName(name: string, isAlias: boolean, path: string, verb: string): Finding[] {
    const text = `${verb} ${show(name)}, ${name.length > 63 ? `${name.length} characters, ` : ""}`;
    if (!/^[a-zA-Z0-9][\w.-]*$/.test(name) || name.length > maxNameLength)
        return [finding(nameProblems.nameRefused, path, `${text}which Docker refuses for containers and volumes`)];
    if (isAlias && (!isHost(name) || isIP(name) !== 0))
        return [finding(nameProblems.nameNotFound, path, `${text}which is not a valid host name on the network`)];
    return [];
}
