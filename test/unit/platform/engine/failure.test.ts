/** Which error a failed command means. */
import { failureOf } from "../../../../provider/platform/engine/failure";
import type { Outcome } from "../../../../provider/platform/engine/progress";
import type { PlatformError } from "../../../../provider/platform/errors";

const nothing: Outcome = { messages: [], steps: [], changed: [] };
const changed = (...names: string[]): Outcome => ({ ...nothing, changed: names });

function withErrors(outcome: Outcome, ...texts: string[]): Outcome {
    const messages = texts.map((text) => ({ severity: "error" as const, about: "sessions-server", text }));
    return { ...outcome, messages: [{ severity: "warning", about: "sessions", text: "end of life" }, ...messages] };
}

function failure(
    ended: { readonly code: number | null; readonly stderr?: string; readonly cancelled?: boolean },
    outcome: Outcome = nothing,
): PlatformError {
    return failureOf("sessions", { stdout: "", stderr: "", cancelled: false, ...ended }, outcome);
}

const resourceFailed = { code: 4 };
const refusedByArgument = "`version` cannot be lowered [redis-database/version-downgrade]";
const refusedByAgent = "refused: data of another database [redis-database/agent-failed]";

test.each([
    ["the CLI's exit code", { code: 8 }],
    ["a signal from the caller", { code: 1, cancelled: true }],
    ["a kill after a signal from the caller", { code: null, cancelled: true }],
])("cancelled, by %s: the error says what had changed", (_how, ended) => {
    expect(failure(ended)).toMatchObject({
        code: "cancelled",
        remedy: "repeat the operation",
        details: { changed: [] },
    });
    expect(failure(ended, changed("sessions-data"))).toMatchObject({
        code: "cancelled",
        remedy: "repeat the operation: it continues where this one stopped",
        details: { changed: ["sessions-data"] },
    });
});

test.each([126, 127])("a CLI that cannot be started: the shell's exit code %d", (code) => {
    expect(failure({ code })).toMatchObject({ code: "engine-unreachable", message: "the Pulumi CLI was not found" });
});

test("a CLI that was killed by something else, with what had changed", () => {
    expect(failure({ code: null }, changed("sessions-data"))).toMatchObject({
        code: "partial",
        message: 'Pulumi was killed during the operation on "sessions"',
        details: { failed: [], changed: ["sessions-data"] },
    });
});

test("a refusal before anything has changed", () => {
    expect(failure(resourceFailed, withErrors(nothing, refusedByArgument, refusedByArgument))).toMatchObject({
        code: "refused",
        message: `the change of "sessions" is refused; nothing was touched\n${refusedByArgument}`,
        details: {
            refusals: [{}, {}].fill({ component: "sessions-server", code: "redis-database/version-downgrade" }),
        },
    });
});

test("an agent refuses before it touches the server, even if other resources have changed", () => {
    expect(failure(resourceFailed, withErrors(changed("sessions-certificate"), refusedByAgent))).toMatchObject({
        code: "refused",
        message: expect.stringContaining("its server keeps running with its data") as string,
        details: { refusals: [{ code: "redis-database/agent-failed" }] },
    });
});

test("any other failure after a change is partial, with all failures and their codes", () => {
    const outcome = withErrors(changed("sessions-data"), "update failed", refusedByArgument);
    expect(failure(resourceFailed, outcome)).toMatchObject({
        code: "partial",
        message: `the operation on "sessions" failed\n${refusedByArgument}`,
        details: {
            changed: ["sessions-data"],
            failed: [
                { resource: "sessions-server", message: "update failed" },
                { resource: "sessions-server", message: refusedByArgument, code: "redis-database/version-downgrade" },
            ],
        },
    });
});

test("failures without a code are partial, each reason once", () => {
    expect(failure(resourceFailed, withErrors(nothing, "no space", "no space"))).toMatchObject({
        code: "partial",
        message: 'the operation on "sessions" failed\nno space',
    });
});

test("the last code of a message counts", () => {
    const text = `see [redis-database/other] ${refusedByArgument}`;
    const { details } = failure(resourceFailed, withErrors(nothing, text));
    expect(details).toMatchObject({ refusals: [{ code: "redis-database/version-downgrade" }] });
});

test("rejected credentials of the backend, and any other failure before the operation began", () => {
    expect(failure({ code: 3, stderr: "warning\nerror: no access\n" })).toMatchObject({
        code: "backend-unreachable",
        message: "the state backend rejects the credentials: error: no access",
    });
    expect(failure({ code: 255, stderr: "error: no such bucket\n" })).toMatchObject({
        code: "backend-unreachable",
        message: "Pulumi failed before it began: error: no such bucket",
    });
});

test("a message without an error severity is no reason", () => {
    const messages = [{ severity: "warning" as const, about: "sessions", text: refusedByArgument }];
    expect(failure({ code: 255, stderr: "error: x" }, { ...nothing, messages }).code).toBe("backend-unreachable");
});
