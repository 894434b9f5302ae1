/** A separate program, since its Outputs must fail as in a real program: with unhandled rejections. */
import * as pulumi from "@pulumi/pulumi";
import { RedisDatabase, RedisReplica, type ReplicationAccess } from "../../../provider";
import { startStack } from "./mockedStack";

const messages = new Set<string>();
process.on("unhandledRejection", (error) => messages.add((error as Error).message));

void startStack().then((registered) => {
    process.on("exit", () => {
        console.log(JSON.stringify({ registered: registered.map(({ name }) => name), messages: [...messages] }));
    });
    new RedisDatabase("sessions", {
        memoryMb: pulumi.output(8),
        password: pulumi.secret("tell\nnobody"),
        bindAddress: pulumi.output("0.0.0.0"),
        network: Promise.resolve(undefined as unknown as string),
        ports: { plaintext: undefined, tls: pulumi.output(undefined as unknown as number) },
        config: { timeout: pulumi.output(undefined as unknown as number) },
    });
    new RedisReplica("away", { primary: pulumi.output(undefined as unknown as ReplicationAccess) });
    return pulumi.runtime.disconnect();
});
