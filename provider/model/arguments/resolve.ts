/** From what a person wrote to a `DatabaseSpec`, or to everything that is wrong with it. */
import { checkCa, checkChain, checkKeyPair } from "./certificateChecks";
import type { Described } from "../changes/rows";
import { type DatabaseSpec, type PrimarySpec, type ReplicaSpec, defaultProtocols } from "../databaseSpec";
import { type ConfigValue, checkConfig } from "../catalog/directives";
import { checkDiskSize } from "../sizing/disk";
import type { Finding } from "../findings";
import { defaultSavePoints } from "../catalog/flavors";
import { type Kind, type PlainArguments, type Values, checkEach, defaultEngine, later } from "./properties";
import {
    type Member,
    checkLeader,
    checkPrimary,
    checkReplicas,
    isThisHostAlone,
    listReplicas,
    replicaNames,
} from "./replicas";
import { followerUser } from "../render/replication";
import { checkProtocolRange } from "../render/haproxyCfg";
import {
    type Release,
    type Wanted,
    defaultVersions,
    engineNames,
    nameOf,
    parseVersion,
    releaseNames,
    releaseOf,
    versions,
} from "../catalog/versions";

export const defaults = {
    flavor: "aof",
    memoryMb: 512,
    maxmemoryPolicy: "noeviction",
    bindAddress: "127.0.0.1",
    host: "localhost",
    plaintext: true,
    evictToFit: false,
    passwordVersion: 1,
    passwordGraceHours: 24,
    deletionProtection: true,
    caVersions: [1],
    validityDays: 365,
    renewBeforeDays: 30,
    priority: 100,
    syncTimeoutSeconds: 600,
} as const;

/** Checks everything that a database is made of, and fills in the defaults where nothing is wrong. */
export function resolveArguments(
    args: PlainArguments,
    kind: Kind = "RedisDatabase",
): { spec?: DatabaseSpec; findings: Finding[] } {
    const { values, findings } = checkEach(args, kind);
    const parsed = knownVersion(values, args);
    findings.push(...checkTogether(values, args, parsed, kind));
    return parsed && findings.length === 0 ? { spec: toSpec(values, parsed, kind), findings } : { findings };
}

/**
 * A database before and after a change, as far as both are known: what is known later on one side is left out on
 * both. `undefined` where not even the version is known.
 */
export function describePair(
    before: PlainArguments,
    after: PlainArguments,
    kind: Kind = "RedisDatabase",
): { before: Described; after: Described } | undefined {
    const known = knownInBoth(before, after);
    const [old, now] = [describe(known[0], kind), describe(known[1], kind)];
    return old && now && { before: old, after: now };
}

function describe(args: PlainArguments, kind: Kind): Described | undefined {
    const { values } = checkEach(args, kind);
    const parsed = knownVersion(values, args);
    return parsed && { spec: toSpec(values, parsed, kind), args };
}

/** Arguments whose members can be left out one by one. */
const looseObjects = ["tls", "ports", "config"];

function knownInBoth(before: PlainArguments, after: PlainArguments): [PlainArguments, PlainArguments] {
    const unknownIn = (args: PlainArguments) =>
        Object.entries(args).flatMap(([name, value]) =>
            looseObjects.includes(name) && typeof value === "object" && value !== null
                ? Object.entries(value).flatMap(([key, member]) => (isUnknown(member) ? [[name, key]] : []))
                : isUnknown(value)
                  ? [[name]]
                  : [],
        );
    const unknown = [...unknownIn(before), ...unknownIn(after)];
    // A version is one of an engine: either says nothing without the other.
    if (unknown.some(([name]) => name === "engine" || name === "version")) unknown.push(["engine"], ["version"]);
    // And a primary is one of the replicas.
    if (unknown.some(([name]) => name === "replicas")) unknown.push(["primary"]);
    return [unknown.reduce(without, before), unknown.reduce(without, after)];
}

function without(args: PlainArguments, [name = "", key]: readonly string[]): PlainArguments {
    if (key === undefined || typeof args[name] !== "object") {
        return Object.fromEntries(Object.entries(args).filter(([other]) => other !== name));
    }
    return { ...args, [name]: without(args[name] as PlainArguments, [key]) };
}

function isUnknown(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return value === later;
    return Object.values(value).some(isUnknown);
}

/** Checks what is known already; nothing is held against an argument that is known later. */
export function checkArguments(args: PlainArguments, kind: Kind = "RedisDatabase"): Finding[] {
    const { values, findings } = checkEach(args, kind);
    return [...findings, ...checkTogether(values, args, knownVersion(values, args), kind)];
}

