/** How a data volume comes by its quota, by a `docker` that only takes notes. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { limitVolume } from "../../../../provider/components/hooks/quota";
import { Specification } from "../../../../provider/components/server/specification";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { present } from "../../../support/present";
import { askedOfDocker, dockerDoes, fakeDocker, noDocker } from "../../support/fakeDocker";
import { deploy, startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const told = jest.spyOn(pulumi.log, "info").mockResolvedValue();
fakeDocker();

/** Makes `docker` write down what it was asked, and answer like a host that can hold quotas, or one that cannot. */
function dockerThat(answer: "holds quotas" | "holds none"): void {
    const refuses = 'echo "quota size requested but no quota support" >&2; exit 1';
    dockerDoes(answer === "holds none" ? refuses : "");
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
    told.mockClear();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("where the host can hold one, the volume is made with it, and there is nothing to tell", async () => {
    dockerThat("holds quotas");
    await beforeCreate({ diskSizeGb: 4.5 });
    expect(askedOfDocker()).toEqual(["volume create --opt size=4608m sessions-data-1"]);
    expect(told).not.toHaveBeenCalled();
});

test("where it cannot, the up goes on, and a person is told", async () => {
    dockerThat("holds none");
    await beforeCreate({ diskSizeGb: 4 });
    expect(textsIn(told)).toEqual([
        "sessions-data: made without a quota of 4 GiB, which this Docker host cannot hold; the health check watches over it.",
    ]);
});

test("where there is no docker command, either", async () => {
    noDocker();
    await beforeCreate({ diskSizeGb: 4 });
    expect(textsIn(told)).toEqual([
        "sessions-data: made without a quota of 4 GiB, since the docker command does not reach its Docker host; the health check watches over it.",
    ]);
});

test.each([
    ["no size", {}, {}],
    ["a driver of one's own", { diskSizeGb: 4 }, { driver: "nfs" }],
    ["options of one's own", { diskSizeGb: 4 }, { driverOpts: { size: "5g" } }],
])("with %s nothing is asked", async (_what, args, inputs) => {
    dockerThat("holds quotas");
    await beforeCreate(args, inputs);
    expect(askedOfDocker()).toEqual([]);
});

test("the host is the provider's", async () => {
    dockerThat("holds quotas");
    const far = new docker.Provider("far-away", { host: "ssh://redis@far.example" });
    await beforeCreate({ diskSizeGb: 4 }, {}, far);
    expect(askedOfDocker()).toEqual(["--host ssh://redis@far.example volume create --opt size=4096m sessions-data-1"]);
});

describe("the component", () => {
    const volumeOptions = async (args: object) => (await deploy(args)).options.get("sessions-data");

    test("asks for it only where there is a size", async () => {
        expect((await volumeOptions({ diskSizeGb: 4 }))?.hooks?.beforeCreate).toHaveLength(1);
        expect((await volumeOptions({}))?.hooks?.beforeCreate).toEqual([]);
    });

    // Docker reports the quota as an option that no program asked for, and another option is another, empty volume.
    test.each([{}, { diskSizeGb: 4 }])(
        "never replaces a volume for the options that it was made with: %j",
        async (args) => {
            expect((await volumeOptions(args))?.ignoreChanges).toEqual(["driverOpts"]);
        },
    );

    test("makes no volume with a quota where the data has a place of its own", async () => {
        const { registered } = await deploy({ diskSizeGb: 4, data: { hostPath: "/srv/redis" } });
        expect(registered.map(({ name }) => name)).not.toContain("sessions-data");
    });
});
