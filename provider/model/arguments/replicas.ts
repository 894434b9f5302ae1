/** The replicas that a database asks for, and the primary that a replica has: what is wrong with them. */
import { type Finding, show } from "../findings";
import { type PlainArguments, type Values, defaultEngine, isNodeName } from "./properties";
import { type Release, type Wanted, canUpgrade, nameOf, parseVersion, releaseOf, versions } from "../catalog/versions";

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

/** A replica has its primary's version or a later one, as much memory, and finds its primary. */
export function checkPrimary(
    values: Values,
    primary: NonNullable<Values["primary"]>,
    wanted: Wanted | undefined,
): Finding[] {
    const findings: Finding[] = [];
    if (wanted && primary.version) {
        const engine = primary.engine ?? defaultEngine;
        const followed = parseVersion(primary.version, engine);
        const from = followed && releaseOf({ engine, version: followed.version });
        const to = releaseOf(wanted);
        const path = wanted.engine === engine ? "version" : "engine";
        if (from && from !== to && !canUpgrade(from, to)) {
            findings.push({
                path,
                problem: `is ${nameOf(to)}, which cannot read what its primary, ${nameOf(from)}, sends`,
                remedy: "leave it out to have the primary's, or give a later version",
            });
        } else if (from && versions[from].nativeTls !== versions[to].nativeTls) {
            findings.push({
                path,
                problem: `is ${nameOf(to)}, which follows over TLS by a user of its own, and its primary, ${nameOf(from)}, knows neither`,
                remedy: "leave it out to have the primary's, or give the primary 6.0 or later, too",
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
    if (!primary.nearby && !primary.leads && isThisHostAlone(primary.host)) {
        findings.push({
            path: "primary.host",
            problem: `is "${primary.host}", which is another machine here than there`,
            remedy: "give the primary a bindAddress that this Docker host reaches, and its host",
        });
    }
    return findings;
}

/** A database's own server or one of its replicas, as far as it is known. */
export interface Member {
    /** What its arguments' paths begin with. */
    readonly path: string;
    readonly name: unknown;
    /** Its Docker host, where that is another than the database's. */
    readonly provider: unknown;
    readonly promoted: boolean;
    readonly release?: Release;
    readonly memoryMb?: number;
    readonly host?: string;
}

/** What keeps the database and the other replicas from following the replica of this name. */
export function checkLeader(name: string, database: Member, replicas: readonly Member[]): Finding[] {
    const leader = replicas.find((replica) => replica.name === name);
    if (!leader) {
        const names = replicas.map((replica) => `"${String(replica.name)}"`);
        const remedy = names.length > 0 ? `give one of ${names.join(", ")}, or leave it out` : "leave it out";
        return [{ path: "primary", problem: `is "${name}", which is none of its replicas`, remedy }];
    }
    if (leader.promoted) {
        const problem = `is "${name}", which is promoted and goes its own way`;
        return [{ path: "primary", problem, remedy: "leave one of them out" }];
    }
    const findings: Finding[] = [];
    if (database.release && !versions[database.release].failover) {
        const problem = `is given, but ${nameOf(database.release)} cannot hand over to a replica`;
        findings.push({ path: "primary", problem, remedy: "give version 6.2 or later, or leave it out" });
    }
    const others = [database, ...replicas.filter((other) => other !== leader && !other.promoted)];
    for (const { path, release, memoryMb } of others) {
        if (release && leader.release && release !== leader.release && !canUpgrade(leader.release, release)) {
            const problem = `is ${nameOf(release)}, which cannot read what "${name}", ${nameOf(leader.release)}, sends`;
            findings.push({ path: `${path}version`, problem, remedy: "give both the same version" });
        }
        if (memoryMb !== undefined && leader.memoryMb !== undefined && memoryMb < leader.memoryMb) {
            const problem = `is ${memoryMb}, but "${name}" has ${leader.memoryMb} and may hold more than fits here`;
            findings.push({ path: `${path}memoryMb`, problem, remedy: `give at least ${leader.memoryMb}` });
        }
    }
    const far = others.some(({ provider }) => provider !== leader.provider);
    if (far && leader.host !== undefined && isThisHostAlone(leader.host)) {
        findings.push({
            path: `${leader.path}host`,
            problem: `is "${leader.host}", which is another machine for those that shall follow "${name}"`,
            remedy: `give ${leader.path}bindAddress an address that their Docker hosts reach, and its host`,
        });
    }
    return findings;
}

/** A name or address by which nobody else finds this machine. */
export function isThisHostAlone(host: string): boolean {
    return host === "localhost" || host === "::1" || host.startsWith("127.");
}
