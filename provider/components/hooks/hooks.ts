/** A component's hooks as the engine knows them: by names that are unique in an update, and the same in the next one. */
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../model/arguments/definition";
import { perProgram } from "../perProgram";

/** The oldest Pulumi that calls all hooks of a database as they are meant. */
export const oldestPulumi = "3.256.0";

/**
 * Makes the hooks of one component; none where there is nobody to call them. The engine calls them outside of the program
 * that they belong to, and an inline program would not find its own engine then: they are bound to it.
 */
export class Hooks {
    constructor(
        private readonly kind: Kind,
        private readonly component: string,
    ) {}

    on(what: string, callback: pulumi.ResourceHookFunction, opts?: pulumi.ResourceHookOptions): pulumi.ResourceHook[] {
        if (!takesHooks()) return [];
        return [explained(new pulumi.ResourceHook(this.nameOf(what), AsyncResource.bind(callback), opts))];
    }

    onError(what: string, callback: pulumi.ErrorHookFunction): pulumi.ErrorHook[] {
        if (!takesHooks()) return [];
        return [explained(new pulumi.ErrorHook(this.nameOf(what), AsyncResource.bind(callback)))];
    }

    /** With a number where another component has the name, under another parent or by mistake. */
    private nameOf(what: string): string {
        const name = `${this.kind}:${this.component}:${what}`;
        const counts = perProgram("hooks", () => new Map<string, number>());
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        return `redis-database${count === 1 ? "" : `-${count}`}:${name}`;
    }
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
