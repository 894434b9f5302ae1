/** When an update stops waiting for a container, by a `docker` that says how the container is. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../../../../provider/components/hooks/failures";
import { endOfWait, watch } from "../../../../provider/components/hooks/vainWait";
import { present } from "../../../support/present";
import { startStack } from "../../support/mockedStack";

const logged = jest.spyOn(pulumi.log, "error").mockResolvedValue();
const getLogs = jest.spyOn(docker, "getLogs");
const { PATH } = process.env;
let directory: string;

/** Watches a container of this name, whose restarts and health are these, one after the other, until it gives up at the end. */
async function watched(name: string, states: readonly string[], ...log: string[]): Promise<void> {
    getLogs.mockResolvedValue({ logsListStrings: log } as docker.GetLogsResult);
    writeFileSync(join(directory, "states"), states.map((state) => `${state}\n`).join(""));
    const script = `#!/bin/sh
        case "$1" in
        inspect) [ -s ${directory}/states ] || echo >${directory}/over; sed 1q ${directory}/states | grep . ; sed -i 1d ${directory}/states ;;
        *) echo "$*" >>${directory}/asked ;;
        esac`;
    writeFileSync(join(directory, "docker"), script);
    chmodSync(join(directory, "docker"), 0o755);
    const waiting = watch(`${name}-1`, undefined, 1);
    // As the provider does when its time is over.
    const gaveUp = setInterval(() => {
        if (existsSync(join(directory, "over"))) endOfWait(`${name}-1`);
    }, 50);
    await waiting;
    clearInterval(gaveUp);
}

const removed = () => existsSync(join(directory, "asked"));

beforeEach(async () => {
    await startStack();
    directory = mkdtempSync(join(tmpdir(), "redis-database-docker-"));
    process.env.PATH = [directory, PATH].join(delimiter);
});

afterEach(() => {
    process.env.PATH = PATH;
    rmSync(directory, { recursive: true });
    jest.clearAllMocks();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("a server that ends at each start is removed, and the failure has its last words", async () => {
    await watched("sessions-server", ["1 starting", "4 starting", "5 unhealthy"], "Fatal error", "Fatal error");
    expect(readFileSync(join(directory, "asked"), "utf8")).toBe("rm --force --volumes sessions-server-1\n");
    const failure = {
        name: "sessions-server",
        newInputs: { name: "sessions-server-1" },
        errors: ["No such container"],
    };
    await present(explainFailure(undefined)[0]).callback(failure as unknown as pulumi.ErrorHookArgs);
    expect(logged.mock.calls[0]?.[0]).toMatch(
        /^sessions-server: it ends at each start\. Its last words:\nFatal error\nThe update/,
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
    expect(removed()).toBe(false);
});
