/** From what a person wrote to a `DatabaseSpec`, or to everything that is wrong with it. */
import { defaultSavePoints } from "../catalog/flavors";
import { type Wanted, versions, releaseOf } from "../catalog/versions";
import type { DatabaseSpec, PrimarySpec, ReplicaSpec } from "../databaseSpec";
import type { Finding } from "../findings";
import { followerUser } from "../render/replication";
import { type Checked, type Filled, type Values, checkServer } from "./check";
import { withDefaults } from "./defaults";
import type { Kind, PlainArguments } from "./definition";
import { impliedHost, isEveryAddress } from "./endpoints";
import { checkGroup } from "./groupChecks";
import { dataArguments } from "./persistence";
import { replicaNames } from "./replicaList";
import { type Role, followingArguments } from "./replication";

/** Either a specification or findings. */
export interface Resolved {
    readonly spec?: DatabaseSpec;
    readonly findings: readonly Finding[];
}

/** Checks everything, and fills in the defaults where nothing is wrong. For arguments that are all resolved. */
export function resolveArguments(args: PlainArguments, kind: Kind = "RedisDatabase", role?: Role): Resolved {
    const { values, filled, wanted, findings } = checkAll(args, kind, role);
    return wanted && findings.length === 0
        ? { spec: toSpec(values, filled, wanted, kind, role), findings }
        : { findings };
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
export function toSpec(values: Values, filled: Filled, wanted: Wanted, kind: Kind, role?: Role): DatabaseSpec {
    const { engine, version } = wanted;
    const { primary, host = impliedHost(filled) } = values;
    const flavor = wanted.flavor ?? values.flavor ?? primary?.flavor ?? filled.flavor;
    const reachable = isEveryAddress(filled.bindAddress) ? [] : [filled.bindAddress];
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
        ...withDefaults(dataArguments, values),
        followers: [...replicaNames(values.replicas), ...(values.replicationAccess ?? []), ...(role?.peers ?? [])].map(
            followerUser,
        ),
        ...(kind === "RedisReplica" && { replica: toReplica(values, role) }),
    };
}

function toReplica(values: Values, role?: Role): ReplicaSpec {
    const { primary } = values;
    const { promoted, priority, syncTimeoutSeconds } = withDefaults(followingArguments, values);
    const leads = role?.leads === true && !promoted;
    return {
        ...(primary &&
            !promoted &&
            !leads && { primary: { host: primary.host, port: primary.tlsPort, nearby: role?.nearby === true } }),
        leads,
        priority,
        syncTimeoutSeconds,
    };
}

/** A database whose own server follows one of its replicas. */
export function asFollower(spec: DatabaseSpec, primary: PrimarySpec): DatabaseSpec {
    return { ...spec, replica: { ...toReplica({}), primary } };
}
