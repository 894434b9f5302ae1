/**
 * Replicas on the same Docker host: their data, the rights of their users, promotion, and a primary that comes back
 * empty.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Flavor, flavorNames } from "../../provider/model/catalog/versions";
import { present } from "../support/present";
import { Client, docker, until } from "./support/docker";
import { TestStack, findingsIn } from "./support/stack";
import { TlsTraffic } from "./support/traffic";

interface Server {
    readonly url: string;
    readonly tlsUrl: string;
    readonly caCertPem: string;
    readonly containerName: string;
    readonly agent: string;
}
interface Primary extends Server {
    readonly replicas: readonly Server[];
    readonly replicaUrls: readonly string[];
    readonly replicaTlsUrls: readonly string[];
    readonly replicaCaCertPem: string;
}

/** Each flavor, and an older version to upgrade from. `make test-all` runs every version in every flavor. */
const all = ["6.2", "7.0", "8.0"].flatMap((version) =>
    flavorNames
        .filter((flavor) => process.env.TEST_ALL || version === "8.0" || (version === "7.0" && flavor === "nordb"))
        .map((flavor) => ({ name: `repl${version.replace(".", "")}-${flavor}`, version, flavor })),
);
const names = all.map(({ name }) => name);
const files: Record<Flavor, RegExp> = { aof: /appendonly/, rdb: /^dump\.rdb$/, nordb: /^$/ };

