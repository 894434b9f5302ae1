/** When an update stops waiting for a container, by a `docker` that says how the container is. */
import { existsSync, writeFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../../../../provider/components/hooks/failures";
import { VainWaits } from "../../../../provider/components/hooks/vainWait";
import { present } from "../../../support/present";
import { askedOfDocker, nextToDocker, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = jest.spyOn(pulumi.log, "error").mockResolvedValue();
const getLogs = jest.spyOn(docker, "getLogs");
fakeDocker();

/** Watches a container of this name, whose restarts and health are these, one after the other, until it gives up at the end. */
async function watched(name: string, states: readonly string[], ...log: string[]): Promise<VainWaits> {
    getLogs.mockResolvedValue({ logsListStrings: log } as docker.GetLogsResult);
    const [left, over] = [nextToDocker("states"), nextToDocker("over")];
    writeFileSync(left, states.map((state) => `${state}\n`).join(""));
    dockerDoes(
        `[ "$1" != inspect ] || { [ -s ${left} ] || echo >${over}; sed 1q ${left} | grep . ; sed -i 1d ${left}; }`,
    );
    const waits = new VainWaits(ownerOn());
    const waiting = waits.watch(`${name}-1`, 1);
    // As the provider does when its time is over.
    const gaveUp = setInterval(() => {
        if (existsSync(over)) waits.end(`${name}-1`);
    }, 50);
    await waiting;
    clearInterval(gaveUp);
    return waits;
}

const removed = () => askedOfDocker().filter((line) => !line.startsWith("inspect"));

beforeEach(async () => {
    await startStack();
});

afterEach(() => {
    jest.clearAllMocks();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("a server that ends at each start is removed, and the failure has its last words", async () => {
    const waits = await watched(
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
    await present(explainFailure(ownerOn(), waits)[0]).callback(failure as unknown as pulumi.ErrorHookArgs);
    expect(textsIn(logged)[0]).toMatch(
        /^sessions-server: it ends at each start\. Its last words:\nFatal error \[redis-database\/container-ends-at-each-start\]\nThe update/,
    );
});

test.each([
    ["an agent that has refused", "sessions-agent", ["0 starting", "0 unhealthy"], ["refused: memoryMb: is too small"]],
    [
        "a server that loads",
        "sessions-server",
        ["0 starting", "1 unhealthy"],
        ["refused: the agent's reason, which may end"],
    ],
    ["one that is healthy, whatever it took", "sessions-server", ["5 healthy", "6 starting"], []],
])("%s is left alone", async (_what, name, states, log) => {
    await watched(name, states, ...log);
    expect(removed()).toEqual([]);
});
