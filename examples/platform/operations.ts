/** The registry of operations: starts them, limits their number, forgets them after a while, and stops them. */
import { setTimeout as wait } from "node:timers/promises";
import { type OperationOptions, PlatformError } from "pulumi-redis-database/platform";
import { PortalError } from "./errors";
import { Operation } from "./operation";
import type { Request } from "./requests";
import type { UnfinishedRequests } from "./unfinished";

/** How many operations may run or wait. Of these, the platform runs as many at once as its `concurrency` says. */
const maximumUnfinished = 20;
/** How long the events of a finished operation can be read. This bounds the memory that they use. */
const keptMs = 60 * 60 * 1000;

export class Operations {
    private readonly known = new Map<string, Operation>();
    private readonly unfinishedWork = new Set<Promise<void>>();
    private stopping = false;

    constructor(private readonly unfinished: UnfinishedRequests) {}

    /** Starts an operation. Returns it as soon as the platform has accepted it; throws what the platform refuses. */
    async start(request: Request, work: (options: OperationOptions) => Promise<void>): Promise<Operation> {
        if (this.stopping) {
            throw new PortalError(503, "stopping", "the portal is shutting down", "repeat the request in a minute");
        }
        if (this.running().length >= maximumUnfinished) {
            const message = `${maximumUnfinished} operations are running or waiting`;
            throw new PortalError(429, "too-many-operations", message, "repeat the request in a minute");
        }
        const operation = new Operation(request);
        this.known.set(operation.id, operation);
        return new Promise((resolve, reject) => {
            const done = this.run(operation, work, () => {
                this.unfinished.add(request);
                resolve(operation);
            }).catch(reject);
            this.unfinishedWork.add(done);
            void done.finally(() => this.unfinishedWork.delete(done));
        });
    }

    get(id: string): Operation {
        const operation = this.known.get(id);
        if (operation) return operation;
        const remedy = "list the databases: finished operations are forgotten after an hour";
        throw new PortalError(404, "operation-unknown", "there is no operation with this id", remedy);
    }

    running(): readonly Operation[] {
        return [...this.known.values()].filter(({ outcome }) => outcome === undefined);
    }

    /** Accepts no more operations, and returns when all have ended. Interrupts those that take longer. */
    async stop(graceSeconds: number): Promise<void> {
        this.stopping = true;
        const ended = Promise.all(this.unfinishedWork);
        const grace = new AbortController();
        const graceOver = wait(graceSeconds * 1000, undefined, { signal: grace.signal }).catch(() => undefined);
        await Promise.race([ended, graceOver]);
        grace.abort();
        for (const operation of this.running()) operation.interrupt();
        await ended;
    }

    private async run(
        operation: Operation,
        work: (options: OperationOptions) => Promise<void>,
        onAccepted: () => void,
    ): Promise<void> {
        const { handle } = operation.request;
        try {
            await operation.run(work, onAccepted);
            this.unfinished.remove(handle);
        } catch (error) {
            if (operation.accepted && !needsContinuation(operation.request, error)) this.unfinished.remove(handle);
            // The page does not show the text of unexpected errors.
            if (!(error instanceof PlatformError)) console.error(error);
            throw error;
        } finally {
            if (operation.accepted) setTimeout(() => this.known.delete(operation.id), keptMs).unref();
            else this.known.delete(operation.id);
        }
    }
}

/** Whether an operation that failed with this error may have changed something. */
function needsContinuation({ operation }: Request, error: unknown): boolean {
    if (PlatformError.is(error, "handle-taken") || PlatformError.is(error, "handle-unknown")) return false;
    // A refused creation leaves an empty stack behind.
    return operation === "create" || !PlatformError.is(error, "refused");
}