function knownVersion(values: Values, args: PlainArguments): Wanted | undefined {
    const { primary } = values;
    const engine = args.engine === undefined ? (primary?.engine ?? defaultEngine) : values.engine;
    if (!engine) return undefined;
    if (args.version === undefined) {
        // A replica is what its primary is, unless it says otherwise.
        const followed =
            args.engine === undefined && primary?.version ? parseVersion(primary.version, engine) : undefined;
        return { engine, version: followed?.version ?? defaultVersions[engine] };
    }
    const parsed = parseVersion(values.version ?? "", engine);
    return parsed && { engine, ...parsed };
}

/** What no argument shows alone. Runs on the values that are right by themselves, so that nothing hides the rest. */
function checkTogether(values: Values, args: PlainArguments, parsed: Wanted | undefined, kind: Kind): Finding[] {
    const findings: Finding[] = [];
    if (parsed?.flavor && values.flavor && parsed.flavor !== values.flavor) {
        findings.push({
            path: "flavor",
            problem: `is "${values.flavor}", but version "${parsed.version}-${parsed.flavor}" names "${parsed.flavor}"`,
            remedy: `leave one of them out, or write version: "${parsed.version}-${values.flavor}"`,
        });
    }
    const wrongConfig = checkConfigOf(values, args, parsed);
    findings.push(...wrongConfig);
    if (values.ports?.plaintext !== undefined && values.plaintext === false) {
        findings.push({
            path: "ports.plaintext",
            problem: "is given, but plaintext is false",
            remedy: "leave one of them out",
        });
    }
    if (values.ports?.plaintext !== undefined && values.ports.plaintext === values.ports.tls) {
        findings.push({
            path: "ports.tls",
            problem: `is ${values.ports.tls}, as ports.plaintext is`,
            remedy: "give two different ports",
        });
    }
    if (values.bindAddress !== undefined && isEveryAddress(values.bindAddress) && args.host === undefined) {
        findings.push({
            path: "host",
            problem: `is missing, and bindAddress "${values.bindAddress}" is no address that clients can use`,
            remedy: "give the name or address by which clients reach the Docker host",
        });
    }
    if (parsed) findings.push(...checkPolicy(releaseOf(parsed), values.maxmemoryPolicy));
    const flavor = values.flavor ?? parsed?.flavor;
    if (values.savePoints && flavor === "nordb") {
        findings.push({
            path: "savePoints",
            problem: 'is given, but flavor "nordb" keeps nothing',
            remedy: "leave one of them out",
        });
    }
    if (args.password !== undefined) {
        for (const name of ["passwordVersion", "rotatePasswordEvery"] as const) {
            if (args[name] === undefined) continue;
            findings.push({
                path: name,
                problem: "is given beside password, which it cannot rotate",
                remedy: "leave one of them out; to rotate a password of your own, change it",
            });
        }
    }
    if (values.data && (values.data.volume === undefined) === (values.data.hostPath === undefined)) {
        findings.push({
            path: "data",
            problem: `has ${values.data.volume === undefined ? "neither volume nor hostPath" : "both volume and hostPath"}`,
            remedy: "give one of them",
        });
    }
    return [
        ...findings,
        ...(wrongConfig.length > 0 ? [] : checkDisk(values, args, parsed)),
        ...checkTls(values, args, parsed),
        ...checkReplication(values, args, parsed, kind),
    ];
}

/** What decides on the size and is wrong or known later has its own finding or its own time. */
function checkDisk(values: Values, args: PlainArguments, wanted: Wanted | undefined): Finding[] {
    const { diskSizeGb, memoryMb = defaults.memoryMb, config = {} } = values;
    const known = (["flavor", "memoryMb", "config"] as const).every(
        (name) => args[name] === undefined || values[name] !== undefined,
    );
    if (diskSizeGb === undefined || !wanted || !known) return [];
    const flavor = wanted.flavor ?? values.flavor ?? defaults.flavor;
    return checkDiskSize({ ...wanted, flavor, memoryMb, config }, diskSizeGb);
}

