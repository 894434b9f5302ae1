/** Reads the document that `pulumi preview --json` prints. */
import type { Preview } from "../preview";
import { readState, readStep } from "./steps";
import { type Properties, listAt, messageAt, objectAt, textAt, textsAt } from "./values";

/** A failed preview has `diagnostics` and perhaps no steps. */
export function isDocument(value: Properties): boolean {
    return Array.isArray(value.steps) || ("changeSummary" in value && "duration" in value);
}

/** The document does not contain policy events. */
export function readDocument(document: Properties): Omit<Preview, "project" | "stack"> {
    const entries = listAt(document, "steps");
    const steps = entries.flatMap(
        (entry) =>
            readStep({
                operation: textAt(entry, "op"),
                urn: textAt(entry, "urn"),
                old: readState(entry, "oldState"),
                next: readState(entry, "newState"),
                replaces: textsAt(entry, "replaceReasons"),
                differs: textsAt(entry, "diffReasons"),
            }) ?? [],
    );
    return {
        steps,
        errors: listAt(document, "diagnostics").flatMap((each) =>
            textAt(each, "severity") === "error" ? [messageAt(each, "message")] : [],
        ),
        counts: readCounts(objectAt(document, "changeSummary")),
        unreadable: entries.length - steps.length,
    };
}

/** The number of resources by operation. */
export function readCounts(summary: Properties): Record<string, number> {
    return Object.fromEntries(
        Object.entries(summary).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
}
