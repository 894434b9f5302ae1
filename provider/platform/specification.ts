/** What a stack deploys: one database with its replicas, as it was requested. */
import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { RedisDatabaseArgs, ReplicaArgs, ReplicationAccess as AccessArgs } from "../components/args";
import type { Kind, PlainArguments } from "../model/arguments/definition";
import { definitions, holdsSecret } from "../model/arguments/index";
import { checkNames } from "../model/arguments/names";
import { listReplicas } from "../model/arguments/replicaList";
import { checkArguments } from "../model/arguments/resolve";
import { listServers } from "../model/arguments/servers";
import { type Engine, type Version, engineLabels, parseVersion, versionsOf } from "../model/catalog/versions";
import { formatFinding } from "../model/findings";
import { type Difference, PlatformError } from "./errors";
import type { DockerConnection } from "./options";

/** Arguments of a replica as plain values. It runs on its database's Docker host. */
export type ReplicaSpec = Omit<pulumi.Unwrap<ReplicaArgs>, "transform" | "provider">;

/** Arguments of a database as plain values. docs/arguments.md describes each. */
export type DatabaseSpec = Omit<pulumi.Unwrap<RedisDatabaseArgs>, "transform" | "replicas"> & {
    readonly replicas?: number | readonly ReplicaSpec[];
};

/** How a replica with a stack of its own reaches its primary and logs in there. */
export type ReplicationAccess = pulumi.Unwrap<AccessArgs>;

/** Replicas that an upgrade has upgraded before their database, and their release. */
export interface UpgradedReplicas {
    readonly engine: Engine;
    readonly version: Version;
    /** Their names. */
    readonly replicas: readonly string[];
}

/** What a stack stores as a secret output, so that later operations can change it. */
export interface StoredSpecification {
    /** The name of the component, which is the handle with which the database was created. */
    readonly name: string;
    readonly args: DatabaseSpec;
    readonly docker?: DockerConnection;
    /** Present between the two updates of an upgrade. The arguments do not contain this version yet. */
    readonly replicasUpgraded?: UpgradedReplicas;
    /** For a replica with a stack of its own. */
    readonly follows?: {
        /** The handle of its database. */
        readonly primary: string;
        readonly access: ReplicationAccess;
    };
}

/** The arguments with the versions of replicas that an upgrade has upgraded before their database. */
export function deployedArguments({ args, replicasUpgraded }: StoredSpecification): DatabaseSpec {
    if (!replicasUpgraded) return args;
    const { engine, version, replicas } = replicasUpgraded;
    return {
        ...args,
        replicas: listReplicas(args.replicas).map((entry) =>
            replicas.includes(String(entry.name)) && inheritsVersion(entry) ? { ...entry, engine, version } : entry,
        ),
    };
}

/** Whether a replica follows its database and has its version. */
export function inheritsVersion({ version, engine, promoted }: PlainArguments): boolean {
    return version === undefined && engine === undefined && promoted !== true;
}

/** Throws an error with all problems, before anything is touched. */
export function checkSpecification(specification: StoredSpecification): void {
    const { name, args, follows } = specification;
    const kind: Kind = follows ? "RedisReplica" : "RedisDatabase";
    const plain: PlainArguments = { ...deployedArguments(specification), ...(follows && { primary: follows.access }) };
    const findings = [...checkArguments(plain, kind), ...checkNames(listServers(kind, name, plain))];
    const [first] = findings;
    if (first === undefined) return;
    if (findings.length === 1 && first.code === "redis-database/invalid-version" && first.path === "version") {
        throw unknownVersion(plain.version, args.engine, first.remedy);
    }
    throw new PlatformError(
        "validation",
        [`"${name}" is not valid; nothing was touched`, ...findings.map(formatFinding)].join("\n"),
        "correct the arguments",
        { findings },
    );
}

/** The error about a value that is not a version of the engine. */
export function unknownVersion(
    value: unknown,
    engine: Engine = "redis",
    remedy = "use one of the list of versions",
): PlatformError {
    const message = `${JSON.stringify(value)} is not a version of ${engineLabels[engine]}`;
    return new PlatformError("unknown-version", message, remedy, { known: versionsOf(engine) });
}

/** Arguments that other operations than `create` and `update` change. */
const managed = ["passwordVersion", "primary", "replicas", "replicationAccess"];

/**
 * The arguments in which two specifications differ. Those that other operations manage count only if they are requested.
 * Values that can contain a secret are left out.
 */
export function differencesOf(current: DatabaseSpec, requested: DatabaseSpec): readonly Difference[] {
    const [before, after] = [normalized(current), normalized(requested)];
    const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return paths
        .filter((path) => !(managed.includes(path) && (requested as PlainArguments)[path] === undefined))
        .filter((path) => !isDeepStrictEqual(before[path], after[path]))
        .map((path) => {
            const definition = definitions.RedisDatabase[path];
            // Replicas have passwords of their own.
            if (!definition || holdsSecret(definition) || path === "replicas") return { path };
            return { path, current: before[path], requested: after[path] };
        });
}

/** The same for all spellings: a flavor in the version, and a number of replicas. */
function normalized({ replicas, ...args }: DatabaseSpec): PlainArguments {
    const listed = listReplicas(replicas);
    const { version, flavor } = parseVersion(args.version ?? "", args.engine) ?? {};
    const spelled = { ...args, ...(version && { version }), ...(flavor && { flavor }) };
    const given = Object.entries(spelled as PlainArguments).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(given), ...(listed.length > 0 && { replicas: listed }) };
}
