/** When an update stops waiting for a container. A fake `docker` reports the container's state. */
import { existsSync, writeFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../../../../provider/components/hooks/failures";
import { CrashLoops } from "../../../../provider/components/hooks/crashLoop";
import { present } from "../../../support/present";
import { dockerCalls, fakeDockerFile, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = jest.spyOn(pulumi.log, "error").mockResolvedValue();
const getLogs = jest.spyOn(docker, "getLogs");
fakeDocker();

/**
 * Watches a container that goes through these states (restarts and health). The provider stops waiting after the last.
 */
async function watched(name: string, states: readonly string[], ...log: string[]): Promise<CrashLoops> {
    getLogs.mockResolvedValue({ logsListStrings: log } as docker.GetLogsResult);
    const [remaining, over] = [fakeDockerFile("states"), fakeDockerFile("over")];
    writeFileSync(remaining, states.map((state) => `${state}\n`).join(""));
    dockerDoes(
        `[ "$1" != inspect ] || { [ -s ${remaining} ] || echo >${over}; sed 1q ${remaining} | grep . ; sed -i 1d ${remaining}; }`,
    );
    const crashLoops = new CrashLoops(ownerOn());
    const waiting = crashLoops.watch(`${name}-1`, 1);
    // As the provider does when its timeout expires.
    const gaveUp = setInterval(() => {
        if (existsSync(over)) crashLoops.end(`${name}-1`);
    }, 50);
    await waiting;
    clearInterval(gaveUp);
    return crashLoops;
}

const removed = () => dockerCalls().filter((line) => !line.startsWith("inspect"));

beforeEach(async () => {
    await startStack();
});

afterEach(() => {
    jest.clearAllMocks();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("a server that exits at every start is removed, and the error shows the end of its log", async () => {
    const crashLoops = await watched(
        "sessions-server",
        ["1 starting", "4 starting", "5 unhealthy"],
        "Fatal error",
        "Fatal error",
    );
    expect(removed()).toEqual(["rm --force --volumes sessions-server-1"]);
    const failure = {
        name: "sessions-server",
        newInputs: { name: "sessions-server-1" },
        errors: ["No such container"],
    };
    await present(explainFailure(ownerOn(), crashLoops)[0]).callback(failure as unknown as pulumi.ErrorHookArgs);
    expect(textsIn(logged)[0]).toMatch(
        /^sessions-server: it exits at every start\. The end of its log:\nFatal error \[redis-database\/container-ends-at-each-start\]\nThe update/,
    );
});

test.each([
    [
        "an agent that has refused settings",
        "sessions-agent",
        ["0 starting", "0 unhealthy"],
        ["refused: memoryMb: is too small"],
    ],
    [
        "a server that is loading its data",
        "sessions-server",
        ["0 starting", "1 unhealthy"],
        ["refused: the agent's reason, which may no longer apply"],
    ],
    [
        "a container that is healthy, however many restarts it needed",
        "sessions-server",
        ["5 healthy", "6 starting"],
        [],
    ],
])("%s is not removed", async (_what, name, states, log) => {
    await watched(name, states, ...log);
    expect(removed()).toEqual([]);
});
