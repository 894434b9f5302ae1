/** Turns the engine's events into the library's progress events. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { nameOf } from "../state/checkpoint";

/** A step of an operation. */
export type Phase =
    "waiting" | "preparing" | "planning" | "applying" | "removing" | "backing-up" | "verifying" | "copying" | "done";

/** What an operation reports while it runs. */
export type ProgressEvent =
    | { readonly type: "phase"; readonly handle: string; readonly phase: Phase }
    | (Step & {
          readonly type: "resource";
          readonly handle: string;
          readonly status: "started" | "done" | "failed";
          /** What a started step waits for. */
          readonly waitsFor?: string;
          /** How much of the operation is complete, from 0 to 100. Absent while that is not known. */
          readonly percent?: number;
      })
    | (Message & { readonly type: "message"; readonly handle: string });

/** A message of a database, a replica or a resource. */
export interface Message {
    readonly severity: "info" | "warning" | "error";
    /** The name of the database, replica or resource that the message is about. */
    readonly about: string;
    readonly text: string;
}

/** What happens to a resource. */
export interface Step {
    readonly resource: string;
    readonly operation: "create" | "update" | "replace" | "delete";
    /** What it is on the Docker host; absent for other resources, which belong to one of these. */
    readonly kind?: "container" | "volume";
}

/** What an operation has done, or in a preview would do. */
export interface Outcome {
    readonly messages: readonly Message[];
    /** The steps that have begun. */
    readonly steps: readonly Step[];
    /** The names of the resources that have changed. */
    readonly changed: readonly string[];
}

const operations: Readonly<Partial<Record<string, Step["operation"]>>> = {
    "create": "create",
    "create-replacement": "replace",
    "update": "update",
    "delete": "delete",
};

const kinds: Readonly<Partial<Record<string, Step["kind"]>>> = {
    "docker:index/container:Container": "container",
    "docker:index/volume:Volume": "volume",
};

/** Collects an operation's events. */
export class Progress {
    private readonly messages: Message[] = [];
    private readonly steps = new Map<string, Step>();
    private readonly changed = new Set<string>();
    private visited = 0;

    constructor(
        private readonly handle: string,
        private readonly report: (event: ProgressEvent) => void,
        /** The number of resources, if it is known. */
        private readonly total?: number,
        /** The handles of components that have another name. */
        private readonly handles: ReadonlyMap<string, string> = new Map(),
    ) {}

    get outcome(): Outcome {
        return { messages: this.messages, steps: [...this.steps.values()], changed: [...this.changed] };
    }

    phase(phase: Phase): void {
        this.report({ type: "phase", handle: this.handle, phase });
    }

    add({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent }: EngineEvent): void {
        if (resourcePreEvent) this.step(resourcePreEvent.metadata, "started");
        if (resOutputsEvent) this.step(resOutputsEvent.metadata, "done", resOutputsEvent.planning);
        if (resOpFailedEvent) this.step(resOpFailedEvent.metadata, "failed");
        if (diagnosticEvent) this.message(diagnosticEvent);
    }

    /** In a preview, the engine also reports the outputs of steps that it has only planned. */
    private step({ op, urn, type }: Metadata, status: "started" | "done" | "failed", planned = false): void {
        if (status !== "started" && op !== "refresh") this.visited++;
        const operation = operations[op];
        // Components do not exist outside of Pulumi.
        if (operation === undefined || /^(pulumi|redis-database):/.test(type)) return;
        const kind = kinds[type];
        const step = { resource: nameOf(urn), operation, ...(kind && { kind }) };
        this.steps.set(urn, step);
        if (status === "done" && !planned) this.changed.add(step.resource);
        const waitsFor = status === "started" && operation !== "delete" ? waitOf(type) : undefined;
        this.report({
            type: "resource",
            handle: this.handle,
            ...step,
            status,
            ...(waitsFor && { waitsFor }),
            ...(this.total && { percent: Math.min(99, Math.round((100 * this.visited) / this.total)) }),
        });
    }

    /** The engine also sends messages of the severity `debug`, which contain secrets. */
    private message({ severity: given, message, urn }: Diagnostic): void {
        const severity = given === "info#err" ? "info" : given;
        const text = message.trim();
        if (!["info", "warning", "error"].includes(severity) || text === "") return;
        const about = urn ? nameOf(urn) : this.handle;
        const found = { severity, about: this.handles.get(about) ?? about, text: this.withHandles(text) };
        this.messages.push(found);
        this.report({ type: "message", handle: this.handle, ...found });
    }

    /** A message names its component in quotes. */
    private withHandles(text: string): string {
        return text.replace(/"([^"\s]+)"/g, (quoted, name: string) => {
            const handle = this.handles.get(name);
            return handle === undefined ? quoted : `"${handle}"`;
        });
    }
}

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];
type Diagnostic = NonNullable<EngineEvent["diagnosticEvent"]>;

/** What a step waits for. Steps of other resources take no noticeable time. */
function waitOf(type: string): string | undefined {
    return kinds[type] === "container" ? "its health check to pass" : undefined;
}
