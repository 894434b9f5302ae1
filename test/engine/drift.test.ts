/**
 * Changes by hand: the agent, or `pulumi refresh` and `pulumi up`, restore them. Settings that the program does not
 * have stay.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { codeBlocks } from "../support/codeBlocks";
import { present } from "../support/present";
import { docker, until } from "./support/docker";
import { TestStack } from "./support/stack";
import { TestDatabase } from "./support/testDatabase";

type Output = "url" | "tlsUrl" | "caCertPem" | "password" | "port" | "containerName";

/** An open connection that has logged in. */
async function connected({ port, password }: Record<Output, string>) {
    const socket = connect(Number(port), "127.0.0.1");
    const ask = (command: string) =>
        new Promise<string>((resolve) => {
            socket.once("data", (data) => {
                resolve(String(data));
            });
            socket.write(`${command}\r\n`);
        });
    await ask(`AUTH ${password}`);
    return { ask, close: () => socket.destroy() };
}

/** Runs the health check now and returns its output. Docker runs it at intervals. */
function healthOf(container: string): string {
    const check = "rm -f /tmp/healthy; sh /settings/current/health.sh";
    return spawnSync("docker", ["exec", container, "sh", "-c", check], { encoding: "utf8" }).stdout.trim();
}

/** Rules in spellings that differ from those that Redis lists. */
const orders = { name: "orders", rules: "~orders:* %R~shared:* &orders:* +@ALL -@dangerous -acl (~other:* +GET)" };
const reports = { name: "reports", rules: '~quoted"key allchannels +get -@all +get' };

