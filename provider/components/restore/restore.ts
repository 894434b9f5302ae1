/** The container that restores data onto the empty data volume of a new database, before its agent starts. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { RestoreSource } from "../../model/arguments/restore";
import { startTimeoutOf } from "../../model/arguments/replication";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { ServerPlan } from "../../model/plan";
import { desiredPath, restorePath } from "../../model/render/layout";
import { type RestoreSecrets, restoreBundle, sourceMounts } from "../../model/render/restore";
import { ownerOf } from "../dataLocations";
import type { ResticFiles } from "../backup/restic";
import { checkUse } from "../hooks/inUse";
import type { Owner } from "../hooks/owner";
import type { Children } from "../server/children";
import { type ContainerHooks, containerOf } from "../server/container";
import { script } from "../server/scripts";
import { previewRestore } from "./preview";
import type { Specification } from "../server/specification";
import type { Volumes } from "../server/volumes";

/** The secrets of `restoreFrom` as the program sets them, among its other members. */
export type OwnRestoreSecrets = pulumi.Input<{ readonly [K in keyof RestoreSecrets]: pulumi.Input<RestoreSecrets[K]> }>;

/**
 * Memory limit in MiB: restic and redis-cli need less than 256, and a server of the same memory as the database reads
 * data that no backup container has checked. Afterwards the container uses 1 MiB.
 */
function memoryMb(spec: DatabaseSpec): number {
    return 256 + spec.memoryMb;
}

/** Seconds for which an update waits: 1 MiB per second is slow for a network. */
function waitSeconds(spec: DatabaseSpec): number {
    return Math.max(startTimeoutOf(spec), 600 + spec.memoryMb);
}

/**
 * The container runs as root, since it reads files of any owner and mode, and its files become the server's when the agent
 * adopts them.
 */
const capabilities = ["CAP_DAC_OVERRIDE"];

interface Parts {
    readonly volumes: Volumes;
    readonly hooks: ContainerHooks;
    readonly owner: Owner;
    /** For backups in a repository. */
    readonly resticFiles?: ResticFiles | undefined;
}

export function createRestore(
    children: Children,
    plan: ServerPlan,
    spec: Specification,
    secrets: OwnRestoreSecrets | undefined,
    { volumes, hooks, owner, resticFiles }: Parts,
): docker.Container | undefined {
    const { restore } = plan;
    if (!restore || !secrets) return undefined;
    const facts = { ...restore, owner: ownerOf(plan.name) };
    const { beforeCreate = [], ...otherHooks } = hooks;
    const checks = [...(plan.dataVolume ? [] : checkUse(owner)), ...previewRestore(owner, restore.source)];
    const planned = children.plan(
        "restore",
        "restore",
        {
            ...containerOf(spec, {
                memoryMb,
                health: ["sh", restorePath, "health"],
                healthTimeout: "6m0s",
                waitSeconds,
                uploads: spec.with(pulumi.output(secrets) as pulumi.Output<RestoreSecrets>, (known, secrets) => [
                    { file: restorePath, content: script("restore/restore.sh"), permissions: "0600" },
                    { file: desiredPath, content: restoreBundle(known, facts, secrets), permissions: "0600" },
                ]),
                capabilities,
            }),
            image: spec.get("image"),
            // Overrides the image's user.
            user: "0:0",
            entrypoints: ["sh", restorePath],
            command: ["run"],
            // The container's own settings come with the upload; those of the database only show whether it exists.
            volumes: pulumi
                .all(volumes.mounts)
                .apply(([data, settings]) => [
                    ...(data ? [data] : []),
                    ...(settings ? [{ ...settings, readOnly: true }] : []),
                ])
                .apply((mounts) => [
                    ...mounts,
                    ...(resticFiles ? [{ ...resticFiles.files.mount, readOnly: true }] : []),
                ]),
            // Unlike `volumes`, these fail if the source does not exist.
            mounts: spec.apply(sourceMounts),
            ...(isLocal(restore.source)
                ? { networkMode: "none" }
                : {
                      networksAdvanced: spec.apply(({ network }) => (network === undefined ? [] : [{ name: network }])),
                  }),
        },
        // After a refusal, another attempt needs another container.
        {
            hooks: { ...otherHooks, beforeCreate: [...beforeCreate, ...checks] },
            replaceOnChanges: ["#initerror"],
            deleteBeforeReplace: true,
        },
    );
    return planned.create(
        docker.Container,
        {},
        resticFiles && restore.source === "repository" ? [resticFiles.restic] : [],
    );
}

/** Whether the data comes from a file on the Docker host. */
function isLocal(source: RestoreSource): boolean {
    return source === "rdbFile" || source === "appendOnlyDir";
}
