/** Resources and outputs of a database without arguments. */
import * as pulumi from "@pulumi/pulumi";
import { currentFormat } from "../../../provider/model/changes/formats";
import { deletionProtectionName } from "../../../provider/model/plan";
import { script } from "../../../provider/components/server/scripts";
import { type Deployment, deploy, filesOf, outputsOf, valueOf, withoutSecrets } from "../support/mockedStack";

let stack: Deployment;
beforeAll(async () => {
    stack = await deploy();
});

const container = "docker:index/container:Container";
const children = [
    [container, "sessions-agent"],
    [container, "sessions-server"],
    ["docker:index/volume:Volume", "sessions-data"],
    ["docker:index/volume:Volume", "sessions-settings"],
    ["random:index/randomId:RandomId", `sessions-${deletionProtectionName}`],
    ["random:index/randomInteger:RandomInteger", "sessions-port"],
    ["random:index/randomPassword:RandomPassword", "sessions-password"],
    ["redis-database:index:CompletedUpdate", "sessions-completed"],
    ["tls:index/certRequest:CertRequest", "sessions-request"],
    ["tls:index/locallySignedCert:LocallySignedCert", "sessions-certificate"],
    ["tls:index/privateKey:PrivateKey", "sessions-ca-key"],
    ["tls:index/privateKey:PrivateKey", "sessions-key"],
    ["tls:index/selfSignedCert:SelfSignedCert", "sessions-ca"],
];

test("has exactly these child resources", () => {
    const [component, ...registered] = stack.registered;
    expect(component).toEqual({
        type: "redis-database:index:RedisDatabase",
        name: "sessions",
        inputs: { name: "sessions", resolvedVersion: "8.6", format: currentFormat },
    });
    expect(registered.map(({ type, name }) => [type, name]).sort()).toEqual([...children].sort());
    for (const [, name = ""] of children) expect(stack.options.get(name)?.parent).toBe(stack.db);
});

test("nodes contains every resource", async () => {
    const names = Object.entries(stack.db.nodes).map(async ([part, node]: [string, pulumi.Resource]) => [
        part,
        (await valueOf(node.urn)).split("::").at(-1),
    ]);
    expect(Object.fromEntries((await Promise.all(names)) as [string, string][])).toEqual({
        dataVolume: "sessions-data",
        settingsVolume: "sessions-settings",
        port: "sessions-port",
        password: "sessions-password",
        caKey: "sessions-ca-key",
        ca: "sessions-ca",
        key: "sessions-key",
        request: "sessions-request",
        certificate: "sessions-certificate",
        agent: "sessions-agent",
        server: "sessions-server",
        deletionProtection: `sessions-${deletionProtectionName}`,
    });
});

test.each(children.filter(([, name]) => name !== "sessions-agent"))("inputs of %s %s", (_type, name = "") => {
    expect(withoutSecrets(stack.find(name).inputs)).toMatchSnapshot();
});

describe("the agent", () => {
    test("inputs, except the uploaded files", () => {
        expect(withoutSecrets(stack.find("sessions-agent").inputs)).toMatchSnapshot();
    });

    test("delivers its own script and the server's, the settings, users, and the certificate with its key and CA", () => {
        const command = stack.find("sessions-server").inputs.command as string[];
        expect(filesOf(stack.find("sessions-agent"))).toEqual({
            "/agent.sh": script("agent/agent.sh"),
            "start.sh": script("server/start.sh"),
            "health.sh": script("server/health.sh"),
            // The fingerprint of the container that the agent expects.
            "database": expect.stringContaining(`\nserver=${command[2]}\n`) as string,
            "redis.conf": expect.stringContaining("\nsave 900 1\n") as string,
            "users.acl": expect.stringMatching(/^user default on #[0-9a-f]{64} /) as string,
            "tls.crt": "certificate of sessions-certificate\n",
            "tls.key": "key of sessions-key\n",
            "ca.crt": "certificate of sessions-ca\n",
        });
    });
});

test("the server depends on the agent, and both explain their failures", async () => {
    const server = stack.options.get("sessions-server");
    const agent = stack.options.get("sessions-agent");
    const waitsFor = await valueOf(pulumi.output(server?.dependsOn) as pulumi.Output<pulumi.Resource[]>);
    expect(waitsFor).toEqual([stack.db.nodes.agent]);
    const hooks = [server, agent].map((options) => options?.hooks?.onError?.map(({ name }) => name));
    const name = "redis-database:RedisDatabase:sessions:explainFailure";
    expect(hooks).toEqual([[name], [name]]);
});

test("creating children without stack traces does not disable other stack traces", () => {
    expect(Error.stackTraceLimit).toBeGreaterThan(0);
    expect(stack.db.nodes.agent).toBeDefined();
});

test("the component is reviewed before it is created and before each update", () => {
    const hooks = stack.options.get("sessions")?.hooks;
    const review = [expect.objectContaining({ name: "redis-database:RedisDatabase:sessions:review" })];
    expect(hooks).toEqual({ beforeCreate: review, beforeUpdate: review });
});

test("all outputs", async () => {
    const url = "redis://app:aRandomPassword@localhost:24000";
    const tlsUrl = "rediss://app:aRandomPassword@localhost:24001";
    expect(await valueOf(pulumi.output(outputsOf(stack.db)))).toEqual({
        url,
        tlsUrl,
        connectionUrls: { plaintext: url, tls: tlsUrl },
        credentials: [
            { type: "redis", default: true, connectionUrl: url },
            { type: "redis+ssl", default: false, connectionUrl: tlsUrl },
        ],
        password: "aRandomPassword",
        users: {},
        host: "localhost",
        port: 24000,
        tlsPort: 24001,
        caCertPem: "certificate of sessions-ca",
        // The mocked certificate is not a real one.
        certificateExpires: "",
        engine: "redis",
        version: "8.6",
        flavor: "aof",
        maxmemoryMb: 183,
        persistenceLabel: undefined,
        containerName: "sessions-server-0a1b2c3",
        replicaUrls: [],
        replicaTlsUrls: [],
        replicaCaCertPem: "",
        replicationAccess: {},
    });
});
