/** Bad input. */

export interface Mistake {
    /** Code of the program that creates a component with the name `name`. */
    readonly code: string;
    /** A part of the message that the mistake must cause. */
    readonly message: string;
}

const database = (args: string, message: string): Mistake => ({ code: `new RedisDatabase(name, ${args});`, message });
const replica = (args: string, message: string): Mistake => ({ code: `new RedisReplica(name, ${args});`, message });

/** Two databases with the same arguments. Pulumi sends components that are independent to a plugin in any order. */
const second = (first: string, args: string, message: string): Mistake => ({
    code: `new RedisDatabase(name, ${args}, { dependsOn: new RedisDatabase("${first}", ${args}) });`,
    message,
});

/** By the name of the component, except where the name is the mistake. */
export const mistakes: Readonly<Record<string, Mistake>> = {
    "wrong-type": database(`{ memoryMb: "512" }`, "give it without quotes: 512"),
    "wrong-type-of-object": database(`{ ports: 6379 }`, "ports: is 6379 (a number)"),
    "unknown-value": database(`{ flavor: "AOF" }`, 'flavor: is "AOF"'),
    "unknown-argument": database(`{ memoryMB: 512 }`, "did you mean memoryMb?"),
    "unknown-member": database(`{ tls: { protocol: ["TLSv1.3"] } }`, "did you mean tls.protocols?"),
    "unknown-member-in-list": database(
        `{ users: [{ name: "reader", rule: "+@read", rules: "+@read" }] }`,
        "did you mean users[0].rules?",
    ),
    "missing-member": database(`{ savePoints: [{ seconds: 900 }] }`, "savePoints[0].changes: is missing"),
    "version-number": database(`{ version: 7.0 }`, "version: is 7 (a number)"),
    "version-number-8-10": database(`{ version: 8.10 }`, "version: is 8.1 (a number)"),
    "several": database(
        `{ version: "7.3", shards: 2, memoryMb: 1, host: "a b", config: { timeout: "5m", port: 1 } }`,
        "6 problems",
    ),
    "rule": database(
        `{ flavor: "nordb", savePoints: [{ seconds: 1, changes: 1 }] }`,
        'savePoints: is set, but flavor "nordb" writes no dumps',
    ),
    "rule-inside": database(`{ tls: { validityDays: 30, renewBeforeDays: 30 } }`, "tls.renewBeforeDays: is 30"),
    "rule-of-group": database(`{ replicas: [{ name: "one" }], primary: "two" }`, "primary: "),
    "directive": database(`{ config: { "maxmemory-sample": 5 } }`, 'did you mean "maxmemory-samples"?'),
    "secret": database(`{ password: "two\\nlines" }`, "password: is not usable (its value is not shown)"),
    "secret-of-user": database(`{ users: [{ name: "reader", rules: ">hunter2" }] }`, "users[0].rules: "),
    "invalid-output": database(`{ memoryMb: pulumi.output(1) }`, "memoryMb: is 1 (a number)"),
    "must-be-plain": database(`{ tls: pulumi.secret({ hosts: ["a"] }) }`, "tls: is an Output, but decides"),
    "must-be-plain-inside": database(`{ tls: { caVersions: pulumi.secret([1]) } }`, "tls.caVersions: is an Output"),
    "bad/name": database(`{}`, "RedisDatabase"),
    "bad-name-of-replica": database(`{ replicas: [{ name: "Reader" }] }`, 'replicas[0].name: is "Reader"'),
    "port-taken": second("port-owner", "{ ports: { tls: 20001 } }", "ports.tls: is 20001"),
    "location-used-twice": second("location-owner", `{ data: { volume: "redis-data" } }`, "data.volume: "),
    "replica-without-primary": replica(`{}`, "primary: is missing"),
    "replica-with-incomplete-access": replica(
        `{ primary: { host: "redis.example.com" } }`,
        "primary.tlsPort: is missing",
    ),
    "arguments-of-replica": database(`{ promoted: true }`, "promoted: is not a property of RedisDatabase"),
};

/**
 * Mistakes that show once the Outputs are known. When Pulumi reports such an error of a component in the plugin, it
 * reports it on all components that are being created.
 */
export const deferredMistakes: Readonly<Record<string, Mistake>> = {
    "deferred": database(
        `{
            memoryMb: pulumi.output(undefined),
            ports: { tls: pulumi.output(undefined) },
            password: pulumi.secret(""),
            users: [{ name: "reader", rules: "+@read", password: pulumi.secret("two\\nlines") }],
        }`,
        "ports.tls: is an Output that resolved to undefined",
    ),
    "replica-without-access": replica(
        `{ primary: new RedisDatabase("without-access", {}).replicationAccess.apply((all) => all[name]) }`,
        "primary: is an Output that resolved to undefined",
    ),
};

/** A program with all mistakes. In process, a constructor throws its error; the others must still run. */
export function programWith(all: Readonly<Record<string, Mistake>>): string {
    return Object.entries(all)
        .map(
            ([name, { code }]) =>
                `try { const name = ${JSON.stringify(name)}; ${code} } catch (error) { Promise.reject(error); }`,
        )
        .join("\n");
}

/** The complete message about the component `name` in Pulumi's output. */
export function messageAbout(name: string, output: string): string | undefined {
    const start = `Redis(?:Database|Replica) ${JSON.stringify(name)}: \\d+ problems? in`;
    // Each line of a finding is indented.
    return new RegExp(`error: .*?(${start}.*\\n(?: {6,}.*\\n)+)`).exec(output)?.[1];
}

/** Pulumi's runtime for Node.js prints this with a stack trace after any error of a component in a plugin. */
const ofRuntime = /error: Error: failed to register new resource .*resource monitor shut down\n(?: +at .*\n)*/g;

export const hasStackTrace = (output: string) => /^ +at /m.test(output.replace(ofRuntime, ""));

/** Whether Pulumi would create the component or one of its children. */
export const isRegistered = (name: string, output: string) => new RegExp(`^ [+] {2}\\S+ ${name}[ -]`, "m").test(output);
