/** Shows the progress of operations on stderr: a line that changes on a terminal, otherwise a line per step. */
import type { Phase, ProgressEvent } from "../../platform/index";
import type { Screen } from "./screen";

/** What a phase does; `waiting` ends at once, unless many operations run in the same process. */
const phases: Readonly<Record<Phase, string>> = {
    waiting: "waiting for other operations",
    preparing: "preparing",
    planning: "planning the change",
    applying: "applying the change",
    removing: "removing resources",
    done: "done",
};

const refreshMs = 100;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The progress of all operations of one call. */
export class ProgressDisplay {
    private readonly begun = Date.now();
    /** What each started resource waits for. */
    private readonly running = new Map<string, string>();
    private handle = "";
    private phase: Phase | undefined;
    private percent: number | undefined;
    private timer: NodeJS.Timeout | undefined;

    constructor(private readonly screen: Screen) {}

    readonly show = (event: ProgressEvent): void => {
        for (const line of this.linesOf(event)) this.screen.line(line);
        this.animate();
    };

    /** Prints a line that stays. */
    note(text: string): void {
        this.screen.line(text);
    }

    /** Removes the line that changes. */
    end(): void {
        clearInterval(this.timer);
        this.timer = undefined;
        this.screen.status("");
    }

    private linesOf(event: ProgressEvent): string[] {
        if (event.type === "phase") return this.enter(event.handle, event.phase);
        // A preview only computes what would happen, and its result has the messages.
        if (this.phase === "planning") return [];
        if (event.type === "message") {
            // The error of the operation repeats the errors of its resources.
            if (event.severity === "error") return [];
            return [event.severity === "warning" ? this.screen.style("yellow", `warning: ${event.text}`) : event.text];
        }
        const { resource, operation, status, waitsFor, percent } = event;
        this.percent = percent ?? this.percent;
        if (status === "started") {
            this.running.set(resource, waitsFor === undefined ? operation : `waiting for ${waitsFor}`);
            return this.screen.changes || waitsFor === undefined
                ? []
                : [`${resource}: ${operation}, waiting for ${waitsFor}`];
        }
        this.running.delete(resource);
        if (status === "failed") return [this.screen.style("red", `${resource}: ${operation} failed`)];
        return [`${resource}: ${operation} done (${this.elapsed()})`];
    }

    private enter(handle: string, phase: Phase): string[] {
        [this.handle, this.phase, this.percent] = [handle, phase, undefined];
        this.running.clear();
        return this.screen.changes || phase === "waiting" ? [] : [`${handle}: ${phases[phase]}`];
    }

    private animate(): void {
        if (!this.screen.changes || this.timer) return;
        this.timer = setInterval(() => {
            const frame = frames[Math.floor(Date.now() / refreshMs) % frames.length] ?? "";
            this.screen.status(`${this.screen.style("cyan", frame)} ${this.status()}`);
        }, refreshMs);
        this.timer.unref();
    }

    /** Such as `a: applying the change, 12 s, a-server: waiting for its health check to pass`. */
    private status(): string {
        const [waiting] = [...this.running].reverse();
        return [
            this.phase === undefined ? this.handle : `${this.handle}: ${phases[this.phase]}`,
            this.elapsed(),
            ...(this.percent === undefined ? [] : [`${this.percent} %`]),
            ...(waiting ? [waiting.join(": ")] : []),
        ].join(", ");
    }

    private elapsed(): string {
        return `${Math.floor((Date.now() - this.begun) / 1000)} s`;
    }
}
