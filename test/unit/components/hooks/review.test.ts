/** What the component's own hook says and refuses, with inputs as the engine hands them to it. */
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { withReview } from "../../../../provider/components/hooks/review";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { present } from "../../../support/present";
import { forgetReplacements, formerArguments } from "../../support/former";
import { OpenSsl } from "../../support/openssl";
import { startStack } from "../../support/mockedStack";

forgetReplacements();

const logged = jest.spyOn(pulumi.log, "info").mockResolvedValue();

type Values = Record<string, unknown>;

const hooksOf = (opts?: pulumi.ComponentResourceOptions) => withReview("RedisDatabase", opts).hooks?.beforeUpdate ?? [];

/** One update, after an up that came to its end unless `oldOutputs` says something else. */
async function update(
    oldInputs: Values,
    newInputs: Values,
    oldOutputs: Values = { version: "8.0" },
): Promise<string[]> {
    const [hook] = hooksOf() as pulumi.ResourceHook[];
    const urn = "urn:pulumi:stack::project::redis-database:index:RedisDatabase::sessions";
    const type = "redis-database:index:RedisDatabase";
    await present(hook).callback({ urn, id: "", name: "sessions", type, oldInputs, newInputs, oldOutputs });
    expect(logged.mock.calls.filter((call) => call.length > 1)).toEqual([]);
    return logged.mock.calls.map(([message]) => message);
}

const onlyInUpdate = (path: string) =>
    `RedisDatabase "sessions": ${path}: its value is known only in the update, and the preview does not explain what that changes.`;

beforeAll(async () => {
    await startStack();
});

afterEach(() => {
    logged.mockClear();
});

afterAll(() => {
    jest.restoreAllMocks();
});

describe("the hook", () => {
    test("is one for all databases of a stack, and runs in previews, too", () => {
        const [hook] = hooksOf() as pulumi.ResourceHook[];
        expect(hooksOf()).toEqual([hook]);
        expect(hooksOf()[0]).toBe(hook);
        expect(hook).toMatchObject({ name: "redis-database:review", opts: { onDryRun: true } });
    });

    test("stands before those that the program gives, whose options stay as they are", () => {
        const own = () => undefined;
        const opts = { protect: true, hooks: { beforeUpdate: [own], afterCreate: [own] } };
        const { hooks, ...others } = withReview("RedisDatabase", opts);
        expect(others).toEqual({ protect: true });
        const beforeCreate = [hooksOf()[0]];
        expect(hooks).toEqual({ beforeCreate, beforeUpdate: [hooksOf()[0], own], afterCreate: [own] });
        expect(opts.hooks.beforeUpdate).toEqual([own]);
    });
});

test("a change is explained in one line", async () => {
    expect(await update({ memoryMb: 64 }, { memoryMb: 128, passwordVersion: 2 })).toEqual([
        'RedisDatabase "sessions": passwordVersion 1 → 2: takes effect while the server runs, clients stay connected; ' +
            "memoryMb 64 → 128: the server is resized in place, clients stay connected.",
    ]);
});

test.each<[string, Values, Values]>([
    ["the same arguments", { memoryMb: 64 }, { memoryMb: 64 }],
    ["none at all", {}, {}],
    ["a default that is written out", {}, { flavor: "aof", memoryMb: 512 }],
    ["the same secret", { password: pulumi.secret("hunter2") }, { password: pulumi.secret("hunter2") }],
    ["a version that nobody knows any more", { version: "2.6" }, { version: "8.0" }],
])("nothing is said of %s", async (_what, oldInputs, newInputs) => {
    expect(await update(oldInputs, newInputs)).toEqual([]);
});

describe("inputs that an earlier release recorded", () => {
    const facts = {
        ...formerArguments("RedisDatabase"),
        name: "sessions",
        resolvedVersion: "8.0",
        format: currentFormat,
    };

    test("are compared as arguments, and the release is named where it changes nothing", async () => {
        expect(await update({ memoryMb: 64 }, { memoryMb: 64, ...facts })).toEqual([
            'RedisDatabase "sessions": an earlier release of this package made it; nothing happens to the server.',
        ]);
        logged.mockClear();
        expect(await update({ memoryMb: 64 }, { memoryMb: 128, ...facts })).toEqual([
            'RedisDatabase "sessions": memoryMb 64 → 128: the server is resized in place, clients stay connected.',
        ]);
    });

    test("of a replica have its role among its primary's facts", async () => {
        const primary = { host: "192.0.2.1", tlsPort: 6380, version: "8.0", memoryMb: 64 };
        const [hook] = withReview("RedisReplica").hooks?.beforeUpdate as pulumi.ResourceHook[];
        expect(hook?.name).toBe("redis-database:reviewReplica");
        const inputs = (leads: boolean) => ({ primary, role: { nearby: true, leads, peers: ["0"] }, ...facts });
        const type = "redis-database:index:RedisReplica";
        const of = { urn: `urn:pulumi:stack::project::${type}::one`, id: "", name: "one", type };
        const oldInputs = { primary: { ...primary, nearby: true, peers: ["0"] } };
        const oldOutputs = { version: "8.0" };
        for (const leads of [false, true]) {
            await present(hook).callback({ ...of, oldInputs, newInputs: inputs(leads), oldOutputs });
        }
        expect(logged.mock.calls.map(([message]) => message)).toEqual([
            'RedisReplica "one": an earlier release of this package made it; nothing happens to the server.',
            'RedisReplica "one": primary follows → takes writes: takes effect while the server runs, clients stay connected.',
        ]);
    });
});

