/** Removes a backup. */
import type { OperationOptions } from "../engine/databaseStack";
import type { Backup } from "./backup";
import { findBackup } from "./list";
import { copiesIn } from "./numbers";
import type { BackupStore } from "./stores";

/** Removes a backup from one repository or from all that have it. Returns it with the repositories that had it. */
export async function purgeBackup(
    store: BackupStore,
    id: string,
    from: string | number | undefined,
    options: OperationOptions,
): Promise<Backup> {
    const { signal } = options;
    const found = await findBackup(store, id, options);
    const copies = copiesIn(found, from);
    for (const { number } of copies) await store.purge(found, number, { ...(signal && { signal }) });
    return { ...found, repositories: copies };
}
