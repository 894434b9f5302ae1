/** When arguments are checked: plain values before anything is registered, Outputs once they are known. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { RedisDatabase, type RedisDatabaseArgs } from "../../../provider";
import { checkInputs } from "../../../provider/components/inputs";
import { unresolved } from "../../../provider/model/arguments/definition";
import { deploy, startStack, valueOf } from "../support/mockedStack";

const identity = { kind: "RedisDatabase", name: "sessions" } as const;
const specOf = (args: object) => checkInputs(identity, args).spec.resolved;

/** Arguments that do not type-check, but can be passed from JavaScript. */
const wrong = (args: object) => args as RedisDatabaseArgs;

/** The paths in the error that `act` throws. */
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
    test("throw one error for all problems, before any resource is registered", async () => {
        const registered = await startStack();
        const args = wrong({ version: "7.3", memoryMb: "512", bindAdress: "::", tls: { hosts: ["bad host"] } });
        expect(() => new RedisDatabase("sessions", args)).toThrow(
            'RedisDatabase "sessions": 4 problems in its arguments; nothing was touched.',
        );
        await pulumi.runtime.disconnect();
        expect(registered).toEqual([]);
    });

    test("include the names of a database and its replicas", () => {
        const check = (name: string, args: object = {}) =>
            pathsOf(() => {
                checkInputs({ kind: "RedisDatabase", name }, args);
            });
        expect(check("my db")).toEqual(["name"]);
        expect(check("a".repeat(60), { network: "backend", replicas: [{ name: "near" }] })).toEqual([
            "replicas[0].name",
        ]);
    });

    test("are checked even if other arguments are Outputs, individually and in combination", () => {
        const password = pulumi.secret("hunter2");
        const args = { password, memoryMb: 1, ports: { plaintext: 5, tls: 5 }, config: { port: 6379 } };
        expect(
            pathsOf(() => {
                checkInputs(identity, args);
            }),
        ).toEqual(['config["port"]', "memoryMb", "ports.tls"]);
    });

    // Never resolves: the check must neither reject it nor wait for it.
    const never = new Promise<never>(() => undefined);
    test.each([
        ["an Output", { memoryMb: pulumi.output(never) }, { memoryMb: unresolved }],
        ["a Promise", { memoryMb: never }, { memoryMb: unresolved }],
        [
            "an Output inside",
            { ports: { plaintext: pulumi.output(never), tls: 1 } },
            { ports: { plaintext: unresolved, tls: 1 } },
        ],
        ["an Output deep inside", { tls: { hosts: [pulumi.output(never)] } }, { tls: { hosts: [unresolved] } }],
    ])("are not checked yet if they are %s", (_what, args, known) => {
        expect(checkInputs(identity, args).known).toEqual(known);
    });

    test("in users may be Outputs, except for the names", () => {
        const [rules, password] = [pulumi.output(never), pulumi.output(never)];
        const users = [
            { name: "orders", rules, password },
            { name: "own", rules: "+ping", password },
        ];
        expect(checkInputs(identity, { users }).known).toEqual({
            users: [
                { name: "orders", rules: unresolved, password: unresolved },
                { name: "own", rules: "+ping", password: unresolved },
            ],
        });
        const wrongUsers = [
            { name: "app", rules },
            { name: pulumi.output("orders"), rules: ">hunter2 +ping" },
            pulumi.output({ name: "deferred", rules: "+ping" }),
            { name: "twice", rules, password },
            { name: "twice", rules: "", password: "" },
        ];
        expect(
            pathsOf(() => {
                checkInputs(identity, wrong({ users: wrongUsers }));
            }).sort(),
        ).toEqual([
            "users[0].name",
            "users[1].name",
            "users[1].rules",
            "users[2]",
            "users[4].name",
            "users[4].password",
            "users[4].rules",
        ]);
        expect(pathsOf(() => checkInputs(identity, wrong({ users: pulumi.output(users) })))).toEqual(["users"]);
    });

    test("an argument that does not exist is an error even if its value is an Output", () => {
        expect(
            pathsOf(() => {
                checkInputs(identity, wrong({ pasword: pulumi.output("x") }));
            }),
        ).toEqual(["pasword"]);
    });

    test("are required where they decide which resources exist", () => {
        const decided = { deletionProtection: false, data: { volume: "v" }, tls: { caVersions: [1, 2] } };
        expect(
            pathsOf(() => {
                checkInputs(identity, decided);
            }),
        ).toEqual([]);
        const outputs = {
            deletionProtection: pulumi.output(false),
            data: Promise.resolve({ volume: "v" }),
            tls: { caVersions: pulumi.output([1, 2]) },
        };
        expect(() => {
            checkInputs(identity, wrong(outputs));
        }).toThrow(
            [
                'RedisDatabase "sessions": 3 problems in its arguments; nothing was touched.',
                ...["data", "deletionProtection", "tls.caVersions"].flatMap((path) => [
                    `  ${path}: is an Output, but decides which resources exist`,
                    "    → give a plain value [redis-database/must-be-plain]",
                ]),
            ].join("\n"),
        );
    });

    test("are not required in `data`, as long as `data` itself is plain", () => {
        expect(
            pathsOf(() => {
                checkInputs(identity, { data: { volume: pulumi.output("v") } });
            }),
        ).toEqual([]);
    });

    test("a resource instead of its name is an error at once", async () => {
        await startStack();
        const network = new docker.Network("backend");
        expect(
            pathsOf(() => {
                checkInputs(identity, wrong({ network }));
            }),
        ).toEqual(["network"]);
        await pulumi.runtime.disconnect();
    });
});

