/** Secrets are marked everywhere: in outputs, in recorded arguments and in the inputs of every child. */
import * as pulumi from "@pulumi/pulumi";
import type { RedisDatabaseArgs } from "../../../provider";
import { createCertificates } from "../../../provider/components/server/certificates";
import { Children } from "../../../provider/components/server/children";
import { Specification } from "../../../provider/components/server/specification";
import { resolveArguments } from "../../../provider/model/arguments/resolve";
import { currentFormat } from "../../../provider/model/changes/formats";
import { planServer } from "../../../provider/model/plan";
import { present } from "../../support/present";
import { OpenSsl } from "../support/openssl";
import { type Deployment, deploy, outputsOf, randomPassword, startStack, withoutSecrets } from "../support/mockedStack";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});
const ca = openssl.make({ commonName: "Our CA", ca: true });
const server = openssl.make({ commonName: "redis", san: "DNS:redis.example.com", issuer: ca });

const secretOutputs = [
    ...["url", "tlsUrl", "connectionUrls", "credentials", "password", "users"],
    ...["replicaUrls", "replicaTlsUrls", "replicationAccess"],
];
/** Ways to set secrets, as plain text and as Outputs, with the texts that must stay secret. */
const ways: Record<string, [args: RedisDatabaseArgs, secrets: string[]]> = {
    "all generated": [{}, [randomPassword, "key of sessions-key", "key of sessions-ca-key"]],
    "a password": [{ password: "hunter2-hunter2" }, ["hunter2-hunter2", "key of sessions-key"]],
    "a password that is an Output": [{ password: pulumi.output("hunter2-hunter2") }, ["hunter2-hunter2"]],
    "a secret password": [{ password: pulumi.secret("hunter2-hunter2") }, ["hunter2-hunter2"]],
    "a user's password": [
        { users: [{ name: "orders", rules: "+ping", password: "hunter2-hunter2" }] },
        ["hunter2-hunter2"],
    ],
    "a user's password that is an Output": [
        { users: [{ name: "orders", rules: "+ping", password: pulumi.output("hunter2-hunter2") }] },
        ["hunter2-hunter2"],
    ],
    "a CA": [{ tls: { ca } }, [ca.keyPem]],
    "a CA whose key is an Output": [{ tls: { ca: { ...ca, keyPem: pulumi.output(ca.keyPem) } } }, [ca.keyPem]],
    "a certificate": [
        { host: "redis.example.com", tls: { certificate: { ...server, caCertPem: ca.certPem } } },
        [server.keyPem],
    ],
    "a certificate whose key is secret": [
        {
            host: "redis.example.com",
            tls: { certificate: { ...server, keyPem: pulumi.secret(server.keyPem), caCertPem: ca.certPem } },
        },
        [server.keyPem],
    ],
};

describe.each(Object.entries(ways))("%s", (_way, [args, secrets]) => {
    let stack: Deployment;
    beforeAll(async () => {
        stack = await deploy(args);
    });

    test("every secret is present, and none in plaintext", () => {
        const { registered, outputs } = stack;
        const everything = JSON.stringify([registered, outputs]);
        const plaintext = JSON.stringify(withoutSecrets([registered, outputs]));
        for (const secret of secrets) {
            const inJson = JSON.stringify(secret).slice(1, -1);
            expect(everything).toContain(inJson);
            expect(plaintext).not.toContain(inJson);
        }
    });

    test("the server's inputs contain no secret", () => {
        const { inputs } = stack.find("sessions-server");
        expect(withoutSecrets(inputs)).toEqual(inputs);
    });

    test("exactly these outputs are secret", async () => {
        const { db, outputs } = stack;
        // The state omits undefined outputs, and those about replicas if there are none.
        const recorded = Object.keys(outputsOf(db)).filter(
            (name) => !["persistenceLabel", "networkName"].includes(name) && !/^repli/.test(name),
        );
        expect(Object.keys(outputs).sort()).toEqual(recorded.sort());
        for (const [name, value] of Object.entries(outputs)) {
            expect([name, withoutSecrets(value) === "[secret]"]).toEqual([name, secretOutputs.includes(name)]);
        }
        for (const [name, output] of Object.entries<pulumi.Output<unknown>>({ ...outputsOf(db) })) {
            expect([name, await pulumi.isSecret(output)]).toEqual([name, secretOutputs.includes(name)]);
        }
    });
});

test("a key from the program is marked as a secret at once", async () => {
    const registered = await startStack();
    const certificate = { ...server, caCertPem: ca.certPem };
    const args = { host: "redis.example.com", tls: { certificate } };
    const spec = new Specification(pulumi.output(present(resolveArguments(args).spec)));
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const children = new Children(parent, "sessions", spec.resolved);
    const plan = planServer("RedisDatabase", "sessions", args);
    const { keyPem } = createCertificates(children, plan, spec, { certificate }, pulumi.output([]));
    expect(await pulumi.isSecret(keyPem)).toBe(true);
    await pulumi.runtime.disconnect();
    expect(registered.map(({ name }) => name)).toEqual(["parent"]);
});

test("the state records the arguments, with secrets marked and without transform", async () => {
    const stack = await deploy({
        host: "redis.example.com",
        password: "hunter2",
        tls: { certificate: { ...server, caCertPem: ca.certPem }, protocols: ["TLSv1.3"] },
        config: { timeout: 300 },
        transform: { server: () => undefined },
    });
    expect(stack.find("sessions").inputs).toEqual({
        host: "redis.example.com",
        password: { secret: "hunter2" },
        // A secret member makes the whole argument secret.
        tls: {
            secret: { certificate: { ...server, caCertPem: ca.certPem }, protocols: ["TLSv1.3"] },
        },
        config: { timeout: 300 },
        // Facts that previews need.
        name: "sessions",
        resolvedVersion: "8.6",
        format: currentFormat,
    });
});
