/** How much of the logs of a database's containers Docker keeps. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { present } from "../support/present";
import { Client, docker, until } from "./support/docker";
import { TestStack } from "./support/stack";

interface LogConfig {
    readonly Type: string;
    readonly Config: Readonly<Record<string, string>> | null;
}

describe("logs", () => {
    let stack: TestStack;
    let client: Client;

    /** The containers of both databases, by their part. */
    let containers: Readonly<Record<string, string>>;
    let urls: Readonly<Record<string, string>>;

    const program = (logs: unknown) => {
        const args = { memoryMb: 64, ...(logs !== undefined && { logs }) };
        return stack.program(`
            const current = new RedisDatabase("logs-80", ${JSON.stringify({ ...args, version: "8.0" })});
            const old = new RedisDatabase("logs-50", ${JSON.stringify({ ...args, version: "5.0" })});
            exports.urls = { current: current.url, old: old.url };
            exports.containers = { agent: current.nodes.agent.name, server: current.nodes.server.name,
                oldAgent: old.nodes.agent.name, oldServer: old.nodes.server.name, haproxy: old.nodes.terminator.name };`);
    };
    const up = async (logs?: unknown) => {
        await program(logs).up();
        containers = await stack.value("containers");
        urls = await stack.value("urls");
        await stack.expectNoChanges();
    };
    const inspect = (container: string, format: string) => docker("inspect", "-f", format, container);
    const logConfigs = () =>
        Object.values(containers).map(
            (container) => JSON.parse(inspect(container, "{{json .HostConfig.LogConfig}}")) as LogConfig,
        );

    beforeAll(async () => {
        client = new Client();
        stack = await TestStack.create("logs");
        await up();
    });

    afterAll(async () => {
        client.close();
        await stack.close();
    });

    test("are limited to three files of 10 MiB by default, for every container", () => {
        const limited = { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } };
        expect(logConfigs()).toEqual([limited, limited, limited, limited, limited]);
    });

    test("replace the server when their limits change, and the preview says so", async () => {
        expect(client.redis(present(urls["current"]), ["SET", "kept", "yes"])).toBe("OK");
        const { output } = await program({ maxSizeMb: 1, files: 2 }).plannedSteps();
        expect(output).toContain(
            'RedisDatabase "logs-80": the server is replaced, its data is kept on its volume, clients reconnect once: logs {',
        );
        await up({ maxSizeMb: 1, files: 2 });
        const limited = { Type: "json-file", Config: { "max-size": "1m", "max-file": "2" } };
        expect(logConfigs()).toEqual([limited, limited, limited, limited, limited]);
        expect(client.redis(present(urls["current"]), ["GET", "kept"])).toBe("yes");
    });

    test("take no more space than their limit, however much is written", async () => {
        for (const part of ["server", "haproxy"]) {
            const container = present(containers[part]);
            const flood = "yes 'a failed handshake' | head -c 6000000; echo 'the end'";
            docker("exec", container, "sh", "-c", `{ ${flood}; } >/proc/1/fd/1`);
            // Docker writes the log after the command has ended.
            await until(() => docker("logs", "--tail", "20", container).includes("the end"));
            const path = inspect(container, "{{.LogPath}}");
            const files = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
            const bytes = files.map((name) => statSync(join(dirname(path), name)).size);
            expect(files).toHaveLength(2);
            // The last line of a file may exceed the limit.
            for (const size of bytes) expect(size).toBeLessThan(1.1 * 2 ** 20);
            expect(Math.max(...bytes)).toBeGreaterThan(0.9 * 2 ** 20);
        }
    });

    test("have the Docker host's default limits with `logs: false`", async () => {
        await up(false);
        const byDefault = docker("info", "-f", "{{.LoggingDriver}}");
        for (const { Type, Config } of logConfigs()) {
            expect(Type).toBe(byDefault);
            expect(Config ?? {}).toEqual({});
        }
    });
});
