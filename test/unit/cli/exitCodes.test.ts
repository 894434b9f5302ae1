/** The exit code and the JSON of every error. */
import { CommandError, UsageError } from "../../../provider/cli/commandErrors";
import { exitCodeOf, exitCodeOfError } from "../../../provider/cli/exitCodes";
import { errorOutput } from "../../../provider/cli/schemas";
import { type ErrorCode, PlatformError } from "../../../provider/platform/index";
import { redisdb } from "./support";

/** As the issue of the command and its documentation state them. */
const expected: Readonly<Record<ErrorCode, number>> = {
    "validation": 5,
    "handle-taken": 5,
    "handle-unknown": 6,
    "unknown-version": 5,
    "locked": 9,
    "engine-unreachable": 1,
    "backend-unreachable": 3,
    "docker-unreachable": 1,
    "refused": 5,
    "not-backed-up": 5,
    "backup-unknown": 6,
    "backup-failed": 1,
    "partial": 4,
    "timeout": 1,
    "cancelled": 8,
};

const errorOf = (code: ErrorCode) => new PlatformError(code, `what is wrong: ${code}`, "what to do", { nearest: [] });

test.each(Object.entries(expected))("%s: exit code %i", async (code, exitCode) => {
    const failing = { list: () => Promise.reject(errorOf(code as ErrorCode)) };
    const text = await redisdb(["list"], { platform: failing });
    expect([text.exitCode, text.stdout]).toEqual([exitCode, ""]);
    expect(text.stderr).toMatch(/^redisdb: what is wrong: [a-z-]+\n→ .+\n$/);
    const json = await redisdb(["list", "--json"], { platform: failing });
    expect([json.exitCode, json.stdout]).toEqual([exitCode, ""]);
    expect(errorOutput.parse(JSON.parse(json.stderr)).error).toMatchObject({ code, exitCode });
});

test("every error of the library has an exit code", () => {
    expect(exitCodeOfError).toEqual(expected);
});

test("other errors", async () => {
    expect(exitCodeOf(new UsageError("", ""))).toBe(2);
    expect(exitCodeOf(new CommandError("", ""))).toBe(1);
    const failing = { list: () => Promise.reject(new Error("no space left on device")) };
    const { exitCode, stderr } = await redisdb(["list", "--json"], { platform: failing });
    expect(exitCode).toBe(1);
    expect(errorOutput.parse(JSON.parse(stderr)).error.code).toBe("unexpected");
});

test("usage errors are JSON as well, unless --json is an argument of a Redis command", async () => {
    const asJson = await redisdb(["creat", "--json"]);
    expect(errorOutput.parse(JSON.parse(asJson.stderr)).error).toMatchObject({ code: "usage", exitCode: 2 });
    const asText = await redisdb(["creat", "--", "--json"]);
    expect(asText.stderr).toMatch(/^redisdb: /);
});
