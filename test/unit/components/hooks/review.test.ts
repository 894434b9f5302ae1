/** What the component's review hook explains and refuses, with inputs as the engine passes them. */
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { Hooks } from "../../../../provider/components/hooks/hooks";
import { Review, completedType } from "../../../../provider/components/hooks/review";
import type { Kind } from "../../../../provider/model/arguments/definition";
import { currentFormat } from "../../../../provider/model/changes/formats";
import { present } from "../../../support/present";
import { forgetReplacements, formerArguments } from "../../support/former";
import { OpenSsl } from "../../support/openssl";
import { startStack, valueOf } from "../../support/mockedStack";
import { textsIn } from "../../support/owner";

forgetReplacements();

const logged = jest.spyOn(pulumi.log, "info").mockResolvedValue();

type Values = Record<string, unknown>;

const reviewOf = (kind: Kind, name = "sessions") => new Review(kind, name, new Hooks(kind, name));
const hookOf = ({ hooks }: pulumi.ComponentResourceOptions) => present(hooks?.beforeUpdate?.[0]) as pulumi.ResourceHook;
const urnOf = (type: string, name = "sessions") => `urn:pulumi:stack::project::${type}::${name}`;

/** An update with the current release. The previous update was completed unless `oldOutputs` is empty. */
function update(oldInputs: Values, newInputs: Values, oldOutputs?: Values, review?: Review): Promise<string[]> {
    const current = (inputs: Values) => ({ resolvedVersion: "8.6", format: currentFormat, ...inputs });
    return updateRecorded(current(oldInputs), current(newInputs), oldOutputs, "RedisDatabase", review);
}

/** Like `update`, with inputs exactly as recorded. */
async function updateRecorded(
    oldInputs: Values,
    newInputs: Values,
    oldOutputs: Values = { version: "8.6" },
    kind: Kind = "RedisDatabase",
    review: Review = reviewOf(kind),
): Promise<string[]> {
    const type = `redis-database:index:${kind}`;
    const urn = urnOf(type);
    await hookOf(review.ofComponent()).callback({
        urn,
        id: "",
        name: "sessions",
        type,
        oldInputs,
        newInputs,
        oldOutputs,
    });
    const about = logged.mock.calls.map(([, resource]) => valueOf(present(resource).urn));
    for (const each of await Promise.all(about)) expect(each).toBe(urn);
    return textsIn(logged);
}

const onlyInUpdate = (path: string) =>
    `RedisDatabase "sessions": ${path}: its value is known only during the update, so the preview cannot explain what it will change.`;

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
    test("runs in previews as well", () => {
        expect(hookOf(reviewOf("RedisDatabase").ofComponent())).toMatchObject({ opts: { onDryRun: true } });
    });

    test("precedes the program's hooks, and does not change the program's options", () => {
        const own = () => undefined;
        const opts = { protect: true, hooks: { beforeUpdate: [own], afterCreate: [own] } };
        const { hooks, ...others } = reviewOf("RedisDatabase").ofComponent(opts);
        expect(others).toEqual({ protect: true });
        const [review] = hooks?.beforeCreate ?? [];
        expect(hooks).toEqual({ beforeCreate: [review], beforeUpdate: [review, own], afterCreate: [own] });
        expect(opts.hooks.beforeUpdate).toEqual([own]);
    });
});

test("explains a change in one line", async () => {
    expect(await update({ memoryMb: 64 }, { memoryMb: 128, passwordVersion: 2 })).toEqual([
        'RedisDatabase "sessions": the server is resized in place, clients stay connected: memoryMb 64 → 128; also ' +
            "passwordVersion 1 → 2, maxmemory 16 → 40 MiB; the old password is still accepted for 24 hours; the URLs contain " +
            "the new password.",
    ]);
});

test.each<[string, Values, Values]>([
    ["the same arguments", { memoryMb: 64 }, { memoryMb: 64 }],
    ["no arguments", {}, {}],
    ["a default that is set explicitly", {}, { flavor: "aof", memoryMb: 512 }],
    ["the same secret", { password: pulumi.secret("hunter2") }, { password: pulumi.secret("hunter2") }],
    ["a version that this release does not support", { version: "2.6" }, { version: "8.6" }],
])("explains nothing for %s", async (_what, oldInputs, newInputs) => {
    expect(await update(oldInputs, newInputs)).toEqual([]);
});

