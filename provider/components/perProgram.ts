/**
 * State of one program. With the Automation API, a process may run several programs at the same time, and may load
 * several copies of this package.
 */
import * as pulumi from "@pulumi/pulumi";

/** The program's value for `key`, shared by all copies of this package. */
export function perProgram<T>(key: string, make: () => T): T {
    const all = globalThis as Record<symbol, WeakMap<object, T> | undefined>;
    const values = (all[Symbol.for(`redis-database:${key}`)] ??= new WeakMap());
    // Neither a plugin nor a program under Pulumi's mocks has a stack resource.
    const program: object | undefined = pulumi.runtime.getStackResource() ?? pulumi.runtime.getMonitor();
    const value = (program && values.get(program)) ?? make();
    if (program) values.set(program, value);
    return value;
}
