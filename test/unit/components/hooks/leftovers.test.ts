/** Removes leftovers before a container is created. A fake `docker` records its arguments. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { removeLeftovers } from "../../../../provider/components/hooks/leftovers";
import { present } from "../../../support/present";
import { dockerCalls, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
fakeDocker();

/** Makes `docker ps` find these containers, by name prefix. */
function containers(found: Readonly<Record<string, string>>, { broken = false } = {}): void {
    const cases = Object.entries(found).map(([name, id]) => `*name=^/${name}-*) echo ${id} ;;`);
    dockerDoes(broken ? "exit 1" : "", 'case "$*" in', ...cases, "esac");
}

/** The docker commands other than queries. */
function changes(): string[] {
    return dockerCalls().filter((line) => !line.includes("ps "));
}

async function beforeCreate(
    name: string,
    provider?: pulumi.ProviderResource,
    volumes: unknown = mounts,
): Promise<void> {
    const args = { urn: "urn", id: "", name, type: "docker:index/container:Container", newInputs: { volumes } };
    await present(removeLeftovers(ownerOn(provider))[0]).callback(args);
}

const mounts = [
    { containerPath: "/data", volumeName: "sessions-data-1" },
    { containerPath: "/settings", volumeName: "sessions-settings-1" },
];

beforeEach(async () => {
    await startStack();
});

afterEach(() => {
    warned.mockClear();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("changes nothing if there are no leftovers", async () => {
    containers({});
    await beforeCreate("sessions-server");
    expect(changes()).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
});

test("searches only for containers of this name that mount the database's settings volume", async () => {
    containers({});
    await beforeCreate("sessions-server");
    expect(dockerCalls()).toEqual([
        "ps --format {{.Names}} --filter volume=sessions-settings-1 --filter name=^/sessions-server-[0-9a-f]+$ --all",
    ]);
});

test("a server's agent hands over its data, then the server is stopped and removed, with a warning", async () => {
    containers({ "sessions-server": "sessions-server-5e", "sessions-agent": "a9" });
    await beforeCreate("sessions-server");
    const asked = ["exec a9 sh /agent.sh release", "stop sessions-server-5e", "rm --volumes sessions-server-5e"];
    expect(changes()).toEqual(asked);
    expect(textsIn(warned)).toEqual([
        "sessions-server: removed sessions-server-5e, which an interrupted update left behind or this update replaces.",
    ]);
});

test("a server without an agent to hand over its data is not removed", async () => {
    containers({ "sessions-server": "5e" });
    await beforeCreate("sessions-server");
    expect(changes()).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
});

test("an agent is removed without a hand-over", async () => {
    containers({ "sessions-agent": "a9" });
    await beforeCreate("sessions-agent");
    expect(changes()).toEqual(["stop a9", "rm --volumes a9"]);
});

test("a container without a settings volume is ignored", async () => {
    containers({ "sessions-server": "5e" });
    await beforeCreate("sessions-server", undefined, [{ containerPath: "/data", volumeName: "v" }]);
    expect(changes()).toEqual([]);
});

test("the hook does not fail if Docker does not respond", async () => {
    containers({ "sessions-server": "5e" }, { broken: true });
    await beforeCreate("sessions-server");
    expect(warned).not.toHaveBeenCalled();
});

test("the command uses the provider's host", async () => {
    containers({ "sessions-agent": "a9" });
    const far = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    await beforeCreate("sessions-agent", far);
    expect(changes()).toEqual(["stop a9", "rm --volumes a9"].map((asked) => `--host ssh://redis@far.example ${asked}`));
});