describe("Outputs", () => {
    test("that are valid resolve to the same specification as plain values", async () => {
        const tls = { hosts: ["a.example", "192.0.2.1"], validityDays: 90 };
        const plain = { version: "7.2-rdb", memoryMb: 64, host: "r.example", tls, config: { timeout: 1 } };
        const outputs = {
            version: pulumi.output("7.2-rdb"),
            memoryMb: Promise.resolve(64),
            host: pulumi.secret("r.example"),
            tls: { hosts: [pulumi.output("a.example"), "192.0.2.1"], validityDays: pulumi.output(90) },
            config: pulumi.output({ timeout: 1 }),
        };
        const specs = [plain, outputs].map(async (args) => valueOf(specOf(args)));
        const [expected, actual] = await Promise.all(specs);
        expect(actual).toEqual(expected);
        expect(actual?.host).toBe("r.example");
    });

    test("that are invalid fail with all problems, without secret values, and nothing is registered", () => {
        const program = join(__dirname, "../support/wrongOutputs.ts");
        const output = execFileSync(process.execPath, ["-r", "ts-node/register/transpile-only", program]);
        expect(JSON.parse(output.toString())).toEqual({
            registered: [],
            messages: [
                [
                    'RedisDatabase "sessions": 6 problems in its arguments; nothing was touched.',
                    "  config.timeout: is an Output that resolved to undefined",
                    "    → give a string, a number or a boolean, such as 300 [redis-database/invalid-config]",
                    '  host: is missing, and clients cannot connect to bindAddress "0.0.0.0"',
                    "    → give the name or address by which clients reach the Docker host [redis-database/host-missing]",
                    "  memoryMb: is 8 (a number)",
                    "    → give a whole number of MiB from 32 to 16777216, such as 1024 [redis-database/invalid-memory-mb]",
                    "  network: is an Output that resolved to undefined",
                    '    → give the name of a network from `docker network create`, such as "backend"; Docker\'s predefined networks do not resolve names [redis-database/invalid-network]',
                    "  password: is not usable (its value is not shown)",
                    "    → give a string of at least one character without line breaks, such as 32 random letters and digits [redis-database/invalid-password]",
                    "  ports.tls: is an Output that resolved to undefined",
                    "    → give a port number from 1 to 65535, such as 6380 [redis-database/invalid-ports-tls]",
                ].join("\n"),
                [
                    'RedisReplica "away": 1 problem in its arguments; nothing was touched.',
                    "  primary: is an Output that resolved to undefined",
                    "    → give a RedisDatabase, or the entry for this replica in its output replicationAccess, such as primary: db [redis-database/invalid-primary]",
                ].join("\n"),
            ],
        });
    });

    test("for keys and passwords do not make the specification secret; other secret arguments do", async () => {
        const password = pulumi.secret("hunter2");
        expect(await pulumi.isSecret(specOf({ password }))).toBe(false);
        expect(await pulumi.isSecret(specOf({ password, host: pulumi.secret("h") }))).toBe(true);
    });

    test("that a preview does not know leave the inputs of children unknown, and do not fail the preview", async () => {
        const registered = await startStack({ preview: true });
        const memory = new random.RandomInteger("memory", { min: 64, max: 128 });
        const db = new RedisDatabase("sessions", { memoryMb: memory.result, flavor: "rdb" });
        await pulumi.runtime.disconnect();
        const server = registered.find(({ name }) => name === "sessions-server");
        expect(typeof server?.inputs.memory).not.toBe("number");
        expect(server?.inputs).toHaveProperty("user", "999:999");
        expect(registered).toHaveLength(15);
        expect(db.nodes.server).toBeDefined();
    });

    test("that are valid create the same resources as plain values", async () => {
        const plain = await deploy({ memoryMb: 64, password: "hunter2" });
        const outputs = await deploy({ memoryMb: pulumi.output(64), password: pulumi.output("hunter2") });
        const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
        expect([...outputs.registered].sort(byName)).toEqual([...plain.registered].sort(byName));
    });
});
