/** The volume with restic, its cache, and the results of the last backups. It holds no backups. */
import * as docker from "@pulumi/docker";
import { backupDir } from "../../model/render/layout";
import type { Children } from "../server/children";

export interface BackupVolume {
    readonly volume: docker.Volume;
    readonly mount: docker.types.input.ContainerVolume;
}

export function createBackupVolume(children: Children): BackupVolume {
    const volume = children.create("backupVolume", "backup-files", docker.Volume, {});
    return { volume, mount: { volumeName: volume.name, containerPath: backupDir } };
}
