/** The error that users see when a container does not start. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../../../../provider/components/hooks/failures";
import { CrashLoops } from "../../../../provider/components/hooks/crashLoop";
import { present } from "../../../support/present";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = jest.spyOn(pulumi.log, "error").mockResolvedValue();
const getLogs = jest.spyOn(docker, "getLogs");

function failedWith(...errors: string[]): Promise<boolean> {
    return failed("sessions-agent", errors);
}

function failed(name: string, errors: string[]): Promise<boolean> {
    const owner = ownerOn();
    const args = { urn: "urn", id: "", name, type: "docker:index/container:Container" };
    const newInputs = { name: `${name}-1`, waitTimeout: 600 };
    const failure = { ...args, newInputs, failedOperation: "create", errors };
    return Promise.resolve(
        present(explainFailure(owner, new CrashLoops(owner))[0]).callback(failure as unknown as pulumi.ErrorHookArgs),
    );
}

function logOf(...lines: string[]): void {
    getLogs.mockResolvedValue({ logsListStrings: lines } as docker.GetLogsResult);
}

beforeAll(async () => {
    await startStack();
});

afterEach(() => {
    jest.clearAllMocks();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test.each([
    [
        "driver failed on endpoint x (0a1b): Bind for 127.0.0.1:24000 failed: port is already allocated",
        "127.0.0.1:24000",
    ],
    ["Error starting userland proxy: listen tcp4 127.0.0.1:24000: bind: address already in use", "127.0.0.1:24000"],
    ["Error starting userland proxy: listen tcp6 [::1]:24000: bind: address already in use", "[::1]:24000"],
    ["failed to bind host port for 127.0.0.1:24000:172.18.0.2:6379/tcp: address already in use", "127.0.0.1:24000"],
    ["failed to bind host port 127.0.0.1:24000/tcp: address already in use", "127.0.0.1:24000"],
    ["failed to bind host port [::1]:24000/tcp: address already in use", "[::1]:24000"],
])("a port that is in use is named: %s", async (error, port) => {
    logOf();
    expect(await failedWith("something before", error)).toBe(false);
    expect(textsIn(logged)).toEqual([
        `sessions-agent: port ${port} is already in use. Free it, or set other ports in \`ports\`. [redis-database/port-taken]`,
    ]);
});

test("shows the agent's refusal from its log, and no other line of the log", async () => {
    logOf("applied: timeout", "refused: the image runs Redis 8.0.2");
    expect(await failedWith("container exited")).toBe(false);
    expect(textsIn(logged)).toEqual(["sessions-agent: refused: the image runs Redis 8.0.2"]);
});

test("shows the last lines of the log if there is no refusal", async () => {
    logOf("one", "two");
    await failedWith("container exited");
    expect(textsIn(logged)).toEqual(["sessions-agent: one\ntwo"]);
});

test("if the log cannot be read, the error names the command that reads it", async () => {
    getLogs.mockRejectedValue(new Error("connection refused"));
    await failedWith("container exited");
    expect(textsIn(logged)).toEqual([
        "sessions-agent: its log could not be read (Error: connection refused); " +
            "read it with: docker logs sessions-agent-1",
    ]);
});

test("does not refer to the log of a container that does not exist", async () => {
    getLogs.mockRejectedValue(new Error("Error: No such container: sessions-agent-1"));
    await failedWith("failed to create the container: no space left on device");
    expect(textsIn(logged)).toEqual([
        "sessions-agent: failed to create the container: no space left on device " +
            "[redis-database/container-refused]",
    ]);
});

test("shows Docker's error for a container that was never started", async () => {
    logOf();
    await failedWith(
        "1 error occurred:\n\t* creating urn:x: 1 error occurred:\n\t* Unable to start container: no such device\n\n",
    );
    expect(textsIn(logged)).toEqual([
        "sessions-agent: Unable to start container: no such device [redis-database/container-refused]",
    ]);
});

test("gives a reason even if neither the container nor Docker does", async () => {
    logOf("", " ");
    await failedWith("");
    expect(textsIn(logged)).toEqual(["sessions-agent: Docker gives no reason [redis-database/container-refused]"]);
});

const again = "Fix the cause or revert the change, and run `pulumi up` to start it again.";

test.each([
    ["sessions-server", `The database is stopped now; its data is kept. ${again}`],
    ["sessions-terminator", `TLS is stopped now. ${again}`],
])("a failure of %s states the consequence, and how to start it again", async (name, consequence) => {
    await failed(name, ["Bind for 127.0.0.1:24000 failed: port is already allocated"]);
    expect(textsIn(logged)).toEqual([
        `${name}: port 127.0.0.1:24000 is already in use. Free it, or set other ports in \`ports\`. [redis-database/port-taken]\n${consequence}`,
    ]);
});

test("a server that may still be loading is not reported as stopped", async () => {
    logOf("Loading RDB produced by version 8.0.2");
    await failed("sessions-server", ["container failed to be in healthy state"]);
    expect(textsIn(logged)).toEqual([
        "sessions-server: Loading RDB produced by version 8.0.2\n" +
            "The container did not become healthy within 600 seconds. The next `pulumi up` starts it again.\n" +
            "If it needs more time, increase `startTimeoutSeconds`, or `syncTimeoutSeconds` of a replica.",
    ]);
});
