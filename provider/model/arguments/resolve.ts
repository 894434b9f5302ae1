/** Turns arguments into a `DatabaseSpec`, or into all problems with them. */
import { defaultSavePoints } from "../catalog/flavors";
import { type Wanted, versions, releaseOf } from "../catalog/versions";
import type { DatabaseSpec, PrimarySpec, ReplicaSpec } from "../databaseSpec";
import type { Finding } from "../findings";
import { followerUser } from "../render/replication";
import { type Checked, type Filled, type Values, checkServer } from "./check";
import { withDefaults } from "./defaults";
import { type Kind, type PlainArguments, unresolved } from "./definition";
import { impliedHost, isEveryAddress } from "./endpoints";
import { checkGroup } from "./groupChecks";
import { serverArguments } from "./index";
import { asFarAsKnown } from "./partial";
import { dataArguments } from "./persistence";
import { restoreArguments } from "./restore";
import { replicaNames } from "./replicaList";
import { type Role, followingArguments } from "./replication";

/** A specification or findings. */
export interface Resolved {
    readonly spec?: DatabaseSpec;
    readonly findings: readonly Finding[];
}

/**
 * Validates all arguments and, if they are valid, fills in the defaults. Values that depend on an unresolved argument are
 * `unresolved` in the specification, although the types do not show this; read them with `asFarAsKnown`.
 */
export function resolveArguments(args: PlainArguments, kind: Kind = "RedisDatabase", role?: Role): Resolved {
    const { partial, wanted, findings } = checkAll(args, kind, role);
    return findings.length === 0 ? { spec: toSpec(partial, wanted, kind, role), findings } : { findings };
}

/** All problems with the arguments that are resolved. */
export function checkArguments(args: PlainArguments, kind: Kind = "RedisDatabase", role?: Role): readonly Finding[] {
    return checkAll(args, kind, role).findings;
}

function checkAll(args: PlainArguments, kind: Kind, role?: Role): Checked {
    const checked = checkServer(args, kind, role);
    if (kind === "RedisReplica") return checked;
    return { ...checked, findings: [...checked.findings, ...checkGroup(checked, args)] };
}

/** The specification of values that are valid on their own. `wanted` is absent while the release is unresolved. */
export function toSpec(values: Values, wanted: Wanted | undefined, kind: Kind, role?: Role): DatabaseSpec {
    const filled: Filled = withDefaults(serverArguments, values);
    const given = { values, filled, wanted: (wanted ?? unresolved) as Wanted } satisfies From;
    const derived = <T>(make: (from: From) => T) => asFarAsKnown(given, make);
    return {
        ...filled,
        engine: derived((from) => from.wanted.engine),
        version: derived((from) => from.wanted.version),
        flavor: derived(flavorOf),
        savePoints: derived((from) =>
            flavorOf(from) === "nordb" ? [] : (from.values.savePoints ?? defaultSavePoints),
        ),
        image: derived((from) => from.values.image ?? versions[releaseOf(from.wanted)].image),
        memoryMb: derived((from) => from.values.memoryMb ?? from.values.primary?.memoryMb ?? from.filled.memoryMb),
        host: derived(hostOf),
        tls: { ...filled.tls, hosts: derived(certificateHosts) },
        ...withDefaults(dataArguments, values),
        ...withDefaults(restoreArguments, values),
        followers: [...replicaNames(values.replicas), ...(values.replicationAccess ?? []), ...(role?.peers ?? [])].map(
            followerUser,
        ),
        ...(kind === "RedisReplica" && { replica: toReplica(values, role) }),
    };
}

/** What a specification is derived from. */
interface From {
    readonly values: Values;
    readonly filled: Filled;
    readonly wanted: Wanted;
}

function flavorOf({ values, filled, wanted }: From): DatabaseSpec["flavor"] {
    return wanted.flavor ?? values.flavor ?? values.primary?.flavor ?? filled.flavor;
}

function hostOf({ values, filled }: From): string {
    return values.host ?? impliedHost(filled);
}

function certificateHosts(from: From): string[] {
    const { bindAddress } = from.filled;
    const reachable = isEveryAddress(bindAddress) ? [] : [bindAddress];
    return [...new Set([hostOf(from), ...(from.values.tls?.hosts ?? []), ...reachable, "localhost", "127.0.0.1"])];
}

function toReplica(values: Values, role?: Role): ReplicaSpec {
    const { primary } = values;
    const { promoted, priority, syncTimeoutSeconds } = withDefaults(followingArguments, values);
    const leads = role?.leads === true && !promoted;
    return {
        ...(primary && !promoted && !leads && { primary: { ...addressOf(primary), nearby: role?.nearby === true } }),
        leads,
        priority,
        syncTimeoutSeconds,
    };
}

function addressOf(primary: NonNullable<Values["primary"]>): Pick<PrimarySpec, "host" | "port"> {
    return {
        host: asFarAsKnown({ primary }, (known) => known.primary.host),
        port: asFarAsKnown({ primary }, (known) => known.primary.tlsPort),
    };
}

/** The specification of a database's own server while it follows one of its replicas. */
export function asFollower(spec: DatabaseSpec, primary: PrimarySpec): DatabaseSpec {
    return { ...spec, replica: { ...toReplica({}), primary } };
}
