/** What servers may be called: their names become parts of those of containers and volumes, and on a network their own. */
import { isIP } from "node:net";
import { type Finding, finding, problem, show } from "../findings";
import { isHost } from "./certificateChecks";
import type { Servers } from "./servers";

/** A file system's 255 bytes for the name of a directory, without `-settings-` and Pulumi's random suffix. */
const longest = 238;

export const nameProblems = {
    nameRefused: problem(
        "name-not-usable",
        "Docker refuses containers or volumes of the name.",
        `give a name of at most ${longest} letters, digits, hyphens, underscores and dots, a letter or digit first`,
    ),
    nameNotFound: problem(
        "name-no-host-name",
        "On `network`, containers would not find the server by its name.",
        "give a name whose parts between dots have at most 63 characters and end in a letter or digit, or leave network out",
    ),
};

/** What is wrong with the names of a component's servers, where they are not wrong as those of replicas. */
export function checkNames(servers: Servers): Finding[] {
    const [own, ...replicas] = servers;
    const found = checkName(own.name, own.args.network !== undefined, "name", "is");
    if (found.length > 0) return found;
    return replicas.flatMap(({ name, args, path }) =>
        checkName(name, args.network !== undefined, `${path}name`, "makes the replica"),
    );
}

export function checkName(name: string, isAlias: boolean, path: string, verb: string): Finding[] {
    const text = `${verb} ${show(name)}, ${name.length > 63 ? `${name.length} characters, ` : ""}`;
    if (!/^[a-zA-Z0-9][\w.-]*$/.test(name) || name.length > longest)
        return [finding(nameProblems.nameRefused, path, `${text}which Docker refuses for containers and volumes`)];
    if (isAlias && (!isHost(name) || isIP(name) !== 0))
        return [finding(nameProblems.nameNotFound, path, `${text}which is no host name on the network`)];
    return [];
}
