/** The problems for which a change is refused. */
import { problem } from "../findings";

export const changeProblems = {
    replicaUp: problem(
        "replica-upgraded-to-6.0",
        "A replica before 6.0 connects to its primary differently than one of 6.0 or later, so it cannot be upgraded across 6.0 while it follows.",
        "remove the replica in the update that changes the version, and re-create it in the next update",
    ),
    downgrade: problem(
        "version-downgrade",
        "The data was written by a later version, or by an engine whose files this engine cannot read.",
        "keep the version and engine that wrote the data, or use a later version; to use an earlier one, restore a copy that it can read into a new database",
    ),
    defaultVersion: problem(
        "default-version-changed",
        "`version` is not set, and the default is now later than the version of the database. A changed default does not upgrade a database.",
        "set the current version to keep it, or the later version to upgrade permanently",
    ),
    dataMoved: problem(
        "data-moved",
        "`data` names a different volume or directory, but the data would not move there.",
        "restore the previous value; to move the data, create a second database and copy it there",
    ),
    restoreChanged: problem(
        "restore-changed",
        "`restoreFrom` is added or changed, but data is restored only before the first start of a new database.",
        "restore the previous value, or leave restoreFrom out; to restore other data, create another database with it",
    ),
    newPrimary: problem(
        "primary-not-there-yet",
        "`primary` names a replica that this update would create.",
        "leave `primary` unchanged in this update; set it in the next one, once the replica has the data",
    ),
    primaryRemoved: problem(
        "primary-removed",
        "The update would remove the replica that is the primary.",
        "keep the replica while this update makes another server the primary; remove it in the next update",
    ),
    demotion: problem(
        "demotion",
        "`promoted` is no longer set. Following the primary again would replace the data written since the promotion.",
        "keep `promoted: true`; to follow the primary, create a new replica",
    ),
};
