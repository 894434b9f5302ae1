/** The replicas in a database's argument `replicas`. */
import type { PlainArguments } from "../../model/arguments/definition";
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

/** Whether a replica is in its database's group. A promoted replica is not. */
export function belongsToGroup({ planned }: ReplicaMember): boolean {
    return !planned.promoted;
}

/** Prepares the replicas. The one that accepts writes is prepared first, since the others need its address. */
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
        // A replica of a protected database can be removed as long as its data is only a copy.
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

function requestMember(
    database: PreparedServer,
    leader: PreparedServer,
    { component: name, promoted, ...planned }: PlannedReplica,
    args: PlainArguments,
    entry: PlainArguments,
) {
    const role = { nearby: planned.nearby, leads: planned.leads, peers: planned.peers };
    const { haproxy, deletionProtection } = database.plan;
    const all = {
        // Until it accepts writes, a replica's data is only a copy.
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
