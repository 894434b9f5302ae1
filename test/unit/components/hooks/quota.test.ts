/** Creates a data volume with a quota. A fake `docker` records its arguments. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { limitVolume } from "../../../../provider/components/hooks/quota";
import { Specification } from "../../../../provider/components/server/specification";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { present } from "../../../support/present";
import { dockerCalls, dockerDoes, fakeDocker, noDocker } from "../../support/fakeDocker";
import { deploy, startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = jest.spyOn(pulumi.log, "info").mockResolvedValue();
fakeDocker();

/** Makes `docker` record its arguments, and answer like a host with or without support for quotas. */
function dockerThat(answer: "supports quotas" | "supports none"): void {
    const refuses = 'echo "quota size requested but no quota support" >&2; exit 1';
    dockerDoes(answer === "supports none" ? refuses : "");
}

function specOf(args: PlainArguments): Specification {
    return new Specification(pulumi.output(present(resolveArguments(args).spec)));
}

async function beforeCreate(args: PlainArguments, inputs: object = {}, dockerHost?: pulumi.ProviderResource) {
    const [hook] = limitVolume(ownerOn(dockerHost), specOf(args));
    const type = "docker:index/volume:Volume";
    const newInputs = { name: "sessions-data-1", ...inputs };
    await present(hook).callback({ urn: "urn", id: "", name: "sessions-data", type, newInputs });
}

beforeEach(async () => {
    await startStack();
    logged.mockClear();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("creates the volume with a quota if the host supports quotas, and logs nothing", async () => {
    dockerThat("supports quotas");
    await beforeCreate({ diskSizeGb: 4.5 });
    expect(dockerCalls()).toEqual(["volume create --opt size=4608m sessions-data-1"]);
    expect(logged).not.toHaveBeenCalled();
});

test("continues without a quota if the host does not support it, and logs that", async () => {
    dockerThat("supports none");
    await beforeCreate({ diskSizeGb: 4 });
    expect(textsIn(logged)).toEqual([
        "sessions-data: created without a quota of 4 GiB, which this Docker host does not support; the health check monitors the disk usage instead.",
    ]);
});

test("continues without a quota if there is no docker command, and logs that", async () => {
    noDocker();
    await beforeCreate({ diskSizeGb: 4 });
    expect(textsIn(logged)).toEqual([
        "sessions-data: created without a quota of 4 GiB, because the docker command does not reach its Docker host; the health check monitors the disk usage instead.",
    ]);
});

test.each([
    ["no size", {}, {}],
    ["a driver from a transform", { diskSizeGb: 4 }, { driver: "nfs" }],
    ["options from a transform", { diskSizeGb: 4 }, { driverOpts: { size: "5g" } }],
])("with %s, nothing is created", async (_what, args, inputs) => {
    dockerThat("supports quotas");
    await beforeCreate(args, inputs);
    expect(dockerCalls()).toEqual([]);
});

test("the command uses the provider's host", async () => {
    dockerThat("supports quotas");
    const far = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    await beforeCreate({ diskSizeGb: 4 }, {}, far);
    expect(dockerCalls()).toEqual(["--host ssh://redis@far.example volume create --opt size=4096m sessions-data-1"]);
});

describe("the component", () => {
    const volumeOptions = async (args: object) => (await deploy(args)).options.get("sessions-data");

    test("creates a quota only with diskSizeGb", async () => {
        expect((await volumeOptions({ diskSizeGb: 4 }))?.hooks?.beforeCreate).toHaveLength(1);
        expect((await volumeOptions({}))?.hooks?.beforeCreate).toEqual([]);
    });

    // Docker reports the quota as an option that the program does not set. A changed option would replace the volume.
    test.each([{}, { diskSizeGb: 4 }])("never replaces a volume because of its driver options: %j", async (args) => {
        expect((await volumeOptions(args))?.ignoreChanges).toEqual(["driverOpts"]);
    });

    test("creates no volume if `data` sets another location", async () => {
        const { registered } = await deploy({ diskSizeGb: 4, data: { hostPath: "/srv/redis" } });
        expect(registered.map(({ name }) => name)).not.toContain("sessions-data");
    });
});
