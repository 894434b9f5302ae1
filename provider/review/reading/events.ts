/** Reads the engine's event stream: of the Automation API, an event log, or the streaming form of `preview --json`. */
import type { PolicyViolation, Preview, Step } from "../preview";
import { readCounts } from "./document";
import { readState, readStep } from "./steps";
import { type Properties, isObject, messageAt, objectAt, textAt, textsAt } from "./values";

const kinds = [
    "preludeEvent",
    "resourcePreEvent",
    "resOutputsEvent",
    "resOpFailedEvent",
    "diagnosticEvent",
    "summaryEvent",
    "policyEvent",
    "policyLoadEvent",
    "stdoutEvent",
    "cancelEvent",
    "errorEvent",
    "startDebuggingEvent",
    "progressEvent",
];

export function isEvent(value: unknown): value is Properties {
    return isObject(value) && kinds.some((kind) => kind in value);
}

export function readEvents(events: readonly unknown[]): Omit<Preview, "project" | "stack"> {
    const steps: Step[] = [];
    const errors: string[] = [];
    const violations: PolicyViolation[] = [];
    let counts: Record<string, number> = {};
    let unreadable = 0;
    for (const event of events) {
        if (!isObject(event)) {
            unreadable += 1;
        } else if (isObject(event.resourcePreEvent)) {
            const metadata = objectAt(event.resourcePreEvent, "metadata");
            // A replacement has three events. The logical one stands for all of them, as in the document.
            if (metadata.op === "create-replacement" || metadata.op === "delete-replaced") continue;
            const step = readStep({
                operation: textAt(metadata, "op"),
                urn: textAt(metadata, "urn"),
                old: readState(metadata, "old"),
                next: readState(metadata, "new"),
                replaces: textsAt(metadata, "keys"),
                differs: textsAt(metadata, "diffs"),
            });
            if (step) steps.push(step);
            else unreadable += 1;
        } else if (isObject(event.diagnosticEvent)) {
            if (textAt(event.diagnosticEvent, "severity") === "error")
                errors.push(messageAt(event.diagnosticEvent, "message"));
        } else if (isObject(event.errorEvent)) {
            errors.push(messageAt(event.errorEvent, "error"));
        } else if (isObject(event.policyEvent)) {
            violations.push(readViolation(event.policyEvent));
        } else if (isObject(event.summaryEvent)) {
            counts = readCounts(objectAt(event.summaryEvent, "resourceChanges"));
        }
    }
    return { steps, errors, counts, violations, unreadable };
}

function readViolation(event: Properties): PolicyViolation {
    return {
        urn: textAt(event, "resourceUrn") ?? "",
        policy: `${textAt(event, "policyPackName") ?? ""} ${textAt(event, "policyName") ?? ""}`.trim(),
        message: messageAt(event, "message"),
        isMandatory: textAt(event, "enforcementLevel") === "mandatory",
    };
}
