/** Why a change is refused. */
import { problem } from "../findings";

export const changeProblems = {
    replicaUp: problem(
        "replica-upgraded-to-6.0",
        "A replica of a version before 6.0 follows in another way than one of 6.0 or later, so it cannot be upgraded while it follows.",
        "remove the replica in the update that changes the version; re-create it in the next one",
    ),
    downgrade: problem(
        "version-downgrade",
        "The data was written by a later version, or by an engine whose files this one cannot read.",
        "go back to the version and engine that wrote the data, or to a later version; to leave it, copy the data to a new database",
    ),
    defaultVersion: problem(
        "default-version-changed",
        "`version` is not given, and the default is now a later one than the version that the database has. A default upgrades no database.",
        "give the version that it has, to keep it; or the later one, to upgrade it for good",
    ),
    dataMoved: problem(
        "data-moved",
        "`data` names another place, and the data would stay behind.",
        "leave it as it was; to move data, make a second database and copy it",
    ),
    primaryNotThere: problem(
        "primary-not-there-yet",
        "`primary` names a replica that is new in the same update.",
        "leave it out in this update; give it in the next one, when the replica has the data",
    ),
    primaryRemoved: problem(
        "primary-removed",
        "The replica that takes writes would be removed.",
        "keep it in this update; remove it in the next one, when another one takes them",
    ),
    demotion: problem(
        "demotion",
        "A promoted replica is to follow again, which would replace what was written since.",
        "leave it promoted; make a new replica to follow the primary",
    ),
};
