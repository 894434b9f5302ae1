/**
 * An update that cannot be applied is refused with its reason. The server keeps running, and a corrected update
 * succeeds.
 */
import { type Socket, connect, createServer } from "node:net";
import { present } from "../support/present";
import { Client, docker, until, uniqueName } from "./support/docker";
import { TestStack, findingsIn } from "./support/stack";

interface Database {
    readonly url: string;
    readonly containerName: string;
}

/** One database for each refusal by an agent. Together they take as long as one. */
const names = [
    "settings",
    "image",
    "memory",
    "databases",
    "users",
    "group",
    "busy",
    "paused",
    "full",
    "locked",
] as const;
type Name = (typeof names)[number];
/** Arguments that a database has in all updates. */
const base: Args = {
    // Half a minute, which is longer than the refused update takes.
    settings: { passwordGraceHours: 1 / 120 },
    group: { flavor: "nordb", replicas: [{ name: "copy", config: {} }] },
};
type Args = Readonly<Partial<Record<Name, object>>>;

/** Clients that take every free connection and keep it. */
class IdleClients {
    private readonly sockets = new Set<Socket>();
    private readonly timer: NodeJS.Timeout;

    constructor({ containerName }: Database) {
        // Docker's proxy of a published port does not survive so many connections that the server closes.
        const address = docker("exec", containerName, "hostname", "-i");
        this.timer = setInterval(() => {
            const socket = connect(6379, address);
            this.sockets.add(socket);
            socket.on("error", () => undefined).on("close", () => this.sockets.delete(socket));
        }, 10);
    }

    disconnect(): void {
        clearInterval(this.timer);
        for (const socket of this.sockets) socket.destroy();
    }
}

