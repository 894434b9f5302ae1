/** Notifies the agent of a server's new memory limit. A fake `docker` records its arguments. */
import { notifyResized } from "../../../../provider/components/hooks/resized";
import { present } from "../../../support/present";
import { dockerCalls, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn } from "../../support/owner";

fakeDocker();

const volumes = [
    { containerPath: "/data", volumeName: "sessions-data-1" },
    { containerPath: "/settings", volumeName: "sessions-settings-1" },
];

/** The docker commands after an update that changes the server's memory from `before` to `now`, in MiB. */
async function asked(before: number, now: number, answer = "echo agent-1"): Promise<string[]> {
    dockerDoes(`case "$*" in ps*) ${answer} ;; esac`);
    await present(notifyResized(ownerOn())[0]).callback({
        urn: "urn",
        id: "",
        name: "sessions-server",
        type: "docker:index/container:Container",
        oldInputs: { memory: before, volumes },
        newInputs: { memory: now, volumes },
    });
    return dockerCalls();
}

beforeEach(async () => {
    await startStack();
});

test("runs a command in the server's agent, which is found by the settings volume", async () => {
    expect(await asked(64, 128)).toEqual([
        "ps --quiet --filter volume=sessions-settings-1 --filter name=^/sessions-agent-[0-9a-f]+$",
        "exec agent-1 sh /agent.sh resized",
    ]);
});

test("other changes of the container do not notify the agent", async () => {
    expect(await asked(64, 64)).toEqual([]);
});

test("the update continues if the docker command fails", async () => {
    expect(await asked(64, 128, "exit 1")).toHaveLength(1);
});
