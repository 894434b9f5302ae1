/** The container that reports failed backups to a webhook. The server's image has no program that can. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { curlImage } from "../../model/render/backup";
import { bundle } from "../../model/render/bundle";
import { desiredPath, notifyScriptPath } from "../../model/render/layout";
import { settingLines } from "../../model/render/settingLines";
import { ownerOf } from "../dataLocations";
import type { After } from "../server/children";
import { containerOf } from "../server/container";
import type { PreparedServer } from "../server/prepare";
import { script } from "../server/scripts";
import type { BackupVolume } from "./files";

/** curl uses 8 MiB. */
const memoryMb = 32;

/** Seconds for which an update waits until it has read its settings. It sends nothing until a backup fails. */
const waitSeconds = 60;

export function createNotifier(
    { plan, children, spec, secrets, hooks }: PreparedServer,
    { mount }: BackupVolume,
    after: After,
): docker.Container {
    const owner = ownerOf(plan.name);
    const notify = pulumi.secret(secrets.backup ?? {}) as pulumi.Output<{
        readonly notify?: { readonly url?: string };
    }>;
    const notifier = children.plan(
        "notifier",
        "notifier",
        {
            ...containerOf(spec, {
                memoryMb,
                health: ["sh", notifyScriptPath, "health"],
                waitSeconds,
                uploads: notify.apply(({ notify: given }) => [
                    { file: notifyScriptPath, content: script("backup/notify.sh"), permissions: "0600" },
                    {
                        file: desiredPath,
                        content: bundle({ settings: settingLines({ owner }), url: given?.url }),
                        permissions: "0600",
                    },
                ]),
            }),
            image: curlImage,
            // Reads the files above, which belong to root. It has no capabilities.
            user: "0:0",
            entrypoints: ["sh", notifyScriptPath],
            command: ["serve"],
            volumes: [{ ...mount, readOnly: true }],
        },
        { hooks, replaceOnChanges: ["#initerror"], deleteBeforeReplace: true },
    );
    return notifier.create(docker.Container, {}, after);
}
