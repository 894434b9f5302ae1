/** The replicas that a database asks for, and the primary that a replica has: what is wrong with them. */
import { type Finding, show } from "./findings";
import { type PlainArguments, type Values, defaultEngine, isNodeName } from "./properties";
import { type Wanted, canUpgrade, nameOf, parseVersion, releaseOf, versions } from "./versions";

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

/** A replica has native TLS, its primary's version or a later one, as much memory, and finds its primary. */
export function checkPrimary(
    values: Values,
    primary: NonNullable<Values["primary"]>,
    wanted: Wanted | undefined,
): Finding[] {
    const findings: Finding[] = [];
    if (wanted && !versions[releaseOf(wanted)].nativeTls) {
        const path = values.version === undefined ? "primary.version" : "version";
        const problem = `is "${wanted.version}", but ${nameOf(releaseOf(wanted))} speaks no TLS itself`;
        findings.push({ path, problem, remedy: "give 6.0 or later" });
    } else if (wanted && primary.version) {
        const engine = primary.engine ?? defaultEngine;
        const followed = parseVersion(primary.version, engine);
        const from = followed && releaseOf({ engine, version: followed.version });
        const to = releaseOf(wanted);
        if (from && from !== to && !canUpgrade(from, to)) {
            findings.push({
                path: wanted.engine === engine ? "version" : "engine",
                problem: `is ${nameOf(to)}, which cannot read what its primary, ${nameOf(from)}, sends`,
                remedy: "leave it out to have the primary's, or give a later version",
            });
        }
    }
    if (values.memoryMb !== undefined && primary.memoryMb !== undefined && values.memoryMb < primary.memoryMb) {
        findings.push({
            path: "memoryMb",
            problem: `is ${values.memoryMb}, but its primary has ${primary.memoryMb} and may hold more than fits here`,
            remedy: `give at least ${primary.memoryMb}, or leave it out`,
        });
    }
    if (!primary.nearby && isThisHostAlone(primary.host)) {
        findings.push({
            path: "primary.host",
            problem: `is "${primary.host}", which is another machine here than there`,
            remedy: "give the primary a bindAddress that this Docker host reaches, and its host",
        });
    }
    return findings;
}

/** A name or address by which nobody else finds this machine. */
export function isThisHostAlone(host: string): boolean {
    return host === "localhost" || host === "::1" || host.startsWith("127.");
}
