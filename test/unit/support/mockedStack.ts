/**
 * A stack with mocked engine and providers. It records the resources that a program registers, but does not show
 * whether Docker accepts them; test/engine does.
 */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { deserializeProperties as deserialize } from "@pulumi/pulumi/runtime/rpc";
import { completedType } from "../../../provider/components/hooks/review";
import { desiredPath } from "../../../provider/model/render/layout";
import { present } from "../../support/present";
import { bridgeId } from "./fakeDocker";
import { RedisDatabase, type RedisDatabaseArgs } from "../../../provider";

type Callback = (error: null, response: object) => void;

let registeredOutputs: Record<string, unknown> = {};

/** Adds the calls that register hooks. Pulumi's mocks report that they support hooks, but lack these calls. */
Object.assign(MockMonitor.prototype, {
    registerErrorHook(_request: unknown, callback: Callback) {
        callback(null, {});
    },
    registerResourceHook(_request: unknown, callback: Callback) {
        callback(null, {});
    },
    registerResourceOutputs(
        request: { getOutputs(): Parameters<typeof deserialize>[0]; getUrn(): string },
        callback: Callback,
    ) {
        // The record of completed updates has no outputs.
        if (!request.getUrn().includes(completedType))
            registeredOutputs = marked(deserialize(request.getOutputs())) as Record<string, unknown>;
        callback(null, {});
    },
});

/** A registered resource. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    /** The inputs as the state would contain them; each secret is `{ secret: value }`. */
    readonly inputs: Readonly<Record<string, unknown>>;
}

/** A database of the mocked stack, called `sessions`. */
export interface Deployment {
    readonly db: RedisDatabase;
    readonly registered: readonly Registered[];
    /** The component's outputs in the state; secrets as in `Registered`. */
    readonly outputs: Readonly<Record<string, unknown>>;
    /** The options of each resource. */
    readonly options: ReadonlyMap<string, pulumi.CustomResourceOptions>;
    /** The resource with this name; fails unless there is exactly one. */
    find(name: string): Registered;
}

/** Values that providers would compute, marked as secret like in their schemas. */
function computed(type: string, name: string): Record<string, unknown> {
    switch (type) {
        case "random:index/randomInteger:RandomInteger":
            return { result: 12000 };
        case "random:index/randomPassword:RandomPassword":
            return { result: pulumi.secret(randomPassword) };
        case "tls:index/privateKey:PrivateKey":
            return { privateKeyPem: pulumi.secret(`key of ${name}`) };
        case "tls:index/certRequest:CertRequest":
            return { certRequestPem: `request of ${name}` };
        case "tls:index/selfSignedCert:SelfSignedCert":
        case "tls:index/locallySignedCert:LocallySignedCert":
            return { certPem: `certificate of ${name}` };
        default:
            return { name: `${name}-0a1b2c3` };
    }
}

export const randomPassword = "aRandomPassword";

/** Starts a new stack and returns the list of its resources. With `exist`, their outputs are known in a preview too. */
export async function startStack({ preview = false, exist = false } = {}): Promise<Registered[]> {
    const registered: Registered[] = [];
    const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
        registered.push({ type, name, inputs: withoutRandomPorts(marked(inputs) as Registered["inputs"]) });
        const known = !preview || exist;
        const state = known ? { ...(inputs as object), ...computed(type, name) } : (inputs as object);
        return { id: known ? `${name}-id` : undefined, state };
    };
    const call = ({ token }: pulumi.runtime.MockCallArgs) => (/getNetwork$/.test(token) ? { id: bridgeId } : {});
    await pulumi.runtime.setMocks({ newResource, call }, "project", "stack", preview);
    return registered;
}

/** Gives each test of a file its own stack resource. Returns a function that starts a new stack within a test. */
export function eachInItsStack(): () => void {
    const stackOf = jest.spyOn(pulumi.runtime, "getStackResource");
    const next = () => {
        stackOf.mockReturnValue(new pulumi.ComponentResource("pulumi:pulumi:Stack", "stack") as never);
    };
    beforeEach(async () => {
        await startStack();
        next();
    });
    afterAll(() => {
        stackOf.mockRestore();
    });
    return next;
}

export async function deploy(
    args: RedisDatabaseArgs = {},
    opts: pulumi.ComponentResourceOptions = {},
): Promise<Deployment> {
    const registered = await startStack();
    const options = new Map<string, pulumi.CustomResourceOptions>();
    const remember: pulumi.ResourceTransformation = ({ name, opts }) => {
        options.set(name, opts);
        return undefined;
    };
    const db = new RedisDatabase("sessions", args, { ...opts, transformations: [remember] });
    await pulumi.runtime.disconnect();
    const find = (name: string) => {
        const found = registered.filter((resource) => resource.name === name);
        expect(found).toHaveLength(1);
        return found[0] ?? { type: "", name, inputs: {} };
    };
    return { db, registered, outputs: registeredOutputs, options, find };
}

/** Every output of the class. */
export function outputsOf(db: RedisDatabase) {
    return {
        url: db.url,
        tlsUrl: db.tlsUrl,
        connectionUrls: db.connectionUrls,
        credentials: db.credentials,
        password: db.password,
        users: db.users,
        host: db.host,
        port: db.port,
        tlsPort: db.tlsPort,
        networkName: db.networkName,
        caCertPem: db.caCertPem,
        certificateExpires: db.certificateExpires,
        engine: db.engine,
        version: db.version,
        flavor: db.flavor,
        maxmemoryMb: db.maxmemoryMb,
        persistenceLabel: db.persistenceLabel,
        containerName: db.containerName,
        replicaUrls: db.replicaUrls,
        replicaTlsUrls: db.replicaTlsUrls,
        replicaCaCertPem: db.replicaCaCertPem,
        replicationAccess: db.replicationAccess,
    };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply(resolve);
    });
}

/** Replaces the chosen ports, which are random. */
function withoutRandomPorts(inputs: Registered["inputs"]): Registered["inputs"] {
    return typeof inputs.min === "number" && inputs.min === inputs.max ? { min: "chosen", max: "chosen" } : inputs;
}

/** The same inputs with `{ secret: value }` for each secret, at any depth. */
function marked(value: unknown): unknown {
    if (pulumi.runtime.isRpcSecret(value)) return { secret: marked(pulumi.runtime.unwrapRpcSecret(value)) };
    if (Array.isArray(value)) return value.map(marked);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, marked(member)]));
}

/** The value with each secret replaced by `[secret]`. */
export function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutSecrets);
    if (typeof value !== "object" || value === null) return value;
    if ("secret" in value) return "[secret]";
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutSecrets(member)]));
}

/** The files that the agent delivers to the server, by name. All are secret, since some are. */
export function filesOf({ inputs }: Registered): Record<string, unknown> {
    const { secret } = inputs.uploads as { secret: { file: string; content: string; permissions: string }[] };
    expect(new Set(secret.map(({ permissions }) => permissions))).toEqual(new Set(["0600"]));
    return Object.fromEntries(
        secret.flatMap(({ file, content }) => (file === desiredPath ? unbundled(content) : [[file, content]])),
    );
}

function unbundled(text: string): [string, string][] {
    const lines = text.split("\n");
    const files: [string, string][] = [];
    while (lines.length > 1) {
        const [name = "", count = ""] = present(lines.shift()).split(" ");
        files.push([
            name,
            lines
                .splice(0, Number(count))
                .map((line) => `${line}\n`)
                .join(""),
        ]);
    }
    return files;
}
