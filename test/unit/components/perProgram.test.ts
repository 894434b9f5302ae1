/** State of one program: also in a plugin, which has a connection for each component instead of a stack. */
import * as pulumi from "@pulumi/pulumi";
import { currentProgram, perProgram } from "../../../provider/components/perProgram";

const monitorOf = jest.spyOn(pulumi.runtime, "getMonitor");
const connectTo = (address: string) =>
    monitorOf.mockReturnValue({ getChannel: () => ({ getTarget: () => address }) } as never);
afterAll(() => {
    monitorOf.mockRestore();
});

test("connections to the same engine belong to the same program", () => {
    connectTo("127.0.0.1:1");
    const first = perProgram("test", () => ({}));
    const program = currentProgram();
    connectTo("127.0.0.1:2");
    expect(currentProgram()).not.toBe(program);
    expect(perProgram("test", () => ({}))).not.toBe(first);
    connectTo("127.0.0.1:1");
    expect(currentProgram()).toBe(program);
    expect(perProgram("test", () => ({}))).toBe(first);
});

test("without a stack and without an engine, there is no program", () => {
    monitorOf.mockReturnValue({} as never);
    expect(currentProgram()).toBeUndefined();
});
