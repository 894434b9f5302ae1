/** A container that copies restic from its image to the volume of the backup container, and ends. */
import * as docker from "@pulumi/docker";
import { resticImage } from "../../model/render/backup";
import { hardened } from "../server/container";
import type { PreparedServer } from "../server/prepare";
import { script } from "../server/scripts";
import type { BackupVolume } from "./files";

/** It copies two files. */
const memoryMb = 32;

export function createRestic({ children, spec, hooks }: PreparedServer, { mount }: BackupVolume): docker.Container {
    const restic = children.plan(
        "restic",
        "restic",
        {
            ...hardened(spec, { memoryMb }),
            image: resticImage,
            user: "0:0",
            entrypoints: ["sh", "-c"],
            command: [script("backup/install.sh")],
            networkMode: "none",
            restart: "no",
            // The update waits until it has ended.
            attach: true,
            mustRun: false,
            volumes: [mount],
        },
        { hooks },
    );
    return restic.create(docker.Container);
}
