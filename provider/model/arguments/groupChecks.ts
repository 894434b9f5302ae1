/** Validates a database together with its `replicas`. */
import { type Release, canUpgrade, nameOf, releaseOf, versions } from "../catalog/versions";
import { type Finding, finding, show, wrongValue } from "../findings";
import { type Checked, checkEach, checkServer } from "./check";
import { type Kind, type PlainArguments, unresolved } from "./definition";
import { impliedHost, isThisHostAlone } from "./endpoints";
import { inheritedArguments } from "./inherited";
import { listReplicas, maxReplicas, replicaNames } from "./replicaList";
import { type Role, replicationProblems } from "./replication";
import { isMemberName } from "./schemas";

const replicaNearby: Role = { nearby: true, leads: false, peers: [] };

/** Validates a database's replicas and `primary`. */
export function checkGroup(database: Checked, args: PlainArguments): Finding[] {
    const { values, filled, wanted } = database;
    const findings: Finding[] = [];
    for (const path of ["replicas", "replicationAccess"] as const) {
        if (args[path] === undefined || args[path] === 0 || !values.tls?.clientAuth) continue;
        const text = "is set together with tls.clientAuth, but replicas have no certificate from its CA";
        findings.push(finding(replicationProblems.replicasBesideClientAuth, path, text));
    }
    if (values.importing && args.primary !== undefined) {
        const text = "is true, but with `primary` the database's own server follows a replica";
        findings.push(finding(replicationProblems.importingBesidePrimary, "importing", text));
    }
    const haproxy = wanted !== undefined && !versions[releaseOf(wanted)].nativeTls;
    // Before 6.0 a replica on the same Docker host connects to the primary's Unix socket.
    if (!haproxy) findings.push(...checkNetworks(args, listReplicas(values.replicas)));
    const { host = impliedHost(filled) } = values;
    const { memoryMb } = filled;
    // The primary for a replica on the same Docker host. The port is not used.
    const release = wanted && { engine: wanted.engine, version: wanted.version };
    const primary = { host, tlsPort: 1, memoryMb, ...release };
    if (values.primaryName !== undefined && args.replicas !== unresolved) {
        const replicas = listReplicas(values.replicas).map((replica, index) =>
            memberOf(`replicas[${index}].`, { ...inheritedHost(args, replica), ...replica, primary }, "RedisReplica"),
        );
        findings.push(...checkLeader(values.primaryName, memberOf("", args, "RedisDatabase"), replicas));
    }
    const checkOne = (entry: PlainArguments, nearby: boolean) => {
        // While the database's version is invalid, the replicas' versions are not compared with it.
        const replica = { ...inheritedArguments(args, { nearby, haproxy }), ...entry, ...(wanted && { primary }) };
        // Problems with inherited arguments are reported once, for the database.
        return checkServer(replica, "RedisReplica", replicaNearby).findings.filter(
            (found) => !database.findings.some((own) => own.path === found.path && own.problem === found.problem),
        );
    };
    if (args.replicas !== undefined && args.replicas !== unresolved) {
        findings.push(...checkReplicas(values.replicas, values.replicationAccess ?? [], host, checkOne));
    }
    return findings;
}

function checkReplicas(
    replicas: unknown,
    access: readonly string[],
    databaseHost: string,
    checkOne: (entry: PlainArguments, nearby: boolean) => readonly Finding[],
): Finding[] {
    const isNumber = Number.isInteger(replicas) && Number(replicas) >= 0 && Number(replicas) <= maxReplicas;
    if (!isNumber && !(Array.isArray(replicas) && replicas.length <= maxReplicas)) {
        const text = Array.isArray(replicas)
            ? `is a list of ${replicas.length}`
            : // A single entry without a list may contain a password.
              wrongValue(replicas, { isSecret: typeof replicas === "object", isWrongType: true });
        return [finding(replicationProblems.replicasInvalid, "replicas", text)];
    }
    const names = replicaNames(replicas);
    return listReplicas(replicas).flatMap(({ name, provider, ...replica }, index) => {
        const path = `replicas[${index}]`;
        const given: unknown = Array.isArray(replicas) ? replicas[index] : {};
        if (typeof given !== "object" || given === null) {
            const remedy = 'give an object such as { name: "reader" }';
            return [
                finding(replicationProblems.replicasInvalid, path, wrongValue(given, { isWrongType: true }), remedy),
            ];
        }
        const findings = checkOne(replica, provider === undefined).map((found) => ({
            ...found,
            path: `${path}.${found.path}`,
        }));
        if (provider !== undefined && isThisHostAlone(databaseHost)) {
            findings.push(
                finding(
                    replicationProblems.primaryOutOfReach,
                    `${path}.provider`,
                    `is another Docker host, which cannot reach the primary at "${databaseHost}"`,
                    "set the database's bindAddress to an address that this replica's Docker host can reach",
                ),
            );
        }
        if (typeof name !== "string" || !isMemberName(name)) {
            findings.push(
                finding(
                    replicationProblems.replicaName,
                    `${path}.name`,
                    wrongValue(name, { isWrongType: typeof name !== "string" }),
                ),
            );
        } else if (names.indexOf(name) !== index || access.includes(name)) {
            const text = `is "${name}", which is already the name of another replica`;
            findings.push(finding(replicationProblems.replicaNameTwice, `${path}.name`, text));
        }
        return findings;
    });
}

