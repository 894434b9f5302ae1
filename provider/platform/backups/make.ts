/** Makes a backup now. */
import type { OperationOptions } from "../engine/databaseStack";
import type { Phase } from "../engine/progress";
import type { BackupSource, NewBackup } from "./backup";
import { backupFailed, inBackupContainer, printed, reasonIn } from "./container";
import { parseMade } from "./documents";

/**
 * Makes a backup in all repositories. Throws `backup-failed` if none has stored it; otherwise `failed` of the result names
 * those that have not.
 */
export async function makeBackup(
    source: BackupSource,
    kind: "manual" | "final",
    options: OperationOptions,
): Promise<NewBackup> {
    const ended = await inBackupContainer(source, ["run", kind], reporting(source, "backing-up", options));
    const made = parseMade(ended.stdout);
    if (made && made.repositories.length > 0) return made;
    if (made) {
        const failures = made.failed.map(({ location, reason }) => ({ location, message: reason }));
        throw backupFailed(
            `no repository has stored the backup of "${source.handle}": ${reasonIn(ended.stderr).message}`,
            failures,
        );
    }
    printed(source, "the backup", ended);
    throw backupFailed(`the backup of "${source.handle}" has printed no result`, []);
}

/** Reports the messages of a verb as progress. The last one of a verb that fails is that of the error. */
export function reporting({ handle }: BackupSource, phase: Phase, { signal, onProgress }: OperationOptions) {
    onProgress?.({ type: "phase", handle, phase });
    const onLine = (text: string) => {
        if (text.startsWith("refused: ")) return;
        onProgress?.({ type: "message", handle, severity: "info", about: handle, text });
    };
    return { onLine, ...(signal && { signal }) };
}
