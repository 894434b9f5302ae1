/** The registry of operations of examples/platform: its limits, its events, and what it remembers of interrupted work. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { PortalError, answerTo } from "../../../examples/platform/errors";
import type { OperationEvent } from "../../../examples/platform/operation";
import { Operations } from "../../../examples/platform/operations";
import type { Request } from "../../../examples/platform/requests";
import { UnfinishedRequests } from "../../../examples/platform/unfinished";
import { type ErrorCode, type OperationOptions, PlatformError } from "../../../provider/platform/index";

// The sources, so that the tests do not depend on a build.
jest.mock("pulumi-redis-database/platform", () => jest.requireActual<object>("../../../provider/platform/index"), {
    virtual: true,
});

const directory = mkdtempSync(join(tmpdir(), "portal-"));
const file = join(directory, "unfinished.json");
let unfinished: UnfinishedRequests;
let operations: Operations;

beforeEach(() => {
    rmSync(file, { force: true });
    unfinished = new UnfinishedRequests(file);
    operations = new Operations(unfinished);
});

afterEach(() => {
    jest.useRealTimers();
});

afterAll(() => {
    rmSync(directory, { recursive: true });
});

const rotate = (handle = "a"): Request => ({ operation: "rotate", handle });
const create = (handle = "a"): Request => ({ operation: "create", handle, args: { memoryMb: 64 } });

/** Work that the platform accepts, and that ends when the test says so. */
function work() {
    let end: (error?: Error) => void = () => undefined;
    const run = async ({ onProgress }: OperationOptions) => {
        onProgress?.({ type: "phase", handle: "a", phase: "waiting" });
        await new Promise<void>((resolve, reject) => {
            end = (error) => {
                if (error) reject(error);
                else resolve();
            };
        });
    };
    return {
        run,
        end: (error?: Error) => {
            end(error);
        },
    };
}

/** Work that ends only when it is interrupted, as the platform's methods do. */
const untilInterrupted = ({ onProgress, signal }: OperationOptions) => {
    onProgress?.({ type: "phase", handle: "a", phase: "waiting" });
    return new Promise<void>((_resolve, reject) => {
        signal?.addEventListener("abort", () => {
            reject(failure("cancelled"));
        });
    });
};

function failure(code: ErrorCode): PlatformError {
    return new PlatformError(code, "it failed", "repeat it", { changed: [], failed: [] });
}

async function all(events: AsyncIterable<OperationEvent>): Promise<string[]> {
    const found = [];
    for await (const event of events) found.push(event.type === "ended" ? (event.error?.code ?? "ended") : event.type);
    return found;
}

test("sends all events to those who follow early, and to those who follow late", async () => {
    const { run, end } = work();
    const operation = await operations.start(rotate(), run);
    const early = all(operation.follow());
    expect(operation.outcome).toBeUndefined();
    end();
    expect(await early).toEqual(["phase", "ended"]);
    expect(operation.outcome).toBe("succeeded");
    expect(await all(operations.get(operation.id).follow())).toEqual(["phase", "ended"]);
});

test("forgets what the platform refuses at once, and an operation an hour after its end", async () => {
    jest.useFakeTimers();
    await expect(operations.start(rotate(), () => Promise.reject(failure("validation")))).rejects.toMatchObject({
        code: "validation",
    });
    expect(operations.running()).toEqual([]);
    expect(unfinished.all()).toEqual([]);

    const { run, end } = work();
    const operation = await operations.start(rotate(), run);
    await jest.advanceTimersByTimeAsync(2 * 3_600_000);
    expect(operations.get(operation.id)).toBe(operation);
    end();
    await jest.advanceTimersByTimeAsync(3_599_000);
    expect(operations.get(operation.id)).toBe(operation);
    await jest.advanceTimersByTimeAsync(1001);
    expect(() => operations.get(operation.id)).toThrow("there is no operation with this id");
});

test("accepts 20 unfinished operations, and another one when one of them has ended", async () => {
    const first = work();
    const operation = await operations.start(rotate("first"), first.run);
    for (let index = 1; index < 20; index++) await operations.start(rotate(`other${index}`), untilInterrupted);
    await expect(operations.start(rotate("late"), untilInterrupted)).rejects.toMatchObject({ status: 429 });
    first.end();
    await all(operation.follow());
    await operations.start(rotate("late"), untilInterrupted);
    await operations.stop(0);
});

test("when it stops, it waits for operations, interrupts those that take longer, and accepts no more", async () => {
    const quick = work();
    const quickOperation = await operations.start(rotate("quick"), quick.run);
    const slowOperation = await operations.start(create("slow"), untilInterrupted);
    const stopped = operations.stop(0.5);
    await expect(operations.start(rotate("late"), quick.run)).rejects.toMatchObject({ status: 503 });
    await setTimeout(200);
    expect(slowOperation.outcome).toBeUndefined();
    quick.end();
    await stopped;
    expect(await all(quickOperation.follow())).toEqual(["phase", "ended"]);
    expect(await all(slowOperation.follow())).toEqual(["phase", "cancelled"]);
    expect(new UnfinishedRequests(file).all()).toEqual([create("slow")]);
});

test("stores an accepted request before the platform changes anything, for a start after a crash", async () => {
    const { run, end } = work();
    const started = operations.start(create(), (options) => {
        const running = run(options);
        expect(new UnfinishedRequests(file).get("a")).toEqual(create());
        return running;
    });
    await started;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    end();
    await all((await started).follow());
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
});

test.each([
    ["create", "partial", true],
    ["create", "cancelled", true],
    ["create", "locked", true],
    // It leaves an empty stack.
    ["create", "refused", true],
    ["create", "handle-taken", false],
    ["rotate", "partial", true],
    ["rotate", "refused", false],
] as const)("%s that failed with %s can be continued: %s", async (operation, code, kept) => {
    const { run, end } = work();
    const request = operation === "create" ? create() : rotate();
    const started = await operations.start(request, run);
    end(failure(code));
    expect(await all(started.follow())).toEqual(["phase", code]);
    expect(unfinished.all()).toEqual(kept ? [request] : []);
});

test.each([
    ["validation", 422],
    ["unknown-version", 422],
    ["refused", 422],
    ["handle-unknown", 404],
    ["handle-taken", 409],
    ["locked", 409],
    ["docker-unreachable", 503],
    ["engine-unreachable", 503],
    ["backend-unreachable", 503],
] as const)("%s is the HTTP status %i", (code, status) => {
    expect(answerTo(failure(code))).toEqual({
        status,
        problem: { code, message: "it failed", remedy: "repeat it" },
    });
});

test("an unexpected error does not show its text", () => {
    expect(JSON.stringify(answerTo(new Error("password-in-a-message")))).not.toContain("password-in-a-message");
    const own = new PortalError(429, "too-many-operations", "busy", "wait");
    expect(answerTo(own)).toEqual({
        status: 429,
        problem: { code: "too-many-operations", message: "busy", remedy: "wait" },
    });
});

test("the README installs the packages in the versions of the tests", () => {
    const readme = readFileSync(join(__dirname, "../../../examples/platform/README.md"), "utf8");
    const installed = [...readme.matchAll(/(@?[\w/-]+)@(\d+\.\d+\.\d+)/g)].map(([, name, version]) => [name, version]);
    const { devDependencies } = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as {
        devDependencies: Record<string, string>;
    };
    expect(installed.map(([name]) => name)).toEqual(["fastify", "@fastify/helmet", "@fastify/bearer-auth"]);
    for (const [name = "", version] of installed) expect(devDependencies[name]).toBe(version);
});