describe("drift correction", () => {
    let db: TestDatabase;
    /**
     * More databases: `old` has a version in which `dir` can change at run time, `copy` imports data from `old`, and all
     * connections of `full` are in use.
     */
    let otherStack: TestStack;
    let outputs: Record<string, Record<Output, string>>;
    type Connection = Awaited<ReturnType<typeof connected>>;
    let administrator: Connection;
    const idle: Connection[] = [];
    const of = (name: string) => present(outputs[name]);
    const redis = (...command: string[]) => db.redis(...command);
    /** Runs a command as a user of the program, even after the program has removed the user. */
    let urls: Readonly<Record<string, string>>;
    const as = (name: string, ...command: string[]) => db.client.redis(present(urls[name]), command);
    const setting = async (name: string) => (await redis("CONFIG", "GET", name)).split("\n")[1];
    /** The container's main process, by its id on the host. */
    const processOf = (container: string) => docker("inspect", "-f", "{{.State.Pid}}", container);

    beforeAll(async () => {
        const config = { timeout: 300 };
        const all = { version: "8.0", memoryMb: 64, passwordGraceHours: 0, config, users: [orders, reports] };
        db = await TestDatabase.create("drift", all);
        const users = await db.stack.value<Record<string, { url: string }>>("users");
        urls = Object.fromEntries(Object.entries(users).map(([name, { url }]) => [name, url]));
        await redis("SET", "kept", "yes");
        otherStack = await TestStack.create("drift-more");
        await updateOtherStack({ importing: true });
        ask("old", "SET", "kept", "yes");
        importFromOld();
        await until(() => ask("copy", "GET", "kept") === "yes");
    });

    afterAll(async () => {
        for (const { close } of [administrator, ...idle]) close();
        await db.close();
        await otherStack.close();
    });

    async function updateOtherStack(copy: object, maxclients = 8): Promise<void> {
        const databases = {
            old: { version: "6.2", flavor: "rdb", memoryMb: 64 },
            copy: { version: "8.0", flavor: "nordb", memoryMb: 64, ...copy },
            full: { version: "7.0", flavor: "nordb", memoryMb: 64, config: { maxclients } },
        };
        const text = Object.entries(databases).map(
            ([name, args]) => `{ const { url, tlsUrl, caCertPem, password, port, containerName } =
                    new RedisDatabase("${name}", ${JSON.stringify(args)});
                exports["${name}"] = { url, tlsUrl, caCertPem, password, port, containerName }; }`,
        );
        await otherStack.program(text.join("\n")).up();
        outputs = (await otherStack.outputs()) as typeof outputs;
    }

    /** Takes all free connections of `full`. */
    async function fill(): Promise<void> {
        administrator = await connected(of("full"));
        while (!(await administrator.ask("INFO clients")).includes("connected_clients:8"))
            idle.push(await connected(of("full")));
    }

    const ask = (name: string, ...command: string[]) => db.client.redis(of(name).url, command);

    /** Follows the steps of the README. */
    function importFromOld(): void {
        const [source, target] = [of("old"), of("copy")];
        const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
        const commands = present(codeBlocks(readme, "text").find((code) => code.includes("REPLICAOF")));
        const copyCa = ["exec", "-i", target.containerName, "sh", "-c", "cat >/data/source.crt"];
        expect(spawnSync("docker", copyCa, { input: source.caCertPem }).status).toBe(0);
        const host = docker("exec", source.containerName, "hostname", "-i");
        for (const line of commands.trim().split("\n")) {
            const words = line.replace("PASSWORD", source.password).replace("source.example.com", host).split(" ");
            expect(ask("copy", ...words)).toMatch(/^(OK|# Replication)/);
        }
    }

    async function refreshAndUp(): Promise<void> {
        await db.stack.refresh();
        await db.stack.up();
        expect(await redis("GET", "kept")).toBe("yes");
        await db.stack.expectEmptyPreview();
    }

    test("gives the program's users exactly their rights", () => {
        expect(as("orders", "SET", "orders:1", "one")).toBe("OK");
        expect(as("orders", "GET", "shared:1")).toBe("");
        expect(as("orders", "PUBLISH", "orders:1", "m")).toBe("0");
        for (const command of [
            "SET shared:1 x",
            "GET kept",
            "SET other:1 x",
            "PUBLISH other m",
            "FLUSHALL",
            "ACL WHOAMI",
        ]) {
            expect([command, as("orders", ...command.split(" "))]).toEqual([command, expect.stringMatching(/^NOPERM/)]);
        }
        expect(as("reports", "GET", 'quoted"key')).toBe("");
        for (const command of ["GET kept", 'SET quoted"key x', "PING"]) {
            expect([command, as("reports", ...command.split(" "))]).toEqual([
                command,
                expect.stringMatching(/^NOPERM/),
            ]);
        }
        // The agent does not mistake the spelling in which Redis lists a rule for a change.
        expect(docker("logs", db.agent())).not.toContain("restored");
    });

    test("restores settings and users within a minute, and leaves alone what the program does not have", async () => {
        await redis("CONFIG", "SET", "timeout", "11");
        await redis("CONFIG", "SET", "maxmemory", "1gb");
        await redis("CONFIG", "SET", "appendonly", "no");
        await redis("CONFIG", "SET", "slowlog-max-len", "7");
        await redis("ACL", "SETUSER", "default", "nopass", "-@dangerous");
        await redis("ACL", "SETUSER", "reporting", "on", ">their own", "~*", "+get");
        await redis("ACL", "SETUSER", "reports", "resetpass", ">their own", "~*", "+@all");
        await redis("ACL", "DELUSER", "orders");
        await redis("ACL", "SETUSER", "repl-mine", "on", ">their own", "~*", "+get");
        await redis("CONFIG", "SET", "tls-port", "0");
        await redis("CONFIG", "SET", "tls-replication", "yes");
        await redis("REPLICAOF", "127.0.0.1", "1");
        expect(healthOf(await db.server())).toMatch(
            /^it follows 127\.0\.0\.1:1, .*\[redis-database\/follows-by-hand\]$/,
        );
        // When this is restored, the agent of the importing database has checked the rest too.
        ask("copy", "CONFIG", "SET", "maxmemory", "1gb");
        ask("old", "SET", "written", "yes");
        ask("old", "CONFIG", "SET", "dir", "/tmp");
        ask("old", "CONFIG", "SET", "dbfilename", "other.rdb");
        ask("old", "SAVE");
        ask("old", "CONFIG", "SET", "tls-port", "0");
        // Wait until each agent has the connection that it keeps open.
        for (const name of ["old", "copy", "full"])
            await until(() => ask(name, "CLIENT", "LIST").includes(" user=default "));
        // The agent can no longer log in as its user, and one database is open to all clients.
        ask("old", "ACL", "DELUSER", "agent");
        ask("old", "ACL", "SETUSER", "default", "off");
        ask("copy", "CLIENT", "KILL", "TYPE", "normal");
        ask("copy", "ACL", "DELUSER", "agent", "health");
        ask("copy", "ACL", "SETUSER", "default", "nopass");
        // The maximum number of connections is reached, and all of them stay open.
        await fill();
        await administrator.ask("ACL SETUSER agent off resetpass -@all");
        await administrator.ask("CONFIG SET maxmemory 1gb");
        expect(ask("full", "PING")).toMatch(/max number of clients|closed/);
        expect(healthOf(of("full").containerName)).toMatch(
            /^clients use all .*\[redis-database\/maxclients-reached\]$/,
        );
        ask("old", "CONFIG", "SET", "bind", "127.0.0.1");
        await redis("CONFIG", "SET", "bind", "127.0.0.1");
        await until(async () => (await setting("timeout")) === "300");
        await until(async () => !(await redis("ACL", "LIST")).includes("nopass"));
        expect(await setting("maxmemory")).toBe(String(16 * 2 ** 20));
        expect(await setting("appendonly")).toBe("yes");
        expect(await setting("slowlog-max-len")).toBe("7");
        const users = await redis("ACL", "LIST");
        expect(users).toMatch(/^user default on .*\+@all$/m);
        expect(users).toMatch(/^user reporting on .*\+get$/m);
        expect(users).toMatch(/^user repl-mine on .*\+get$/m);
        expect(as("orders", "GET", "orders:1")).toBe("one");
        expect(as("reports", "GET", "kept")).toMatch(/^NOPERM/);
        expect(docker("logs", db.agent())).toContain("restored: timeout");
        await until(async () => (await redis("SET", "written", "yes")) === "OK");
        expect(docker("logs", db.agent())).toContain("it was made to follow 127.0.0.1:1");
        expect(await setting("tls-replication")).toBe("no");
        expect(db.client.redis(await db.tlsUrl(), ["PING"], { caCertPem: await db.caCertPem() })).toBe("PONG");
        expect(healthOf(await db.server())).toBe("");
        for (const name of ["old", "copy"]) {
            await until(() => ask(name, "ACL", "LIST").includes("user agent on "));
            await until(() => !/^user default (off|on nopass)/m.test(ask(name, "ACL", "LIST")));
            expect(healthOf(of(name).containerName)).toBe("");
        }
        await until(async () => !(await administrator.ask("CONFIG GET maxmemory")).includes("1073741824"));
        await until(async () => (await administrator.ask("ACL LIST")).includes("user agent on "));
        // The health check cannot connect either.
        expect(ask("full", "PING")).toMatch(/max number of clients|closed/);
    });

    test("leaves REPLICAOF alone while data is imported, and no longer; raises maxclients while all connections are in use", async () => {
        await until(() => !ask("copy", "CONFIG", "GET", "maxmemory").includes("1073741824"));
        expect(db.client.info(of("copy").url, "master_link_status")).toBe("up");
        expect(healthOf(of("copy").containerName)).toBe("");
        ask("copy", "ACL", "DELUSER", "agent");
        await updateOtherStack({ passwordVersion: 2 }, 20);
        expect(ask("full", "CONFIG", "GET", "maxclients")).toBe("maxclients\n20");
        expect(await administrator.ask("PING")).toContain("PONG");
        for (const { close } of idle) close();
        expect(ask("copy", "SET", "own", "yes")).toBe("OK");
        expect(ask("copy", "GET", "kept")).toBe("yes");
        for (const name of ["masteruser", "masterauth"]) expect(ask("copy", "CONFIG", "GET", name)).toBe(name);
        expect(ask("copy", "CONFIG", "GET", "tls-ca-cert-file")).toContain("/settings/tls/ca.crt");
        await otherStack.expectEmptyPreview();
    });

    test("restores dir and dbfilename of an old version, and writes the data to the restored location", async () => {
        const { tlsUrl, caCertPem, containerName } = of("old");
        await until(() => db.client.redis(tlsUrl, ["PING"], { caCertPem }) === "PONG");
        await until(() => ask("old", "CONFIG", "GET", "dir").endsWith("/data"));
        expect(ask("old", "CONFIG", "GET", "dbfilename")).toContain("dump.rdb");
        const count = "grep -c written /data/dump.rdb || true";
        await until(() => docker("exec", containerName, "sh", "-c", count) !== "0");
        docker("kill", containerName);
        docker("start", containerName);
        await until(() => ask("old", "GET", "written") === "yes");
    });

    test("starts a stopped server with its data, by refresh and up", async () => {
        docker("stop", await db.server());
        await refreshAndUp();
    });

    test.each(["server", "agent"] as const)("re-creates a removed container, by refresh and up: %s", async (which) => {
        const name = await db[which]();
        docker("rm", "-f", name);
        await refreshAndUp();
    });

    test("restores a changed memory limit without replacing the container", async () => {
        const container = await db.server();
        docker("update", "--memory", "128m", "--memory-swap", "128m", container);
        await refreshAndUp();
        expect(await db.server()).toBe(container);
        expect(docker("inspect", "-f", "{{.HostConfig.Memory}}", container)).toBe(String(64 * 2 ** 20));
    });

    test.each(["server", "agent"] as const)("restarts a killed process without an update: %s", async (which) => {
        const container = await db[which]();
        const pid = processOf(container);
        // Killed from the host: Docker does not restart a container after `docker kill`.
        process.kill(Number(pid), "SIGKILL");
        await until(() => !["0", pid].includes(processOf(container)));
        await until(async () => (await redis("GET", "kept")) === "yes");
        await until(() => docker("inspect", "-f", "{{.State.Health.Status}}", container) === "healthy");
        expect(await redis("ACL", "LIST")).toMatch(/^user repl-mine on [^]*^user reporting on /m);
        await db.stack.expectEmptyPreview();
    });

    test("repairs settings files that a crash of the host left half-written, and applies the next change", async () => {
        const agent = db.agent();
        const inSettings = (script: string) => docker("exec", agent, "sh", "-c", script);
        inSettings("for file in /settings/current/*; do head -c 5 $file >/tmp/half; cat /tmp/half >$file; done");
        inSettings("mkdir -p /settings/generations/new && echo half >/settings/generations/new/redis.conf");
        await until(() => inSettings("cat /settings/current/redis.conf").includes("maxmemory "));
        docker("restart", await db.server());
        await until(async () => (await redis("GET", "kept")) === "yes");
        inSettings("for file in /settings/current/*; do : >$file; done");
        await db.up({ config: { timeout: 400 } });
        expect(await setting("timeout")).toBe("400");
        expect(await redis("GET", "kept")).toBe("yes");
    });

    test("takes over a user once the program has it, and deletes one that the program no longer has", async () => {
        const connection = db.client.pipe(present(urls.orders));
        let printed = "";
        connection.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        connection.stdin.write("GET orders:1\n");
        await until(() => printed.includes("one"));
        const users = [
            { ...reports, rules: "~* +get" },
            { name: "reporting", rules: "+ping" },
        ];
        const { explanations } = await db.with({ config: { timeout: 400 }, users }).plannedSteps();
        expect(explanations.join()).toContain(
            "user orders is deleted, and its connections close; the server keeps running, other clients stay " +
                "connected: user reporting (new), user reports (rules changed), user orders (removed)",
        );
        const server = await db.serverId();
        await db.up({ config: { timeout: 400 }, users });
        expect(await db.serverId()).toBe(server);
        connection.stdin.write("GET orders:1\n");
        await until(() => /closed|NOAUTH|WRONGPASS|lost/.test(printed));
        connection.stdin.end();
        expect(as("orders", "GET", "orders:1")).toMatch(/WRONGPASS/);
        expect(as("reports", "GET", "kept")).toBe("yes");
        expect((await redis("ACL", "LIST")).match(/^user repo\S+|^user repl\S+|^user ord\S+/gm)).toEqual([
            "user repl-mine",
            "user reporting",
            "user reports",
        ]);
        await db.with({ config: { timeout: 400 }, users }).expectNoChanges();
        docker("restart", await db.server());
        await until(async () => (await redis("GET", "kept")) === "yes");
        expect(as("reports", "GET", "kept")).toBe("yes");
        expect(await redis("ACL", "LIST")).not.toContain("user orders");
    });

    test("reaches the server from the agent without a network", async () => {
        expect(docker("inspect", "-f", "{{.HostConfig.NetworkMode}}", db.agent())).toBe("none");
        docker("network", "disconnect", "bridge", await db.server());
        await db.up({ config: { timeout: 500 } });
        docker("network", "connect", "bridge", await db.server());
        await until(async () => (await setting("timeout")) === "500");
    });
});
