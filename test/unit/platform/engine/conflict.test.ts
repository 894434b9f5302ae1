/** A stack that another operation has locked, as the CLI reports it. */
import { failureOf } from "../../../../provider/platform/engine/failure";

const nothing = { messages: [], steps: [], changed: [] };

test.each([
    [
        "the service",
        "error: [409] Conflict: Another update is currently in progress.\nTo learn more about possible reasons and " +
            "resolution, visit https://www.pulumi.com/docs/support/troubleshooting/common-issues/update-conflicts/",
    ],
    [
        "another backend",
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the " +
            "lock file with `pulumi cancel`.\n  gs://states/.pulumi/locks/organization/redis/a/1.json: created by u@h",
    ],
])("a conflict in %s is `locked`", (_backend, stderr) => {
    expect(failureOf("a", { code: 1, stdout: "", stderr, cancelled: false }, nothing)).toMatchObject({
        code: "locked",
        message: 'another operation is running on "a"',
        remedy: "wait until that operation has ended; if it was killed, run `pulumi cancel` for the stack",
        details: {},
    });
});

test("any other failure before the engine starts is not", () => {
    const ended = { code: 1, stdout: "", stderr: "error: no credentials", cancelled: false };
    expect(failureOf("a", ended, nothing).code).toBe("backend-unreachable");
});
