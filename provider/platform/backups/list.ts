/** Lists the backups of a database, or in a repository. */
import type { OperationOptions } from "../engine/databaseStack";
import type { Backup, BackupList, WantedBackup } from "./backup";
import { backupsIn, selectBackup } from "./snapshots";
import type { BackupStore } from "./stores";

export async function listBackups(store: BackupStore, { signal }: OperationOptions): Promise<BackupList> {
    return backupsIn(await store.list({ ...(signal && { signal }) }));
}

/** Throws `backup-unknown` if there is no such backup. */
export async function findBackup(store: BackupStore, wanted: WantedBackup, options: OperationOptions): Promise<Backup> {
    return selectBackup(await listBackups(store, options), wanted, store.name);
}
