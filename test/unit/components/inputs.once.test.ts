/** Each component's arguments are checked once: when it is constructed, or when its Outputs are known. */
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, type RedisDatabaseArgs, RedisReplica } from "../../../provider";
import type * as resolve from "../../../provider/model/arguments/resolve";
import { startStack } from "../support/mockedStack";

jest.mock("../../../provider/model/arguments/resolve", () => {
    const actual = jest.requireActual<typeof resolve>("../../../provider/model/arguments/resolve");
    const { resolveArguments, checkArguments } = actual;
    return {
        ...actual,
        resolveArguments: jest.fn(resolveArguments),
        checkArguments: jest.fn(checkArguments),
    };
});
const { resolveArguments, checkArguments } = jest.requireMock<jest.MockedObject<typeof resolve>>(
    "../../../provider/model/arguments/resolve",
);

/** How often arguments were resolved (at once and in total), and how often only plain values were checked. */
async function calls(program: () => void): Promise<{ atOnce: number; resolved: number; checked: number }> {
    await startStack();
    for (const mock of [resolveArguments, checkArguments]) mock.mockClear();
    program();
    const atOnce = resolveArguments.mock.calls.length;
    await pulumi.runtime.disconnect();
    return { atOnce, resolved: resolveArguments.mock.calls.length, checked: checkArguments.mock.calls.length };
}

const database = (args: RedisDatabaseArgs) => calls(() => new RedisDatabase("sessions", args));

test.each<[string, RedisDatabaseArgs]>([
    ["none", {}],
    ["some", { version: "7.2-rdb", memoryMb: 64, password: "hunter2", tls: { hosts: ["a.example"] } }],
    ["a version before 6.0", { version: "5.0" }],
    ["with a transform", { transform: { server: () => undefined } }],
])("resolves plain arguments once, in the constructor: %s", async (_what, args) => {
    expect(await database(args)).toEqual({ atOnce: 1, resolved: 1, checked: 0 });
});

test("checks plain values in the constructor, and resolves all arguments once the Output is known", async () => {
    expect(await database({ memoryMb: pulumi.output(64) })).toEqual({ atOnce: 0, resolved: 1, checked: 1 });
});

test("resolves each replica in `replicas` once, when the facts of its primary are known", async () => {
    expect(await database({ replicas: 2 })).toEqual({ atOnce: 1, resolved: 3, checked: 0 });
});

test("checks a declared replica in the constructor, since the facts of its primary are Outputs", async () => {
    const program = () => {
        const primary = new RedisDatabase("sessions", { replicationAccess: ["own"] });
        new RedisReplica("own", { primary });
    };
    expect(await calls(program)).toEqual({ atOnce: 1, resolved: 2, checked: 1 });
});
