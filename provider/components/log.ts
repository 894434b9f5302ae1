/** Logs a component's messages as engine diagnostics on its URN. The Automation API receives them as events. */
import * as pulumi from "@pulumi/pulumi";
import { spelled } from "../model/spelling";
import { valueOf } from "./unknowns";

/** The component that a message is about, or the URN that a hook receives. */
export interface About {
    readonly urn: pulumi.Input<string>;
}

/** Fails a child's hook. The engine reports the failure on the child, and the reason on the component. */
export async function refuse(reason: string, about: About): Promise<never> {
    await log("error", reason, about);
    throw new Error("refused; the component's diagnostics state the reason");
}

export async function log(severity: "debug" | "info" | "warn" | "error", text: string, about: About): Promise<void> {
    // Otherwise Pulumi delays all later messages of the program until the URN resolves, which may never happen.
    const urn = await valueOf(pulumi.output(about.urn));
    await pulumi.log[severity](spelled(text), { urn: pulumi.output(urn) } as unknown as pulumi.Resource);
}
