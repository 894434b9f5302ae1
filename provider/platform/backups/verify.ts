/** Verifies a backup: restores it into a temporary server next to the database. */
import type { OperationOptions } from "../engine/databaseStack";
import { PlatformError } from "../errors";
import type { BackupSource, Verification } from "./backup";
import { inBackupContainer, printed } from "./container";
import { parseVerifications } from "./documents";
import { findBackup } from "./list";
import { reporting } from "./make";
import { copiesIn } from "./numbers";
import { DatabaseStore } from "./stores";

export interface VerifyOptions extends OperationOptions {
    /** Only in this repository, by number or location. The default is all that have the backup. */
    readonly repository?: string | number;
}

/** One result for each repository that has the backup. Without an ID, it is the newest backup of each. */
export async function verifyBackup(
    source: BackupSource,
    id: string | undefined,
    { repository, ...options }: VerifyOptions,
): Promise<readonly Verification[]> {
    if (id === undefined && repository !== undefined) {
        throw new PlatformError("validation", "a repository is given without a backup", "give the ID of a backup", {
            findings: [],
        });
    }
    const found = id === undefined ? undefined : await findBackup(new DatabaseStore(source), id, options);
    const [copy] = found && repository !== undefined ? copiesIn(found, repository) : [];
    const verb = ["verify", ...(found ? [found.id] : []), ...(copy ? [String(copy.number)] : [])];
    const ended = await inBackupContainer(source, verb, reporting(source, "verifying", options));
    const results = parseVerifications(ended.stdout);
    if (results.length === 0) printed(source, "the verification", ended);
    return results;
}
