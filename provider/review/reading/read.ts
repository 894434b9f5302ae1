/** Reads what Pulumi printed, in any of its forms. */
import type { Preview } from "../preview";
import { isDocument, readDocument } from "./document";
import { isEvent, readEvents } from "./events";
import { parseUrn } from "./steps";
import { type Properties, isObject } from "./values";

/** The input is not the output of a preview. */
export class UnreadablePreview extends Error {}

/**
 * Reads the output of `pulumi preview --json`, or the engine's events: one for each line, or a list. Throws
 * `UnreadablePreview` for anything else.
 */
export function readPreview(text: string): Preview {
    const read = readAny(text);
    const address = read.steps.flatMap(({ urn }) => parseUrn(urn) ?? [])[0];
    return { ...(address && { project: address.project, stack: address.stack }), ...read };
}

/**
 * The preview from both outputs of one run: the document has the positions in the program, the events have the
 * violations of policies.
 */
export function combine(document: Preview, events: Preview): Preview {
    return { ...document, ...(events.violations && { violations: events.violations }) };
}

function readAny(text: string): Omit<Preview, "project" | "stack"> {
    const whole = parsed(text);
    if (isObject(whole) && !isEvent(whole) && isDocument(whole)) return readDocument(whole);
    const events = Array.isArray(whole) ? (whole as unknown[]) : eventsOf(text);
    if (events.some(isEvent)) return readEvents(events);
    throw new UnreadablePreview(
        text.trim() === ""
            ? "the input is empty: the preview failed before it printed anything"
            : "the input is neither the output of `pulumi preview --json` nor the engine's event stream",
    );
}

/** Lines that are not JSON, such as a notice of the CLI, are skipped: without any event, the input is refused. */
function eventsOf(text: string): unknown[] {
    return text.split("\n").flatMap((line) => parsed(line) ?? []);
}

function parsed(text: string): Properties | readonly unknown[] | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return isObject(value) || Array.isArray(value) ? value : undefined;
    } catch {
        return undefined;
    }
}
