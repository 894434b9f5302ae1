/**
 * Changes that clients do not notice, in addition to those of table.test.ts: a new certificate and a new password behind
 * HAProxy, and replicas that are added, get new passwords and are removed. Clients over TLS that send commands without a
 * pause must see no failure.
 */
import { docker, Client, handshake } from "../support/docker";
import { TestStack } from "../support/stack";
import { TlsTraffic } from "../support/traffic";

interface Database {
    readonly url: string;
    readonly tlsUrl: string;
    readonly tlsPort: number;
    readonly caCertPem: string;
    readonly containers: readonly string[];
}

/** The oldest and the newest version before 6.0, and a database with replicas. */
const databases = {
    "haproxy-28": { version: "2.8" },
    "haproxy-50": { version: "5.0" },
    "replicated": { version: "8.0" },
};
const names = Object.keys(databases);

describe("clients notice nothing", () => {
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<string, Database>>;

    /** Updates the databases before 6.0 with the arguments `old`, and the replicated one with `replicated`. */
    async function up(old: object, replicated: object): Promise<void> {
        const program = Object.entries(databases).map(([name, args]) => {
            const all = { ...args, memoryMb: 64, ...(name === "replicated" ? replicated : old) };
            return `{ const { url, tlsUrl, tlsPort, caCertPem, nodes } = new RedisDatabase("${name}", ${JSON.stringify(all)});
                const containers = [nodes.server, nodes.terminator].filter(Boolean).map(({ name }) => name);
                exports["${name}"] = { url, tlsUrl, tlsPort, caCertPem, containers }; }`;
        });
        await stack.program(program.join("\n")).up();
        outputs = (await stack.outputs()) as typeof outputs;
    }

    const ids = () =>
        Object.values(outputs).flatMap(({ containers }) => docker("inspect", "-f", "{{.Id}}", ...containers));

    /** Updates while a client of each database increments a counter, and expects that none of them notices. */
    async function unnoticed(old: object, replicated: object): Promise<void> {
        const before = ids();
        const traffic = Object.values(outputs).map(({ tlsUrl, caCertPem }) => new TlsTraffic(tlsUrl, caCertPem));
        await up(old, replicated);
        const reports = await Promise.all(traffic.map((each) => each.stop()));
        for (const { requests } of reports) expect(requests).toBeGreaterThan(50);
        expect(reports.map(({ requests: _, ...problems }, index) => ({ name: names[index], ...problems }))).toEqual(
            names.map((name) => ({ name, failures: 0, reconnects: 0, lost: 0 })),
        );
        expect(ids()).toEqual(before);
    }

    beforeAll(async () => {
        client = new Client("redis:6.0");
        stack = await TestStack.create("unnoticed");
        await up({}, {});
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    const tls = { hosts: ["redis.example.com"] };

    test("when HAProxy gets a new certificate and a replica is added", async () => {
        await unnoticed({ tls }, { replicas: 1 });
        for (const { tlsPort, caCertPem } of [outputs["haproxy-28"], outputs["haproxy-50"]].filter((each) => !!each)) {
            const { text } = handshake("localhost", tlsPort, caCertPem, ["-verify_hostname", "redis.example.com"]);
            expect(text).toContain("Verified peername: redis.example.com");
        }
    });

    test("when passwords are rotated, including the replica's", async () => {
        const old = outputs;
        await unnoticed({ tls, passwordVersion: 2 }, { replicas: [{ passwordVersion: 2 }], passwordVersion: 2 });
        for (const name of names) {
            expect(outputs[name]?.url).not.toBe(old[name]?.url);
            expect(client.redis(outputs[name]?.url ?? "", ["PING"])).toBe("PONG");
        }
    });

    test("when the replica is removed; a second update and one after a refresh change nothing", async () => {
        await unnoticed({ tls, passwordVersion: 2 }, { passwordVersion: 2 });
        await stack.expectNoChanges();
    });
});
