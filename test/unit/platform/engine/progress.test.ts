/** Progress events from the engine's events. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Progress, type ProgressEvent } from "../../../../provider/platform/engine/progress";
import { urnOf } from "../support/checkpoints";

const container = "docker:index/container:Container";
const volume = "docker:index/volume:Volume";

/** An event about a resource, with the fields that the library reads. */
function about(kind: keyof EngineEvent, op: string, type: string, name: string, more: object = {}): EngineEvent {
    return { [kind]: { metadata: { op, urn: urnOf(type, name), type }, ...more } } as unknown as EngineEvent;
}

function message(severity: string, text: string, urn?: string): EngineEvent {
    return { diagnosticEvent: { severity, message: text, ...(urn && { urn }) } } as unknown as EngineEvent;
}

function collect(events: readonly EngineEvent[], total?: number) {
    const reported: ProgressEvent[] = [];
    const progress = new Progress("sessions", (event) => reported.push(event), total);
    for (const event of events) progress.add(event);
    return { reported, outcome: progress.outcome };
}

test("a resource starts and is done, with what it waits for and the percentage", () => {
    const { reported, outcome } = collect(
        [
            about("resourcePreEvent", "create", volume, "data"),
            about("resOutputsEvent", "create", volume, "data"),
            about("resourcePreEvent", "create-replacement", container, "server"),
            about("resOpFailedEvent", "create-replacement", container, "server"),
        ],
        4,
    );
    const common = { type: "resource", handle: "sessions" };
    expect(reported).toEqual([
        { ...common, resource: "data", kind: "volume", operation: "create", status: "started", percent: 0 },
        { ...common, resource: "data", kind: "volume", operation: "create", status: "done", percent: 25 },
        {
            ...common,
            resource: "server",
            kind: "container",
            operation: "replace",
            status: "started",
            waitsFor: "its health check to pass",
            percent: 25,
        },
        { ...common, resource: "server", kind: "container", operation: "replace", status: "failed", percent: 50 },
    ]);
    expect(outcome).toEqual({
        messages: [],
        steps: [
            { resource: "data", kind: "volume", operation: "create" },
            { resource: "server", kind: "container", operation: "replace" },
        ],
        changed: ["data"],
    });
});

test("a deletion waits for nothing, and the percentage never reaches 100 before the end", () => {
    const { reported } = collect(
        [
            about("resourcePreEvent", "delete", container, "server"),
            about("resOutputsEvent", "delete", container, "server"),
        ],
        1,
    );
    expect(reported.map((event) => ("waitsFor" in event ? event.waitsFor : undefined))).toEqual([undefined, undefined]);
    expect(reported).toMatchObject([{ percent: 0 }, { percent: 99 }]);
});

test.each(["same", "read", "refresh", "delete-replaced", "discard-replaced"])("the step `%s` changes nothing", (op) => {
    const { reported, outcome } = collect([about("resOutputsEvent", op, container, "server")]);
    expect(reported).toEqual([]);
    expect(outcome.changed).toEqual([]);
});

test.each(["pulumi:pulumi:Stack", "pulumi:providers:docker", "redis-database:index:RedisDatabase"])(
    "%s is no resource on a Docker host",
    (type) => {
        expect(collect([about("resOutputsEvent", "create", type, "sessions")]).reported).toEqual([]);
    },
);

test("a step that a preview has only planned has changed nothing", () => {
    const { outcome } = collect([about("resOutputsEvent", "update", volume, "data", { planning: true })]);
    expect(outcome).toMatchObject({ steps: [{ resource: "data", operation: "update" }], changed: [] });
});

test("messages are trimmed and say what they are about; debug messages, which contain secrets, are left out", () => {
    const { reported, outcome } = collect([
        message("warning", "  end of life\n", urnOf("redis-database:index:RedisDatabase", "sessions-db")),
        message("info#err", "printed by the program"),
        message("debug", "password=hunter2"),
        message("info", " \n"),
        message("error", "no space"),
    ]);
    expect(outcome.messages).toEqual([
        { severity: "warning", about: "sessions-db", text: "end of life" },
        { severity: "info", about: "sessions", text: "printed by the program" },
        { severity: "error", about: "sessions", text: "no space" },
    ]);
    expect(reported).toEqual(outcome.messages.map((each) => ({ type: "message", handle: "sessions", ...each })));
});

test("without a number of resources, no percentage is reported", () => {
    expect(collect([about("resourcePreEvent", "create", volume, "data")]).reported[0]).not.toHaveProperty("percent");
});
