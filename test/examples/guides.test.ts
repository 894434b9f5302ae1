/** Follows the guides with one stack: their programs and commands, in the order of the documentation site. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultVersion } from "../../provider/model/catalog/versions";
import { docker, existing } from "../engine/support/docker";
import { type DockerObject, type StackState, dockerObjects } from "../engine/support/stackState";
import { asModule, codeBlock, codeBlocks, pages } from "../support/codeBlocks";
import { DocumentedCommands, redisCliOf } from "../support/documentedCommands";
import { createExample, exampleDirectory, runShell } from "../support/exampleProject";
import { present } from "../support/present";

const commands = new DocumentedCommands("guides");
const guide = (name: string) => `docs/guides/${name}.md`;
const directory = exampleDirectory("guides");

/** The version before the upgrade; the guides name the default version. */
const olderVersion = "8.0";
let upgraded = false;

/** With the addresses and versions of this machine. */
function withTestValues(text: string): string {
    const here = text.replaceAll('"10.0.0.5"', '"127.0.0.1"').replaceAll('"redis.example.com"', '"localhost"');
    if (upgraded) return here;
    return here.replaceAll(`"${defaultVersion}"`, `"${olderVersion}"`);
}

/** Lets the databases of other guides be removed again; the guide "Destroy a database" is followed with `sessions`. */
const unprotected = `
import * as original from "pulumi-redis-database";
export * from "pulumi-redis-database";
export class RedisDatabase extends original.RedisDatabase {
    constructor(name: string, args: original.RedisDatabaseArgs = {}, options?: any) {
        super(name, { deletionProtection: false, ...args }, options);
    }
}
`;

