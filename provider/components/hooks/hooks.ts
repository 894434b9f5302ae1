/**
 * A component's hooks. The engine identifies a hook by a name that is unique in an update and the same in the next one.
 */
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../model/arguments/definition";
import { perProgram } from "../perProgram";

/** The oldest Pulumi version that supports all hooks that a database uses. */
export const oldestPulumi = "3.256.0";

/**
 * Creates the hooks of one component, or none if the engine supports none. The engine calls hooks outside the
 * asynchronous context of their program, in which an inline program could not find its own engine. So each hook is
 * bound to that context.
 */
export class Hooks {
    private readonly scope = currentScope;

    constructor(
        private readonly kind: Kind,
        private readonly component: string,
    ) {}

    on(what: string, callback: pulumi.ResourceHookFunction, opts?: pulumi.ResourceHookOptions): pulumi.ResourceHook[] {
        if (!supportsHooks()) return [];
        return [withVersionError(new pulumi.ResourceHook(this.nameOf(what), AsyncResource.bind(callback), opts))];
    }

    onError(what: string, callback: pulumi.ErrorHookFunction): pulumi.ErrorHook[] {
        if (!supportsHooks()) return [];
        return [withVersionError(new pulumi.ErrorHook(this.nameOf(what), AsyncResource.bind(callback)))];
    }

    /** Adds a number if another component has the same name, under another parent or by mistake. */
    private nameOf(what: string): string {
        const name = `${this.scope}${this.kind}:${this.component}:${what}`;
        const counts = perProgram("hooks", () => new Map<string, number>());
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        return `redis-database${count === 1 ? "" : `-${count}`}:${name}`;
    }
}

let currentScope = "";

/**
 * Creates components whose hooks have names that only `scope` uses. Processes that create components of the same name
 * in one update, such as a program and a plugin, cannot count each other's hooks.
 */
export function inScope<T>(scope: string, create: () => T): T {
    const outer = currentScope;
    currentScope = `${scope}:`;
    try {
        return create();
    } finally {
        currentScope = outer;
    }
}

/** Pulumi's mocks (`setMocks`) report that they support hooks, but lack the calls that register them. */
export function supportsHooks(): boolean {
    const monitor: { readonly registerResourceHook?: unknown; readonly registerErrorHook?: unknown } | undefined =
        pulumi.runtime.getMonitor();
    return monitor?.registerResourceHook !== undefined && monitor.registerErrorHook !== undefined;
}

/** The error of an engine or language host that is too old. It does not name the version that is needed. */
const tooOld = /unimplemented|unknown method|does not support/i;

function withVersionError<T extends object>(hook: T): T {
    // Not in Pulumi's public types. Resources wait for this promise.
    const registration = hook as { __registered: Promise<void> };
    registration.__registered = registration.__registered.catch((error: unknown) => {
        if (!tooOld.test(String(error))) throw error;
        throw new pulumi.RunError(
            `RedisDatabase needs version ${oldestPulumi} or later of the Pulumi CLI and its language host (${String(error)})`,
        );
    });
    return hook;
}
