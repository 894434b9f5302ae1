/** The volume with restic, its cache, and the results of the last backups. It holds no backups. */
import * as docker from "@pulumi/docker";
import { backupDir } from "../../model/render/layout";
import type { PreparedServer } from "../server/prepare";

export interface BackupVolume {
    readonly volume: docker.Volume;
    readonly mount: docker.types.input.ContainerVolume;
}

export function createBackupVolume({ children }: PreparedServer): BackupVolume {
    const volume = children.create("backupVolume", "backup-files", docker.Volume, {});
    return { volume, mount: { volumeName: volume.name, containerPath: backupDir } };
}
