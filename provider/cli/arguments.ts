/** Which arguments each verb takes as flags. */
import type { Definitions } from "../model/arguments/definition";
import { databaseArguments, replicaArguments } from "../model/arguments/index";

const { primary: _primary, ...ofReplica } = replicaArguments;

/** Arguments of a replica, whose database is an operand. */
export const replicaFlags: Definitions = ofReplica;

/** Arguments of a new database. The entries of `replicas` are arguments of replicas, which can contain secrets. */
export const databaseFlags: Definitions = {
    ...databaseArguments,
    replicas: {
        ...databaseArguments.replicas,
        element: { schema: databaseArguments.replicas.schema, doc: "", members: ofReplica },
    },
};

const { version: _version, flavor: _flavor, ...changeable }: Definitions = { ...ofReplica, ...databaseFlags };

/** Arguments that `update` changes. `upgrade` changes the version, since it also keeps the flavor. */
export const updateFlags: Definitions = { ...changeable, flavor: databaseArguments.flavor };