/** Who follows whom: on the same version or a later one, with as much memory. */
function checkReplication(values: Values, args: PlainArguments, wanted: Wanted | undefined, kind: Kind): Finding[] {
    const { primary, replicationAccess = [] } = values;
    if (kind === "RedisReplica") return primary ? checkPrimary(values, primary, wanted) : [];
    const findings: Finding[] = [];
    for (const path of ["replicas", "replicationAccess"] as const) {
        if (args[path] === undefined || args[path] === 0) continue;
        if (values.tls?.clientAuth) {
            const problem = "is given beside tls.clientAuth, and replicas have no certificate that its CA signed";
            findings.push({ path, problem, remedy: "leave one of them out" });
        }
    }
    const { memoryMb = defaults.memoryMb, host = impliedHost(values) } = values;
    const facts = { host, tlsPort: 1, memoryMb, nearby: true, ...wanted };
    if (values.primaryName !== undefined && args.replicas !== later) {
        const replicas = listReplicas(values.replicas).map((replica, index) =>
            memberOf(`replicas[${index}].`, { ...hereLike(args, replica), ...replica, primary: facts }, "RedisReplica"),
        );
        findings.push(...checkLeader(values.primaryName, memberOf("", args, "RedisDatabase"), replicas));
    }
    if (args.replicas === undefined) return findings;
    const others = checkReplicas(values.replicas, replicationAccess, (replica, elsewhere) => [
        ...checkArguments({ ...replica, ...(wanted && { primary: facts }) }, "RedisReplica"),
        ...(elsewhere && isThisHostAlone(host)
            ? [
                  {
                      path: "provider",
                      problem: `is another Docker host, which cannot reach the primary at "${host}"`,
                      remedy: "give the database a bindAddress that this host reaches, and its host",
                  },
              ]
            : []),
    ]);
    return [...findings, ...others];
}

/** What a replica on the same Docker host has from its database. */
function hereLike(database: PlainArguments, { provider }: PlainArguments): PlainArguments {
    const { bindAddress, host } = database;
    return provider === undefined ? { bindAddress, host } : {};
}

/** What a member of a group is like, as far as that is known and right. */
function memberOf(path: string, { name, provider, ...args }: PlainArguments, kind: Kind): Member {
    const { values } = checkEach(args, kind);
    const wanted = knownVersion(values, args);
    const known = (argument: string) => args[argument] !== later;
    return {
        path,
        name,
        provider,
        promoted: values.promoted === true,
        ...(wanted && known("version") && known("engine") && { release: releaseOf(wanted) }),
        ...(known("memoryMb") && { memoryMb: values.memoryMb ?? values.primary?.memoryMb ?? defaults.memoryMb }),
        ...(known("host") && known("bindAddress") && { host: values.host ?? impliedHost(values) }),
    };
}

/** Where the version itself is wrong, only what is wrong for every version can be told. */
function checkConfigOf(values: Values, args: PlainArguments, wanted: Wanted | undefined): Finding[] {
    const config: Readonly<Record<string, ConfigValue>> = values.config ?? {};
    if (wanted) return checkConfig(releaseOf(wanted), config);
    const engines = args.engine === undefined ? [defaultEngine] : values.engine ? [values.engine] : engineNames;
    const everywhere = releaseNames
        .filter((release) => engines.includes(versions[release].engine))
        .map((each) => checkConfig(each, config));
    const newest = everywhere.at(-1) ?? [];
    return newest.filter(({ path }) => everywhere.every((findings) => findings.some((f) => f.path === path)));
}

/** The policies that count how often a key is used came with 4.0. */
function checkPolicy(release: Release, policy: Values["maxmemoryPolicy"]): Finding[] {
    if (!policy?.endsWith("-lfu") || versions[release].lfuPolicies) return [];
    return [
        {
            path: "maxmemoryPolicy",
            problem: `is "${policy}", which ${nameOf(release)} does not know`,
            remedy: `give "${policy.replace("-lfu", "-lru")}", or version "4.0" or later`,
        },
    ];
}

function checkTls(values: Values, args: PlainArguments, wanted: Wanted | undefined): Finding[] {
    const { tls } = values;
    if (!tls) return [];
    const findings: Finding[] = [];
    const validityDays = tls.validityDays ?? defaults.validityDays;
    const renewBeforeDays = tls.renewBeforeDays ?? defaults.renewBeforeDays;
    if (renewBeforeDays >= validityDays) {
        findings.push({
            path: "tls.renewBeforeDays",
            problem: `is ${renewBeforeDays}, but the certificate is valid for ${validityDays} days only`,
            remedy: "give less than tls.validityDays, else every up would renew it",
        });
    }
    if (tls.protocols && wanted && !versions[releaseOf(wanted)].nativeTls) {
        findings.push(...checkProtocolRange(tls.protocols));
    }
    if (tls.ca && tls.certificate) {
        findings.push({
            path: "tls.ca",
            problem: "is given beside tls.certificate, which needs no CA to sign it",
            remedy: "leave one of them out",
        });
    }
    if (tls.caVersions && (tls.ca ?? tls.certificate)) {
        findings.push({
            path: "tls.caVersions",
            problem: `is given beside tls.${tls.ca ? "ca" : "certificate"}, but counts the database's own CAs`,
            remedy: "leave one of them out; to publish two CAs of yours, put both into one PEM text",
        });
    }
    if (tls.certificate) {
        for (const name of ["hosts", "validityDays", "renewBeforeDays"] as const) {
            if (tls[name] === undefined) continue;
            findings.push({
                path: `tls.${name}`,
                problem: "is given beside tls.certificate, which decides it",
                remedy: "leave one of them out",
            });
        }
        findings.push(...checkKeyPair("tls.certificate", tls.certificate, "server", knownHost(values, args)));
        findings.push(...checkChain("tls.certificate", tls.certificate));
    }
    if (tls.ca) findings.push(...checkKeyPair("tls.ca", tls.ca, "ca", []));
    if (tls.clientAuth) findings.push(...checkCa("tls.clientAuth.caCertPem", tls.clientAuth.caCertPem));
    return findings;
}

