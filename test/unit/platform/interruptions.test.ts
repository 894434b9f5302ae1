/** Operations that are aborted at any moment, with a fake CLI: they end soon, leave no process, and can be repeated. */
import { setTimeout } from "node:timers/promises";
import type { OperationOptions } from "../../../provider/platform/engine/databaseStack";
import { FakeEngine } from "./support/fakeEngine";

let engine: FakeEngine;

beforeEach(() => {
    engine = new FakeEngine();
});

afterEach(() => {
    engine.close();
});

/** How a CLI reacts to SIGINT, and the seconds in which an aborted operation must end. */
const reactions = { quick: 4, slow: 5, stuck: 7, leaving: 4 } as const;

test("50 creates that are aborted at random moments end in time, leave no process, and are finished by a repeat", async () => {
    const platform = engine.open({ concurrency: 10 });
    const began = new Map<string, number>();
    const interrupted = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
            const reaction = (["quick", "slow", "leaving", "slow", "stuck"] as const)[index % 5] ?? "quick";
            const handle = `${reaction}-${index}`;
            const controller = new AbortController();
            const abortAfter = Math.random() * 700;
            let aborted = 0;
            const abort = async () => {
                await setTimeout(abortAfter);
                aborted = Date.now();
                controller.abort();
            };
            const onProgress: OperationOptions["onProgress"] = (event) => {
                if (event.type !== "phase" || event.phase !== "preparing") return;
                began.set(handle, Date.now());
                void abort();
            };
            const error: unknown = await platform.create(handle, {}, { signal: controller.signal, onProgress }).then(
                () => undefined,
                (thrown: unknown) => thrown,
            );
            if (aborted > 0) expect((Date.now() - aborted) / 1000).toBeLessThan(reactions[reaction]);
            // It may have finished before.
            if (error !== undefined) expect(error).toMatchObject({ code: "cancelled" });
            return error !== undefined;
        }),
    );
    expect(interrupted.filter(Boolean).length).toBeGreaterThan(20);
    expect(engine.plugins()).toEqual([]);
    expect(engine.workFiles()).toEqual([]);
    const handles = [...began.keys()];
    const finished = await Promise.all(handles.map((handle) => platform.create(handle)));
    expect(finished.map(({ status }) => status)).toEqual(handles.map(() => "ready"));
    expect(engine.commands().filter((command) => /destroy|--replace|remove|\brm\b/.test(command))).toEqual([]);
});
