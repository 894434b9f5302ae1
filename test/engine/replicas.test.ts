/** Replicas on the same Docker host: what they hold, who may do what, promotion, and a primary that comes back empty. */
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

/** Each flavor, and a version before the last to upgrade from; every one with every other with `make test-all`. */
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

    /** All databases, with what `more` says of each. */
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

    test("are added: no primary is touched, each replica has the data of before", async () => {
        for (const name of names) redis(of(name), "SET", "before", name);
        const servers = names.map((name) => idOf(of(name)));
        await up(() => ({ replicas: 1 }));
        expect(names.map((name) => idOf(of(name)))).toEqual(servers);
        for (const name of names) expect(redis(replicaOf(name), "GET", "before")).toBe(name);
    });

    test("a second up is empty, and so is one after a refresh", async () => {
        await stack.expectNoChanges();
    });

    test.each(names)("%s: what is written comes through, over TLS, and the replica takes no writes", async (name) => {
        expect(info(replicaOf(name), "master_port")).toBe("6380");
        redis(of(name), "SET", "after", name);
        await caughtUp(name);
        expect(redis(replicaOf(name), "GET", "after")).toBe(name);
        expect(redis(replicaOf(name), "SET", "after", "x")).toContain("READONLY");
        const { replicaUrls, replicaTlsUrls, replicaCaCertPem: caCertPem } = of(name);
        expect(replicaUrls).toEqual([replicaOf(name).url]);
        expect(client.redis(present(replicaTlsUrls[0]), ["GET", "after"], { caCertPem })).toBe(name);
    });

    test.each(names)(
        "%s: the replica's user can follow and nothing else, and no file lets it in at a start",
        (name) => {
            const users = redis(of(name), "ACL", "LIST").split("\n");
            const own = users.filter((line) => line.startsWith("user repl-"));
            expect(own).toHaveLength(1);
            expect(own[0]).toMatch(/^user repl-replica-1 on (sanitize-payload )?#\w+ (resetchannels )?-@all /);
            expect(own[0]?.match(/\+\S+/g)?.sort()).toEqual(["+ping", "+psync", "+replconf"]);
            expect(docker("exec", of(name).containerName, "cat", "/settings/acl/users.acl")).not.toContain("repl-");
        },
    );

    test.each(all)("$name: the replica has the files of its flavor", async ({ name, flavor }) => {
        await until(() => files[flavor].test(docker("exec", replicaOf(name).containerName, "ls", "/data")));
    });

    test("passwords are rotated: no link drops, nothing is sent anew", async () => {
        const before = names.map((name) => info(of(name), "sync_full"));
        const hashes = names.map((name) => redis(of(name), "ACL", "LIST"));
        await up(() => ({ replicas: [{ passwordVersion: 2 }], passwordVersion: 2 }));
        expect(names.map((name) => redis(of(name), "ACL", "LIST"))).not.toEqual(hashes);
        expect(names.map((name) => info(of(name), "sync_full"))).toEqual(before);
        expect(names.map((name) => info(of(name), "sync_partial_ok"))).toEqual(names.map(() => "0"));
        for (const name of names) expect([name, follows(name)]).toEqual([name, true]);
    });

    test("the password of a replica's user stands nowhere but in files for it alone", () => {
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

    test("a primary that is killed is followed again, where its flavor kept the data", async () => {
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
    /** As an out-of-memory kill, with Docker starting it again. */
    const crash = (server: Server) => {
        docker("kill", "-s", "KILL", server.containerName);
        docker("start", server.containerName);
    };

    test("a memory-only primary that is killed has its data again from its replica, under clients that write on", async () => {
        for (const name of memoryOnly) redis(of(name), "SET", "kept", name);
        await Promise.all(memoryOnly.map(caughtUp));
        const traffic = memoryOnly.map((name) => new TlsTraffic(of(name).tlsUrl, of(name).caCertPem));
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const name of memoryOnly) crash(of(name));
        for (const name of memoryOnly) await until(() => redis(of(name), "GET", "kept") === name);
        for (const name of memoryOnly) await until(() => redis(of(name), "SET", "anew", name) === "OK");
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const { lost } of await Promise.all(traffic.map((each) => each.stop()))) {
            // What was acknowledged in the moment of the kill, and had not reached the replica.
            expect(lost).toBeLessThan(20);
        }
        for (const name of memoryOnly) {
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "anew")).toBe(name);
            expect(redis(replicaOf(name), "SET", "x", "y")).toContain("READONLY");
            expect(info(of(name), "role")).toBe("master");
            expect(docker("exec", of(name).containerName, "ls", "/data")).toBe("");
            for (const server of [of(name), replicaOf(name)]) {
                expect(redis(server, "ACL", "LIST")).not.toContain("agent-refill");
                expect(redis(server, "CONFIG", "GET", "min-replicas-to-write")).toMatch(/\b0$/);
            }
        }
    });

    test("where no replica answers, it does not wipe them, says what to do, and is obeyed", async () => {
        for (const name of memoryOnly) docker("stop", "--time", "1", replicaOf(name).agent);
        for (const name of memoryOnly) crash(of(name));
        for (const name of memoryOnly) await until(() => redis(of(name), "SET", "later", "1") === "OK");
        for (const name of memoryOnly) {
            expect(follows(name)).toBe(false);
            expect(redis(replicaOf(name), "GET", "kept")).toBe(name);
            expect(health(of(name))).toContain("came back without its data, so its replicas are held back");
            docker("start", replicaOf(name).agent);
            docker("exec", of(name).agent, "sh", "/agent.sh", "accept");
            await caughtUp(name);
            expect(redis(replicaOf(name), "GET", "kept")).toBe("");
            expect(redis(replicaOf(name), "GET", "later")).toBe("1");
        }
    });

    test("a replica whose agent was gone while it offered its data follows again", async () => {
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

    test("after a reboot, where all of a memory-only group are empty, it goes on", async () => {
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

    test("promotion stays through a restart and a new container, and a later version takes a replica along", async () => {
        const promoted = (name: string) => ({
            replicas: [
                { passwordVersion: 2, ...(name.startsWith("repl80") && { promoted: true, deletionProtection: false }) },
            ],
            passwordVersion: 2,
        });
        const three = names.filter((name) => name.startsWith("repl80"));
        for (const name of three) redis(of(name), "SET", "last", name);
        await Promise.all(three.map(caughtUp));
        // One is promoted by hand before, as in an emergency.
        const early = replicaOf("repl80-aof");
        expect(redis(early, "REPLICAOF", "NO", "ONE")).toBe("OK");
        expect(redis(early, "SET", "emergency", "1")).toBe("OK");
        expect(health(early)).toContain("it was promoted by hand and follows nobody: set promoted: true");
        docker("restart", "--time", "30", early.containerName);
        await until(() => redis(early, "GET", "emergency") === "1");
        expect(info(early, "role")).toBe("master");
        const servers = names.map((name) => idOf(replicaOf(name)));
        await up(promoted);
        expect(names.map((name) => idOf(replicaOf(name)))).toEqual(servers);
        const takesWrites = (name: string) => {
            expect(info(replicaOf(name), "role")).toBe("master");
            expect(redis(replicaOf(name), "SET", "own", "1")).toBe("OK");
            expect(redis(replicaOf(name), "GET", "last")).toBe(name);
        };
        for (const name of three) {
            takesWrites(name);
            expect(of(name).replicaUrls).toEqual([]);
        }
        const persistent = three.filter((name) => !name.endsWith("nordb"));
        for (const name of persistent) {
            docker("restart", "--time", "30", replicaOf(name).containerName);
            await until(() => redis(replicaOf(name), "PING") === "PONG");
            takesWrites(name);
        }
        // The same update replaces all containers, and takes what follows to a later version.
        const upgraded = all.filter(({ version }) => version === "7.0");
        for (const { name } of upgraded) redis(of(name), "SET", "from", "7.0");
        for (const database of upgraded) database.version = "8.0";
        await up((name) => {
            const { replicas, ...others } = promoted(name);
            return { ...others, replicas: replicas.map((each) => ({ ...each, config: { "tcp-backlog": 100 } })) };
        });
        for (const name of three) takesWrites(name);
        for (const name of names.filter((other) => !three.includes(other))) await caughtUp(name);
        expect(upgraded).not.toEqual([]);
        for (const { name } of upgraded) {
            expect(info(replicaOf(name), "redis_version")).toMatch(/^8\.0/);
            expect(redis(replicaOf(name), "GET", "from")).toBe("7.0");
        }
        await stack.expectEmptyPreview();
    });

    test("following again is refused: it would replace what was written since", async () => {
        stack.program(
            `new RedisDatabase("repl80-aof", { version: "8.0", memoryMb: 64, replicas: [{ config: { "tcp-backlog": 100 } }] });`,
        );
        expect(findingsIn(await stack.failure("preview"))).toContain(
            "promoted: is no longer set, but following the primary again would replace",
        );
    });

    test("they are removed, and their users with them; no primary is touched", async () => {
        const servers = names.map((name) => idOf(of(name)));
        await up(() => ({ passwordVersion: 2 }));
        expect(names.map((name) => idOf(of(name)))).toEqual(servers);
        for (const name of names) expect(redis(of(name), "ACL", "LIST")).not.toContain("repl-");
        expect(stack.containers().filter((name) => name.includes("-replica-"))).toEqual([]);
    });
});
