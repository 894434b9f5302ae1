/** The resources of a server's backups. */
import type * as docker from "@pulumi/docker";
import type { PreparedServer } from "../server/prepare";
import type { BackupNodes } from "../server/nodes";
import { createBackupContainer } from "./container";
import { createNotifier } from "./notifier";

/** Creates them after the server, so that clients need not wait for them. Nothing without backups. */
export function createBackup(prepared: PreparedServer, server: docker.Container): BackupNodes {
    const { plan, resticFiles, backup: planned } = prepared;
    if (!resticFiles) return {};
    const { files, restic } = resticFiles;
    if (!planned) return { backupVolume: files.volume, restic };
    const backup = createBackupContainer(planned, [server, restic]);
    const notifier = plan.notifier ? createNotifier(prepared, files, [restic]) : undefined;
    return { backupVolume: files.volume, restic, backup, ...(notifier && { notifier }) };
}
