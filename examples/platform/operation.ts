/** One running or finished operation with its events. */
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import type { OperationOptions, ProgressEvent } from "pulumi-redis-database/platform";
import { type Problem, answerTo } from "./errors";
import type { Request } from "./requests";

/** What a page can follow: the progress, and at last how the operation ended. */
export type OperationEvent = (ProgressEvent | { readonly type: "ended"; readonly error?: Problem }) & {
    /** Seconds since the operation was requested. */
    readonly seconds: number;
};

export class Operation {
    readonly id = randomUUID();
    private readonly begun = Date.now();
    private readonly events: OperationEvent[] = [];
    // Any number of pages may wait for the next event.
    private readonly news = new EventEmitter().setMaxListeners(0);
    private readonly abort = new AbortController();

    /** Whether the platform has accepted it. If not, it has changed nothing. */
    accepted = false;

    /** Whether its URL has been shown, which happens only once. */
    urlShown = false;

    constructor(readonly request: Request) {}

    /** Starts the work and waits until it has ended. Throws its error. `onAccepted` is called before it begins. */
    async run(work: (options: OperationOptions) => Promise<void>, onAccepted: () => void): Promise<void> {
        const { signal } = this.abort;
        const onProgress = (event: ProgressEvent) => {
            // The platform reports its first event after it has checked the request, before it changes anything.
            if (!this.accepted) onAccepted();
            this.accepted = true;
            this.add(event);
        };
        try {
            await work({ signal, onProgress });
            this.add({ type: "ended" });
        } catch (error) {
            this.add({ type: "ended", error: answerTo(error).problem });
            throw error;
        }
    }

    /** Interrupts the work. A repeated request continues it. */
    interrupt(): void {
        this.abort.abort();
    }

    /** How it ended; undefined while it is running. */
    get outcome(): "succeeded" | "failed" | undefined {
        const last = this.events.at(-1);
        if (last?.type !== "ended") return undefined;
        return last.error ? "failed" : "succeeded";
    }

    /** All events from the first one, also for those who begin to follow late. Ends with the operation. */
    async *follow(): AsyncGenerator<OperationEvent> {
        for (let next = 0; ; next++) {
            while (next >= this.events.length) {
                if (this.outcome) return;
                await once(this.news, "event");
            }
            yield this.events[next] as OperationEvent;
        }
    }

    private add(event: ProgressEvent | { readonly type: "ended"; readonly error?: Problem }): void {
        this.events.push({ ...event, seconds: Math.round((Date.now() - this.begun) / 1000) });
        this.news.emit("event");
    }
}
