/** What holds for one program: a process may run several at the same time (Automation API), and have several copies of this package. */
import * as pulumi from "@pulumi/pulumi";

/** The program's own value for `key`, which all copies of this package share. */
export function perProgram<T>(key: string, make: () => T): T {
    const all = globalThis as Record<symbol, WeakMap<object, T> | undefined>;
    const values = (all[Symbol.for(`redis-database:${key}`)] ??= new WeakMap());
    // A plugin has no stack resource, and neither has a program in Pulumi's mocks.
    const program: object | undefined = pulumi.runtime.getStackResource() ?? pulumi.runtime.getMonitor();
    const value = (program && values.get(program)) ?? make();
    if (program) values.set(program, value);
    return value;
}