describe("what is refused", () => {
    const refusal =
        'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.\n' +
        '  version: is "7.2", but Redis 8.0 wrote the data, which 7.2 cannot read\n' +
        '    → go back to "8.0" or a later version; to leave 8.0, copy the data to a new database ' +
        "[redis-database/version-downgrade]";

    test("fails with the reason alone, whatever else is changed", async () => {
        await expect(update({ version: "8.0" }, { version: "7.2", memoryMb: 64 })).rejects.toThrow(new Error(refusal));
        expect(logged).not.toHaveBeenCalled();
    });

    test("is refused on secret arguments and outputs, too", async () => {
        const oldOutputs = { version: pulumi.secret("8.0") };
        const inputs = (version: string) => ({ version, host: pulumi.secret("redis.example.com") });
        await expect(update(inputs("8.0"), inputs("7.2"), oldOutputs)).rejects.toThrow(new Error(refusal));
    });

    test.each<[string, Values | undefined]>([
        ["left the version that was there before", { version: "7.2" }],
        ["left no outputs", {}],
    ])("is left to the agent after an up that failed and %s", async (_what, oldOutputs) => {
        expect(await update({ version: "8.0" }, { version: "7.2" }, oldOutputs)).toEqual([
            'RedisDatabase "sessions": version 8.0 → 7.2: the last update failed, so this is refused only if the data ' +
                "that is there does not allow it.",
        ]);
    });

    test("is not refused where the other version is not known yet", async () => {
        expect(await update({ version: "8.0" }, { version: unknown })).toEqual([onlyInUpdate("version")]);
    });
});

describe("secrets", () => {
    test("are compared, and never shown", async () => {
        const [line, ...others] = await update(
            { password: pulumi.secret("one-one"), tls: pulumi.secret({ ca: { certPem: "c", keyPem: "key-one" } }) },
            { password: pulumi.secret("two-two"), tls: pulumi.secret({ ca: { certPem: "c", keyPem: "key-two" } }) },
        );
        expect(others).toEqual([]);
        expect(line).toBe(
            'RedisDatabase "sessions": password, tls.ca: takes effect while the server runs, clients stay connected.',
        );
    });

    test("keep no other value from being shown where they always are secret", async () => {
        const secrets = (text: string) => ({
            password: pulumi.secret(text),
            // A key that is secret makes the whole argument so.
            tls: pulumi.secret({ ca: { certPem: "c", keyPem: text } }),
            config: pulumi.secret({ "tls-key-file-pass": text }),
        });
        const [line] = await update({ ...secrets("one"), memoryMb: 64 }, { ...secrets("two"), memoryMb: 128 });
        expect(line).toContain("memoryMb 64 → 128");
    });

    test("among arguments that are usually none keep all values from being shown", async () => {
        const lines = await update({ memoryMb: 64 }, { memoryMb: 128, bindAddress: pulumi.secret("192.0.2.77") });
        expect(lines).toEqual([
            'RedisDatabase "sessions": host, tls.hosts: takes effect while the server runs, clients stay connected; ' +
                "memoryMb: the server is resized in place, clients stay connected; bindAddress: the server is replaced, " +
                "its data is kept on its volume, clients reconnect once; the server listens on the new address only.",
        ]);
        // Also where it is secret no longer.
        expect((await update({ host: pulumi.secret("a.example") }, { host: "b.example" })).join()).not.toContain(
            "example",
        );
    });
});

describe("what is not known yet", () => {
    test.each<[string, unknown]>([
        ["as the engine says it", unknown],
        ["in a secret", pulumi.secret(unknown as unknown as string)],
        ["in a list in a secret", pulumi.secret([unknown])],
    ])("%s is named, the rest is explained", async (_how, value) => {
        const lines = await update(
            { memoryMb: 64, tls: { hosts: ["a"] }, password: "p" },
            { memoryMb: 128, tls: { hosts: value }, password: value },
        );
        expect(lines).toEqual([
            expect.stringMatching(
                /^RedisDatabase "sessions": tls\.hosts(\[0\])?, password(\[0\])?: their values are known only/,
            ),
            expect.stringMatching(/^RedisDatabase "sessions": memoryMb( 64 → 128)?: [^:;]+\.$/),
        ]);
    });

    test("before an up does not hold the hook up", async () => {
        await startStack({ preview: true });
        const password = pulumi.secret(unknown as unknown as string);
        expect(await update({ password: "p" }, { password })).toEqual([onlyInUpdate("password")]);
        await startStack();
    });
});

describe("a certificate that has expired", () => {
    const openssl = new OpenSsl();
    const [past, other] = [1, 2].map(() => openssl.make({ commonName: "A CA", ca: true, expired: true }));
    openssl.close();
    const args = (ca: unknown, memoryMb = 64) => ({ memoryMb, tls: { ca: pulumi.secret(ca) } });
    const code = "redis-database/certificate-expired";
    const create = async (newInputs: Values) => {
        const [hook] = hooksOf() as pulumi.ResourceHook[];
        const urn = "urn:pulumi:stack::project::redis-database:index:RedisDatabase::sessions";
        await present(hook).callback({
            urn,
            id: "",
            name: "sessions",
            type: "redis-database:index:RedisDatabase",
            newInputs,
        });
    };

    test("is refused where it is new, with its path", async () => {
        await expect(create(args(past))).rejects.toThrow(/tls\.ca\.certPem: expired on .*\n.*certificate-expired/);
        await expect(update({ memoryMb: 64 }, args(past))).rejects.toThrow(code);
        await expect(update(args(other), args(past))).rejects.toThrow(code);
        await expect(update(args(other), args(past), {})).rejects.toThrow(code);
    });

    test("stands in the way of no other change", async () => {
        expect(await update(args(past), args(past, 128))).toEqual([expect.stringContaining("memoryMb 64 → 128")]);
    });
});
