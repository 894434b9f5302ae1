/** How often a program's arguments are checked: each component's once, while it is constructed or when its Outputs are known. */
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

/** The components whose arguments were resolved, and those whose plain values were only checked. */
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
    ["those before 6.0", { version: "5.0" }],
    ["a transform among them", { transform: { server: () => undefined } }],
])("a database with plain arguments, %s: once, at once", async (_what, args) => {
    expect(await database(args)).toEqual({ atOnce: 1, resolved: 1, checked: 0 });
});

test("a database with an Output: what is plain at once, and all of it once that is known", async () => {
    expect(await database({ memoryMb: pulumi.output(64) })).toEqual({ atOnce: 0, resolved: 1, checked: 1 });
});

test("a database with replicas: each of them once, when its primary's facts are known", async () => {
    expect(await database({ replicas: 2 })).toEqual({ atOnce: 1, resolved: 3, checked: 0 });
});

test("a replica that the program declares itself: as its primary's facts are Outputs", async () => {
    const program = () => {
        const primary = new RedisDatabase("sessions", { replicationAccess: ["own"] });
        new RedisReplica("own", { primary });
    };
    expect(await calls(program)).toEqual({ atOnce: 1, resolved: 2, checked: 1 });
});
