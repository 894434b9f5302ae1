/** Finds repositories by their number or location. */
import { PlatformError } from "../errors";
import type { Backup, BackupCopy, BackupRepository } from "./backup";

/** The repository with a number or location. Throws `validation` if there is none. */
export function repositoryIn<R extends BackupRepository>(repositories: readonly R[], wanted: string | number): R {
    const found = repositories.find(({ number, location }) => location === wanted || String(number) === String(wanted));
    if (found) return found;
    const known = repositories.map(({ number, location }) => `${number} (${location})`).join(", ");
    throw new PlatformError(
        "validation",
        `there is no repository ${JSON.stringify(wanted)}`,
        known === "" ? "list the backups, which names the repositories" : `give one of ${known}`,
        { findings: [] },
    );
}

/** The copies of a backup: that in one repository, or all. */
export function copiesIn({ repositories }: Backup, wanted: string | number | undefined): readonly BackupCopy[] {
    return wanted === undefined ? repositories : [repositoryIn(repositories, wanted)];
}
