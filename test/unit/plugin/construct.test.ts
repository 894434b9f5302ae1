/** What the plugin does when the engine asks for a component, with a mocked engine. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { definitions } from "../../../provider/model/arguments/index";
import { construct } from "../../../provider/plugin/construct";
import { outputNames } from "../../../provider/plugin/schema";
import { present } from "../../support/present";
import { eachInItsStack, valueOf } from "../support/mockedStack";

const database = "redis-database:index:RedisDatabase";
const replica = "redis-database:index:RedisReplica";

/** The options as Pulumi's server passes them if the program sets none. */
const noOptions = {
    aliases: [],
    dependsOn: [],
    providers: {},
    ignoreChanges: [],
    replaceOnChanges: [],
    customTimeouts: { create: "", update: "", pb_delete: "" },
} as pulumi.ComponentResourceOptions;

// A plugin has no stack, but an engine; under mocks, a stack stands for it.
eachInItsStack();

test.each([
    [database, {}],
    [replica, { promoted: true }],
])("%s has all outputs of its schema, also those without a value", async (type, inputs) => {
    const { urn, state } = await construct("sessions", type, { memoryMb: 64, ...inputs }, noOptions);
    await expect(valueOf(pulumi.output(urn))).resolves.toContain(`${type}::sessions`);
    expect(Object.keys(state)).toEqual(outputNames(type));
    const missing = Object.entries(state).filter(([, output]) => !pulumi.Output.isInstance(output));
    expect(missing).toEqual([]);
});

test("each kind of component can be created", async () => {
    for (const kind of Object.keys(definitions)) expect(outputNames(`redis-database:index:${kind}`)).not.toEqual([]);
    await expect(construct("sessions", "redis-database:index:Other", {}, noOptions)).rejects.toThrow(
        "the plugin has no component of the type redis-database:index:Other",
    );
});

test("timeouts that the program sets are refused as in process", async () => {
    const customTimeouts = { create: "10m", update: "" };
    await expect(construct("sessions", database, {}, { ...noOptions, customTimeouts })).rejects.toThrow(
        "opts.customTimeouts: would have no effect on the containers",
    );
});

test("components with the same provider are on the same Docker host, although each receives another object", async () => {
    const other = { ...noOptions, providers: { docker: new docker.Provider("remote") } };
    const ports = { plaintext: 6379, tls: 6380 };
    await construct("one", database, { ports }, noOptions);
    await construct("other", database, { ports }, other);
    const again = { ...noOptions, providers: { docker: new docker.Provider("remote") } };
    await expect(construct("third", database, { ports }, again)).rejects.toThrow(
        'conflicts with ports.plaintext of RedisDatabase "other"',
    );
});

test("a replica's provider is recognized, too", async () => {
    const provider = () => new docker.Provider("remote");
    const ports = { plaintext: 6379, tls: 6380 };
    const far = { name: "far", provider: provider(), ports, bindAddress: "192.0.2.1" };
    await construct("one", database, { replicas: [far], bindAddress: "192.0.2.2" }, noOptions);
    const inputs = { ports, bindAddress: "192.0.2.1" };
    await expect(
        construct("other", database, inputs, { ...noOptions, providers: { docker: provider() } }),
    ).rejects.toThrow('conflicts with ports.plaintext of RedisReplica "one-far"');
});

test("hooks have other names than in process, and other names under another parent", async () => {
    const names: string[] = [];
    const remember: pulumi.ResourceTransformation = ({ type, opts }) => {
        if (type === database) names.push(...present(opts.hooks?.beforeCreate).map(({ name }) => name));
        return undefined;
    };
    const parents = ["pulumi:pulumi:Stack::project-stack", "app:index:App::one", "app:index:App::other"];
    for (const parent of parents) {
        const urn = `urn:pulumi:stack::project::${parent}`;
        const opts = { parent: new pulumi.DependencyResource(urn), transformations: [remember] };
        await construct("sessions", database, {}, { ...noOptions, ...opts });
    }
    expect(names).toEqual([
        "redis-database:plugin:RedisDatabase:sessions:review",
        expect.stringMatching(/^redis-database:plugin-[0-9a-f]{8}:RedisDatabase:sessions:review$/),
        expect.stringMatching(/^redis-database:plugin-[0-9a-f]{8}:RedisDatabase:sessions:review$/),
    ]);
    expect(new Set(names).size).toBe(3);
});
