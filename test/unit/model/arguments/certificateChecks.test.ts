/** Certificates that users provide, issued by a real openssl. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
    checkCa,
    checkChain,
    checkKeyPair,
    checkNewCertificates,
    isCertificateHost,
    isHost,
    splitHosts,
} from "../../../../provider/model/arguments/certificateChecks";
import { OpenSsl, type Pair } from "../../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});

const ca = openssl.make({ commonName: "Our CA", ca: true });
const san = "DNS:redis.example.com,DNS:*.wild.example.com,IP:192.0.2.1,IP:2001:db8::1";
const server = openssl.make({ commonName: "redis", san, issuer: ca });
const checkServer = (pair: Pair, ...hosts: string[]) => checkKeyPair("tls.certificate", pair, "server", hosts);

describe("a server certificate", () => {
    test.each([
        "redis.example.com",
        "REDIS.example.com",
        "a.wild.example.com",
        "192.0.2.1",
        "2001:db8::1",
        "2001:DB8:0::1",
    ])("is valid for %s", (host) => {
        expect(checkServer(server, host)).toEqual([]);
    });

    test.each([
        "example.com",
        "wild.example.com",
        "a.b.wild.example.com",
        "192.0.2.2",
        "2001:db8::2",
        "localhost",
        "redis",
    ])("is not valid for %s", (host) => {
        expect(checkServer(server, "redis.example.com", host)).toEqual([
            {
                code: "redis-database/certificate-for-another-host",
                path: "tls.certificate.certPem",
                problem: `is not valid for ${host}`,
                remedy: "issue it with these subject alternative names",
            },
        ]);
    });

    test("needs subject alternative names; the common name is ignored", () => {
        const old = openssl.make({ commonName: "redis.example.com", issuer: ca });
        expect(checkServer(old, "redis.example.com").map(({ problem }) => problem)).toEqual([
            "is not valid for redis.example.com",
        ]);
    });

    test("lists every missing host", () => {
        expect(checkServer(server, "a.example.com", "192.0.2.9").map(({ problem }) => problem)).toEqual([
            "is not valid for a.example.com, 192.0.2.9",
        ]);
    });

    test("with the key of another certificate is refused", () => {
        expect(checkServer({ ...server, keyPem: openssl.key() }, "redis.example.com")).toEqual([
            {
                code: "redis-database/key-of-another-certificate",
                path: "tls.certificate.keyPem",
                problem: "does not belong to the certificate",
                remedy: "give the key for which the certificate was issued",
            },
        ]);
    });

    test("with an encrypted key is refused", () => {
        const problems = checkServer({ ...server, keyPem: openssl.key("secret") }, "redis.example.com");
        expect(problems.map(({ path }) => path)).toEqual(["tls.certificate.keyPem"]);
        expect(problems[0]?.problem).toBe("is not an unencrypted private key in PEM (its value is not shown)");
    });

    test("that is not a certificate and a key that is not a key are reported together", () => {
        const nonsense = `-----BEGIN CERTIFICATE-----\n${randomBytes(99).toString("base64")}\n-----END CERTIFICATE-----`;
        const findings = checkServer({ certPem: nonsense, keyPem: nonsense }, "redis.example.com");
        expect(findings.map(({ path }) => path)).toEqual(["tls.certificate.certPem", "tls.certificate.keyPem"]);
    });
});

describe("a CA", () => {
    test("is valid with its own key", () => {
        expect(checkKeyPair("tls.ca", ca, "ca", [])).toEqual([]);
    });

    test("must be a CA certificate", () => {
        expect(checkKeyPair("tls.ca", server, "ca", [])).toEqual([
            {
                code: "redis-database/certificate-of-no-ca",
                path: "tls.ca.certPem",
                problem: "is not a CA certificate",
                remedy: "give a certificate with basicConstraints CA:TRUE, or use tls.certificate",
            },
        ]);
    });

    test("that only verifies must be a certificate", () => {
        expect(checkCa("tls.clientAuth.caCertPem", ca.certPem)).toEqual([]);
        expect(checkCa("tls.clientAuth.caCertPem", ca.keyPem).map(({ problem }) => problem)).toEqual([
            "is not a certificate in PEM",
        ]);
    });
});

describe("the chain from a server certificate to caCertPem", () => {
    const intermediate = openssl.make({ commonName: "Intermediate", ca: true, issuer: ca });
    const below = openssl.make({ commonName: "redis", san, issuer: intermediate });
    const other = openssl.make({ commonName: "Our CA", ca: true });
    const stranger = openssl.make({ commonName: "redis", san, issuer: other });
    const problems = (certPem: string, caCertPem: string) =>
        checkChain("tls.certificate", { certPem, caCertPem }).map(({ path, problem }) => `${path}: ${problem}`);
    const unsigned = ["tls.certificate.caCertPem: did not sign tls.certificate.certPem"];

    test.each([
        ["signed by the CA", server.certPem, ca.certPem],
        ["its own CA", ca.certPem, ca.certPem],
        ["an intermediate certificate in certPem", `${below.certPem}\n${intermediate.certPem}`, ca.certPem],
        ["with further certificates in both", `${server.certPem}\n${other.certPem}`, `${other.certPem}\n${ca.certPem}`],
        ["trusting the intermediate itself", below.certPem, intermediate.certPem],
    ])("is complete: %s", (_how, certPem, caCertPem) => {
        expect(problems(certPem, caCertPem)).toEqual([]);
    });

    test.each([
        ["a CA of the same name but another key", server.certPem, other.certPem],
        ["the intermediate is missing", below.certPem, ca.certPem],
        ["the intermediate signed another certificate", `${stranger.certPem}\n${intermediate.certPem}`, ca.certPem],
        ["the server's own certificate is not the first", `${intermediate.certPem}\n${below.certPem}`, other.certPem],
    ])("is broken: %s", (_how, certPem, caCertPem) => {
        expect(problems(certPem, caCertPem)).toEqual(unsigned);
    });

    test("a CA that is not a certificate is reported once", () => {
        expect(problems(server.certPem, "nothing")).toEqual(["tls.certificate.caCertPem: is not a certificate in PEM"]);
    });
});

describe("checks of new certificates", () => {
    const past = openssl.make({ commonName: "redis", san, issuer: ca, expired: true });
    const pastCa = openssl.make({ commonName: "Past CA", ca: true, expired: true });
    const intermediate = openssl.make({ commonName: "Intermediate", ca: true, issuer: ca });
    const below = openssl.make({ commonName: "redis", san, issuer: intermediate });
    const selfSigned = openssl.make({ commonName: "redis", san });
    const expired = "expired on Feb  1 00:00:00 2020 GMT";
    const rootless = "has an intermediate CA but not its root CA, without which OpenSSL cannot verify certificates";
    const own = (certPem: string, caCertPem = ca.certPem) => ({ certificate: { certPem, keyPem: "", caCertPem } });
    const both = (...pairs: readonly Pair[]) => pairs.map(({ certPem }) => certPem).join("\n");
    const problems = (tls: object, before?: object) =>
        checkNewCertificates({ tls }, before && { tls: before }).map(({ path, problem }) => `${path}: ${problem}`);

    test.each<[string, object, string[]]>([
        ["no certificate", {}, []],
        ["a valid certificate", own(server.certPem), []],
        ["a self-signed certificate", own(selfSigned.certPem, selfSigned.certPem), []],
        ["a certificate with its intermediate", own(both(below, intermediate)), []],
        ["a certificate whose intermediate is trusted as well", own(below.certPem, both(intermediate, ca)), []],
        ["an expired certificate", own(past.certPem), [`tls.certificate.certPem: ${expired}`]],
        [
            "a certificate of which only the intermediate is trusted",
            own(below.certPem, intermediate.certPem),
            [`tls.certificate.caCertPem: ${rootless}`],
        ],
        [
            "a certificate whose root is sent but not trusted",
            own(both(below, intermediate, ca), intermediate.certPem),
            [`tls.certificate.caCertPem: ${rootless}`],
        ],
        ["an expired CA", { ca: pastCa }, [`tls.ca.certPem: ${expired}`]],
        ["a valid CA followed by an expired one", { ca: { certPem: both(ca, pastCa) } }, []],
        ["an intermediate CA without its root", { ca: intermediate }, [`tls.ca.certPem: ${rootless}`]],
        [
            "an intermediate CA followed by another root",
            { ca: { certPem: both(intermediate, pastCa) } },
            [`tls.ca.certPem: ${rootless}`],
        ],
        ["an intermediate CA with its root", { ca: { certPem: both(intermediate, ca) } }, []],
        [
            "an expired CA of clients",
            { clientAuth: { caCertPem: pastCa.certPem } },
            [`tls.clientAuth.caCertPem: ${expired}`],
        ],
        ["an unresolved certificate", { ca: { certPem: Symbol("unresolved") } }, []],
    ])("%s", (_what, tls, expected) => {
        expect(problems(tls)).toEqual(expected);
        expect(problems(tls, tls)).toEqual([]);
        expect(problems(tls, own(server.certPem, selfSigned.certPem))).toEqual(expected);
    });
});

describe("hosts", () => {
    test.each(["localhost", "redis-1", "a.b.example.com", "_srv.example", "1host", "10.example", "127.0.0.1", "::1"])(
        "%s is a host",
        (host) => {
            expect([isHost(host), isCertificateHost(host)]).toEqual([true, true]);
        },
    );

    test.each([
        ...["", "a b", "-a", "a-", "a..b", ".a", "a.", "a:1", "http://a", "a/b", "[::1]", "fe80::1%eth0"],
        ...[
            "192.168.1.300",
            "1.2.3",
            "12345",
            "*",
            "a.*.b",
            "**.a",
            "*a",
            "*.192.0.2.1",
            "*.::1",
            "ü.example",
            `${"a".repeat(64)}.example`,
        ],
        ...[Array.from({ length: 64 }, () => "abc").join("."), "a\n"],
    ])("%j is not a host", (host) => {
        expect([isHost(host), isCertificateHost(host)]).toEqual([false, false]);
    });

    test("a wildcard is valid in a certificate, but not as a host", () => {
        expect([isHost("*.example.com"), isCertificateHost("*.example.com")]).toEqual([false, true]);
    });

    test("any domain and any address is a host", () => {
        fc.assert(
            fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()), (host) => {
                expect(isHost(host)).toBe(true);
            }),
        );
    });

    test("splitHosts separates names and addresses and keeps their order", () => {
        expect(splitHosts(["b.example", "192.0.2.1", "::1", "a.example", "*.c.example"])).toEqual({
            dnsNames: ["b.example", "a.example", "*.c.example"],
            ipAddresses: ["192.0.2.1", "::1"],
        });
    });
});
