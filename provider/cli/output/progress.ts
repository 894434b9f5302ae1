/** Shows the progress of operations on stderr: a line that changes on a terminal, otherwise a line per step. */
import type { Phase, ProgressEvent, Step } from "../../platform/index";
import type { Screen } from "./screen";

/** What a phase does; `waiting` ends at once, unless many operations run in the same process. */
const phases: Readonly<Record<Phase, string>> = {
    "waiting": "waiting for other operations",
    "preparing": "preparing",
    "planning": "planning the change",
    "applying": "applying the change",
    "removing": "removing resources",
    "backing-up": "making a backup",
    "verifying": "verifying backups",
    "copying": "copying a backup",
    "done": "done",
};

const words: Readonly<Record<Step["operation"], { readonly doing: string; readonly done: string }>> = {
    create: { doing: "creating", done: "created" },
    update: { doing: "updating", done: "updated" },
    replace: { doing: "replacing", done: "replaced" },
    delete: { doing: "deleting", done: "deleted" },
};

type ResourceEvent = Extract<ProgressEvent, { readonly type: "resource" }>;

const refreshMs = 100;
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The progress of all operations of one call. */
export class ProgressDisplay {
    private readonly begun = Date.now();
    /** What happens to each resource, and whether it takes a noticeable time. */
    private readonly running = new Map<string, { readonly text: string; readonly takesTime: boolean }>();
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
        this.percent = event.percent ?? this.percent;
        return this.step(event);
    }

    /** A line for each step that takes time. The others only appear while they run, or if they fail. */
    private step({ resource, operation, status, waitsFor }: ResourceEvent): string[] {
        const { doing, done } = words[operation];
        if (status === "started") {
            const text = waitsFor === undefined ? doing : `${doing}, waiting for ${waitsFor}`;
            this.running.set(resource, { text, takesTime: waitsFor !== undefined });
            return this.screen.changes || waitsFor === undefined ? [] : [`${resource}: ${text}`];
        }
        const takesTime = this.running.get(resource)?.takesTime;
        this.running.delete(resource);
        if (status === "failed") return [this.screen.style("red", `${resource}: ${doing} failed`)];
        return takesTime ? [`${resource}: ${done} (${this.elapsed()})`] : [];
    }

    private enter(handle: string, phase: Phase): string[] {
        const planned = this.phase === "planning";
        [this.handle, this.phase, this.percent] = [handle, phase, undefined];
        this.running.clear();
        return this.screen.changes || phase === "waiting" || (phase === "done" && planned)
            ? []
            : [`${handle}: ${phases[phase]}`];
    }

    private animate(): void {
        if (!this.screen.changes || this.timer) return;
        this.timer = setInterval(() => {
            const frame = frames[Math.floor(Date.now() / refreshMs) % frames.length] ?? "";
            this.screen.status(`${this.screen.style("cyan", frame)} ${this.status()}`);
        }, refreshMs);
        this.timer.unref();
    }

    /** Such as `a: applying the change, 12 s, a-server: creating, waiting for its health check to pass`. */
    private status(): string {
        const [resource, step] = [...this.running].at(-1) ?? [];
        return [
            this.phase === undefined ? this.handle : `${this.handle}: ${phases[this.phase]}`,
            this.elapsed(),
            ...(this.percent === undefined ? [] : [`${this.percent} %`]),
            ...(step ? [`${resource}: ${step.text}`] : []),
        ].join(", ");
    }

    private elapsed(): string {
        return `${Math.floor((Date.now() - this.begun) / 1000)} s`;
    }
}
