/** A container that copies restic from its image to a volume for the server's other containers, and ends. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ServerPlan } from "../../model/plan";
import { resticImage } from "../../model/render/backup";
import type { Children } from "../server/children";
import { type ContainerHooks, hardened } from "../server/container";
import { script } from "../server/scripts";
import type { Specification } from "../server/specification";
import { type BackupVolume, createBackupVolume } from "./files";

/** The volume with restic, and the container that copies it there. */
export interface ResticFiles {
    readonly files: BackupVolume;
    readonly restic: docker.Container;
    /** The image of restic. */
    readonly image: pulumi.Output<string>;
}

interface Parts {
    readonly children: Children;
    readonly spec: Specification;
    readonly hooks: ContainerHooks;
}

/** Undefined for a server that needs no restic. */
export function createResticFiles(plan: ServerPlan, parts: Parts): ResticFiles | undefined {
    if (!plan.restic) return undefined;
    const files = createBackupVolume(parts.children);
    const planned = planRestic(parts, files);
    return { files, restic: planned.create(docker.Container), image: pulumi.output(planned.args.image) };
}

/** It copies two files. */
const memoryMb = 32;

function planRestic({ children, spec, hooks }: Parts, { mount }: BackupVolume) {
    return children.plan(
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
}
