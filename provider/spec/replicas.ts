/** The replicas that a database asks for: their names, and all that is wrong with them. */
import { type Finding, show } from "./findings";
import { type PlainArguments, isNodeName } from "./properties";

const most = 16;
const example = 'give a number from 0 to 16, or a list such as [{ name: "reader" }]';

/** One for each, with a name: numbered where the program gives none. */
export function listReplicas(replicas: unknown): PlainArguments[] {
    const listed: unknown[] =
        typeof replicas === "number"
            ? Array.from({ length: Math.min(replicas, most) }, () => ({}))
            : Array.isArray(replicas)
              ? replicas
              : [];
    return listed.map((entry, index) => ({
        name: `replica-${index + 1}`,
        ...(typeof entry === "object" ? entry : undefined),
    }));
}

export function replicaNames(replicas: unknown): string[] {
    return listReplicas(replicas).map(({ name }) => String(name));
}

/**
 * What is wrong with them. `check` knows what is wrong with one of them, whose primary is on another Docker host where
 * `elsewhere` says so.
 */
export function checkReplicas(
    replicas: unknown,
    access: readonly string[],
    check: (replica: PlainArguments, elsewhere: boolean) => Finding[],
): Finding[] {
    const isNumber = Number.isInteger(replicas) && Number(replicas) >= 0 && Number(replicas) <= most;
    if (!isNumber && !(Array.isArray(replicas) && replicas.length <= most)) {
        return [{ path: "replicas", problem: `is ${show(replicas)}`, remedy: example }];
    }
    const names = replicaNames(replicas);
    return listReplicas(replicas).flatMap(({ name, provider, ...replica }, index) => {
        const path = `replicas[${index}]`;
        const given: unknown = Array.isArray(replicas) ? replicas[index] : {};
        if (typeof given !== "object" || given === null) {
            return [{ path, problem: `is ${show(given)}`, remedy: 'give an object such as { name: "reader" }' }];
        }
        const findings = check(replica, provider !== undefined).map((finding) => ({
            ...finding,
            path: `${path}.${finding.path}`,
        }));
        if (typeof name !== "string" || !isNodeName(name)) {
            const remedy = "give lower-case letters, digits and hyphens, a letter first";
            findings.push({ path: `${path}.name`, problem: `is ${show(name)}`, remedy });
        } else if (names.indexOf(name) !== index || access.includes(name)) {
            findings.push({ path: `${path}.name`, problem: `is "${name}", as another's is`, remedy: "give another" });
        }
        return findings;
    });
}
