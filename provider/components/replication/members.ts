/** The replicas that a database creates itself. */
import { inheritedArguments } from "../../model/arguments/inherited";
import { listReplicas } from "../../model/arguments/replicaList";
import { type DatabasePlan, type PlannedReplica, planServer } from "../../model/plan";
import type { RedisDatabaseArgs } from "../args";
import type { DockerHost } from "../dockerHost";
import { resolveInputs } from "../inputs";
import { GroupMember, RedisReplica } from "../redisReplica";
import type { RedisServer } from "../redisServer";
import { requestServer } from "../request";
import { isProtected } from "../server/children";
import type { PreparedServer } from "../server/prepare";
import { primaryFacts } from "./followed";
import type { Member } from "./group";

export interface ReplicaMember extends Member {
    readonly planned: PlannedReplica;
    readonly replica: RedisReplica;
}

/** Whether a replica belongs to its database's group: a promoted one does not. */
export function belongs({ planned }: ReplicaMember): boolean {
    return !planned.promoted;
}

/** Prepares the replicas, in the order of the plan. The one that takes writes comes first: the others need its address. */
export function prepareReplicas(
    database: RedisServer,
    args: RedisDatabaseArgs,
    { replicas }: DatabasePlan,
): ReplicaMember[] {
    const entries = listReplicas(args.replicas);
    const created = new Map<PlannedReplica, ReplicaMember>();
    const prepare = (planned: PlannedReplica, leader: PreparedServer): PreparedServer => {
        const { name: _name, provider, ...entry } = entries[replicas.indexOf(planned)] ?? {};
        const dockerHost = provider as DockerHost;
        const request = requestMember(database.prepared, leader, planned, { ...args }, entry);
        // Of a protected database, too, a replica can be removed: what it has is a copy, until it takes writes.
        const protect = (planned.promoted || planned.leads) && isProtected(database);
        const opts = { parent: database, protect, ...(dockerHost && { provider: dockerHost }) };
        const replica = new RedisReplica(planned.component, new GroupMember(request, planned.promoted), opts);
        created.set(planned, { planned, replica, server: replica.prepared });
        return replica.prepared;
    };
    const leading = replicas.find(({ leads }) => leads);
    const leader = leading ? prepare(leading, database.prepared) : database.prepared;
    for (const planned of replicas) {
        if (planned !== leading) prepare(planned, planned.promoted ? database.prepared : leader);
    }
    return replicas.flatMap((planned) => created.get(planned) ?? []);
}

type Given = Readonly<Record<string, unknown>>;

function requestMember(
    database: PreparedServer,
    leader: PreparedServer,
    { component: name, promoted, ...planned }: PlannedReplica,
    args: Given,
    entry: Given,
) {
    const role = { nearby: planned.nearby, leads: planned.leads, peers: planned.peers };
    const { haproxy, deletionProtection } = database.plan;
    const all = {
        // What it has is a copy, until it takes writes.
        deletionProtection: (promoted || role.leads) && deletionProtection,
        ...inheritedArguments(args, { nearby: planned.onDatabaseHost, haproxy }),
        ...entry,
        primary: primaryFacts(database, leader),
    };
    const identity = { kind: "RedisReplica", name, role } as const;
    const inputs = resolveInputs(identity, all);
    const follows = !promoted && !role.leads;
    const { users } = database.passwords;
    const plan = planServer("RedisReplica", name, inputs.known, follows, [...users.keys()]);
    return requestServer(identity, all, inputs, plan, users);
}
