/** A program of its own, as `wrongOutputs.ts`: on an engine that knows resource hooks, but no error hooks. */
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "../../../provider";
import { startStack } from "./mockedStack";

type Callback = (error: Error) => void;

Object.assign(MockMonitor.prototype, {
    registerErrorHook(_request: unknown, callback: Callback) {
        callback(new Error("12 UNIMPLEMENTED: unknown method RegisterErrorHook for service pulumirpc.ResourceMonitor"));
    },
});

const errors = new Map<string, boolean>();
process.on("unhandledRejection", (error) => errors.set((error as Error).message, pulumi.RunError.isInstance(error)));

void startStack().then((registered) => {
    process.on("exit", () => {
        console.log(JSON.stringify({ registered: registered.map(({ name }) => name), errors: [...errors] }));
    });
    new RedisDatabase("sessions");
    return pulumi.runtime.disconnect();
});
