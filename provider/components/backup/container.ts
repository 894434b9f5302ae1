/** The container that makes the backups. It waits for its schedule, so a change of its settings only replaces it. */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { repositoriesOf } from "../../model/backup/repositories";
import type { ServerPlan } from "../../model/plan";
import { type BackupSecrets, backupFiles, backupMemoryMb, repositoryMounts } from "../../model/render/backup";
import { bundle } from "../../model/render/bundle";
import { backupScriptPath, desiredPath } from "../../model/render/layout";
import { ownerOf } from "../dataLocations";
import type { Owner } from "../hooks/owner";
import type { After, Children, PlannedChild } from "../server/children";
import { type ContainerHooks, containerOf } from "../server/container";
import { script } from "../server/scripts";
import type { Specification } from "../server/specification";
import type { Volumes } from "../server/volumes";
import type { ResticFiles } from "./restic";
import { previewRepositories, whenUsable } from "./usable";

/** Seconds for which an update waits until every repository is ready. */
const waitSeconds = 180;

/** It runs as root, whose files on the settings volume it reads. */
const capabilities = [
    // Connects to the server's socket, and uses directories of any owner as repositories.
    "CAP_DAC_OVERRIDE",
];

interface Parts {
    readonly children: Children;
    readonly spec: Specification;
    /** The argument `backup`, which contains secrets. */
    readonly given: unknown;
    readonly volumes: Volumes;
    readonly hooks: ContainerHooks;
    readonly owner: Owner;
    readonly resticFiles?: ResticFiles | undefined;
}

/** A backup container that has not been created yet. Its repositories are checked before any container is changed. */
export interface PlannedBackup {
    readonly container: PlannedChild<docker.ContainerArgs>;
    /** Resolves once the repositories can be used. */
    readonly usable: pulumi.Output<unknown>;
}

/** Undefined for a server without backups. */
export function planBackup(
    plan: ServerPlan,
    { children, spec, given, volumes, hooks: ownHooks, owner: component, resticFiles }: Parts,
): PlannedBackup | undefined {
    if (!plan.backup || !resticFiles) return undefined;
    const { files, image } = resticFiles;
    const owner = ownerOf(plan.name);
    const checked = { name: plan.name, spec, owner: component, image };
    const { beforeCreate = [], ...hooks } = ownHooks;
    const container = children.plan(
        "backup",
        "backup",
        {
            ...containerOf(spec, {
                memoryMb: backupMemoryMb,
                health: ["sh", backupScriptPath, "health"],
                healthTimeout: "6m0s",
                waitSeconds,
                uploads: spec.with(backupSecrets(given), (known, secrets) => [
                    { file: backupScriptPath, content: script("backup/backup.sh"), permissions: "0600" },
                    { file: desiredPath, content: bundle(backupFiles(known, owner, secrets)), permissions: "0600" },
                ]),
                capabilities,
            }),
            image: spec.get("image"),
            user: "0:0",
            entrypoints: ["sh", backupScriptPath],
            command: ["serve"],
            // restic takes a lock of this host for its own, and removes it at once if its process has ended.
            hostname: `backup-${createHash("sha256").update(owner).digest("hex").slice(0, 16)}`,
            volumes: spec.apply(({ backup: known }) => [
                { ...volumes.settingsMount, readOnly: true },
                files.mount,
                ...(known ? repositoryMounts(repositoriesOf(known, owner)) : []),
            ]),
            destroyGraceSeconds: 10,
        },
        // One that did not reach a repository is started again.
        {
            hooks: { ...hooks, beforeCreate: [...beforeCreate, ...previewRepositories(checked)] },
            replaceOnChanges: ["#initerror"],
            deleteBeforeReplace: true,
        },
    );
    return { container, usable: whenUsable(checked, container.args) };
}

export function createBackupContainer({ container, usable }: PlannedBackup, after: After): docker.Container {
    return container.create(docker.Container, {}, after, usable);
}

/** The argument `backup`, as a secret. */
function backupSecrets(given: unknown): pulumi.Output<BackupSecrets> {
    return pulumi.secret(given ?? {});
}
