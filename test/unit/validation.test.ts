/** When the arguments are checked: plain values before anything is registered, Outputs as soon as they are known. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { RedisDatabase, type RedisDatabaseArgs } from "../../provider";
import { checkKnown, resolveSpec } from "../../provider/components/validation";
import { deploy, startStack, valueOf } from "./support/mockedStack";

/** What JavaScript lets people write. */
const wrong = (args: object) => args as RedisDatabaseArgs;

/** The lines that name a path, of the message that `act` throws. */
function pathsOf(act: () => unknown): string[] {
    let thrown: unknown;
    try {
        act();
    } catch (error) {
        thrown = error;
    }
    if (thrown === undefined) return [];
    expect(pulumi.RunError.isInstance(thrown)).toBe(true);
    return [...(thrown as Error).message.matchAll(/^ {2}(\S+): /gm)].map(([, path = ""]) => path);
}

describe("plain values", () => {
    test("that are wrong throw, all at once, before any resource is registered", async () => {
        const registered = await startStack();
        const args = wrong({ version: "7.3", memoryMb: "512", bindAdress: "::", tls: { hosts: ["bad host"] } });
        expect(() => new RedisDatabase("sessions", args)).toThrow(
            'RedisDatabase "sessions": 4 problems in its arguments; nothing was touched.',
        );
        await pulumi.runtime.disconnect();
        expect(registered).toEqual([]);
    });

    test("are checked beside Outputs, each by itself and together", () => {
        const password = pulumi.secret("hunter2");
        const args = { password, memoryMb: 1, ports: { plaintext: 5, tls: 5 }, config: { port: 6379 } };
        expect(
            pathsOf(() => {
                checkKnown("RedisDatabase", "sessions", args);
            }),
        ).toEqual(["memoryMb", 'config["port"]', "ports.tls"]);
    });

    test.each([
        ["an Output", { memoryMb: pulumi.output(1) }],
        ["a Promise", { memoryMb: Promise.resolve(1) }],
        ["an Output inside", { ports: { plaintext: pulumi.output(1), tls: 1 } }],
        ["an Output deep inside", { tls: { hosts: [pulumi.output("a b")] } }],
    ])("that are %s wait", (_what, args) => {
        expect(
            pathsOf(() => {
                checkKnown("RedisDatabase", "sessions", args);
            }),
        ).toEqual([]);
    });

    test("a name that is unknown does not wait for its value", () => {
        expect(
            pathsOf(() => {
                checkKnown("RedisDatabase", "sessions", wrong({ pasword: pulumi.output("x") }));
            }),
        ).toEqual(["pasword"]);
    });

    test("that decide which resources there are must be there", () => {
        const decided = { deletionProtection: false, data: { volume: "v" }, tls: { caVersions: [1, 2] } };
        expect(
            pathsOf(() => {
                checkKnown("RedisDatabase", "sessions", decided);
            }),
        ).toEqual([]);
        const later = {
            deletionProtection: pulumi.output(false),
            data: Promise.resolve({ volume: "v" }),
            tls: { caVersions: pulumi.output([1, 2]) },
        };
        expect(() => {
            checkKnown("RedisDatabase", "sessions", wrong(later));
        }).toThrow(
            [
                'RedisDatabase "sessions": 3 problems in its arguments; nothing was touched.',
                ...["deletionProtection", "data", "tls.caVersions"].flatMap((path) => [
                    `  ${path}: is an Output, but decides which resources there are`,
                    "    → give the value itself",
                ]),
            ].join("\n"),
        );
    });

    test("of a place may be known later, as long as it is known that there is one", () => {
        expect(
            pathsOf(() => {
                checkKnown("RedisDatabase", "sessions", { data: { volume: pulumi.output("v") } });
            }),
        ).toEqual([]);
    });

    test("a resource in place of its name is said at once", async () => {
        await startStack();
        const network = new docker.Network("backend");
        expect(
            pathsOf(() => {
                checkKnown("RedisDatabase", "sessions", wrong({ network }));
            }),
        ).toEqual(["network"]);
        await pulumi.runtime.disconnect();
    });
});

describe("Outputs", () => {
    test("that are right resolve to the same as plain values", async () => {
        const tls = { hosts: ["a.example", "192.0.2.1"], validityDays: 90 };
        const plain = { version: "7.2-rdb", memoryMb: 64, host: "r.example", tls, config: { timeout: 1 } };
        const outputs = {
            version: pulumi.output("7.2-rdb"),
            memoryMb: Promise.resolve(64),
            host: pulumi.secret("r.example"),
            tls: { hosts: [pulumi.output("a.example"), "192.0.2.1"], validityDays: pulumi.output(90) },
            config: pulumi.output({ timeout: 1 }),
        };
        const specs = [plain, outputs].map(async (args) => valueOf(resolveSpec("RedisDatabase", "sessions", args)));
        const [expected, actual] = await Promise.all(specs);
        expect(actual).toEqual(expected);
        expect(actual?.host).toBe("r.example");
    });

    test("that are wrong fail with all that is wrong, without the secret, and no child is registered", () => {
        const program = join(__dirname, "support/wrongOutputs.ts");
        const output = execFileSync(process.execPath, ["-r", "ts-node/register/transpile-only", program]);
        expect(JSON.parse(output.toString())).toEqual({
            registered: ["sessions"],
            messages: [
                [
                    'RedisDatabase "sessions": 3 problems in its arguments; nothing was touched.',
                    "  memoryMb: is 8 (a number)",
                    "    → give a whole number of MiB from 32 to 16777216",
                    "  password: is not usable (its value is not shown)",
                    "    → give text of at least one character and no line break",
                    '  host: is missing, and bindAddress "0.0.0.0" is no address that clients can use',
                    "    → give the name or address by which clients reach the Docker host",
                ].join("\n"),
            ],
        });
    });

    test("keys and password do not make the specification secret, another argument that is secret does", async () => {
        const password = pulumi.secret("hunter2");
        expect(await pulumi.isSecret(resolveSpec("RedisDatabase", "sessions", { password }))).toBe(false);
        expect(
            await pulumi.isSecret(resolveSpec("RedisDatabase", "sessions", { password, host: pulumi.secret("h") })),
        ).toBe(true);
    });

    test("that nobody knows before an up leave the preview alone, and the children unmade by guesses", async () => {
        const registered = await startStack({ preview: true });
        const memory = new random.RandomInteger("memory", { min: 64, max: 128 });
        const db = new RedisDatabase("sessions", { memoryMb: memory.result, flavor: "rdb" });
        await pulumi.runtime.disconnect();
        const server = registered.find(({ name }) => name === "sessions-server");
        expect(typeof server?.inputs.memory).not.toBe("number");
        expect(server?.inputs).toHaveProperty("user", "999:999");
        expect(registered).toHaveLength(14);
        expect(db.nodes.server).toBeDefined();
    });

    test("that are right make the same database", async () => {
        const plain = await deploy({ memoryMb: 64, password: "hunter2" });
        const outputs = await deploy({ memoryMb: pulumi.output(64), password: pulumi.output("hunter2") });
        const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
        expect([...outputs.registered].sort(byName)).toEqual([...plain.registered].sort(byName));
    });
});
