/**
 * Operations of the platform that are aborted, or whose process is killed, at any moment: they end in time, delete
 * nothing, and a repeat finishes them.
 */
import { once } from "node:events";
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { present } from "../support/present";
import Redis from "ioredis";
import { uniqueName, until } from "./support/docker";
import { type Line, TestPlatform, containersOf, printed, volumesOf } from "./support/testPlatform";

/** `make test-all` interrupts often enough to hit the rare moments. */
const rounds = process.env.TEST_ALL ? 5 : 1;
/** Interruptions of a create, and of updates, in each round. */
const aborts = 2;
const kills = process.env.TEST_ALL ? 2 : 1;
/** Creates at once. */
const atOnce = 5;

const args = { version: "8.0", memoryMb: 64 } as const;

/** Seconds in which an aborted operation ends. */
const endsWithin = 10;
/** A moment within an operation, in milliseconds after its CLI was started. */
const randomMoment = () => Math.round(Math.random() * 6000);

const applying = (line: Line) => "phase" in line && line.phase === "applying";

describe("an interrupted operation", () => {
    let platform: TestPlatform;
    const attempts: string[] = [];

    beforeAll(() => {
        platform = new TestPlatform("platformInterruptions");
    });

    afterAll(async () => {
        console.log(attempts.join("\n"));
        await platform.close();
    });

    /** Each server has one agent and one container of its own, and nothing else. */
    function expectComplete(handle: string): void {
        const names = containersOf(handle).map((name) => name.replace(/-[0-9a-f]+$/, ""));
        expect(names.sort()).toEqual([`${handle}-agent`, `${handle}-server`]);
        expect(volumesOf(handle)).toHaveLength(2);
    }

    /** Runs an operation, aborts it at a random moment, and expects that it ends in time without any process. */
    async function aborted(operation: (signal: AbortSignal, onProgress: (line: Line) => void) => Promise<unknown>) {
        const controller = new AbortController();
        const moment = randomMoment();
        let since = 0;
        const ended = operation(controller.signal, (line) => {
            if (!applying(line)) return;
            void setTimeout(moment).then(() => {
                since = Date.now();
                controller.abort();
            });
        });
        const outcome = await ended.then(
            () => "finished",
            (error: unknown) => {
                expect(error).toMatchObject({ code: "cancelled" });
                return "cancelled";
            },
        );
        const seconds = since === 0 ? 0 : (Date.now() - since) / 1000;
        attempts.push(`${outcome} after ${moment} ms and ${seconds} s more`);
        expect(seconds).toBeLessThan(endsWithin);
        expect(platform.processes()).toEqual([]);
        expect(platform.workFiles()).toEqual([]);
    }

    /** Runs an operation in a process that is killed at a random moment, and expects that nothing of it still runs. */
    async function killed(...call: Parameters<TestPlatform["call"]>): Promise<void> {
        const { child, lines } = platform.call(...call);
        const exited = once(child, "exit");
        await Promise.race([printed(lines, applying), exited]);
        const moment = randomMoment();
        await Promise.race([setTimeout(moment), exited]);
        attempts.push(`${child.exitCode === null ? "killed" : "finished"} after ${moment} ms`);
        const since = Date.now();
        child.kill("SIGKILL");
        await exited;
        // Nobody asks the CLI to end, except for the script that supervises it.
        await until(() => platform.processes(child.pid).length === 0);
        expect((Date.now() - since) / 1000).toBeLessThan(endsWithin);
        // The next process also removes the specification, which can have secrets.
        platform.reopen();
        expect(platform.workFiles(child.pid)).toEqual([]);
    }

    async function connected<T>(handle: string, use: (client: Redis) => Promise<T>): Promise<T> {
        const { tlsUrl, caCertPem } = await platform.redis.url(handle);
        const client = new Redis(tlsUrl, { tls: { ca: caCertPem } });
        try {
            return await use(client);
        } finally {
            client.disconnect();
        }
    }

    describe.each(Array.from({ length: rounds }, (_, index) => index + 1))("on database %d", () => {
        const handle = uniqueName("interrupted");

        afterAll(async () => {
            await platform.redis.deprovision(handle, handle);
            expect([...containersOf(handle), ...volumesOf(handle)]).toEqual([]);
        });

        test("create, aborted twice in a row and then in a killed process", async () => {
            for (let time = 0; time < aborts; time++)
                await aborted((signal, onProgress) => platform.redis.create(handle, args, { signal, onProgress }));
            for (let time = 0; time < kills; time++) await killed("create", handle, args);
            expect(await platform.redis.create(handle, args)).toMatchObject({ status: "ready", version: "8.0" });
            expectComplete(handle);
        });

        test("updates, aborted and in a killed process: the data and the volumes stay", async () => {
            const volumes = volumesOf(handle).sort();
            await connected(handle, (client) => client.set("key", "value"));
            for (let update = 0; update < aborts + kills; update++) {
                // Each replaces the server's container.
                const databases = 17 + update;
                const change = { config: { databases } };
                if (update < aborts)
                    await aborted((signal, onProgress) =>
                        platform.redis.update(handle, change, { signal, onProgress }),
                    );
                else await killed("update", handle, change);
                expect(volumesOf(handle).sort()).toEqual(volumes);
                expect(await platform.redis.update(handle, change)).toMatchObject({ status: "ready" });
                expectComplete(handle);
                expect(volumesOf(handle).sort()).toEqual(volumes);
                await connected(handle, async (client) => {
                    expect(await client.get("key")).toBe("value");
                    expect(await client.config("GET", "databases")).toEqual(["databases", String(databases)]);
                });
            }
        });
    });

    test("of two processes with one handle, one continues, and one gets `locked` with the holder of the lock", async () => {
        const handle = uniqueName("locked");
        const calls = [platform.call("create", handle, args), platform.call("create", handle, args)];
        const codes = await Promise.all(calls.map(async ({ child }) => (await once(child, "exit"))[0] as number));
        expect([...codes].sort()).toEqual([0, 1]);
        expect(present(calls[codes.indexOf(1)]).lines.at(-1)).toMatchObject({
            code: "locked",
            details: {
                pid: expect.any(Number) as number,
                host: hostname(),
                since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
            },
        });
        expect(await platform.redis.get(handle)).toMatchObject({ status: "ready" });
        expectComplete(handle);
        await platform.redis.deprovision(handle, handle);
    });

    (process.env.TEST_ALL ? test : test.skip)(
        "creates at once, one of them killed: all of them exist after a repeat",
        async () => {
            const handles = Array.from({ length: atOnce }, (_, index) => uniqueName(`once-${index}`));
            const [victim = "", ...others] = handles;
            await Promise.all([
                killed("create", victim, args),
                ...others.map((handle) => platform.redis.create(handle, args)),
            ]);
            const all = await Promise.all(handles.map((handle) => platform.redis.create(handle, args)));
            expect(all.map(({ status }) => status)).toEqual(handles.map(() => "ready"));
            for (const handle of handles) expectComplete(handle);
            const listed = await platform.redis.list();
            expect(listed.map(({ handle }) => handle)).toEqual([...handles].sort());
            const running = handles.flatMap((handle) => containersOf(`${handle}-server`));
            expect(listed.map(({ containerName }) => containerName).sort()).toEqual(running.sort());
            for (const handle of handles) await platform.redis.deprovision(handle, handle);
        },
    );
});