/** The host, unless it is wrong or known later: then it has its own finding or its own time. */
function knownHost(values: Values, args: PlainArguments): string[] {
    if (args.host !== undefined) return values.host === undefined ? [] : [values.host];
    if (args.bindAddress !== undefined && values.bindAddress === undefined) return [];
    return isEveryAddress(impliedHost(values)) ? [] : [impliedHost(values)];
}

/** 0.0.0.0 or ::, however it is spelled. */
function isEveryAddress(address: string): boolean {
    return /^[0.:]+$/.test(address);
}

/** Where clients find the server when nobody says: on the address that it is bound to. */
function impliedHost({ bindAddress = defaults.bindAddress }: Values): string {
    return bindAddress === defaults.bindAddress ? defaults.host : bindAddress;
}

function toSpec(values: Values, wanted: Wanted, kind: Kind): DatabaseSpec {
    const { engine, version, flavor } = wanted;
    const { tls = {}, bindAddress = defaults.bindAddress, host = impliedHost(values) } = values;
    const reachable = isEveryAddress(bindAddress) ? [] : [bindAddress];
    const { primary } = values;
    const resolvedFlavor = flavor ?? values.flavor ?? primary?.flavor ?? defaults.flavor;
    return {
        engine,
        version,
        flavor: resolvedFlavor,
        savePoints: resolvedFlavor === "nordb" ? [] : (values.savePoints ?? defaultSavePoints),
        image: values.image ?? versions[releaseOf(wanted)].image,
        memoryMb: values.memoryMb ?? primary?.memoryMb ?? defaults.memoryMb,
        ...(values.diskSizeGb !== undefined && { diskSizeGb: values.diskSizeGb }),
        maxmemoryPolicy: values.maxmemoryPolicy ?? defaults.maxmemoryPolicy,
        evictToFit: values.evictToFit ?? defaults.evictToFit,
        plaintext: values.plaintext ?? defaults.plaintext,
        ports: values.ports ?? {},
        bindAddress,
        host,
        ...(values.network !== undefined && { network: values.network }),
        rotation: {
            version: values.passwordVersion ?? defaults.passwordVersion,
            ...(values.rotatePasswordEvery !== undefined && { everyDays: values.rotatePasswordEvery }),
            graceSeconds: Math.round((values.passwordGraceHours ?? defaults.passwordGraceHours) * 3600),
        },
        deletionProtection: values.deletionProtection ?? defaults.deletionProtection,
        ...(values.data !== undefined && { data: values.data }),
        tls: {
            hosts: [...new Set([host, ...(tls.hosts ?? []), ...reachable, "localhost", "127.0.0.1"])],
            validityDays: tls.validityDays ?? defaults.validityDays,
            renewBeforeDays: tls.renewBeforeDays ?? defaults.renewBeforeDays,
            protocols: tls.protocols ?? defaultProtocols,
            clientAuth: tls.clientAuth !== undefined,
            caVersions: tls.caVersions ?? defaults.caVersions,
        },
        config: values.config ?? {},
        followers: [
            ...replicaNames(values.replicas),
            ...(values.replicationAccess ?? []),
            ...(values.primary?.peers ?? []),
        ].map(followerUser),
        ...(kind === "RedisReplica" && { replica: toReplica(values) }),
    };
}

function toReplica({ primary, promoted, priority, syncTimeoutSeconds }: Values): ReplicaSpec {
    return {
        ...(primary &&
            promoted !== true &&
            !primary.leads && {
                primary: { host: primary.host, port: primary.tlsPort, nearby: primary.nearby === true },
            }),
        leads: primary?.leads === true && promoted !== true,
        priority: priority ?? defaults.priority,
        syncTimeoutSeconds: syncTimeoutSeconds ?? defaults.syncTimeoutSeconds,
    };
}

/** A database whose own server follows one of its replicas. */
export function asFollower(spec: DatabaseSpec, primary: PrimarySpec): DatabaseSpec {
    const { priority, syncTimeoutSeconds } = defaults;
    return { ...spec, replica: { primary, leads: false, priority, syncTimeoutSeconds } };
}