describe("inputs that an earlier release recorded", () => {
    const facts = {
        ...formerArguments("RedisDatabase"),
        name: "sessions",
        resolvedVersion: "8.6",
        format: currentFormat,
    };

    test("are compared, and the explanation names the release if nothing changes", async () => {
        expect(
            await updateRecorded({ memoryMb: 64, version: "8.6" }, { memoryMb: 64, version: "8.6", ...facts }),
        ).toEqual([
            'RedisDatabase "sessions": created by an earlier release of this package; the server is not affected.',
        ]);
        logged.mockClear();
        expect(
            await updateRecorded({ memoryMb: 64, version: "8.6" }, { memoryMb: 128, version: "8.6", ...facts }),
        ).toEqual([
            'RedisDatabase "sessions": the server is resized in place, clients stay connected: memoryMb 64 → 128.',
        ]);
    });

    test("of a replica contain its role in `primary`", async () => {
        const primary = { host: "192.0.2.1", tlsPort: 6380, version: "8.0", memoryMb: 64 };
        const hook = hookOf(reviewOf("RedisReplica", "one").ofComponent());
        const inputs = (leads: boolean) => ({ primary, role: { nearby: true, leads, peers: ["0"] }, ...facts });
        const type = "redis-database:index:RedisReplica";
        const resource = { urn: `urn:pulumi:stack::project::${type}::one`, id: "", name: "one", type };
        const oldInputs = { primary: { ...primary, nearby: true, peers: ["0"] } };
        const oldOutputs = { version: "8.0" };
        for (const leads of [false, true]) {
            await hook.callback({ ...resource, oldInputs, newInputs: inputs(leads), oldOutputs });
        }
        expect(textsIn(logged)).toEqual([
            'RedisReplica "one": created by an earlier release of this package; the server is not affected.',
            'RedisReplica "one": the server keeps running, clients stay connected: primary follows → takes writes.',
        ]);
    });
});

describe("a refused change", () => {
    const refusal =
        'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.\n' +
        '  version: is "7.2", but Redis 8.6 wrote the data, which 7.2 cannot read\n' +
        '    → keep "8.6" or use a later version; to use 7.2, restore a copy that it can read into a new database ' +
        "[redis-database/version-downgrade]";

    test("fails with only the reason, even if other arguments change", async () => {
        await expect(update({ version: "8.6" }, { version: "7.2", memoryMb: 64 })).rejects.toThrow(new Error(refusal));
        expect(logged).not.toHaveBeenCalled();
    });

    test("is also refused with secret arguments and outputs", async () => {
        const oldOutputs = { version: pulumi.secret("8.6") };
        const inputs = (version: string) => ({ version, host: pulumi.secret("redis.example.com") });
        await expect(update(inputs("8.6"), inputs("7.2"), oldOutputs)).rejects.toThrow(new Error(refusal));
    });

    test("is not refused here after a failed update", async () => {
        expect(await update({ version: "8.6" }, { version: "7.2" }, {})).toEqual([]);
    });

    test("is not refused if the new version is unknown", async () => {
        expect(await update({ version: "8.6" }, { version: unknown })).toEqual([onlyInUpdate("version")]);
    });
});

