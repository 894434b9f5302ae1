/** An update's warning about a server that the kernel killed. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { reportKills } from "../../../../provider/components/hooks/kills";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
const getLogs = jest.spyOn(docker, "getLogs");
const dryRun = jest.spyOn(pulumi.runtime, "isDryRun");

/** The warnings if the server's log ends with these lines. */
async function reported(...lines: string[]): Promise<string[]> {
    getLogs.mockResolvedValue({ logsListStrings: lines } as docker.GetLogsResult);
    reportKills("sessions", { name: pulumi.output("sessions-server-1") } as unknown as docker.Container, ownerOn());
    await new Promise((resolve) => setTimeout(resolve, 10));
    return textsIn(warned);
}

beforeEach(async () => {
    await startStack();
    jest.clearAllMocks();
    dryRun.mockReturnValue(false);
});

afterAll(() => {
    jest.restoreAllMocks();
});

const killed = "killed: the kernel killed the server at 2026-01-01T00:00:00Z [redis-database/killed-by-kernel]";

test("warns if the server was killed", async () => {
    expect(await reported("* Ready to accept connections", killed, "1:M * Ready")).toEqual([
        '"sessions": the kernel killed the server at 2026-01-01T00:00:00Z [redis-database/killed-by-kernel]',
    ]);
});

test("does not warn if an update has already reported it", async () => {
    expect(await reported(killed, "reported: the kernel killed the server")).toEqual([]);
});

test("does not warn if the server was not killed", async () => {
    expect(await reported("* Ready to accept connections")).toEqual([]);
});

test("a preview does not query the Docker host", async () => {
    dryRun.mockReturnValue(true);
    await reported(killed);
    expect(getLogs).not.toHaveBeenCalled();
});
