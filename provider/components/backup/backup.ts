/** The resources of a server's backups. */
import type * as docker from "@pulumi/docker";
import type { PreparedServer } from "../server/prepare";
import type { BackupNodes } from "../server/nodes";
import { createBackupContainer } from "./container";
import { createBackupVolume } from "./files";
import { createNotifier } from "./notifier";
import { createRestic } from "./restic";

/** Creates them after the server, so that clients need not wait for them. Nothing without backups. */
export function createBackup(prepared: PreparedServer, server: docker.Container): BackupNodes {
    const { plan } = prepared;
    if (!plan.backup) return {};
    const files = createBackupVolume(prepared);
    const restic = createRestic(prepared, files);
    const backup = createBackupContainer(prepared, files, [server, restic]);
    const notifier = plan.notifier ? createNotifier(prepared, files, [restic]) : undefined;
    return { backupVolume: files.volume, restic, backup, ...(notifier && { notifier }) };
}
