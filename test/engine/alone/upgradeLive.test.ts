/**
 * Upgrades the package: this release updates databases that an old one created, while clients send commands without a
 * pause.
 */
import { Client, docker } from "../support/docker";
import { ReleasedPackage } from "../support/releasedPackage";
import { TestStack } from "../support/stack";
import { PlaintextTraffic, type Report, TlsTraffic } from "../support/traffic";

/** The last state of the package before its first release. */
const oldRevision = "c33880f";

const flavors = ["aof", "nordb"] as const;
const nameOf = (flavor: string) => `upgraded-${flavor}`;
const names = flavors.map(nameOf);

/** The outputs that clients use, and the volumes with their data. */
interface Database {
    readonly url: string;
    readonly tlsUrl: string;
    readonly password: string;
    readonly port: number;
    readonly tlsPort: number;
    readonly caCertPem: string;
    readonly dataVolume: string;
    readonly settingsVolume: string;
}

const program = flavors
    .map(
        (flavor) => `{
            const { url, tlsUrl, password, port, tlsPort, caCertPem, containerName, nodes } =
                new RedisDatabase("${nameOf(flavor)}", { version: "8.0", flavor: "${flavor}", memoryMb: 64 });
            const [dataVolume, settingsVolume] = [nodes.dataVolume.name, nodes.settingsVolume.name];
            const kept = { url, tlsUrl, password, port, tlsPort, caCertPem, dataVolume, settingsVolume };
            exports["${nameOf(flavor)}"] = { kept, containerName };
        }`,
    )
    .join("\n");

describe(`an upgrade of the package from ${oldRevision}`, () => {
    let old: ReleasedPackage | undefined;
    let stack: TestStack;
    let client: Client;

    const output = (name: string) => stack.value<{ kept: Database; containerName: string }>(name);
    const kept = async (name: string) => (await output(name)).kept;
    const serverId = async (name: string) => docker("inspect", "-f", "{{.Id}}", (await output(name)).containerName);
    const all = <T>(ask: (name: string) => Promise<T>) => Promise.all(names.map(ask));

    beforeAll(async () => {
        old = ReleasedPackage.build(oldRevision);
        client = new Client();
        stack = (await TestStack.create("upgrade-live")).usePackage(old.directory).program(program);
        await stack.up();
        for (const name of names) client.redis((await kept(name)).url, ["SET", "before", name]);
    });

    afterAll(async () => {
        // If the old package could not be built, nothing was created.
        if (!old) return;
        client.close();
        await stack.close();
        old.remove();
    });

    test("loses no acknowledged write, and no connection unless the preview says so", async () => {
        const before = { kept: await all(kept), servers: await all(serverId) };
        const maxmemory = () =>
            all(async (name) => client.redis((await kept(name)).url, ["CONFIG", "GET", "maxmemory"]));
        const formerMaxmemory = await maxmemory();
        const { steps, explanations, output: preview } = await stack.usePackage().plannedSteps();
        expect(preview).toContain(
            "maxmemory stays the same until memoryMb, the flavor or the number of replicas change",
        );
        const clients = before.kept.map(({ url, tlsUrl, caCertPem }) => [
            new TlsTraffic(tlsUrl, caCertPem),
            new PlaintextTraffic(client, url),
        ]);
        await stack.up();
        const reports: Report[][] = await Promise.all(
            clients.map((both, index) => Promise.all(both.map((each) => each.stop(before.kept[index]?.url ?? "")))),
        );
        console.log(`upgrade from ${oldRevision}: ${JSON.stringify({ steps, reports })}`);

        expect(await all(kept)).toEqual(before.kept);
        expect(await maxmemory()).toEqual(formerMaxmemory);
        const servers = await all(serverId);
        for (const [index, name] of names.entries()) {
            const replaced = servers[index] !== before.servers[index];
            expect([name, steps[`${name}-server`] === "replace"]).toEqual([name, replaced]);
            if (replaced) expect(explanations.filter((line) => line.includes(`"${name}":`))).toHaveLength(1);
            for (const { requests, ...problems } of reports[index] ?? []) {
                expect(requests).toBeGreaterThan(50);
                expect({ name, ...problems }).toEqual(
                    replaced
                        ? { name, failures: expect.any(Number) as number, reconnects: 1, lost: 0 }
                        : { name, failures: 0, reconnects: 0, lost: 0 },
                );
            }
            expect(client.redis((await kept(name)).url, ["GET", "before"])).toBe(name);
        }
    });

    test("changes nothing in a second update, nor after a refresh", async () => {
        await stack.expectNoChanges();
    });

    test("keeps the CA: clients still verify the certificate with it", async () => {
        for (const { tlsUrl, caCertPem } of await all(kept)) {
            expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toBe("PONG");
        }
    });
});
