/**
 * What the TLS port accepts, checked with openssl and redis-cli: on a server with TLS, and on a terminator in front of
 * a server.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, docker, handshake, uniqueName, until } from "./support/docker";
import { TestStack, findingsIn } from "./support/stack";
import { TestDatabase } from "./support/testDatabase";
import { present } from "../support/present";
import { OpenSsl, type Pair } from "../unit/support/openssl";

interface Database {
    readonly url?: string;
    readonly tlsUrl: string;
    readonly tlsPort: number;
    readonly caCertPem: string;
    /** The container that listens on the TLS port. */
    readonly front: string;
    readonly certificateExpires: string;
}

const dayMs = 24 * 3600 * 1000;
const seconds = (count: number) => new Date(Date.now() + count * 1000);

describe.each(["8.0", "5.0"])("the TLS port of %s", (version) => {
    const network = uniqueName("redis-tls");
    let stack: TestStack;
    let client: Client;
    let databases: Record<string, Database>;
    let output: string;
    let openssl: OpenSsl;
    let root: Pair;
    let intermediate: Pair;
    let files: Record<"ca" | "caKey" | "own" | "ownKey" | "client" | "clientKey", string>;
    const of = (name: string) => present(databases[name]);

    /** The program's own CA, and a server certificate and a client certificate that it signed. */
    function makeCertificates(): typeof files {
        const directory = mkdtempSync(join(tmpdir(), "certificates-"));
        const script = `
            set -e
            key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
            key ca; openssl req -x509 -new -key ca.key -subj "/CN=a private CA" -days 30 -out ca.crt
            for use in own client; do
                key $use; openssl req -new -key $use.key -subj /CN=$use -out $use.csr
                printf 'subjectAltName=DNS:localhost\\nauthorityKeyIdentifier=keyid\\n' > ext
                openssl x509 -req -in $use.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out $use.crt
            done
            openssl pkcs8 -topk8 -nocrypt -in own.key -out own.pk8; openssl pkcs8 -topk8 -nocrypt -in ca.key -out ca.pk8`;
        execFileSync("sh", ["-c", script], { cwd: directory, stdio: "ignore" });
        const read = (name: string) => readFileSync(join(directory, name), "utf8");
        const certificates = {
            ca: read("ca.crt"),
            caKey: read("ca.pk8"),
            own: read("own.crt"),
            ownKey: read("own.pk8"),
            client: read("client.crt"),
            clientKey: read("client.key"),
        };
        rmSync(directory, { recursive: true });
        return certificates;
    }

    beforeAll(async () => {
        client = new Client();
        files = makeCertificates();
        openssl = new OpenSsl();
        root = openssl.make({ commonName: "a private root CA", ca: true });
        intermediate = openssl.make({ commonName: "an intermediate CA", ca: true, issuer: root });
        const shortCa = openssl.make({ commonName: "a CA for two days", ca: true, ends: seconds(2 * 24 * 3600) });
        docker("network", "create", network);
        stack = await TestStack.create("tls");
        const args = {
            "plain": {},
            "strict": { tls: { protocols: ["TLSv1.3"] } },
            "mutual": { tls: { clientAuth: { caCertPem: files.ca } } },
            "own-ca": { tls: { ca: { certPem: files.ca, keyPem: files.caKey } } },
            "own-cert": { tls: { certificate: { certPem: files.own, keyPem: files.ownKey, caCertPem: files.ca } } },
            "networked": { network },
            "chained": {
                tls: { ca: { certPem: intermediate.certPem + "\n" + root.certPem, keyPem: intermediate.keyPem } },
            },
            "short-ca": { tls: { ca: shortCa } },
        };
        const programs = Object.entries(args).map(
            ([name, more]) =>
                `{ const { url, tlsUrl, tlsPort, caCertPem, certificateExpires, nodes } = new RedisDatabase("${name}", ` +
                `${JSON.stringify({ version, memoryMb: 32, ...more })}); const front = (nodes.terminator ?? nodes.server).name; ` +
                `exports["${name}"] = { url, tlsUrl, tlsPort, caCertPem, certificateExpires, front }; }`,
        );
        ({ output } = await stack.program(programs.join("\n")).up());
        databases = (await stack.outputs()) as typeof databases;
    });

    afterAll(async () => {
        client.close();
        openssl.close();
        await stack.close();
        docker("network", "rm", network);
    });

    // OpenSSL 3 speaks protocols before TLS 1.2 only at the lowest security level.
    const legacy = ["-cipher", "DEFAULT:@SECLEVEL=0"];
    const connect = (name: string, more: string[]) =>
        handshake("localhost", of(name).tlsPort, of(name).caCertPem, more);

    test.each([
        ["plain", "TLS 1.2", ["-tls1_2"], true],
        ["plain", "TLS 1.3", ["-tls1_3"], true],
        ["plain", "TLS 1.1", ["-tls1_1", ...legacy], false],
        ["plain", "TLS 1.0", ["-tls1", ...legacy], false],
        ["strict", "TLS 1.3", ["-tls1_3"], true],
        ["strict", "TLS 1.2", ["-tls1_2"], false],
    ])("of database %s accepts %s: %p", (name, _protocol, flags, accepted) => {
        const { text, status } = connect(name, flags);
        expect(status).toBe(accepted ? 0 : 1);
        expect(text).toContain(accepted ? "Verify return code: 0 (ok)" : "alert protocol version");
    });

    test("does not answer a plaintext client", () => {
        const { text } = client.run(["redis-cli", "-p", String(of("plain").tlsPort), "PING"]);
        expect(text).not.toContain("PONG");
        expect(text).toMatch(/Server closed the connection|Connection reset by peer/);
    });

    test("is not trusted by a client with the CA of another database", () => {
        const { text, status } = handshake("localhost", of("plain").tlsPort, of("strict").caCertPem);
        expect(status).toBe(1);
        expect(text).toMatch(/certificate verify failed/);
    });

    test("has a certificate that is not valid for other names", () => {
        expect(connect("plain", ["-verify_hostname", "elsewhere.example.com"]).text).toContain("hostname mismatch");
    });

    test("requires a client certificate with tls.clientAuth", () => {
        const { tlsUrl, caCertPem } = of("mutual");
        expect(client.redis(tlsUrl, ["PING"], { caCertPem })).toMatch(
            /certificate required|Server closed the connection|reset by peer/,
        );
        const identity = [
            "--cert",
            client.file("client.crt", files.client),
            "--key",
            client.file("client.key", files.clientKey),
        ];
        expect(client.redis(tlsUrl, ["PING"], { caCertPem, more: identity })).toBe("PONG");
    });

    test.each(["own-ca", "own-cert"])("is verified with the program's own CA: %s", (name) => {
        expect(of(name).caCertPem.trim()).toBe(files.ca.trim());
        expect(connect(name, ["-verify_hostname", "localhost"]).text).toContain("Verified peername: localhost");
        expect(client.redis(of(name).tlsUrl, ["PING"], { caCertPem: files.ca })).toBe("PONG");
    });

    test("sends the intermediate CA, so that clients can verify with the output or with the root alone", () => {
        const { tlsPort, tlsUrl, caCertPem } = of("chained");
        for (const trusted of [caCertPem, root.certPem]) {
            expect(handshake("localhost", tlsPort, trusted, ["-verify_hostname", "localhost"]).text).toContain(
                "Verified peername: localhost",
            );
            expect(client.redis(tlsUrl, ["PING"], { caCertPem: trusted })).toBe("PONG");
        }
    });

    test("has a certificate that expires before the program's CA, and reports when", () => {
        const { certificateExpires } = of("short-ca");
        const left = Date.parse(certificateExpires) - Date.now();
        expect(left).toBeGreaterThan(dayMs);
        expect(left).toBeLessThan(2 * dayMs);
        expect(certificateExpires).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(output).toMatch(
            /RedisDatabase "short-ca": tls\.ca\.certPem: is valid until .*; give a CA that is valid for longer/,
        );
        expect(output).not.toMatch(/"(plain|own-cert|chained)": .*is valid until/);
    });

    test("is reachable by the database's name on its network, and the certificate is valid for that name", () => {
        const { caCertPem, front } = of("networked");
        const unauthenticated = docker(
            "run",
            "--rm",
            "--network",
            network,
            "redis:8.0",
            "redis-cli",
            "-h",
            "networked",
            "PING",
        );
        expect(unauthenticated).toContain("NOAUTH");
        const address = docker("inspect", "-f", `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, front);
        expect(handshake(address, 6380, caCertPem, ["-verify_hostname", "networked"]).text).toContain(
            "Verified peername: networked",
        );
    });
});

test("an expiring certificate is reported by updates and the health check, and blocks no other change", async () => {
    const openssl = new OpenSsl();
    const ca = openssl.make({ commonName: "a private CA", ca: true });
    const validUntil = (ends: Date) => {
        const pair = openssl.make({ commonName: "own", san: "DNS:localhost,IP:127.0.0.1", issuer: ca, ends });
        return { tls: { certificate: { ...pair, caCertPem: ca.certPem } } };
    };
    const expiring = validUntil(seconds(20));
    const db = await TestDatabase.create("ending", { memoryMb: 32, ...expiring });
    try {
        const [ends, server, container] = [
            await db.stack.value("certificateExpires"),
            await db.server(),
            await db.serverId(),
        ];
        /** Runs the health check now, without waiting for its interval, and returns its output. */
        const health = () =>
            docker("exec", server, "sh", "-c", "rm -f /tmp/healthy; sh /settings/current/health.sh || true");
        const text = `tls.certificate.certPem: is valid until ${ends}; give one that is valid for longer`;
        expect(health()).toBe(`${text} [redis-database/certificate-ends-soon]`);
        await until(() => Date.now() > Date.parse(ends));
        // An expired certificate that is already in use does not block other changes.
        expect((await db.up({ memoryMb: 40 })).output).toContain(`RedisDatabase "db": ${text}.`);
        expect(findingsIn(await db.with(validUntil(seconds(-60))).failure("preview"))).toMatch(
            /tls\.certificate\.certPem: expired on [^]*\[redis-database\/certificate-expired\]/,
        );
        expect((await db.up({ memoryMb: 40, ...validUntil(seconds(300 * 24 * 3600)) })).output).not.toContain(
            "is valid until",
        );
        expect(health()).toBe("");
        expect(await db.serverId()).toBe(container);
        expect(Date.parse(await db.stack.value("certificateExpires"))).toBeGreaterThan(Date.now() + 299 * dayMs);
    } finally {
        openssl.close();
        await db.close();
    }
});
