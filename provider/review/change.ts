/** What a preview changes in the arguments of one database or replica, by the change table. */
import { isDeepStrictEqual } from "node:util";
import { type Described, describeRecorded } from "../model/changes/describe";
import { type Explanation, explanationOf, limitsAfter, lineOf } from "../model/changes/explanation";
import { type ReadArguments, readArguments } from "./arguments";
import type { Component } from "./components";
import { changes } from "./operations";
import type { ResourceState } from "./preview";
import { containsSecret, secretValue } from "./reading/values";

export interface Change {
    /** Absent for a new component. */
    readonly before?: Described;
    /** Absent for a deleted component, and if not even the version is known. */
    readonly after?: Described;
    readonly explanation?: Explanation;
    /** The explanation as one line, as the component's own preview prints it. */
    readonly line?: string;
    /** How a release of this package changes the memory limits. */
    readonly limits?: string;
    /** The paths of arguments that are known only during the update. */
    readonly unknown: readonly string[];
    /** The paths of secret arguments. */
    readonly secrets: readonly string[];
    /** Whether one of the secrets changed. Otherwise, the preview does not show it. */
    readonly secretChanged: boolean;
    /** Whether the component has never been created completely. */
    readonly incomplete: boolean;
}

export function changeOf({ kind, name, own, record }: Component): Change {
    // The record has the arguments that took effect; the component itself has those of the last attempt.
    const [first, second] = [record, own].filter((step) => step !== undefined && changes(step));
    const [old, next] = [first?.old ?? second?.old, first?.next ?? second?.next];
    const changesSecret = secretChanged(own);
    const before = readState(kind, old);
    const after = readState(kind, next, changesSecret ? `${secretValue} changed` : secretValue);
    const facts = {
        unknown: after?.unknown ?? [],
        secrets: [...new Set([...(before?.secrets ?? []), ...(after?.secrets ?? [])])],
        secretChanged: changesSecret,
        incomplete:
            own?.old !== undefined &&
            changes(own) &&
            record?.old === undefined &&
            own.old.outputs.version === undefined,
    };
    if (!before || !after) {
        const [only] = [before, after].flatMap((read) => (read ? [describeAlone(kind, read)] : []));
        return { ...facts, ...(before ? { before: only } : { after: only }) };
    }
    // Which of several secrets changed is not known, so their changes are not explained.
    const known = facts.secrets.length > 1 ? readState(kind, next) : after;
    const pair = describeRecorded(before.recorded, (known ?? after).recorded, kind);
    if (!pair) return facts;
    const options = {
        kind,
        values: !before.hidesShownValue && !after.hidesShownValue,
        secrets: facts.secrets.map((path) => path.split(/[.[]/)[0] ?? ""),
    };
    const explanation = explanationOf(pair.before, pair.after, options);
    const line = lineOf(name, pair.before, pair.after, explanation, kind);
    const limits = limitsAfter(pair.before, pair.after);
    return {
        ...facts,
        ...pair,
        ...(explanation && { explanation }),
        ...(line !== undefined && { line }),
        ...(limits !== undefined && { limits }),
    };
}

function readState(
    kind: Component["kind"],
    state: ResourceState | undefined,
    placeholder: string = secretValue,
): ReadArguments | undefined {
    return state && readArguments(kind, state.inputs, state.outputs, placeholder);
}

/** A component that is created or deleted, compared with nothing. */
function describeAlone(kind: Component["kind"], { recorded }: ReadArguments): Described | undefined {
    return describeRecorded(recorded, recorded, kind)?.after;
}

/** The engine changes the component only if an argument differs. If no visible one does, a secret one does. */
function secretChanged(own: Component["own"]): boolean {
    if (own?.operation !== "update" || !own.old || !own.next) return false;
    const { inputs } = own.next;
    return containsSecret(inputs) && isDeepStrictEqual(own.old.inputs, inputs);
}
