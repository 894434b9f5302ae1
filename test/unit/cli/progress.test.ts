/** Progress on stderr: on a terminal, in a pipe, without colors, and not at all. */
import { PassThrough } from "node:stream";
import { ProgressDisplay } from "../../../provider/cli/output/progress";
import { screenOn } from "../../../provider/cli/output/screen";
import type { ProgressEvent } from "../../../provider/platform/index";

const server = { type: "resource", handle: "a", resource: "a-server", operation: "create" } as const;
const events: readonly ProgressEvent[] = [
    { type: "phase", handle: "a", phase: "waiting" },
    { type: "phase", handle: "a", phase: "preparing" },
    { type: "phase", handle: "a", phase: "applying" },
    { type: "message", handle: "a", severity: "warning", about: "a", text: "a: version 7.0 is past its end of life" },
    { ...server, resource: "a-key", status: "started" },
    { ...server, resource: "a-key", status: "done" },
    { ...server, resource: "a-port", status: "failed" },
    { type: "message", handle: "a", severity: "error", about: "a", text: "repeated in the error" },
    { ...server, status: "started", waitsFor: "its health check to pass", percent: 40 },
];

/** What a stream receives from these events after 12 seconds. */
function shown(terminal: boolean, env: NodeJS.ProcessEnv = {}, { quiet = false, columns = 100 } = {}): string {
    jest.useFakeTimers({ now: 0 });
    const stream = Object.assign(new PassThrough(), { isTTY: terminal, columns });
    const display = new ProgressDisplay(screenOn(stream, env, quiet));
    events.forEach(display.show);
    jest.advanceTimersByTime(12_000);
    display.show({ ...server, status: "done" });
    display.note("a note");
    jest.advanceTimersByTime(1000);
    display.end();
    jest.advanceTimersByTime(1000);
    jest.useRealTimers();
    return ((stream.read() as Buffer | null) ?? "").toString();
}

test("in a pipe: a line per step, without escape codes", () => {
    expect(shown(false)).toBe(
        [
            "a: preparing",
            "a: applying the change",
            "warning: a: version 7.0 is past its end of life",
            "a-port: creating failed",
            "a-server: creating, waiting for its health check to pass",
            "a-server: created (12 s)",
            "a note",
            "",
        ].join("\n"),
    );
});

test("a dumb terminal is like a pipe", () => {
    expect(shown(true, { TERM: "dumb" })).toBe(shown(false));
});

test("on a terminal: a line that changes, with the phase, the time and what it waits for", () => {
    const text = shown(true);
    expect(text).toContain(
        " a: applying the change, 11 s, 40 %, a-server: creating, waiting for its health check to pass",
    );
    expect(text).toContain("\u001b[33mwarning: a: version 7.0");
    // The line is cleared at the end, and nothing is printed afterwards.
    expect(text.endsWith("\u001b[1G\u001b[0K") || text.endsWith("\u001b[1G\u001b[2K")).toBe(true);
});

test("NO_COLOR removes the colors, not the line that changes", () => {
    const text = shown(true, { NO_COLOR: "1" });
    expect(text).not.toMatch(/\u001b\[\d*m/);
    expect(text).toContain("waiting for its health check to pass");
});

test.each([40, 0])("the line fits a terminal with %i columns", (columns) => {
    const width = columns === 0 ? 80 : columns;
    const lines = shown(true, { NO_COLOR: "1" }, { columns }).split(/\u001b\[1G\u001b\[\dK|\n/);
    const changing = lines.filter((line) => line.includes("applying"));
    expect(changing.length).toBeGreaterThan(50);
    expect(Math.max(...changing.map((line) => line.length))).toBeLessThan(width);
});

test("--quiet: nothing", () => {
    expect(shown(true, {}, { quiet: true })).toBe("");
});

test("the steps of a preview are not reported as done", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: false });
    const display = new ProgressDisplay(screenOn(stream, {}, false));
    display.show({ type: "phase", handle: "a", phase: "planning" });
    display.show({ ...server, status: "done" });
    expect(String(stream.read())).toBe("a: planning the change\n");
});
