/**
 * A switchover by an edit of the program: no acknowledged write is lost, and the other servers follow the new primary.
 */
import { present } from "../support/present";
import { Client, docker, until } from "./support/docker";
import { TestStack, findingsIn, reasonIn } from "./support/stack";
import { TlsTraffic } from "./support/traffic";

const name = "switched";
const users = [{ name: "orders", rules: "~orders:* +@read +@write -@dangerous" }];

interface Outputs {
    readonly url: string;
    readonly tlsUrl: string;
    readonly caCertPem: string;
    readonly containerName: string;
    readonly replicaUrls: readonly string[];
    readonly users: { readonly orders: { readonly url: string; readonly password: string } };
    /** The URLs of the database's own server and of its replicas, in that order, whichever takes writes. */
    readonly all: readonly string[];
    readonly containers: readonly string[];
}

describe("switchover", () => {
    let stack: TestStack;
    let client: Client;
    let outputs: Outputs;
    const measured: string[] = [];

    const redis = (url: string, ...command: string[]) => client.redis(url, command);
    const info = (url: string, field: string) => client.info(url, field);
    const roles = () => outputs.all.map((url) => info(url, "role"));
    const ids = () => outputs.containers.map((container) => docker("inspect", "-f", "{{.Id}}", container));

    function program(args: object): TestStack {
        const all = { memoryMb: 64, version: "8.0", replicas: [{ name: "one" }, { name: "two" }], users, ...args };
        return stack.program(`
            const db = new RedisDatabase("${name}", ${JSON.stringify(all)});
            const { url, tlsUrl, caCertPem, containerName, replicaUrls, users } = db;
            exports.db = { url, tlsUrl, caCertPem, containerName, replicaUrls, users,
                all: pulumi.all([db.url, db.replicaUrls, ...db.replicas.map(({ url }) => url)]).apply(
                    // The database's own server comes first, whichever server takes writes.
                    ([url, followers, ...replicas]) => [[url, ...followers].find((each) => !replicas.includes(each)), ...replicas]),
                containers: [db.nodes.server.name, ...db.replicas.map(({ containerName }) => containerName)] };`);
    }

    async function up(args: object): Promise<Readonly<Record<string, number>>> {
        const { summary } = await program(args).up();
        outputs = await stack.value<Outputs>("db");
        return summary;
    }

    /** Writes a key and waits until all servers have it. */
    async function inSync(): Promise<void> {
        const key = `key-${process.hrtime.bigint().toString()}`;
        expect(redis(outputs.url, "SET", key, "1")).toBe("OK");
        for (const url of outputs.all) await until(() => redis(url, "GET", key) === "1");
    }

    /** Switches over while a client uses the old URL. Returns the client's report. */
    async function switchTo(primary: string | undefined, more: object = {}) {
        const { tlsUrl, caCertPem } = outputs;
        const traffic = new TlsTraffic(tlsUrl, caCertPem);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await up({ ...(primary !== undefined && { primary }), ...more });
        const report = await traffic.stop();
        measured.push(`to ${primary ?? "the database's own server"}: ${Object.values(report).join(", ")}`);
        return report;
    }

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("switchover");
        await up({});
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        console.log(["switchover: requests, failures, reconnects, lost writes", ...measured].join("\n"));
    });

    test("is announced by the preview", async () => {
        const { steps, output } = await program({ primary: "one" }).plannedSteps();
        expect(output).toContain(
            `RedisDatabase "${name}": one becomes the primary once it has received all writes; the URLs change`,
        );
        expect(output).toContain("the URLs change, and clients that write need the new ones");
        expect(Object.keys(steps).filter((child) => child.endsWith("-server"))).toEqual([]);
    });

    /** Checks the rights of the user `orders` on each server, with one password. */
    function expectUser(): void {
        const { orders } = outputs.users;
        for (const url of outputs.all) {
            const userUrl = Object.assign(new URL(url), { username: "orders", password: orders.password }).toString();
            expect(redis(userUrl, "GET", "orders:1")).toBe("");
            for (const command of ["GET other", "KEYS *", "ACL LIST", "INFO"]) {
                expect(redis(userUrl, ...command.split(" "))).toMatch(/^NOPERM/);
            }
        }
        expect(redis(orders.url, "DEL", "orders:1")).toBe("0");
        expect(new URL(orders.url).host).toBe(new URL(outputs.url).host);
    }

    test("keeps users on each server, with the same rights and password", () => {
        expectUser();
    });

    test("to a replica loses no acknowledged write and replaces no container, and the other servers follow it", async () => {
        const [containers, oldOutputs] = [ids(), outputs];
        const full = outputs.all.map((url) => info(url, "sync_full"));
        const { requests, lost } = await switchTo("one");
        expect(requests).toBeGreaterThan(50);
        expect(lost).toBe(0);
        expect(ids()).toEqual(containers);
        expect(roles()).toEqual(["slave", "master", "slave"]);
        expect([outputs.url, ...outputs.replicaUrls]).toEqual([
            oldOutputs.all[1],
            oldOutputs.all[0],
            oldOutputs.all[2],
        ]);
        expect(outputs.containerName).toBe(outputs.containers[1]);
        await inSync();
        expect(info(outputs.url, "connected_slaves")).toBe("2");
        const { password } = oldOutputs.users.orders;
        expectUser();
        expect(outputs.users.orders.password).toBe(password);
        expect(redis(present(outputs.all[0]), "SET", "x", "y")).toContain("READONLY");
        expect(client.redis(outputs.tlsUrl, ["PING"], { caCertPem: outputs.caCertPem })).toBe("PONG");
        // All servers share one replication history, so there was no full resynchronization.
        expect(outputs.all.map((url) => info(url, "sync_full"))).toEqual(full);
    });

    test("changes nothing in a second update, nor after a refresh", async () => {
        await program({ primary: "one" }).expectNoChanges();
    });

    test("keeps the roles after every server was killed", async () => {
        for (const container of outputs.containers) {
            docker("kill", "-s", "KILL", container);
            docker("start", container);
        }
        for (const url of outputs.all) await until(() => redis(url, "PING") === "PONG");
        await until(() => info(outputs.url, "connected_slaves") === "2");
        expect(roles()).toEqual(["slave", "master", "slave"]);
        await inSync();
    });

    test("works from one replica to the other, and back to the database's own server", async () => {
        expect((await switchTo("two")).lost).toBe(0);
        expect(roles()).toEqual(["slave", "slave", "master"]);
        await inSync();
        expect((await switchTo(undefined)).lost).toBe(0);
        expect(roles()).toEqual(["master", "slave", "slave"]);
        await inSync();
    });

    test("is refused if the replica does not have the last writes, and the old primary keeps taking writes", async () => {
        docker("pause", present(outputs.containers[1]));
        const traffic = new TlsTraffic(outputs.tlsUrl, outputs.caCertPem);
        const output = await program({ primary: "one" }).failure("up");
        docker("unpause", present(outputs.containers[1]));
        expect(reasonIn(output)).toMatch(
            /primary: the switchover to the replica at .* failed: it did not receive the last writes/,
        );
        const { lost } = await traffic.stop();
        expect(lost).toBe(0);
        expect(roles()).toEqual(["master", "slave", "slave"]);
    });

    test("is completed by the next update if one is killed between the old primary and the new one", async () => {
        const traffic = new TlsTraffic(outputs.tlsUrl, outputs.caCertPem);
        expect(await program({ primary: "one" }).killedUp(new RegExp(`${name}-agent created`))).toBe(true);
        await up({ primary: "one" });
        expect((await traffic.stop()).lost).toBe(0);
        expect(roles()).toEqual(["slave", "master", "slave"]);
        await inSync();
        await stack.expectEmptyPreview();
    });

    test("works in an update that replaces every container", async () => {
        const { lost } = await switchTo("two", { config: { "tcp-backlog": 100 } });
        expect(lost).toBe(0);
        expect(roles()).toEqual(["slave", "slave", "master"]);
        await inSync();
    });

    test("is required before its primary can be removed, and cannot go to a new replica", async () => {
        const config = { "tcp-backlog": 100 };
        const without = program({ config, replicas: [{ name: "one" }] });
        expect(findingsIn(await without.failure("preview"))).toContain(
            'replicas: lacks "two", which is the current primary',
        );
        const other = program({ config, primary: "new", replicas: [{ name: "two" }, { name: "new" }] });
        expect(findingsIn(await other.failure("preview"))).toContain('primary: is "new", which does not exist yet');
        expect(roles()).toEqual(["slave", "slave", "master"]);
    });

    test("is not needed for a new group in which a replica takes writes", async () => {
        await stack.destroy();
        await up({ primary: "one" });
        expect(roles()).toEqual(["slave", "master", "slave"]);
        await inSync();
        await stack.expectEmptyPreview();
    });
});
