/** Roles exchanged by an edit of the program: nothing that was acknowledged is lost, and the others follow. */
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
    /** Of the database's own server and its replicas, in that order, whoever takes writes. */
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
                    // Whoever takes writes, the database's own server comes first.
                    ([url, others, ...replicas]) => [[url, ...others].find((each) => !replicas.includes(each)), ...replicas]),
                containers: [db.nodes.server.name, ...db.replicas.map(({ containerName }) => containerName)] };`);
    }

    async function up(args: object): Promise<Readonly<Record<string, number>>> {
        const { summary } = await program(args).up();
        outputs = await stack.value<Outputs>("db");
        return summary;
    }

    /** All hold what the one that takes writes holds. */
    async function together(): Promise<void> {
        const key = `key-${process.hrtime.bigint().toString()}`;
        expect(redis(outputs.url, "SET", key, "1")).toBe("OK");
        for (const url of outputs.all) await until(() => redis(url, "GET", key) === "1");
    }

    /** The roles are exchanged under a client of the old URL; gives what it noticed. */
    async function switchTo(primary: string | undefined, more: object = {}) {
        const { tlsUrl, caCertPem } = outputs;
        const traffic = new TlsTraffic(tlsUrl, caCertPem);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await up({ ...(primary !== undefined && { primary }), ...more });
        const report = await traffic.stop();
        measured.push(`to ${primary ?? "itself"}: ${Object.values(report).join(", ")}`);
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

    test("the preview says what it will do", async () => {
        const { steps, output } = await program({ primary: "one" }).plannedSteps();
        expect(output).toContain(
            `RedisDatabase "${name}": one becomes the primary once it has received all writes; the URLs change`,
        );
        expect(output).toContain("the URLs change, and clients that write need the new ones");
        expect(Object.keys(steps).filter((child) => child.endsWith("-server"))).toEqual([]);
    });

    /** What its user may do on each of the servers, with the one password. */
    function expectUser(): void {
        const { orders } = outputs.users;
        for (const url of outputs.all) {
            const own = Object.assign(new URL(url), { username: "orders", password: orders.password }).toString();
            expect(redis(own, "GET", "orders:1")).toBe("");
            for (const command of ["GET other", "KEYS *", "ACL LIST", "INFO"]) {
                expect(redis(own, ...command.split(" "))).toMatch(/^NOPERM/);
            }
        }
        expect(redis(orders.url, "DEL", "orders:1")).toBe("0");
        expect(new URL(orders.url).host).toBe(new URL(outputs.url).host);
    }

    test("its users are on each server, with their rights and one password", () => {
        expectUser();
    });

    test("to a replica: no acknowledged write is lost, no container is touched, and all follow it", async () => {
        const [containers, old] = [ids(), outputs];
        const full = outputs.all.map((url) => info(url, "sync_full"));
        const { requests, lost } = await switchTo("one");
        expect(requests).toBeGreaterThan(50);
        expect(lost).toBe(0);
        expect(ids()).toEqual(containers);
        expect(roles()).toEqual(["slave", "master", "slave"]);
        expect([outputs.url, ...outputs.replicaUrls]).toEqual([old.all[1], old.all[0], old.all[2]]);
        expect(outputs.containerName).toBe(outputs.containers[1]);
        await together();
        expect(info(outputs.url, "connected_slaves")).toBe("2");
        const { password } = old.users.orders;
        expectUser();
        expect(outputs.users.orders.password).toBe(password);
        expect(redis(present(outputs.all[0]), "SET", "x", "y")).toContain("READONLY");
        expect(client.redis(outputs.tlsUrl, ["PING"], { caCertPem: outputs.caCertPem })).toBe("PONG");
        // Everybody has the history of everybody: nothing was sent anew.
        expect(outputs.all.map((url) => info(url, "sync_full"))).toEqual(full);
    });

    test("a second up is empty, and so is one after a refresh", async () => {
        await program({ primary: "one" }).expectNoChanges();
    });

    test("it stays so when each of them is killed", async () => {
        for (const container of outputs.containers) {
            docker("kill", "-s", "KILL", container);
            docker("start", container);
        }
        for (const url of outputs.all) await until(() => redis(url, "PING") === "PONG");
        await until(() => info(outputs.url, "connected_slaves") === "2");
        expect(roles()).toEqual(["slave", "master", "slave"]);
        await together();
    });

    test("from one replica to the other, and back to the database's own server", async () => {
        expect((await switchTo("two")).lost).toBe(0);
        expect(roles()).toEqual(["slave", "slave", "master"]);
        await together();
        expect((await switchTo(undefined)).lost).toBe(0);
        expect(roles()).toEqual(["master", "slave", "slave"]);
        await together();
    });

    test("a replica that does not keep up does not take over, and writes go on where they went", async () => {
        docker("pause", present(outputs.containers[1]));
        const traffic = new TlsTraffic(outputs.tlsUrl, outputs.caCertPem);
        const output = await program({ primary: "one" }).failure("up");
        docker("unpause", present(outputs.containers[1]));
        expect(reasonIn(output)).toMatch(
            /primary: the replica at .* does not take over: it did not have the last writes/,
        );
        const { lost } = await traffic.stop();
        expect(lost).toBe(0);
        expect(roles()).toEqual(["master", "slave", "slave"]);
    });

    test("an up that is killed when the one has handed over, and nobody has told the other: the next one goes on", async () => {
        const traffic = new TlsTraffic(outputs.tlsUrl, outputs.caCertPem);
        expect(await program({ primary: "one" }).killedUp(new RegExp(`${name}-agent created`))).toBe(true);
        await up({ primary: "one" });
        expect((await traffic.stop()).lost).toBe(0);
        expect(roles()).toEqual(["slave", "master", "slave"]);
        await together();
        await stack.expectEmptyPreview();
    });

    test("together with what replaces every container", async () => {
        const { lost } = await switchTo("two", { config: { "tcp-backlog": 100 } });
        expect(lost).toBe(0);
        expect(roles()).toEqual(["slave", "slave", "master"]);
        await together();
    });

    test("the replica that takes writes cannot be taken out, nor one take them that is new", async () => {
        const config = { "tcp-backlog": 100 };
        const without = program({ config, replicas: [{ name: "one" }] });
        expect(findingsIn(await without.failure("preview"))).toContain(
            'replicas: lacks "two", which is the current primary',
        );
        const other = program({ config, primary: "new", replicas: [{ name: "two" }, { name: "new" }] });
        expect(findingsIn(await other.failure("preview"))).toContain('primary: is "new", which does not exist yet');
        expect(roles()).toEqual(["slave", "slave", "master"]);
    });

    test("a whole group can be made with a replica that takes writes", async () => {
        await stack.destroy();
        await up({ primary: "one" });
        expect(roles()).toEqual(["slave", "master", "slave"]);
        await together();
        await stack.expectEmptyPreview();
    });
});