describe("one stack", () => {
    let environment: NodeJS.ProcessEnv;
    const created = new Map<string, DockerObject>();

    const shell = (command: string, more: NodeJS.ProcessEnv = {}) =>
        runShell(command, directory, { ...environment, ...more }).trim();
    const output = (name: string) => shell(`pulumi stack output ${name} --show-secrets`);

    const write = (file: string, text: string) => {
        writeFileSync(join(directory, file), text);
    };

    /** The program of `sessions`. Its outputs are those of the stack. */
    function sessions(code: string): void {
        write("sessions.ts", asModule(withTestValues(code)));
        write("index.ts", 'export * from "./sessions";\n');
    }

    /** A program with other databases, next to that of `sessions`; the outputs are those of this program. */
    function others(code: string): void {
        write("others.ts", asModule(withTestValues(code)).replaceAll('"pulumi-redis-database"', '"./unprotected"'));
        write("index.ts", 'import "./sessions";\nexport * from "./others";\n');
    }

    function up(command = "pulumi up --yes --skip-preview"): string {
        const printed = shell(command);
        const { checkpoint } = JSON.parse(
            readFileSync(join(directory, "state/.pulumi/stacks/guides/guides.json"), "utf8"),
        ) as {
            checkpoint: { latest: StackState };
        };
        for (const object of dockerObjects(checkpoint.latest)) created.set(`${object.kind} ${object.key}`, object);
        return printed;
    }

    /** The running server of `sessions`. */
    const servers = () =>
        docker("ps", "--no-trunc", "--filter", "name=sessions-server", "--format", "{{.ID}}")
            .split("\n")
            .filter((id) => created.has(`container ${id}`));

    beforeAll(() => {
        environment = createExample(directory);
        environment.PATH = `${redisCliOf(`redis:${defaultVersion}`, join(directory, "bin"))}:${environment.PATH ?? ""}`;
        write("Pulumi.yaml", "name: guides\nruntime: nodejs\nmain: index.ts\n");
        write("unprotected.ts", unprotected);
        shell("pulumi stack init guides");
    });

    afterAll(() => {
        if (!existsSync(directory)) return;
        // A test before the last one has failed.
        shell("pulumi state unprotect --all --yes; pulumi destroy --yes --skip-preview --remove");
    });

    test("First database", () => {
        const program = codeBlock(guide("first-database"), "Write the program", "ts");
        sessions(program);
        up(commands.take(guide("first-database"), "Write the program"));
        expect(shell(commands.take(guide("first-database"), "Connect"))).toBe("PONG");

        sessions(program.replace("memoryMb: 256", "memoryMb: 512"));
        const line = codeBlock(guide("first-database"), "Change it", "text").trim();
        expect(shell("pulumi preview")).toContain(line);
    });

    describe("Connect a client", () => {
        beforeAll(() => {
            const database = codeBlock(guide("first-database"), "Connect", "ts").replace(/^new /m, "const db = new ");
            sessions(database + codeBlock(guide("connect"), "Get the URL and the CA", "ts"));
            up();
        });

        test("redis-cli", () => {
            const connect = commands.take(guide("connect"), "Get the URL and the CA");
            expect(shell(connect + commands.take(guide("connect"), "redis-cli"))).toBe("PONG");
            shell(commands.take(guide("connect"), "Jedis"));
        });

        const clients = present(process.env.TEST_CLIENTS);
        test.each([
            ["ioredis", "js", "ioredis.mjs", "node ioredis.mjs"],
            ["node-redis", "js", "node-redis.mjs", "node node-redis.mjs"],
            ["redis-py", "python", "ping.py", `PYTHONPATH=${clients}/python python3 ping.py`],
            ["Jedis", "java", "Ping.java", `java -cp '${clients}/java/*' Ping.java 2>/dev/null`],
        ])("%s", (heading, language, file, command) => {
            write(file, codeBlock(guide("connect"), heading, language));
            expect(shell(command, { REDIS_URL: output("tlsUrl") })).toMatch(/^(PONG|True)$/);
        });
    });

    test("Memory and disk", () => {
        sessions(codeBlock(guide("memory-and-disk"), "Choose the memory", "ts"));
        up();
        expect(output("maxmemoryMb")).toBe("183");
    });

    test("Passwords", () => {
        sessions(codeBlock(guide("passwords"), "Rotate once", "ts"));
        expect(up(commands.take(guide("passwords"), "Rotate once"))).toMatch(/PONG$/);
    });

    test("Certificates", () => {
        expect(shell(commands.take(guide("certificates"), "What you get by default"))).toBe("PONG");
    });

    test("Users and rights", () => {
        others(codeBlock(guide("users"), "Add users", "ts"));
        up();
        expect(shell(commands.take(guide("users"), "Add users"))).toBe("OK");
    });

    // The suite of examples/replicas does the same, and more.
    (process.env.TEST_ALL ? test : test.skip)("Replicas and switchover", () => {
        const program = codeBlock(guide("replicas"), "Switchover: another server accepts the writes", "ts");
        others(program.replace(', primary: "near"', ""));
        up();
        const before = output("tlsUrl");
        others(program);
        up();
        expect(output("tlsUrl")).not.toBe(before);
    });

    test("Upgrade", () => {
        upgraded = true;
        sessions(codeBlock(guide("upgrade"), "Upgrade the version", "ts"));
        expect(shell(commands.take(guide("upgrade"), "Upgrade the version"))).toContain(
            `version ${olderVersion} → ${defaultVersion}`,
        );
        up();
    });

    test("Versions before 6.0", () => {
        others(codeBlock(guide("old-versions"), "TLS", "ts"));
        up();
        others(codeBlock(guide("old-versions"), "Upgrade to 6.0 or later", "ts"));
        up();
        const ping = 'redis-cli -u "$REDIS_URL" --cacert ca.pem PING';
        expect(shell(`pulumi stack output caCertPem > ca.pem; ${ping}`, { REDIS_URL: output("tlsUrl") })).toBe("PONG");
    });

    test("Back up and restore", () => {
        others(codeBlock(guide("backups"), "Turn backups on", "ts"));
        up();
        const list = commands.take(guide("backups"), "Back up now, list and export").replaceAll("prod", "guides");
        expect(shell(list)).toContain("manual");
        others("");
        up();
        docker("volume", "rm", "guides-guides-orders-backups");
    });

    test("Failed and interrupted updates", () => {
        up(commands.take(guide("failed-updates"), "When an update fails"));
        up(commands.take(guide("failed-updates"), "When a server is unhealthy"));
    });

    test("Changes made by hand", () => {
        sessions(codeBlock(guide("drift"), "What is kept", "ts"));
        const [server] = servers();
        docker("rm", "-f", present(server));
        up(commands.take(guide("drift"), "Containers"));
        expect(servers()).toEqual([expect.not.stringMatching(present(server))]);
    });

    test("Destroy a database", () => {
        sessions(codeBlock(guide("destroy"), "Turn off deletion protection", "ts"));
        up(commands.take(guide("destroy"), "Turn off deletion protection"));
        shell(commands.take(guide("destroy"), "Remove it"));
        shell("pulumi stack rm --yes guides");
        expect(existing([...created.values()])).toEqual([]);
        rmSync(directory, { recursive: true });
    });
});

/** Programs of languages without a compiler in set-up: parsed, if the tool is installed. */
describe.each([
    ["python", "python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"]],
    ["go", "gofmt", ["-e"]],
    ["ruby", "ruby", ["-c"]],
])("%s", (language, command, args) => {
    const isInstalled = spawnSync(command, ["--version"]).error === undefined;
    (isInstalled ? test : test.skip)("blocks parse", () => {
        const blocks = pages.flatMap((page) => codeBlocks(page, language));
        expect(blocks).not.toEqual([]);
        const problems = blocks.flatMap(({ page, line, code }) => {
            const { status, stderr } = spawnSync(command, args, { input: code, encoding: "utf8" });
            return status === 0 ? [] : [`${page}:${line}: ${stderr}`];
        });
        expect(problems).toEqual([]);
    });
});

commands.testThatAllWereTaken();
