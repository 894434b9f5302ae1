/** What is asked of Docker before a container is made, by a `docker` that only takes notes. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { removeLeftovers } from "../../../../provider/components/hooks/leftovers";
import { present } from "../../../support/present";
import { askedOfDocker, dockerDoes, fakeDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
fakeDocker();

/** Makes `docker ps` find these containers, by the beginning of their name. */
function containers(found: Readonly<Record<string, string>>, { broken = false } = {}): void {
    const cases = Object.entries(found).map(([name, id]) => `*name=^/${name}-*) echo ${id} ;;`);
    dockerDoes(broken ? "exit 1" : "", 'case "$*" in', ...cases, "esac");
}

/** What Docker was asked for besides what it has. */
function done(): string[] {
    return askedOfDocker().filter((line) => !line.includes("ps "));
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

test("nothing is left over: nothing is touched", async () => {
    containers({});
    await beforeCreate("sessions-server");
    expect(done()).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
});

test("only containers of this name are looked for, that have this database's settings mounted", async () => {
    containers({});
    await beforeCreate("sessions-server");
    expect(askedOfDocker()).toEqual([
        "ps --format {{.Names}} --filter volume=sessions-settings-1 --filter name=^/sessions-server-[0-9a-f]+$ --all",
    ]);
});

test("a server is handed over by its agent, stopped and removed, and a person is told", async () => {
    containers({ "sessions-server": "sessions-server-5e", "sessions-agent": "a9" });
    await beforeCreate("sessions-server");
    const asked = ["exec a9 sh /agent.sh release", "stop sessions-server-5e", "rm --volumes sessions-server-5e"];
    expect(done()).toEqual(asked);
    expect(textsIn(warned)).toEqual([
        "sessions-server: removed sessions-server-5e, which an interrupted update had left behind or this one replaces.",
    ]);
});

test("a server whose data nobody could see to is left alone", async () => {
    containers({ "sessions-server": "5e" });
    await beforeCreate("sessions-server");
    expect(done()).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
});

test("an agent is not asked to hand itself over", async () => {
    containers({ "sessions-agent": "a9" });
    await beforeCreate("sessions-agent");
    expect(done()).toEqual(["stop a9", "rm --volumes a9"]);
});

test("a container without settings is none of a database's", async () => {
    containers({ "sessions-server": "5e" });
    await beforeCreate("sessions-server", undefined, [{ containerPath: "/data", volumeName: "v" }]);
    expect(done()).toEqual([]);
});

test("a Docker that does not answer is no reason to fail", async () => {
    containers({ "sessions-server": "5e" }, { broken: true });
    await beforeCreate("sessions-server");
    expect(warned).not.toHaveBeenCalled();
});

test("the host that is asked is the provider's", async () => {
    containers({ "sessions-agent": "a9" });
    const far = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    await beforeCreate("sessions-agent", far);
    expect(done()).toEqual(["stop a9", "rm --volumes a9"].map((asked) => `--host ssh://redis@far.example ${asked}`));
});
