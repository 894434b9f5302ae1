/** The changes of a database that operations make: from its arguments before to those after. */
import { listReplicas } from "../model/arguments/replicaList";
import { parseVersion } from "../model/catalog/versions";
import type { DatabaseSpec, ReplicaSpec } from "./specification";

/** A change of a database's arguments. Calculates only; `RedisPlatform.preview` shows what it would do. */
export type Change = (args: DatabaseSpec) => DatabaseSpec;

/** Makes the changes that the methods of `RedisPlatform` apply, for use with its method `preview`. */
export const changes = {
    /** Sets arguments. `undefined` removes one, so that its default applies. */
    update: (changed: Partial<DatabaseSpec>): Change => {
        return (args) => withoutUndefined({ ...args, ...changed });
    },

    /** Sets arguments of a replica. */
    updateReplica: (replica: string, changed: Partial<ReplicaSpec>): Change => {
        return (database) => ({
            ...database,
            replicas: listReplicas(database.replicas).map((entry) =>
                entry.name === replica ? withoutUndefined({ ...entry, ...changed }) : entry,
            ),
        });
    },

    /** Adds a replica. */
    replicate: (replica: string, args: ReplicaSpec = {}): Change => {
        return (database) => {
            const added = withoutUndefined({ ...args, name: replica });
            return { ...database, replicas: [...listReplicas(database.replicas), added] };
        };
    },

    /** Removes a replica with its copy of the data. */
    removeReplica: (replica: string): Change => {
        return ({ replicas, ...args }) => {
            const left = listReplicas(replicas).filter(({ name }) => name !== replica);
            return left.length > 0 ? { ...args, replicas: left } : args;
        };
    },

    /** Lets a replica with a stack of its own follow the database. */
    allowReplication: (replica: string): Change => {
        return ({ replicationAccess: allowed = [], ...args }) => ({
            ...args,
            replicationAccess: [...new Set([...allowed, replica])],
        });
    },

    /** Removes the login of a replica with a stack of its own. */
    revokeReplication: (replica: string): Change => {
        return ({ replicationAccess: allowed = [], ...args }) => {
            const left = allowed.filter((name) => name !== replica);
            return left.length > 0 ? { ...args, replicationAccess: left } : args;
        };
    },

    /** Permanently turns a replica into a database that accepts writes. */
    promote: (replica: string): Change => changes.updateReplica(replica, { promoted: true }),

    /** Lets a replica accept the writes or, with `undefined`, the database's own server. */
    switchover: (replica: string | undefined): Change => changes.update({ primary: replica }),

    /**
     * Upgrades the database and its replicas, except those with a `version` of their own. The flavor stays, unless the
     * version names another one.
     */
    upgrade: (version: string): Change => {
        return (args) => {
            const { engine = "redis" } = args;
            const flavor = args.flavor ?? parseVersion(args.version ?? "", engine)?.flavor;
            const named = parseVersion(version, engine)?.flavor;
            return withoutUndefined({ ...args, version, flavor: named ? undefined : flavor });
        };
    },

    /** Generates a new password. */
    rotatePassword: (): Change => {
        return (args) => ({ ...args, passwordVersion: (args.passwordVersion ?? 1) + 1 });
    },
} as const;

/** For operations that leave the arguments as they are. */
export const unchanged: Change = (args) => args;

function withoutUndefined<T extends object>(args: T): T {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as T;
}
