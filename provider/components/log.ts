/** Messages of components: diagnostics of the engine on their URNs, which the Automation API has as events. */
import * as pulumi from "@pulumi/pulumi";

/** Whom a message is about: a component, or the URN that a hook is given. */
export interface About {
    readonly urn: pulumi.Input<string>;
}

/** Fails a hook of a child: the engine shows that at the child, and the reason at the component. */
export async function refuse(reason: string, about: About): Promise<never> {
    await log("error", reason, about);
    throw new Error("refused, for the reason that the component gives");
}

export async function log(severity: "debug" | "info" | "warn" | "error", text: string, about: About): Promise<void> {
    // Pulumi would hold back all later messages of the program until it has the URN, which may never come.
    const urn = await new Promise<string>((resolve) => pulumi.output(about.urn).apply(resolve));
    await pulumi.log[severity](text, { urn: pulumi.output(urn) } as unknown as pulumi.Resource);
}
