/** Copies a backup from one repository of a database to another. */
import type { OperationOptions } from "../engine/databaseStack";
import type { Backup, BackupSource } from "./backup";
import { inBackupContainer, printed } from "./container";
import { reporting } from "./make";
import { copiesIn, repositoryIn } from "./numbers";
import { backupsIn, selectBackup } from "./snapshots";
import { DatabaseStore } from "./stores";

/** The repositories of a copy, by number or location. */
export interface CopyOptions extends OperationOptions {
    readonly to: string | number;
    /** The default is the first one that has the backup. */
    readonly from?: string | number;
}

/** Returns the backup with its repositories. Changes nothing if the repository has it already. */
export async function copyBackup(
    source: BackupSource,
    id: string,
    { to, from, ...options }: CopyOptions,
): Promise<Backup> {
    const store = new DatabaseStore(source);
    const { signal } = options;
    const listed = await store.list({ ...(signal && { signal }) });
    const found = selectBackup(backupsIn(listed), id, store.name);
    const target = repositoryIn(listed, to);
    if (found.repositories.some(({ number }) => number === target.number)) return found;
    const [copied] = copiesIn(found, from);
    const verb = ["copy", found.id, String(copied?.number), String(target.number)];
    printed(
        source,
        `the copy of backup ${id}`,
        await inBackupContainer(source, verb, reporting(source, "copying", options)),
    );
    const { number, kind, location } = target;
    return { ...found, repositories: [...found.repositories, { number, kind, location, verified: false }] };
}
