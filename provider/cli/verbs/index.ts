/** All verbs, in the order of the help. */
import { previewOf } from "../preview";
import type { Verb } from "../verb";
import { backup } from "./backup";
import { reload, rename, restart, rotate, update } from "./changes";
import { completion } from "./completion";
import { create } from "./create";
import { deprovision } from "./deprovision";
import { doctor } from "./doctor";
import { execute } from "./execute";
import { drift, health, wait } from "./health";
import { exists, list, show, url, versions } from "./inspect";
import { logs } from "./logs";
import { promote, replicate, switchover } from "./replicas";
import { clone, restore } from "./restore";
import { review } from "./review";
import { tunnel } from "./tunnel";
import { up } from "./up";
import { upgrade } from "./upgrade";

/** The verbs by group. */
export const groups: Readonly<Record<string, readonly Verb[]>> = {
    "Databases": [create, update, restart, reload, rotate, rename, upgrade, deprovision],
    "Replicas": [replicate, promote, switchover],
    "Backups": [backup, restore, clone],
    "What there is": [list, show, exists, url, versions],
    "Connections": [execute, tunnel, logs],
    "Checks": [health, wait, drift, doctor],
    "Pull requests": [review, up],
    "Shell": [completion],
};

export const verbs: readonly Verb[] = Object.values(groups).flat();

/** The verbs with those that follow them, by what a person types. */
export const calls: Readonly<Record<string, Verb>> = Object.fromEntries(
    verbs.flatMap((verb) => [
        [verb.name, verb] as const,
        ...(verb.verbs ?? []).map((next) => [`${verb.name} ${next.name}`, next] as const),
    ]),
);

/** The verbs that follow `preview`. */
export const previews: readonly Verb[] = verbs.flatMap((verb) => (verb.preview ? [previewOf(verb, verb.preview)] : []));