describe("a default that is now a later version", () => {
    const recorded = (resolvedVersion: string, args: Values = {}) => ({ ...args, resolvedVersion, format: 2 });
    const primary = { host: "192.0.2.1", tlsPort: 6380, memoryMb: 64 };

    test("is refused with a line for each choice", async () => {
        await expect(updateRecorded(recorded("8.0"), recorded("8.6"), { version: "8.0" })).rejects.toThrow(
            new Error(
                'RedisDatabase "sessions": 1 problem in its arguments; nothing was touched.\n' +
                    '  version: is not set, and its default is now "8.6", but this database runs Redis 8.0\n' +
                    '    → to keep it, set version: "8.0"; to upgrade, set version: "8.6": the server is replaced, its data ' +
                    "is kept, clients reconnect once, and 8.0 cannot read the data afterwards " +
                    "[redis-database/default-version-changed]",
            ),
        );
        expect(logged).not.toHaveBeenCalled();
    });

    const valkey = { engine: "valkey" };
    const upgraded: [string, Kind, string, { before: Values; after: Values }][] = [
        ["of the first format", "RedisDatabase", "8.0", { before: {}, after: recorded("8.6") }],
        ["of Valkey", "RedisDatabase", "8.1", { before: recorded("8.1", valkey), after: recorded("9.1", valkey) }],
        [
            "whose version was removed from the program",
            "RedisDatabase",
            "7.0",
            { before: recorded("7.0", { version: "7.0-rdb" }), after: recorded("8.6") },
        ],
        [
            "with other changes",
            "RedisDatabase",
            "8.0",
            { before: recorded("8.0"), after: recorded("8.6", { memoryMb: 64, config: unknown }) },
        ],
        [
            "that follows a primary without a recorded version",
            "RedisReplica",
            "8.0",
            { before: recorded("8.0", { primary }), after: recorded("8.6", { primary }) },
        ],
        [
            "that is promoted",
            "RedisReplica",
            "8.0",
            { before: recorded("8.0", { promoted: true }), after: recorded("8.6", { promoted: true }) },
        ],
    ];

    test.each(upgraded)("does not upgrade a database %s", async (_what, kind, version, { before, after }) => {
        // A failed update leaves no outputs, and the previous server may still be running.
        for (const oldOutputs of [{ version }, {}]) {
            await expect(updateRecorded(before, after, oldOutputs, kind)).rejects.toThrow("default-version-changed");
        }
    });

    const of = (version: string) => recorded(version, { primary: { ...primary, version } });
    const kept: [string, Kind, Values, Values][] = [
        ["a version that is now set", "RedisDatabase", recorded("8.0"), recorded("8.0", { version: "8.0-aof" })],
        ["an unknown version", "RedisDatabase", recorded("8.0"), recorded("8.6", { version: unknown })],
        ["a primary with the old version", "RedisReplica", recorded("8.0", { primary }), of("8.0")],
        ["an unknown primary", "RedisReplica", of("8.0"), recorded("8.6", { primary: unknown })],
    ];

    test.each(kept)("does not refuse %s", async (_what, kind, oldInputs, newInputs) => {
        expect((await updateRecorded(oldInputs, newInputs, { version: "8.0" }, kind)).join()).not.toContain(
            "version 8",
        );
    });

    test.each<[string, Values, Values, Values]>([
        ["an explicit upgrade", recorded("8.0"), recorded("8.6", { version: "8.6" }), { version: "8.0" }],
        ["another engine", recorded("7.2", { version: "7.2" }), recorded("9.1", valkey), { version: "7.2" }],
    ])("explains an upgrade as usual: %s", async (_what, oldInputs, newInputs, oldOutputs) => {
        expect(await updateRecorded(oldInputs, newInputs, oldOutputs)).toEqual([
            expect.stringContaining("the server is replaced"),
        ]);
    });

    test("does not refuse a replica that follows its primary's version", async () => {
        const [line] = await updateRecorded(of("8.0"), of("8.6"), { version: "8.0" }, "RedisReplica");
        expect(line).toContain("version 8.0 → 8.6");
    });
});

describe("in a preview, the last completed update is compared", () => {
    beforeAll(() => startStack({ preview: true }));
    afterAll(() => startStack());

    const name = "sessions";
    const facts = { name, format: currentFormat };
    let review: Review;
    beforeEach(() => (review = reviewOf("RedisDatabase")));
    const requested = (oldInputs: Values, newInputs: Values, oldOutputs?: Values) =>
        update({ ...facts, ...oldInputs }, { ...facts, ...newInputs }, oldOutputs, review);

    /** Reviews the record of completed updates, which happens after the component's review. */
    async function completed(newInputs: Values, oldInputs?: Values): Promise<string[]> {
        const component = { urn: urnOf("redis-database:index:RedisDatabase") };
        const args = { urn: urnOf(completedType), id: "", name: "sessions-completed", type: completedType };
        await hookOf(review.ofRecord(component, {})).callback({
            ...args,
            newInputs: { ...facts, ...newInputs },
            ...(oldInputs && { oldInputs }),
        });
        for (const [, about] of logged.mock.calls) expect(await valueOf(present(about).urn)).toBe(component.urn);
        return textsIn(logged);
    }

    test("whatever the last attempted update was, even if the program repeats it", async () => {
        expect(await requested({ memoryMb: 128 }, { memoryMb: 256 }, {})).toEqual([]);
        expect(await completed({ memoryMb: 256 }, { ...facts, memoryMb: 64 })).toEqual([
            'RedisDatabase "sessions": the server is resized in place, clients stay connected: memoryMb 64 → 256, maxmemory 16 → 88 MiB.',
        ]);
        await expect(completed({ version: "7.2" }, { ...facts, version: "8.0" })).rejects.toThrow("version-downgrade");
    });

    test("with the component's inputs if an earlier release completed it; not at all if no update was completed", async () => {
        expect(await requested({ memoryMb: 64 }, { memoryMb: 128 })).toEqual([]);
        expect(await completed({ memoryMb: 128 })).toEqual([
            'RedisDatabase "sessions": the server is resized in place, clients stay connected: memoryMb 64 → 128, maxmemory 16 → 40 MiB.',
        ]);
        logged.mockClear();
        await requested({ memoryMb: 64 }, { memoryMb: 128 }, {});
        expect(await completed({ memoryMb: 128 })).toEqual([
            expect.stringContaining("its first update did not complete"),
        ]);
    });

    test("and a new name is explained, with its effect on a network", async () => {
        const [line] = await completed({ madeAs: "old" }, { ...facts, name: "old", madeAs: "old" });
        expect(line).toBe(
            'RedisDatabase "sessions": the server is not affected: name old → sessions; data, passwords, ports and CA stay the same.',
        );
        logged.mockClear();
        const network = "backend";
        expect(await completed({ network, madeAs: "old" }, { ...facts, network, name: "old", madeAs: "old" })).toEqual([
            line,
        ]);
        logged.mockClear();
        const [replaced] = await completed(
            { network, madeAs: name },
            { ...facts, network, name: "old", madeAs: "old" },
        );
        expect(replaced).toMatch(
            /containers on the network can reach the database by its new name only; the server is replaced.*name old → sessions/,
        );
    });
});

