/** Tries a new choice of ports before the state records it. A fake `docker` records its arguments. */
import * as pulumi from "@pulumi/pulumi";
import { checkFree } from "../../../../provider/components/hooks/freePorts";
import { Specification } from "../../../../provider/components/server/specification";
import type { PlainArguments } from "../../../../provider/model/arguments/definition";
import { resolveArguments } from "../../../../provider/model/arguments/resolve";
import { present } from "../../../support/present";
import { dockerCalls, dockerDoes, fakeDocker, noDocker } from "../../support/fakeDocker";
import { startStack } from "../../support/mockedStack";
import { ownerOn, textsIn } from "../../support/owner";

const logged = jest.spyOn(pulumi.log, "error").mockResolvedValue();
fakeDocker();

async function beforeCreate(newInputs: object, args: PlainArguments = {}) {
    const [hook] = checkFree(ownerOn(), new Specification(pulumi.output(present(resolveArguments(args).spec))));
    const type = "random:index/randomInteger:RandomInteger";
    await present(hook).callback({ urn: "urn", id: "", name: "sessions-port", type, newInputs });
}

/** Answers like Docker if something listens on 127.0.0.1:12001. */
const taken =
    'echo "Error response from daemon: listen tcp4 127.0.0.1:12001: bind: address already in use" >&2; exit 1';

beforeEach(async () => {
    await startStack();
    logged.mockClear();
});

afterAll(() => {
    jest.restoreAllMocks();
});

test("a port that is in use fails the choice, so that the next update chooses other ports", async () => {
    dockerDoes(`case "$*" in *"start --attach"*) ${taken} ;; esac`);
    await expect(beforeCreate({ min: 6000, max: 6000 })).rejects.toThrow("refused");
    expect(textsIn(logged)).toEqual([
        expect.stringMatching(
            /^RedisDatabase "sessions": 1 problem .*\n {2}ports.tls: 12001 is taken on 127.0.0.1\n {4}→ run pulumi up again/,
        ),
    ]);
    expect(dockerCalls().join("\n")).toContain("127.0.0.1:12000:6379 --publish 127.0.0.1:12001:6380");
});

test.each([
    ["free ports", "", { min: 6000, max: 6000 }],
    ["another refusal, which is found when the container is tried", "exit 1", { min: 6000, max: 6000 }],
    ["a range from a transform", taken, { min: 6000, max: 6001 }],
])("accepts %s", async (_what, does, newInputs) => {
    dockerDoes(does);
    await expect(beforeCreate(newInputs)).resolves.toBeUndefined();
});

test("accepts any port if there is no docker command", async () => {
    noDocker();
    await expect(beforeCreate({ min: 6000, max: 6000 })).resolves.toBeUndefined();
});
