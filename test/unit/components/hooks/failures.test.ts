/** What a person reads when a container does not come up. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../../../../provider/components/hooks/failures";
import { VainWaits } from "../../../../provider/components/hooks/vainWait";
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
        present(explainFailure(owner, new VainWaits(owner))[0]).callback(failure as unknown as pulumi.ErrorHookArgs),
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
])("a port that is taken is named: %s", async (error, port) => {
    logOf();
    expect(await failedWith("something before", error)).toBe(false);
    expect(textsIn(logged)).toEqual([
        `sessions-agent: port ${port} is taken. Free it, or give others in \`ports\`. [redis-database/port-taken]`,
    ]);
});

test("the agent's refusal is brought from its log, and nothing else of it", async () => {
    logOf("applied: timeout", "refused: the image runs Redis 8.0.2");
    expect(await failedWith("container exited")).toBe(false);
    expect(textsIn(logged)).toEqual(["sessions-agent: refused: the image runs Redis 8.0.2"]);
});

test("without a refusal, the last lines of the log are all there is to say", async () => {
    logOf("one", "two");
    await failedWith("container exited");
    expect(textsIn(logged)).toEqual(["sessions-agent: one\ntwo"]);
});

test("a log that cannot be read says how to read it", async () => {
    getLogs.mockRejectedValue(new Error("connection refused"));
    await failedWith("container exited");
    expect(textsIn(logged)).toEqual([
        "sessions-agent: its log could not be read (Error: connection refused); " +
            "read it with: docker logs sessions-agent-1",
    ]);
});

test("nobody is sent to the log of a container that there is not", async () => {
    getLogs.mockRejectedValue(new Error("Error: No such container: sessions-agent-1"));
    await failedWith("failed to create the container: no space left on device");
    expect(textsIn(logged)).toEqual([
        "sessions-agent: failed to create the container: no space left on device " +
            "[redis-database/container-refused]",
    ]);
});

test("a container that was never started has Docker's own words for a reason", async () => {
    logOf();
    await failedWith(
        "1 error occurred:\n\t* creating urn:x: 1 error occurred:\n\t* Unable to start container: no such device\n\n",
    );
    expect(textsIn(logged)).toEqual([
        "sessions-agent: Unable to start container: no such device [redis-database/container-refused]",
    ]);
});

test("there is a reason even where nobody gives one", async () => {
    logOf("", " ");
    await failedWith("");
    expect(textsIn(logged)).toEqual(["sessions-agent: Docker gives no reason [redis-database/container-refused]"]);
});

const again = "Remove the cause, or undo the change, and run `pulumi up` to start it again.";

test.each([
    ["sessions-server", `The database is stopped now; its data is kept. ${again}`],
    ["sessions-terminator", `TLS is stopped now. ${again}`],
])("what %s was needed for is said, with how to bring it back", async (name, consequence) => {
    await failed(name, ["Bind for 127.0.0.1:24000 failed: port is already allocated"]);
    expect(textsIn(logged)).toEqual([
        `${name}: port 127.0.0.1:24000 is taken. Free it, or give others in \`ports\`. [redis-database/port-taken]\n${consequence}`,
    ]);
});

test("a server that may still be loading is not said to be stopped", async () => {
    logOf("Loading RDB produced by version 8.0.2");
    await failed("sessions-server", ["container failed to be in healthy state"]);
    expect(textsIn(logged)).toEqual([
        "sessions-server: Loading RDB produced by version 8.0.2\n" +
            "The container did not become healthy within 600 seconds. The next `pulumi up` starts it anew.\n" +
            "If it needs longer, increase `startTimeoutSeconds`, or `syncTimeoutSeconds` of a replica.",
    ]);
});
