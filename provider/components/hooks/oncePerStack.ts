/** Hooks are named for the whole stack: one serves every database in it. */
import * as pulumi from "@pulumi/pulumi";

/** The oldest Pulumi that calls all hooks of a database as they are meant. */
export const oldestPulumi = "3.256.0";

/** The stack's hook for `key`, made when it is first asked for; none where there is nobody to call it. */
export function oncePerStack<T extends pulumi.ResourceHook | pulumi.ErrorHook, K = void>(
    make: (key: K, index: number) => T,
): (key: K) => T[] {
    let made: { readonly stack: pulumi.Resource | undefined; readonly hooks: Map<K, T> } | undefined;
    return (key) => {
        if (!takesHooks()) return [];
        // A process may run several programs one after the other (Automation API); each needs its own.
        const stack = pulumi.runtime.getStackResource();
        if (!made || made.stack !== stack) made = { stack, hooks: new Map() };
        const hook = made.hooks.get(key) ?? explained(make(key, made.hooks.size));
        made.hooks.set(key, hook);
        return [hook];
    };
}

/** Pulumi's mocks (`setMocks`) say that they support hooks, and lack the calls that register one. */
export function takesHooks(): boolean {
    const monitor: { readonly registerResourceHook?: unknown; readonly registerErrorHook?: unknown } | undefined =
        pulumi.runtime.getMonitor();
    return monitor?.registerResourceHook !== undefined && monitor.registerErrorHook !== undefined;
}

/** What an engine or a language host that is too old says: "unknown method", or to update, but not to what. */
const tooOld = /unimplemented|unknown method|does not support/i;

function explained<T extends object>(hook: T): T {
    // Public at run time only; resources wait for it.
    const registration = hook as { __registered: Promise<void> };
    registration.__registered = registration.__registered.catch((error: unknown) => {
        if (!tooOld.test(String(error))) throw error;
        throw new pulumi.RunError(
            `RedisDatabase needs Pulumi ${oldestPulumi} or later, the CLI and its language host (${String(error)})`,
        );
    });
    return hook;
}
