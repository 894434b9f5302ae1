/**
 * State of one program. With the Automation API, a process may run several programs at the same time, and may load
 * several copies of this package.
 */
import * as pulumi from "@pulumi/pulumi";

/** The program's value for `key`, shared by all copies of this package. */
export function perProgram<T>(key: string, make: () => T): T {
    const all = globalThis as Record<symbol, WeakMap<object, T> | undefined>;
    const values = (all[Symbol.for(`redis-database:${key}`)] ??= new WeakMap());
    const program = currentProgram() ?? pulumi.runtime.getMonitor();
    const value = (program && values.get(program)) ?? make();
    if (program) values.set(program, value);
    return value;
}

/** An object that stands for the program; undefined under Pulumi's mocks without a stack. */
export function currentProgram(): object | undefined {
    return pulumi.runtime.getStackResource() ?? programOfPlugin();
}

/** In a plugin, an object for each address of an engine: Pulumi creates a new connection for each component. */
const programs = new Map<string, object>();

/** A plugin has no stack resource. */
function programOfPlugin(): object | undefined {
    const connection = pulumi.runtime.getMonitor() as Partial<Client> | undefined;
    const address = connection?.getChannel?.().getTarget();
    if (address === undefined) return undefined;
    const program = programs.get(address) ?? {};
    programs.set(address, program);
    return program;
}

/** The part of gRPC's client that Pulumi's types hide. Pulumi's mocks do not have it. */
interface Client {
    getChannel(): { getTarget(): string };
}
