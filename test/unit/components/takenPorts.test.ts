/** Servers of one stack on the same port: found when the program runs, before anything is registered. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { DockerHost } from "../../../provider/components/dockerHost";
import { checkInputs } from "../../../provider/components/inputs";
import { choosePair } from "../../../provider/components/takenPorts";
import { eachInItsStack, valueOf } from "../support/mockedStack";
import { ownerOn } from "../support/owner";

const nextStack = eachInItsStack();

/** What is wrong with a database of this name; nothing where nothing is. */
function wrong(name: string, args: object, dockerHost?: DockerHost): string {
    try {
        checkInputs({ kind: "RedisDatabase", name }, args, dockerHost);
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

const ports = { plaintext: 6379, tls: 6380 };

test("the second one names the server that has the port, and where", () => {
    expect(wrong("one", { ports })).toBe("");
    expect(wrong("other", { ports: { plaintext: 6380 }, bindAddress: "0.0.0.0", host: "h" })).toBe(
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
    // Docker publishes both: each has a family of addresses of its own.
    [{ bindAddress: "::", host: "h" }, {}, false],
    [{ bindAddress: "0.0.0.0", host: "h" }, { bindAddress: "::", host: "h" }, false],
    [{ ports: { tls: 6379 } }, {}, true],
    [{ plaintext: false, ports: { tls: 6381 } }, {}, false],
    [{ ports: pulumi.output(ports) }, {}, false],
    // It may publish others.
    [{ transform: { server: () => undefined } }, {}, false],
])("%j and %j collide: %p", (one, other, collide) => {
    expect(wrong("one", { ports, ...one })).toBe("");
    expect(wrong("other", { ports, ...other }).includes("port-shared")).toBe(collide);
});

test("replicas are servers of their own, each on its Docker host", () => {
    const elsewhere = new docker.Provider("elsewhere");
    const reached = { bindAddress: "192.0.2.1", host: "192.0.2.1" };
    expect(wrong("db", { ...reached, ports, replicas: [{ name: "a", ports }] })).toContain(
        'replicas[0].ports.plaintext: is 6379 on 192.0.2.1, which conflicts with ports.plaintext of RedisDatabase "db" on 192.0.2.1',
    );
    nextStack();
    expect(wrong("db", { ...reached, ports, replicas: [{ name: "a", bindAddress: "192.0.2.2", ports }] })).toBe("");
    nextStack();
    expect(wrong("db", { ...reached, ports, replicas: [{ name: "a", provider: elsewhere, ports }] })).toBe("");
    expect(wrong("other", { ports }, elsewhere)).toContain(
        'which conflicts with ports.plaintext of RedisReplica "db-a" on 127.0.0.1',
    );
    expect(wrong("third", { bindAddress: "192.0.2.1", ports }, elsewhere)).toBe("");
});

test("another stack has its own ports", () => {
    expect(wrong("one", { ports })).toBe("");
    nextStack();
    expect(wrong("other", { ports })).toBe("");
});

test("of any number of databases, each keeps the ports that nobody had before it", () => {
    const port = fc.integer({ min: 20000, max: 20010 });
    fc.assert(
        fc.property(fc.array(fc.tuple(port, port), { maxLength: 12 }), (pairs) => {
            nextStack();
            const taken = new Set<number>();
            for (const [index, [plaintext, tls]] of pairs.entries()) {
                const shared = taken.has(plaintext) || taken.has(tls);
                expect(wrong(`db${index}`, { ports: { plaintext, tls } }).includes("port-shared")).toBe(shared);
                if (!shared) taken.add(plaintext).add(tls);
            }
        }),
        { numRuns: 30 },
    );
});

describe("the choice of ports", () => {
    /** What each server of a program has: its own where it is there already, and otherwise what is chosen. */
    async function choose(range: { min: number; max: number }, own: readonly (number | undefined)[]) {
        nextStack();
        const choices = own.map((pair) =>
            choosePair(range, ownerOn(), (chosen) => ({ result: pair === undefined ? chosen : pulumi.output(pair) })),
        );
        return Promise.all(choices.map(({ result }) => valueOf(result)));
    }

    test("is no earlier server's, whether that is new or there already", async () => {
        const own = fc.array(fc.option(fc.integer({ min: 6000, max: 6040 }), { nil: undefined }), { maxLength: 30 });
        await fc.assert(
            fc.asyncProperty(own, async (recorded) => {
                // Room for each, even if every choice has another's beside it.
                const chosen = await choose({ min: 6000, max: 6200 }, recorded);
                for (const [index, pair] of chosen.entries()) {
                    if (recorded[index] === undefined) expect(chosen.slice(0, index)).not.toContain(pair);
                    else expect(pair).toBe(recorded[index]);
                }
            }),
            { numRuns: 15 },
        );
    });

    test("is none that the program gives to another", async () => {
        nextStack();
        expect(wrong("given", { ports: { plaintext: 12000, tls: 12003 } })).toBe("");
        const { result } = choosePair({ min: 6000, max: 6002 }, ownerOn(), (pair) => ({ result: pair }));
        expect(await valueOf(result)).toBe(6002);
    });
});