describe("secrets", () => {
    test("are compared but never shown", async () => {
        const [line, ...others] = await update(
            { password: pulumi.secret("one-one"), tls: pulumi.secret({ ca: { certPem: "c", keyPem: "key-one" } }) },
            { password: pulumi.secret("two-two"), tls: pulumi.secret({ ca: { certPem: "c", keyPem: "key-two" } }) },
        );
        expect(others).toEqual([]);
        expect(line).toBe(
            'RedisDatabase "sessions": the server keeps running, clients stay connected: password changed, ' +
                "tls.ca changed; the old password is still accepted for 24 hours; the URLs contain the new password.",
        );
    });

    test("do not hide other values if they are in arguments that are always secret", async () => {
        const secrets = (text: string) => ({
            password: pulumi.secret(text),
            // A secret key makes the whole argument secret.
            tls: pulumi.secret({ ca: { certPem: "c", keyPem: text } }),
            config: pulumi.secret({ "tls-key-file-pass": text }),
        });
        const [line] = await update({ ...secrets("one"), memoryMb: 64 }, { ...secrets("two"), memoryMb: 128 });
        expect(line).toContain("memoryMb 64 → 128");
    });

    test("hide all values if they are in arguments that are usually not secret", async () => {
        const lines = await update({ memoryMb: 64 }, { memoryMb: 128, bindAddress: pulumi.secret("192.0.2.77") });
        expect(lines).toEqual([
            'RedisDatabase "sessions": the server listens on the new address only; the server is replaced, its data is ' +
                "kept on its volume, clients reconnect once: bindAddress changed; also host changed, memoryMb changed; the " +
                "URLs contain the new host.",
        ]);
        // Even if it is no longer secret.
        expect((await update({ host: pulumi.secret("a.example") }, { host: "b.example" })).join()).not.toContain(
            "example",
        );
    });
});

describe("an unknown value", () => {
    test.each<[string, unknown]>([
        ["as the engine's marker", unknown],
        ["in a secret", pulumi.secret(unknown as unknown as string)],
        ["in a list in a secret", pulumi.secret([unknown])],
    ])("%s is named, and the rest is explained", async (_how, value) => {
        const lines = await update(
            { memoryMb: 64, tls: { hosts: ["a"] }, password: "p" },
            { memoryMb: 128, tls: { hosts: value }, password: value },
        );
        expect(lines).toEqual([
            expect.stringMatching(
                /^RedisDatabase "sessions": tls\.hosts(\[0\])?, password(\[0\])?: their values are known only/,
            ),
            expect.stringMatching(
                /^RedisDatabase "sessions": [^:;]+: memoryMb (64 → 128|changed)(, maxmemory 16 → 40 MiB)?\.$/,
            ),
        ]);
    });

    test("in a preview does not block the hook", async () => {
        await startStack({ preview: true });
        const password = pulumi.secret(unknown as unknown as string);
        expect(await update({ password: "p" }, { password })).toEqual([]);
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
        await hookOf(reviewOf("RedisDatabase").ofComponent()).callback({
            urn: urnOf("redis-database:index:RedisDatabase"),
            id: "",
            name: "sessions",
            type: "redis-database:index:RedisDatabase",
            newInputs,
        });
    };

    test("is refused if it is new, with its path", async () => {
        await expect(create(args(past))).rejects.toThrow(/tls\.ca\.certPem: expired on .*\n.*certificate-expired/);
        await expect(update({ memoryMb: 64 }, args(past))).rejects.toThrow(code);
        await expect(update(args(other), args(past))).rejects.toThrow(code);
        await expect(update(args(other), args(past), {})).rejects.toThrow(code);
    });

    test("does not block other changes", async () => {
        expect(await update(args(past), args(past, 128))).toEqual([expect.stringContaining("memoryMb 64 → 128")]);
    });
});
