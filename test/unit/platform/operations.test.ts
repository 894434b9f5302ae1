/** How operations run: a limited number at once, one at a time for each handle, and cancelled before they begin. */
import { setTimeout } from "node:timers/promises";
import { getEventListeners } from "node:events";
import { Operations } from "../../../provider/platform/operations";
import type { StateBackend } from "../../../provider/platform/state/backend";
import { settingsFrom } from "../../../provider/platform/options";
import { FakeEngine } from "./support/fakeEngine";

let engine: FakeEngine;
let operations: Operations;

const emptyBackend: StateBackend = {
    list: () => Promise.resolve([]),
    read: () => Promise.resolve(undefined),
    locks: () => Promise.resolve([]),
    removeLock: () => Promise.resolve(),
    repair: () => Promise.resolve(),
    forget: () => Promise.resolve(),
};

beforeEach(() => {
    engine = new FakeEngine();
    operations = new Operations(settingsFrom({ dataDirectory: engine.dataDirectory, concurrency: 2 }), emptyBackend);
});

afterEach(() => {
    engine.close();
});

const forever = () => new Promise<never>(() => undefined);

test("no more operations run at once than the limit, and all of them run", async () => {
    let [running, most] = [0, 0];
    const results = await Promise.all(
        [1, 2, 3, 4, 5].map((number) =>
            operations.exclusively(`db-${number}`, {}, async () => {
                most = Math.max(most, ++running);
                await setTimeout(20);
                running--;
                return number;
            }),
        ),
    );
    expect(results).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
});

test("a second operation on a handle is refused at once; after the first one has ended, it may run", async () => {
    let finish: () => void = () => undefined;
    const first = operations.exclusively("db", {}, () => new Promise<void>((resolve) => (finish = resolve)));
    await setTimeout(20);
    await expect(operations.exclusively("db", {}, forever)).rejects.toMatchObject({
        code: "locked",
        details: { pid: process.pid, host: expect.any(String) as string, since: expect.any(String) as string },
    });
    finish();
    await first;
    expect(await operations.exclusively("db", {}, () => Promise.resolve("second"))).toBe("second");
});

test("a failed operation releases its handle", async () => {
    const failed = operations.exclusively("db", {}, () => Promise.reject(new Error("failed")));
    await expect(failed).rejects.toThrow("failed");
    expect(await operations.exclusively("db", {}, () => Promise.resolve("second"))).toBe("second");
});

test("a listener that throws releases its handle", async () => {
    const onProgress = () => {
        throw new Error("by the listener");
    };
    await expect(operations.exclusively("db", { onProgress }, forever)).rejects.toThrow("by the listener");
    expect(await operations.exclusively("db", {}, () => Promise.resolve("second"))).toBe("second");
});

test("a signal that has been aborted already: nothing begins, not even a progress event", async () => {
    const [operation, onProgress] = [jest.fn(forever), jest.fn()];
    const cancelled = operations.exclusively("db", { signal: AbortSignal.abort(), onProgress }, operation);
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled", details: { changed: [] } });
    await setTimeout(20);
    expect(operation).not.toHaveBeenCalled();
    expect(onProgress).not.toHaveBeenCalled();
});

test("an operation that waits for its turn can be cancelled, and never begins", async () => {
    const finish: (() => void)[] = [];
    const busy = ["one", "two"].map((handle) =>
        operations.exclusively(handle, {}, () => new Promise<void>((resolve) => finish.push(resolve))),
    );
    const controller = new AbortController();
    const operation = jest.fn(forever);
    const waiting = operations.exclusively("db", { signal: controller.signal }, operation);
    await setTimeout(20);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled", details: { changed: [] } });
    // Its handle is free again, while the others are still running.
    const next = operations.exclusively("db", {}, () => Promise.resolve("next"));
    for (const each of finish) each();
    await Promise.all(busy);
    expect(await next).toBe("next");
    expect(operation).not.toHaveBeenCalled();
});

test("a signal for many operations collects no listeners", async () => {
    const { signal } = new AbortController();
    for (const handle of ["one", "two", "three"])
        await operations.exclusively(handle, { signal }, () => Promise.resolve());
    expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("the phases of an operation", async () => {
    const onProgress = jest.fn();
    await operations.exclusively("db", { onProgress }, () => Promise.resolve());
    expect(onProgress.mock.calls).toEqual([
        [{ type: "phase", handle: "db", phase: "waiting" }],
        [{ type: "phase", handle: "db", phase: "preparing" }],
        [{ type: "phase", handle: "db", phase: "done" }],
    ]);
});
