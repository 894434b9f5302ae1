/** The agent is notified of a container's new memory, by a `docker` that only takes notes. */
import { notifyResized } from "../../../../provider/components/hooks/resized";
import { present } from "../../../support/present";
import { askedOfDocker, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn } from "../../support/owner";

fakeDocker();

const volumes = [
    { containerPath: "/data", volumeName: "sessions-data-1" },
    { containerPath: "/settings", volumeName: "sessions-settings-1" },
];

/** What Docker was asked for after an update of the server from and to so many MiB. */
async function asked(before: number, now: number, answer = "echo agent-1"): Promise<string[]> {
    dockerDoes(`case "$*" in ps*) ${answer} ;; esac`);
    await present(notifyResized(ownerOn())[0]).callback({
        ...{ urn: "urn", id: "", name: "sessions-server", type: "docker:index/container:Container" },
        oldInputs: { memory: before, volumes },
        newInputs: { memory: now, volumes },
    });
    return askedOfDocker();
}

beforeEach(async () => {
    await startStack();
});

test("by its own agent's command, found by the settings volume", async () => {
    expect(await asked(64, 128)).toEqual([
        "ps --quiet --filter volume=sessions-settings-1 --filter name=^/sessions-agent-[0-9a-f]+$",
        "exec agent-1 sh /agent.sh resized",
    ]);
});

test("another change of the container is no news to it", async () => {
    expect(await asked(64, 64)).toEqual([]);
});

test("where Docker's command does not reach it, the update goes on", async () => {
    expect(await asked(64, 128, "exit 1")).toHaveLength(1);
});
