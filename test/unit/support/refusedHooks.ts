/**
 * A separate program, like `wrongOutputs.ts`. Its engine answers the registration of error hooks with the error in
 * argv.
 */
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase } from "../../../provider";
import { startStack } from "./mockedStack";

type Callback = (error: Error) => void;

Object.assign(MockMonitor.prototype, {
    registerErrorHook(_request: unknown, callback: Callback) {
        callback(new Error(process.argv[2]));
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
