/** Servers of a stack with the same port: an error when the program runs, before anything is registered. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { DockerHost } from "../../../provider/components/dockerHost";
import { checkInputs } from "../../../provider/components/inputs";
import { choosePair } from "../../../provider/components/takenPorts";
import { eachInItsStack, valueOf } from "../support/mockedStack";
import { ownerOn } from "../support/owner";

const nextStack = eachInItsStack();

/** The error of a database of this name; empty if there is none. */
function errorOf(name: string, args: object, dockerHost?: DockerHost): string {
    try {
        checkInputs({ kind: "RedisDatabase", name }, args, dockerHost);
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

const ports = { plaintext: 6379, tls: 6380 };

test("the second server's error names the first one, its argument and its address", () => {
    expect(errorOf("one", { ports })).toBe("");
    expect(errorOf("other", { ports: { plaintext: 6380 }, bindAddress: "0.0.0.0", host: "h" })).toBe(
        [
            'RedisDatabase "other": 1 problem in its arguments; nothing was touched.',
            '  ports.plaintext: is 6380 on 0.0.0.0, which conflicts with ports.tls of RedisDatabase "one" on 127.0.0.1',
            "    → give each server different ports [redis-database/port-shared]",
        ].join("\n"),
    );
});

test.each([
    [{ bindAddress: "192.0.2.1" }, {}, false],
    [{ bindAddress: "192.0.2.1" }, { bindAddress: "192.0.2.2" }, false],
    [{ bindAddress: "0:0::1" }, { bindAddress: "::1" }, true],
    [{ bindAddress: "::", host: "h" }, { bindAddress: "::1" }, true],
    // Docker publishes both, since IPv4 and IPv6 are separate.
    [{ bindAddress: "::", host: "h" }, {}, false],
    [{ bindAddress: "0.0.0.0", host: "h" }, { bindAddress: "::", host: "h" }, false],
    [{ ports: { tls: 6379 } }, {}, true],
    [{ plaintext: false, ports: { tls: 6381 } }, {}, false],
    [{ ports: pulumi.output(ports) }, {}, false],
    // A transform may publish other ports.
    [{ transform: { server: () => undefined } }, {}, false],
])("%j and %j collide: %p", (one, other, collide) => {
    expect(errorOf("one", { ports, ...one })).toBe("");
    expect(errorOf("other", { ports, ...other }).includes("port-shared")).toBe(collide);
});

test("replicas are separate servers, each on its own Docker host", () => {
    const elsewhere = new docker.Provider("elsewhere");
    const reached = { bindAddress: "192.0.2.1", host: "192.0.2.1" };
    expect(errorOf("db", { ...reached, ports, replicas: [{ name: "a", ports }] })).toContain(
        'replicas[0].ports.plaintext: is 6379 on 192.0.2.1, which conflicts with ports.plaintext of RedisDatabase "db" on 192.0.2.1',
    );
    nextStack();
    expect(errorOf("db", { ...reached, ports, replicas: [{ name: "a", bindAddress: "192.0.2.2", ports }] })).toBe("");
    nextStack();
    expect(errorOf("db", { ...reached, ports, replicas: [{ name: "a", provider: elsewhere, ports }] })).toBe("");
    expect(errorOf("other", { ports }, elsewhere)).toContain(
        'which conflicts with ports.plaintext of RedisReplica "db-a" on 127.0.0.1',
    );
    expect(errorOf("third", { bindAddress: "192.0.2.1", ports }, elsewhere)).toBe("");
});

test("another stack has its own ports", () => {
    expect(errorOf("one", { ports })).toBe("");
    nextStack();
    expect(errorOf("other", { ports })).toBe("");
});

test("each of any number of databases gets its ports unless an earlier one has them", () => {
    const port = fc.integer({ min: 20000, max: 20010 });
    fc.assert(
        fc.property(fc.array(fc.tuple(port, port), { maxLength: 12 }), (pairs) => {
            nextStack();
            const taken = new Set<number>();
            for (const [index, [plaintext, tls]] of pairs.entries()) {
                const shared = taken.has(plaintext) || taken.has(tls);
                expect(errorOf(`db${index}`, { ports: { plaintext, tls } }).includes("port-shared")).toBe(shared);
                if (!shared) taken.add(plaintext).add(tls);
            }
        }),
        { numRuns: 30 },
    );
});

describe("the choice of ports", () => {
    /** The pair of each server of a program. An existing server keeps its own; undefined stands for a new one. */
    async function choose(range: { min: number; max: number }, own: readonly (number | undefined)[]) {
        nextStack();
        const choices = own.map((pair) =>
            choosePair(range, ownerOn(), (chosen) => ({ result: pair === undefined ? chosen : pulumi.output(pair) })),
        );
        return Promise.all(choices.map(({ result }) => valueOf(result)));
    }

    test("differs from every earlier server's, new or existing", async () => {
        const own = fc.array(fc.option(fc.integer({ min: 6000, max: 6040 }), { nil: undefined }), { maxLength: 30 });
        await fc.assert(
            fc.asyncProperty(own, async (recorded) => {
                // Enough pairs for every choice.
                const chosen = await choose({ min: 6000, max: 6200 }, recorded);
                for (const [index, pair] of chosen.entries()) {
                    if (recorded[index] === undefined) expect(chosen.slice(0, index)).not.toContain(pair);
                    else expect(pair).toBe(recorded[index]);
                }
            }),
            { numRuns: 15 },
        );
    });

    test("avoids ports that the program sets for another server", async () => {
        nextStack();
        expect(errorOf("given", { ports: { plaintext: 12000, tls: 12003 } })).toBe("");
        const { result } = choosePair({ min: 6000, max: 6002 }, ownerOn(), (pair) => ({ result: pair }));
        expect(await valueOf(result)).toBe(6002);
    });
});
