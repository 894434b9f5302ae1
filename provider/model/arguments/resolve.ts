/** From what a person wrote to a `DatabaseSpec`, or to everything that is wrong with it. */
import { defaultSavePoints } from "../catalog/flavors";
import { type Wanted, versions, releaseOf } from "../catalog/versions";
import type { DatabaseSpec, PrimarySpec, ReplicaSpec } from "../databaseSpec";
import type { Finding } from "../findings";
import { followerUser } from "../render/replication";
import { type Checked, type Values, checkServer } from "./check";
import type { Definition, Definitions, Kind, PlainArguments } from "./definition";
import { endpointArguments, impliedHost, isEveryAddress } from "./endpoints";
import { engineArguments } from "./engine";
import { checkGroup } from "./groupChecks";
import { dataArguments } from "./persistence";
import { serverArguments } from "./index";
import { replicaNames } from "./replicaList";
import { type Role, followingArguments } from "./replication";

/** Either a specification or findings. */
export interface Resolved {
    readonly spec?: DatabaseSpec;
    readonly findings: readonly Finding[];
}

/** Checks everything, and fills in the defaults where nothing is wrong. For arguments that are all resolved. */
export function resolveArguments(args: PlainArguments, kind: Kind = "RedisDatabase", role?: Role): Resolved {
    const { values, wanted, findings } = checkAll(args, kind, role);
    return wanted && findings.length === 0 ? { spec: toSpec(values, wanted, kind, role), findings } : { findings };
}

/** All that is wrong with what is resolved already. */
export function checkArguments(args: PlainArguments, kind: Kind = "RedisDatabase", role?: Role): readonly Finding[] {
    return checkAll(args, kind, role).findings;
}

function checkAll(args: PlainArguments, kind: Kind, role?: Role): Checked {
    const checked = checkServer(args, kind, role);
    if (kind === "RedisReplica") return checked;
    return { ...checked, findings: [...checked.findings, ...checkGroup(checked, args)] };
}

/** The specification of values that are right by themselves. */
export function toSpec(values: Values, wanted: Wanted, kind: Kind, role?: Role): DatabaseSpec {
    const { engine, version } = wanted;
    const { primary, bindAddress = endpointArguments.bindAddress.default, host = impliedHost(values) } = values;
    const flavor = wanted.flavor ?? values.flavor ?? primary?.flavor ?? engineArguments.flavor.default;
    const filled = withDefaults(serverArguments, values) as unknown as DatabaseSpec;
    const reachable = isEveryAddress(bindAddress) ? [] : [bindAddress];
    return {
        ...filled,
        engine,
        version,
        flavor,
        savePoints: flavor === "nordb" ? [] : (values.savePoints ?? defaultSavePoints),
        image: values.image ?? versions[releaseOf(wanted)].image,
        memoryMb: values.memoryMb ?? primary?.memoryMb ?? filled.memoryMb,
        host,
        tls: {
            ...filled.tls,
            hosts: [...new Set([host, ...(values.tls?.hosts ?? []), ...reachable, "localhost", "127.0.0.1"])],
        },
        ...(withDefaults(dataArguments, values) as Pick<DatabaseSpec, "data">),
        followers: [...replicaNames(values.replicas), ...(values.replicationAccess ?? []), ...(role?.peers ?? [])].map(
            followerUser,
        ),
        ...(kind === "RedisReplica" && { replica: toReplica(values, role) }),
    };
}

/** The values of these arguments, with every default filled in and every secret left out. */
function withDefaults(definitions: Definitions, values: object): Record<string, unknown> {
    const given = values as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
        Object.entries(definitions).flatMap(([name, definition]) => {
            if (definition.secret || definition.inProcess) return [];
            const value = filled(definition, given[name] ?? definition.default);
            return value === undefined ? [] : [[name, value]];
        }),
    );
}

function filled({ members }: Definition, value: unknown): unknown {
    return members && typeof value === "object" && value !== null ? withDefaults(members, value) : value;
}

function toReplica({ primary, promoted, priority, syncTimeoutSeconds }: Values, role?: Role): ReplicaSpec {
    const leads = role?.leads === true && promoted !== true;
    return {
        ...(primary &&
            promoted !== true &&
            !leads && { primary: { host: primary.host, port: primary.tlsPort, nearby: role?.nearby === true } }),
        leads,
        priority: priority ?? followingArguments.priority.default,
        syncTimeoutSeconds: syncTimeoutSeconds ?? followingArguments.syncTimeoutSeconds.default,
    };
}

/** A database whose own server follows one of its replicas. */
export function asFollower(spec: DatabaseSpec, primary: PrimarySpec): DatabaseSpec {
    return {
        ...spec,
        replica: {
            primary,
            leads: false,
            priority: followingArguments.priority.default,
            syncTimeoutSeconds: followingArguments.syncTimeoutSeconds.default,
        },
    };
}
