/** The changes of a database that operations make: from the arguments before to those after. */
import { parseVersion } from "../model/catalog/versions";
import { listReplicas } from "../model/arguments/replicaList";
import type { DatabaseSpec, ReplicaSpec } from "./specification";

/** A change of a database's arguments. */
export type Change = (args: DatabaseSpec) => DatabaseSpec;

export const unchanged: Change = (args) => args;

/** Sets arguments. `undefined` removes one, so that its default applies. */
export const update =
    (changed: Partial<DatabaseSpec>): Change =>
    (args) =>
        withoutUndefined({ ...args, ...changed });

/** Adds a replica. */
export const replicate =
    (replica: string, args: ReplicaSpec = {}): Change =>
    (database) => {
        const added = withoutUndefined({ ...args, name: replica });
        return { ...database, replicas: [...entries(database), added] };
    };

/** Sets arguments of a replica. */
export const updateReplica =
    (replica: string, changed: Partial<ReplicaSpec>): Change =>
    (database) => ({
        ...database,
        replicas: entries(database).map((entry) =>
            entry.name === replica ? withoutUndefined({ ...entry, ...changed }) : entry,
        ),
    });

/** Removes a replica with its copy of the data. */
export const removeReplica =
    (replica: string): Change =>
    (database) => {
        const left = entries(database).filter(({ name }) => name !== replica);
        const { replicas: _replicas, ...args } = database;
        return left.length > 0 ? { ...args, replicas: left } : args;
    };

/** Lets a replica with a stack of its own follow the database. */
export const allowReplication =
    (replica: string): Change =>
    ({ replicationAccess = [], ...args }) => ({
        ...args,
        replicationAccess: [...new Set([...replicationAccess, replica])],
    });

/** Removes the login of a replica with a stack of its own. */
export const revokeReplication =
    (replica: string): Change =>
    ({ replicationAccess = [], ...args }) => {
        const left = replicationAccess.filter((name) => name !== replica);
        return left.length > 0 ? { ...args, replicationAccess: left } : args;
    };

/** Permanently turns a replica into a database that accepts writes. */
export const promote = (replica: string): Change => updateReplica(replica, { promoted: true });

/** Lets another member of the group accept the writes: a replica, or with `undefined` the database's own server. */
export const switchover = (replica: string | undefined): Change => update({ primary: replica });

/** Upgrades the database and its replicas. The flavor stays, unless the version names another one. */
export const upgrade =
    (version: string): Change =>
    (args) => {
        const { engine = "redis" } = args;
        const flavor = args.flavor ?? parseVersion(args.version ?? "", engine)?.flavor;
        const named = parseVersion(version, engine)?.flavor;
        return withoutUndefined({ ...args, version, flavor: named ? undefined : flavor });
    };

/** Generates a new password. The old one is valid for `passwordGraceHours`. */
export const rotatePassword = (): Change => (args) => ({ ...args, passwordVersion: (args.passwordVersion ?? 1) + 1 });

function entries({ replicas }: DatabaseSpec): readonly ReplicaSpec[] {
    return listReplicas(replicas);
}

function withoutUndefined<T extends object>(args: T): T {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as T;
}
