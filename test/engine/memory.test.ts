/** Memory: the limits for clients, what happens when the kernel still kills the server, and resizing. */
import { connect } from "node:net";
import { Client, docker, until } from "./support/docker";
import { TestStack } from "./support/stack";

const mib = 2 ** 20;

describe("memory", () => {
    let client: Client;
    let stack: TestStack;

    /** A program with these databases, by name. Its outputs are their URLs and containers. */
    const program = (databases: Readonly<Record<string, object>>) =>
        stack.program(
            Object.entries(databases)
                .map(
                    ([name, args]) =>
                        `{ const { url, port, password, containerName } = new RedisDatabase("${name}", ${JSON.stringify(args)});\n` +
                        `exports["${name}"] = { url, port, password, containerName }; }`,
                )
                .join("\n"),
        );
    interface Outputs {
        readonly url: string;
        readonly port: number;
        readonly password: string;
        readonly containerName: string;
    }
    const of = (name: string) => stack.value<Outputs>(name);
    const redis = async (name: string, ...command: string[]) => client.redis((await of(name)).url, command);
    const setting = async (name: string, directive: string) =>
        (await redis(name, "CONFIG", "GET", directive)).split("\n")[1];
    const startedAt = async (name: string) =>
        docker("inspect", "-f", "{{.State.StartedAt}}", (await of(name)).containerName);
    const health = async (name: string) =>
        docker(
            "inspect",
            "-f",
            "{{.State.Health.Status}} {{range .State.Health.Log}}{{.Output}}{{end}}",
            (await of(name)).containerName,
        );
    const urnOf = async (name: string) =>
        (await stack.state()).resources.map(({ urn }) => urn).find((urn) => urn.endsWith(`::${name}`)) ?? "";

    const small = { version: "8.0", flavor: "nordb", memoryMb: 64 };
    const databases = {
        memory: { version: "8.0", flavor: "nordb" },
        small: { version: "8.0", memoryMb: 64 },
        older: { version: "6.2", memoryMb: 64 },
        killed: small,
        resized: small,
    };

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("memory");
        await program(databases).up();
        for (const name of Object.keys(databases)) await redis(name, "SET", "keep", "1");
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    /** Opens a connection and logs in. */
    async function loggedIn(name: string) {
        const { port, password } = await of(name);
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.write(`AUTH ${password}\r\n`);
        await new Promise((resolve) => socket.once("data", resolve));
        return socket;
    }

    test("a value that does not fit into the memory is refused, whatever command writes it", async () => {
        const before = await startedAt("memory");
        expect(await redis("memory", "SETBIT", "big", "4294967295", "1").catch(String)).toContain("out of range");
        expect(await redis("memory", "SETRANGE", "big", "500000000", "x").catch(String)).toContain("exceeds maximum");
        expect(await redis("memory", "GET", "keep")).toBe("1");
        expect(await startedAt("memory")).toBe(before);
        expect(await redis("older", "SETRANGE", "big", "500000000", "x").catch(String)).toContain("exceeds maximum");
        for (const name of ["small", "older"] as const) {
            const socket = await loggedIn(name);
            const answer = new Promise((resolve) =>
                socket.once("data", (data) => {
                    resolve(String(data));
                }),
            );
            socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${100 * mib}\r\n`);
            expect(await answer).toContain("invalid bulk length");
            socket.destroy();
        }
    });

    test("many clients that read nothing or send only half of a command are disconnected, and the server keeps running", async () => {
        const before = await startedAt("small");
        await redis("small", "SETRANGE", "value", String(2 * mib - 1), "x");
        const sockets = await Promise.all(Array.from({ length: 60 }, () => loggedIn("small")));
        sockets.forEach((socket, index) => {
            socket.pause();
            if (index % 2) socket.write("GET value\r\n".repeat(50));
            else {
                socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${2 * mib}\r\n`);
                socket.write(Buffer.alloc(2 * mib - 10, "x"));
            }
        });
        await until(async () => /^evicted_clients:[1-9]/m.test(await redis("small", "INFO", "stats")));
        for (const socket of sockets) socket.destroy();
        expect(await redis("small", "GET", "keep")).toBe("1");
        expect(await startedAt("small")).toBe(before);
    });

    test("the health check and each update report a kill by the kernel, until an update changes something", async () => {
        const script = "local t = {} for i = 1, 100000000 do t[i] = string.rep(tostring(i), 1000) end";
        const kill = async () => {
            const before = await startedAt("killed");
            await redis("killed", "EVAL", script, "0").catch(() => undefined);
            await until(async () => (await startedAt("killed")) !== before);
        };
        const warning =
            /"killed": the kernel killed the server at 20\S+Z, .* MiB of its container: its data, in memory only, was lost; increase memoryMb, .* \[redis-database\/killed-by-kernel\]/;
        await kill();
        await until(async () => (await health("killed")).includes("the kernel killed the server at 20"));
        expect((await program(databases).up()).output).toMatch(warning);
        expect(await health("killed")).not.toMatch(/^healthy/);
        program({ ...databases, killed: { ...small, memoryMb: 96 } });
        await stack.up();
        await until(async () => (await health("killed")).startsWith("healthy"));
        expect((await stack.up()).output).not.toMatch(warning);

        // A restart by hand clears the report.
        await kill();
        docker("restart", (await of("killed")).containerName);
        await until(async () => (await health("killed")).startsWith("healthy"));
        expect((await stack.up()).output).not.toMatch(warning);
    });

    test("the server uses more memory only once the container has it", async () => {
        const changed = { ...databases, resized: { ...small, memoryMb: 128 } };
        const limits = ["maxmemory", "maxmemory-clients", "proto-max-bulk-len"];
        const all = () => Promise.all(limits.map((name) => setting("resized", name)));
        const before = await all();
        // As if the update were interrupted after the agent.
        await program(changed).up("--target", await urnOf("resized-agent"));
        expect(await all()).toEqual(before);
        docker("restart", (await of("resized")).containerName);
        await until(async () => (await redis("resized", "PING").catch(() => "")) === "PONG");
        expect(await all()).toEqual(before);
        await program(changed).up();
        expect(await all()).toEqual([String(81 * mib), String(16 * mib), String(4 * mib)]);
        await stack.expectNoChanges();
    });

    test("a memory-only server hands over its data, even when the agent takes no part in the update", async () => {
        const changed = { ...databases, memory: { ...databases.memory, config: { databases: 32 } } };
        const before = (await of("memory")).containerName;
        // The target excludes the agent.
        await program(changed).up("--target", await urnOf("memory-server"));
        expect((await of("memory")).containerName).not.toBe(before);
        expect(await redis("memory", "GET", "keep")).toBe("1");
        await program(changed).up();
        expect(await redis("memory", "GET", "keep")).toBe("1");
        // A restart still loses the data, which is in memory only.
        docker("restart", (await of("memory")).containerName);
        await until(async () => (await redis("memory", "DBSIZE").catch(() => "")) === "0");
    });

    test("log entries of a database number that no longer exists do not end up in another one", async () => {
        const used = "redis.call('SELECT', 9) redis.call('SET', 'x', 1) redis.call('FLUSHDB') return 1";
        await redis("small", "EVAL", used, "0");
        await redis("older", "EVAL", used, "0");
        const config = { databases: 4 };
        await program({
            ...databases,
            small: { ...databases.small, config },
            older: { ...databases.older, config },
        }).up();
        expect(await redis("small", "GET", "keep")).toBe("1");
        expect(await redis("older", "GET", "keep")).toBe("1");
    });

    test("users created by hand survive an immediate restart, and only the server can read its files", async () => {
        await redis("small", "ACL", "SETUSER", "reporting", "on", ">their own", "~*", "+get");
        await redis("small", "ACL", "SETUSER", "app", "-@dangerous");
        await redis("small", "BGSAVE");
        const { containerName } = await of("small");
        docker("restart", containerName);
        await until(async () => (await redis("small", "PING").catch(() => "")) === "PONG");
        const users = await redis("small", "ACL", "LIST");
        expect(users).toMatch(/^user reporting on .*\+get$/m);
        expect(users).toMatch(/^user app on .*\+@all$/m);
        const modes = docker(
            "exec",
            containerName,
            "sh",
            "-c",
            "find /data -type f ! -name '.*' -exec stat -c %a {} +",
        );
        expect([...new Set(modes.split("\n"))]).toEqual(["600"]);
    });
});