describe("replicas", () => {
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<string, Primary>> = {};
    const of = (name: string) => present(outputs[name]);
    const replicaOf = (name: string) => present(of(name).replicas[0]);

    /** Updates all databases, each with the arguments that `more` returns. */
    async function up(more: (name: string) => object): Promise<Readonly<Record<string, number>>> {
        const serverOf =
            "({ url, tlsUrl, caCertPem, containerName, nodes }) => ({ url, tlsUrl, caCertPem, containerName, agent: nodes.agent.name })";
        stack.program(
            `const serverOf = ${serverOf};\n` +
                all
                    .map(({ name, version, flavor }) => {
                        const args = JSON.stringify({ version, flavor, memoryMb: 64, ...more(name) });
                        return `{ const db = new RedisDatabase("${name}", ${args});
                            const { replicaUrls, replicaTlsUrls, replicaCaCertPem } = db;
                            const replicas = db.replicas.map(serverOf);
                            exports["${name}"] = { ...serverOf(db), replicas, replicaUrls, replicaTlsUrls, replicaCaCertPem }; }`;
                    })
                    .join("\n"),
        );
        const { summary } = await stack.up();
        outputs = (await stack.outputs()) as typeof outputs;
        return summary;
    }

    const redis = ({ url }: Server, ...command: string[]) => client.redis(url, command);
    const info = ({ url }: Server, field: string) => client.info(url, field);
    const idOf = ({ containerName }: Server) => docker("inspect", "-f", "{{.Id}}", containerName);
    const follows = (name: string) => info(replicaOf(name), "master_link_status") === "up";
    const health = ({ containerName }: Server) => {
        try {
            return docker("exec", containerName, "sh", "/settings/current/health.sh");
        } catch (error) {
            return String((error as { stdout?: string }).stdout);
        }
    };
    const caughtUp = (name: string) =>
        until(
            () => follows(name) && info(of(name), "master_repl_offset") === info(replicaOf(name), "slave_repl_offset"),
        );

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("replicas");
        await up(() => ({}));
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("are added without changing a primary, and have the data from before", async () => {
        for (const name of names) redis(of(name), "SET", "before", name);
        const servers = names.map((name) => idOf(of(name)));
        await up(() => ({ replicas: 1 }));
        expect(names.map((name) => idOf(of(name)))).toEqual(servers);
        for (const name of names) expect(redis(replicaOf(name), "GET", "before")).toBe(name);
    });

    test("change nothing in a second update, nor after a refresh", async () => {
        await stack.expectNoChanges();
    });

    test.each(names)("%s: receive what is written, over TLS, and accept no writes", async (name) => {
        expect(info(replicaOf(name), "master_port")).toBe("6380");
        redis(of(name), "SET", "after", name);
        await caughtUp(name);
        expect(redis(replicaOf(name), "GET", "after")).toBe(name);
        expect(redis(replicaOf(name), "SET", "after", "x")).toContain("READONLY");
        const { replicaUrls, replicaTlsUrls, replicaCaCertPem: caCertPem } = of(name);
        expect(replicaUrls).toEqual([replicaOf(name).url]);
        expect(client.redis(present(replicaTlsUrls[0]), ["GET", "after"], { caCertPem })).toBe(name);
    });

    test.each(names)("%s: have a user that can only replicate, and that no file on the primary contains", (name) => {
        const users = redis(of(name), "ACL", "LIST").split("\n");
        const own = users.filter((line) => line.startsWith("user repl-"));
        expect(own).toHaveLength(1);
        expect(own[0]).toMatch(/^user repl-replica-1 on (sanitize-payload )?#\w+ (resetchannels )?-@all /);
        expect(own[0]?.match(/\+\S+/g)?.sort()).toEqual(["+ping", "+psync", "+replconf"]);
        expect(docker("exec", of(name).containerName, "cat", "/settings/acl/users.acl")).not.toContain("repl-");
    });

    test.each(all)("$name: have the files of their flavor", async ({ name, flavor }) => {
        await until(() => files[flavor].test(docker("exec", replicaOf(name).containerName, "ls", "/data")));
    });

    test("keep their link while passwords are rotated, without a resynchronization", async () => {
        const before = names.map((name) => info(of(name), "sync_full"));
        const hashes = names.map((name) => redis(of(name), "ACL", "LIST"));
        await up(() => ({ replicas: [{ passwordVersion: 2 }], passwordVersion: 2 }));
        expect(names.map((name) => redis(of(name), "ACL", "LIST"))).not.toEqual(hashes);
        expect(names.map((name) => info(of(name), "sync_full"))).toEqual(before);
        expect(names.map((name) => info(of(name), "sync_partial_ok"))).toEqual(names.map(() => "0"));
        for (const name of names) expect([name, follows(name)]).toEqual([name, true]);
    });

    test("have the password of their user only in files of their own containers", () => {
        const name = "repl80-aof";
        const password = docker(
            "exec",
            replicaOf(name).agent,
            "sed",
            "-n",
            "s/^masterauth //p",
            "/settings/current/primary.conf",
        );
        expect(password).toMatch(/^\w{32}$/);
        const state = readFileSync(join(stack.directory, "state/.pulumi/stacks/engine-test/test.json"), "utf8");
        expect(state).not.toContain(password);
        for (const { containerName, agent } of [of(name), replicaOf(name)]) {
            for (const container of [containerName, agent]) {
                const seen = docker("inspect", container) + docker("top", container) + docker("logs", container);
                expect(seen).not.toContain(password);
            }
        }
        expect(docker("exec", of(name).agent, "sh", "-c", `grep -rlF ${password} /settings || true`)).toBe("");
    });

    test("follow a killed primary again if its flavor kept the data", async () => {
        const kept = all.filter(({ flavor }) => flavor !== "nordb").map(({ name }) => name);
        for (const name of kept) {
            redis(of(name), "SAVE");
            docker("kill", "-s", "KILL", of(name).containerName);
            docker("start", of(name).containerName);
        }
        for (const name of kept) {
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "before")).toBe(name);
        }
    });

    const memoryOnly = all.filter(({ flavor }) => flavor === "nordb").map(({ name }) => name);
    /** Like an out-of-memory kill after which Docker restarts the server. */
    const crash = (server: Server) => {
        docker("kill", "-s", "KILL", server.containerName);
        docker("start", server.containerName);
    };

    test("give a killed memory-only primary its data back, while clients keep writing", async () => {
        for (const name of memoryOnly) redis(of(name), "SET", "kept", name);
        await Promise.all(memoryOnly.map(caughtUp));
        const traffic = memoryOnly.map((name) => new TlsTraffic(of(name).tlsUrl, of(name).caCertPem));
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const name of memoryOnly) crash(of(name));
        for (const name of memoryOnly) await until(() => redis(of(name), "GET", "kept") === name);
        for (const name of memoryOnly) await until(() => redis(of(name), "SET", "after-kill", name) === "OK");
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const { lost } of await Promise.all(traffic.map((client) => client.stop()))) {
            // Writes that were acknowledged right before the kill and had not reached the replica.
            expect(lost).toBeLessThan(20);
        }
        for (const name of memoryOnly) {
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "after-kill")).toBe(name);
            expect(redis(replicaOf(name), "SET", "x", "y")).toContain("READONLY");
            expect(info(of(name), "role")).toBe("master");
            expect(docker("exec", of(name).containerName, "ls", "/data")).toBe("");
            for (const server of [of(name), replicaOf(name)]) {
                expect(redis(server, "ACL", "LIST")).not.toContain("agent-refill");
                expect(redis(server, "CONFIG", "GET", "min-replicas-to-write")).toMatch(/\b0$/);
            }
        }
    });

    test("keep their data if they cannot give it back; the primary says what to do, and does it on request", async () => {
        for (const name of memoryOnly) docker("stop", "--time", "1", replicaOf(name).agent);
        for (const name of memoryOnly) crash(of(name));
        for (const name of memoryOnly) await until(() => redis(of(name), "SET", "later", "1") === "OK");
        for (const name of memoryOnly) {
            expect(follows(name)).toBe(false);
            expect(redis(replicaOf(name), "GET", "kept")).toBe(name);
            expect(health(of(name))).toContain("it started without its data, so its replicas cannot connect");
            docker("start", replicaOf(name).agent);
            docker("exec", of(name).agent, "sh", "/agent.sh", "accept");
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "kept")).toBe("");
            expect(redis(replicaOf(name), "GET", "later")).toBe("1");
        }
    });

    test("follow again if the agent was killed while the replica offered its data", async () => {
        for (const name of memoryOnly) {
            const { agent, containerName } = replicaOf(name);
            docker("kill", "-s", "KILL", agent);
            docker("exec", containerName, "touch", "/settings/run/offering");
            expect(redis(replicaOf(name), "CONFIG", "SET", "min-replicas-to-write", "65535")).toBe("OK");
            expect(redis(replicaOf(name), "REPLICAOF", "NO", "ONE")).toBe("OK");
            docker("start", agent);
        }
        for (const name of memoryOnly) {
            await caughtUp(name);
            await until(() => redis(replicaOf(name), "CONFIG", "GET", "min-replicas-to-write").endsWith("0"));
            expect(redis(replicaOf(name), "GET", "later")).toBe("1");
        }
    });

    test("follow again after a reboot that empties the whole memory-only group", async () => {
        for (const name of memoryOnly) {
            for (const server of [of(name), replicaOf(name)]) docker("kill", "-s", "KILL", server.containerName);
        }
        for (const name of memoryOnly) {
            for (const server of [replicaOf(name), of(name)]) docker("start", server.containerName);
        }
        for (const name of memoryOnly) {
            await until(() => redis(of(name), "SET", "rebooted", "1") === "OK");
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "rebooted")).toBe("1");
        }
    });

    test("stop although they are writing their first append-only file, which Redis refuses", async () => {
        const name = "repl80-aof";
        for (let key = 0; key < 50; key++) redis(of(name), "SET", `slow:${key}`, "x");
        await caughtUp(name);
        const [replica, host, port] = [
            replicaOf(name),
            ...["master_host", "master_port"].map((f) => info(replicaOf(name), f)),
        ];
        // A write of its own makes the replica need a full sync. Each key then delays the new file.
        redis(replica, "CONFIG", "SET", "rdb-key-save-delay", "200000");
        redis(replica, "REPLICAOF", "NO", "ONE");
        redis(replica, "SET", "of-its-own", "1");
        redis(replica, "REPLICAOF", present(host), present(port));
        await until(() => info(replica, "aof_rewrite_in_progress") === "1");
        docker("stop", "--time", "90", replica.containerName);
        expect(docker("inspect", "-f", "{{.State.ExitCode}}", replica.containerName)).toBe("0");
        docker("start", replica.containerName);
        await caughtUp(name);
        expect(redis(replica, "GET", "of-its-own")).toBe("");
    });

    test("stay promoted after a restart and in a new container; other replicas are upgraded with their primary", async () => {
        const promoted = (name: string) => ({
            replicas: [
                { passwordVersion: 2, ...(name.startsWith("repl80") && { promoted: true, deletionProtection: false }) },
            ],
            passwordVersion: 2,
        });
        const promotedNames = names.filter((name) => name.startsWith("repl80"));
        for (const name of promotedNames) redis(of(name), "SET", "last", name);
        await Promise.all(promotedNames.map(caughtUp));
        // One is promoted by hand first, as in an emergency.
        const promotedByHand = replicaOf("repl80-aof");
        expect(redis(promotedByHand, "REPLICAOF", "NO", "ONE")).toBe("OK");
        expect(redis(promotedByHand, "SET", "emergency", "1")).toBe("OK");
        expect(health(promotedByHand)).toContain("it was promoted by hand and follows no primary: set promoted: true");
        docker("restart", "--time", "30", promotedByHand.containerName);
        await until(() => redis(promotedByHand, "GET", "emergency") === "1");
        expect(info(promotedByHand, "role")).toBe("master");
        const servers = names.map((name) => idOf(replicaOf(name)));
        await up(promoted);
        expect(names.map((name) => idOf(replicaOf(name)))).toEqual(servers);
        const takesWrites = (name: string) => {
            expect(info(replicaOf(name), "role")).toBe("master");
            expect(redis(replicaOf(name), "SET", "own", "1")).toBe("OK");
            expect(redis(replicaOf(name), "GET", "last")).toBe(name);
        };
        for (const name of promotedNames) {
            takesWrites(name);
            expect(of(name).replicaUrls).toEqual([]);
        }
        const persistent = promotedNames.filter((name) => !name.endsWith("nordb"));
        for (const name of persistent) {
            docker("restart", "--time", "30", replicaOf(name).containerName);
            await until(() => redis(replicaOf(name), "PING") === "PONG");
            takesWrites(name);
        }
        // The same update replaces all containers, and upgrades the primaries that still have replicas.
        const upgraded = all.filter(({ version }) => version === "7.0");
        for (const { name } of upgraded) redis(of(name), "SET", "from", "7.0");
        for (const database of upgraded) database.version = "8.0";
        await up((name) => {
            const { replicas, ...args } = promoted(name);
            return { ...args, replicas: replicas.map((replica) => ({ ...replica, config: { "tcp-backlog": 100 } })) };
        });
        for (const name of promotedNames) takesWrites(name);
        for (const name of names.filter((follower) => !promotedNames.includes(follower))) await caughtUp(name);
        expect(upgraded).not.toEqual([]);
        for (const { name } of upgraded) {
            expect(info(replicaOf(name), "redis_version")).toMatch(/^8\.0/);
            expect(redis(replicaOf(name), "GET", "from")).toBe("7.0");
        }
        await stack.expectEmptyPreview();
    });

    test("cannot follow again after promotion, which would replace what was written since", async () => {
        stack.program(
            `new RedisDatabase("repl80-aof", { version: "8.0", memoryMb: 64, replicas: [{ config: { "tcp-backlog": 100 } }] });`,
        );
        expect(findingsIn(await stack.failure("preview"))).toContain(
            "promoted: is no longer set, but following the primary again would replace",
        );
    });

    test("are removed together with their users, without changing a primary", async () => {
        const servers = names.map((name) => idOf(of(name)));
        await up(() => ({ passwordVersion: 2 }));
        expect(names.map((name) => idOf(of(name)))).toEqual(servers);
        for (const name of names) expect(redis(of(name), "ACL", "LIST")).not.toContain("repl-");
        expect(stack.containers().filter((name) => name.includes("-replica-"))).toEqual([]);
    });
});