describe("a refusal", () => {
    let stack: TestStack;
    let client: Client;
    let outputs: Readonly<Record<Name, Database>>;
    /** A URL with a password that was replaced just before the refused update. */
    let replacedUrl: string;
    const rotated = { passwordVersion: 2 };

    const ownImage = `${uniqueName("redis")}:7.0`;
    const redis = (name: Name, ...command: string[]) => client.redis(outputs[name].url, command);
    const program = (args: Args) =>
        stack.program(
            names
                .map((name) => {
                    const all = { version: "7.0", memoryMb: 64, ...base[name], ...args[name] };
                    return `{ const { url, containerName } = new RedisDatabase("${name}", ${JSON.stringify(all)});
                        exports["${name}"] = { url, containerName }; }`;
                })
                .join("\n"),
        );
    /** Why each agent refused, by database; undefined if it did not. At least one must have refused. */
    const reasonsIn = (output: string) => {
        const reasons = names.map((name) => [
            name,
            new RegExp(`error: ${name}-agent: (refused: .*)`).exec(output)?.[1],
        ]);
        if (reasons.every(([, reason]) => reason === undefined)) {
            const errors = output.split("\n").filter((line) => line.includes("error:"));
            throw new Error(["no agent refused; other errors:", ...errors].join("\n"));
        }
        return Object.fromEntries(reasons) as Partial<Record<Name, string>>;
    };
    const agents = () => stack.containers().filter((name) => name.includes("-agent-"));
    /** Everything that a refusal must not change. */
    const observed = () =>
        names.map((name) => ({
            name,
            id: docker("inspect", "-f", "{{.Id}}", outputs[name].containerName),
            settings: redis(name, "CONFIG", "GET", "*"),
            users: redis(name, "ACL", "LIST"),
            digest: client.digest(outputs[name].url),
            files: docker("exec", outputs[name].containerName, "sh", "-c", "cat /settings/acl/* | sha256sum"),
        }));
    /** `observed` without the users, which an agent saves again at its first check after a restart of the server. */
    const observedWithoutUsers = () =>
        observed().map(({ users: _users, files: _files, ...observations }) => observations);
    const unavailable = ["busy", "paused", "full", "locked"] as const satisfies Name[];

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("refusals");
        await program({}).up();
        replacedUrl = ((await stack.outputs()) as typeof outputs).settings.url;
        await program({ settings: rotated }).up();
        outputs = (await stack.outputs()) as typeof outputs;
        for (const name of names) redis(name, "SET", "kept", "yes");
        docker("commit", "--change", "USER 999", outputs.image.containerName, ownImage);
        const data = "for i = 1, 12 do redis.call('SET', 'mb:' .. i, string.rep('x', 1000000)) collectgarbage() end";
        redis("memory", "EVAL", data, "0");
        redis("databases", "-n", "9", "SET", "database", "9");
    });

    afterAll(async () => {
        client.close();
        await stack.close();
        docker("rmi", ownImage);
    });

    test("by the agent fails the update with the reason, and changes nothing", async () => {
        redis("locked", "ACL", "DELUSER", "agent");
        redis("locked", "ACL", "SETUSER", "default", "resetpass", ">another");
        // Closes the agent's open connection too, over which the agent would restore its user.
        redis("locked", "CLIENT", "KILL", "TYPE", "normal");
        const before = observed();
        const busy = client.pipe(outputs.busy.url);
        busy.stdin.write("EVAL 'while true do end' 0\n");
        redis("paused", "CLIENT", "PAUSE", "600000");
        const idleClients = new IdleClients(outputs.full);
        redis("full", "CONFIG", "SET", "maxclients", "4");
        const changes = { passwordVersion: 2, config: { timeout: 77 } };
        const output = await program({
            settings: { ...rotated, config: { "timeout": 77, "notify-keyspace-events": "nonsense" } },
            group: { config: { "notify-keyspace-events": "nonsense" } },
            image: { image: "redis:8.0" },
            memory: { memoryMb: 40, maxmemoryPolicy: "allkeys-lru" },
            databases: { config: { databases: 4 } },
            users: {
                users: [
                    { name: "orders", rules: "~* +@read" },
                    { name: "wrong", rules: "~* +@raed" },
                ],
            },
            ...Object.fromEntries(unavailable.map((name) => [name, changes])),
            // All in parallel: after the first failure, Pulumi does not start the remaining operations.
        }).failure("up", "--parallel", "64");
        expect(redis("busy", "SCRIPT", "KILL")).toBe("OK");
        busy.stdin.end();
        idleClients.disconnect();
        expect(reasonsIn(output)).toEqual({
            group: expect.stringMatching(/\[redis-database\/configuration-not-accepted\]$/) as string,
            settings:
                "refused: Redis 7.0.15 does not accept these settings: 'notify-keyspace-events nonsense': Invalid event class character. Use 'Ag$lshzxeKEtmdn'. [redis-database/configuration-not-accepted]",
            image: expect.stringMatching(
                /^refused: the image runs Redis 8\.0\.\d+, but `version` is 7\.0; change one of them \[redis-database\/image-version-mismatch\]$/,
            ) as string,
            memory: "refused: memoryMb: 40 with flavor aof leaves 7 MiB for data, but 14 MiB are in use; give at least 60, or allow eviction (evictToFit and a maxmemoryPolicy that evicts) [redis-database/memory-too-small-for-data]",
            databases:
                'refused: config["databases"]: is 4, but database 9 has keys; give at least 10 [redis-database/databases-below-use]',
            users: "refused: users: Redis 7.0.15 does not accept the rules of wrong: Error in ACL SETUSER modifier '+@raed': Unknown command or category name in ACL; correct them [redis-database/user-rules-not-accepted]",
            busy: expect.stringMatching(
                /^refused: a script .* SCRIPT KILL .*\[redis-database\/server-busy\]$/,
            ) as string,
            paused: expect.stringMatching(/^refused: .*CLIENT PAUSE.*\[redis-database\/clients-paused\]$/) as string,
            full: expect.stringMatching(
                /^refused: config\["maxclients"\]: clients use all .*\[redis-database\/maxclients-reached\]$/,
            ) as string,
            locked: expect.stringMatching(
                /^refused: the agent cannot log in to the running server \(WRONGPASS .*\[redis-database\/agent-login-refused\]$/,
            ) as string,
        });
        docker("kill", outputs.paused.containerName);
        docker("start", outputs.paused.containerName);
        await until(() => redis("paused", "PING") === "PONG" && redis("full", "PING") === "PONG");
        expect(redis("full", "CONFIG", "SET", "maxclients", "10000")).toBe("OK");
        // The pause ended only with a restart of the server.
        const notPaused = observed().filter(({ name }) => name !== "paused");
        expect(comparable(notPaused)).toEqual(comparable(before.filter(({ name }) => name !== "paused")));
        expect(redis("paused", "CONFIG", "GET", "timeout")).toBe("timeout\n0");
        // The remedy in the message.
        docker("restart", outputs.locked.containerName);
    });

    /**
     * Leaves out the replaced password, which expires in the meantime, and a rule that Redis adds to users that are set
     * again.
     */
    const comparable = (observations: ReturnType<typeof observed>) =>
        observations.map(({ users, files, ...observation }) => ({
            ...observation,
            users: users.split("\n").map((line) => line.replace(" sanitize-payload", "").split(" ").slice(0, 4)),
            ...(observation.name !== "settings" && { files }),
        }));

    test("does not stop the agents from restoring settings, even after a restart or with another version", async () => {
        await until(() => client.redis(replacedUrl, ["PING"]).includes("WRONGPASS"));
        for (const name of names) {
            redis(name, "CONFIG", "SET", "maxmemory-policy", "allkeys-random");
            redis(name, "ACL", "SETUSER", "default", "nopass");
        }
        docker("kill", "-s", "KILL", outputs.group.containerName);
        docker("start", outputs.group.containerName);
        // A memory-only server gets its data back from its replica, which then follows it again.
        await until(() => redis("group", "GET", "kept") === "yes");
        await until(() => client.info(outputs.group.url, "connected_slaves") === "1");
        // As an earlier release leaves the volume.
        docker(
            "exec",
            present(agents().find((name) => name.startsWith("databases-"))),
            "rm",
            "/settings/current/.settings",
        );
        docker("restart", ...agents());
        for (const name of names) {
            await until(() => redis(name, "CONFIG", "GET", "maxmemory-policy").endsWith("noeviction"));
            await until(() => !redis(name, "ACL", "LIST").includes("nopass"));
        }
        for (const agent of agents().filter((name) => !name.startsWith("group-copy-"))) {
            expect(docker("inspect", "-f", "{{.State.Health.Status}}", agent)).not.toBe("healthy");
        }
    });

    test("is not applied by a reboot", async () => {
        const digest = client.digest(outputs.memory.url);
        docker("restart", ...stack.containers().filter((name) => name.startsWith("memory-")));
        await until(() => redis("memory", "PING") === "PONG");
        expect(client.digest(outputs.memory.url)).toBe(digest);
    });

    const evicting = { memoryMb: 40, maxmemoryPolicy: "volatile-lru", evictToFit: true };

    test("ends for each database that is corrected, and remains for the rest", async () => {
        const digest = client.digest(outputs.memory.url);
        const output = await program({
            settings: { ...rotated, config: { "timeout": 77, "notify-keyspace-events": "Ex" } },
            memory: evicting,
            databases: { config: { databases: 10 } },
        }).failure("up");
        expect(reasonsIn(output)).toEqual({
            memory: expect.stringMatching(
                /finds no more keys to evict; give at least \d+ \[redis-database\/eviction-frees-too-little\]$/,
            ) as string,
        });
        expect(client.digest(outputs.memory.url)).toBe(digest);
        // A repeated change is compared with the last completed update. The failure may have prevented other databases'
        // records.
        expect((await stack.plannedSteps()).explanations).toContainEqual(
            expect.stringMatching(/^RedisDatabase "memory": .*memoryMb \d+ → 40/),
        );
        expect(redis("settings", "CONFIG", "GET", "timeout")).toBe("timeout\n77");
        expect(redis("databases", "CONFIG", "GET", "databases")).toBe("databases\n10");
        expect(redis("databases", "-n", "9", "GET", "database")).toBe("9");
    });

    test("leaves no trace once every database is corrected", async () => {
        redis("memory", "EVAL", "for i = 1, 12 do redis.call('EXPIRE', 'mb:' .. i, 100000) end", "0");
        await program({
            settings: { ...rotated, config: { "timeout": 77, "notify-keyspace-events": "Ex" } },
            // The agent runs as root, whatever user the image has.
            image: { image: ownImage },
            memory: evicting,
            databases: { config: { databases: 10 } },
        }).up();
        outputs = (await stack.outputs()) as typeof outputs;
        expect(redis("memory", "CONFIG", "GET", "maxmemory-policy")).toBe("maxmemory-policy\nvolatile-lru");
        for (const name of names) expect([name, redis(name, "GET", "kept")]).toEqual([name, "yes"]);
        await stack.expectNoChanges();
    });

    test("of a version that cannot read the existing data comes already in the preview", async () => {
        const before = observedWithoutUsers();
        program({ image: { version: "6.0" } });
        const errors = await stack.failure("up");
        expect(findingsIn(errors)).toMatchInlineSnapshot(`
            "RedisDatabase "image": 1 problem in its arguments; nothing was touched.
              version: is "6.0", but Redis 7.0 wrote the data, which 6.0 cannot read
                → keep "7.0" or use a later version; to use 6.0, restore a copy that it can read into a new database [redis-database/version-downgrade]"
        `);
        expect(findingsIn(await stack.failure("preview"))).toBe(findingsIn(errors));
        expect(observedWithoutUsers()).toEqual(before);
    });

    test("of another location for the data, which would stay behind, comes before any change too", async () => {
        const before = observedWithoutUsers();
        const errors = await program({ image: { data: { hostPath: "/srv/redis" } } }).failure("up");
        expect(findingsIn(errors)).toMatchInlineSnapshot(`
            "RedisDatabase "image": 1 problem in its arguments; nothing was touched.
              data: names /srv/redis, but the data is on the database's own volume and would not move
                → restore the previous value; to move the data, create a second database and copy it there [redis-database/data-moved]"
        `);
        expect(observedWithoutUsers()).toEqual(before);
    });

    test("by Docker is found before an agent is replaced, for all databases at once", async () => {
        const before = [
            ...observedWithoutUsers(),
            ...stack
                .containers()
                .filter((name) => name.includes("-agent-"))
                .sort(),
        ];
        const listener = createServer().listen(0, "127.0.0.1");
        await new Promise((resolve) => listener.once("listening", resolve));
        const { port } = listener.address() as { port: number };
        program({
            settings: { ports: { plaintext: port } },
            image: { image: "localhost:1/redis:7.0" },
            memory: { bindAddress: "192.0.2.77", host: "localhost" },
            databases: { network: uniqueName("network") },
        });
        const preview = await stack.failure("preview");
        expect(preview).toContain(`ports.plaintext: ${port} is taken on 127.0.0.1`);
        expect(preview).toContain("bindAddress: is 192.0.2.77, which the Docker host does not have");
        const update = await stack.failure("up");
        for (const code of ["port-taken", "image-not-pulled", "address-not-there", "network-not-there"]) {
            expect(update).toContain(`[redis-database/${code}]`);
        }
        await new Promise((resolve) => listener.close(resolve));
        expect([
            ...observedWithoutUsers(),
            ...stack
                .containers()
                .filter((name) => name.includes("-agent-"))
                .sort(),
        ]).toEqual(before);
    });

    test("of a server that exits at each start fails the update within two minutes", async () => {
        const other = await TestStack.create("ends-at-start");
        const database = (transform: string) =>
            other.program(
                `const { url } = new RedisDatabase("db", { memoryMb: 64, transform: { ${transform} } }); exports.url = url;`,
            );
        const started = Date.now();
        const errors = await database('server: (args) => { args.user = "1234:1234"; }').failure("up");
        expect(errors).toContain("db-server: it exits at every start. The end of its log:");
        expect(errors).toContain("start.sh: Permission denied");
        expect(errors).toContain("The database is stopped now; its data is kept.");
        expect(Date.now() - started).toBeLessThan(120_000);
        await database("").up();
        expect(client.redis(await other.value("url"), ["PING"])).toBe("PONG");
        await other.close();
    });

    test("of the arguments lists all five mistakes, and changes nothing", async () => {
        const other = await TestStack.create("mistakes");
        other.database({
            version: "7.3",
            memoryMb: "512",
            bindAdress: "0.0.0.0",
            tls: { hosts: ["bad host"] },
            config: { maxmemmory: "1gb" },
        });
        for (const command of ["preview", "up"] as const) {
            const errors = await other.failure(command);
            expect(errors).toContain('RedisDatabase "db": 5 problems in its arguments; nothing was touched.');
            for (const path of ["version", "memoryMb", "bindAdress", "tls.hosts[0]", 'config["maxmemmory"]']) {
                expect(errors).toContain(`  ${path}: `);
            }
            expect(errors).not.toContain("    at ");
        }
        expect((await other.state()).resources.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toEqual([]);
        await other.close();
    });

    test("of an Output's value comes as soon as the Output is resolved", async () => {
        const other = await TestStack.create("outputs");
        other.program(
            'new RedisDatabase("db", { memoryMb: pulumi.output(8), password: pulumi.secret("tell\\nnobody") });',
        );
        const errors = await other.failure("up");
        expect(errors).toContain('RedisDatabase "db": 2 problems in its arguments');
        expect(errors).toContain("memoryMb: is 8");
        expect(errors).not.toContain("nobody");
        expect((await other.state()).resources.filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
        await other.close();
    });
});
