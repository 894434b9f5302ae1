/** Hooks are named for the whole stack: one serves every database in it. */
import * as pulumi from "@pulumi/pulumi";

export function oncePerStack<T>(make: () => T): () => T {
    let made: { readonly stack: pulumi.Resource | undefined; readonly hook: T } | undefined;
    return () => {
        // A process may run several programs one after the other (Automation API); each needs its own.
        const stack = pulumi.runtime.getStackResource();
        if (!made || made.stack !== stack) made = { stack, hook: make() };
        return made.hook;
    };
}