/** Findings for servers that are not on the network of a primary on the same Docker host. A transform may add the network. */
function checkNetworks(database: PlainArguments, replicas: readonly PlainArguments[]): Finding[] {
    type Placed = PlainArguments & { readonly path: string };
    const own: Placed = { ...database, path: "network", name: undefined, provider: undefined, promoted: false };
    const members: Placed[] = [
        own,
        ...replicas.map((replica, index) => ({
            ...(replica.provider === undefined && { network: database.network }),
            ...replica,
            path: `replicas[${index}].network`,
        })),
    ];
    const leader = members.find(({ name }) => name !== undefined && name === database.primary) ?? own;
    return members
        .filter(({ provider, promoted }) => provider === leader.provider && promoted !== true)
        .flatMap((member) =>
            (member.transform ?? leader.transform) ? [] : findOtherNetwork(member.path, member.network, leader.network),
        );
}

/** The finding that a replica is on another network than its primary on the same Docker host, if both are known. */
export function findOtherNetwork(path: string, network: unknown, primarys: unknown): Finding[] {
    if (network === primarys || [network, primarys].some((name) => !["string", "undefined"].includes(typeof name)))
        return [];
    const called = (name: unknown) => (name === undefined ? "Docker's default network" : show(name));
    const text = `is ${called(network)}, but its primary on the same Docker host is on ${called(primarys)}`;
    return [finding(replicationProblems.otherNetwork, path, text)];
}

/** The address and host that a replica on the same Docker host inherits from its database. */
function inheritedHost(database: PlainArguments, { provider }: PlainArguments): PlainArguments {
    const { bindAddress, host } = database;
    return provider === undefined ? { bindAddress, host } : {};
}

/** The known facts about a database's own server or one of its replicas. */
interface Member {
    /** The prefix of its arguments' paths. */
    readonly path: string;
    readonly name: unknown;
    /** Its Docker host, if that is not the database's. */
    readonly provider: unknown;
    readonly promoted: boolean;
    readonly release?: Release;
    readonly memoryMb?: number;
    readonly host?: string;
}

function memberOf(path: string, { name, provider, ...args }: PlainArguments, kind: Kind): Member {
    const { values, filled, wanted } = checkEach(args, kind);
    const known = (argument: string) => args[argument] !== unresolved;
    const memoryMb = values.memoryMb ?? values.primary?.memoryMb ?? filled.memoryMb;
    return {
        path,
        name,
        provider,
        promoted: values.promoted === true,
        ...(wanted && known("version") && known("engine") && { release: releaseOf(wanted) }),
        ...(known("memoryMb") && { memoryMb }),
        ...(known("host") && known("bindAddress") && { host: values.host ?? impliedHost(filled) }),
    };
}

/** Findings that prevent the database and its other replicas from following the replica of this name. */
function checkLeader(name: string, database: Member, replicas: readonly Member[]): Finding[] {
    const leader = replicas.find((replica) => replica.name === name);
    if (!leader) {
        const names = replicas.map((replica) => `"${String(replica.name)}"`);
        const remedy = names.length > 0 ? `give one of ${names.join(", ")}, or leave it out` : "leave it out";
        const text = `is "${name}", which is not one of its replicas`;
        return [finding(replicationProblems.primaryUnknown, "primary", text, remedy)];
    }
    if (leader.promoted) {
        const text = `is "${name}", which is promoted and no longer belongs to the database`;
        return [finding(replicationProblems.primaryPromoted, "primary", text)];
    }
    const findings: Finding[] = [];
    if (database.release && !versions[database.release].failover) {
        const text = `is set, but ${nameOf(database.release)} does not support a switchover`;
        const remedy = "give version 6.2 or later, or leave it out";
        findings.push(finding(replicationProblems.noSwitchover, "primary", text, remedy));
    }
    const others = [database, ...replicas.filter((other) => other !== leader && !other.promoted)];
    for (const { path, release, memoryMb } of others) {
        if (release && leader.release && release !== leader.release && !canUpgrade(leader.release, release)) {
            const text = `is ${nameOf(release)}, which cannot read the data format of "${name}", ${nameOf(leader.release)}`;
            const remedy = "give both the same version";
            findings.push(finding(replicationProblems.replicaTooOld, `${path}version`, text, remedy));
        }
        if (memoryMb !== undefined && leader.memoryMb !== undefined && memoryMb < leader.memoryMb) {
            const text = `is ${memoryMb}, but "${name}" has ${leader.memoryMb}, so its data may not fit`;
            const remedy = `give at least ${leader.memoryMb}`;
            findings.push(finding(replicationProblems.replicaTooSmall, `${path}memoryMb`, text, remedy));
        }
    }
    const far = others.some(({ provider }) => provider !== leader.provider);
    if (far && leader.host !== undefined && isThisHostAlone(leader.host)) {
        const text = `is "${leader.host}", which the servers on other Docker hosts that follow "${name}" cannot reach`;
        const remedy = `give ${leader.path}bindAddress an address that their Docker hosts can reach, and set ${leader.path}host`;
        findings.push(finding(replicationProblems.primaryOutOfReach, `${leader.path}host`, text, remedy));
    }
    return findings;
}
