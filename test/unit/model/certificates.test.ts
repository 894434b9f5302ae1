/** When certificates expire, when that is reported, and the validity of certificates from a CA that expires soon. */
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import {
    certificatesIn,
    chainOf,
    expiryOfFirst,
    expiriesOfOwn,
    expiryOfCa,
    expiryOfIssued,
    intermediatesIn,
    issuedFor,
} from "../../../provider/model/certificates";
import { OpenSsl } from "../support/openssl";

const openssl = new OpenSsl();
afterAll(() => {
    openssl.close();
});

const dayMs = 24 * 3600 * 1000;
const at = (iso: string) => Date.parse(iso);
const date = (iso: string) => new Date(iso);
const until = (expiry: string, more = {}) =>
    openssl.make({ commonName: "one", starts: date("2030-01-01T00:00:00Z"), ends: date(expiry), ...more });
const tls = { validityDays: 365, renewBeforeDays: 30 };

const root = openssl.make({ commonName: "root", ca: true });
const intermediate = openssl.make({ commonName: "intermediate", ca: true, issuer: root });
const lower = openssl.make({ commonName: "lower", ca: true, issuer: intermediate });
const server = openssl.make({ commonName: "server", issuer: lower });
const names = (pem: string) => certificatesIn(pem).map(({ subject }) => subject);

test("a chain reaches its root in any order of certificates and with unrelated ones", () => {
    const others = certificatesIn([root, lower, server, intermediate].map(({ certPem }) => certPem).join("\n"));
    const chain = chainOf(new X509Certificate(server.certPem), others);
    expect(chain.map(({ subject }) => subject)).toEqual(["CN=server", "CN=lower", "CN=intermediate", "CN=root"]);
});

test("a server sends the CAs below the root, and none that are only trusted", () => {
    expect(intermediatesIn(root.certPem)).toBe("");
    expect(intermediatesIn(`${root.certPem}\n${intermediate.certPem}`)).toBe("");
    expect(names(intermediatesIn([lower, root, intermediate].map(({ certPem }) => certPem).join("\n")))).toEqual([
        "CN=lower",
        "CN=intermediate",
    ]);
    expect(names(intermediatesIn(lower.certPem))).toEqual(["CN=lower"]);
});

test("an expiry is in ISO 8601", () => {
    expect(expiryOfFirst(until("2030-01-31T01:02:03Z").certPem)).toBe("2030-01-31T01:02:03Z");
    expect(expiryOfFirst("none")).toBe("");
});

describe("the expiry of a certificate", () => {
    const reported = (expiries: readonly { reportedFrom: number; warnedFrom: number }[]) =>
        expiries.map(({ reportedFrom, warnedFrom }) => [
            new Date(reportedFrom).toISOString().slice(0, 16),
            new Date(warnedFrom).toISOString().slice(0, 16),
        ]);

    test("that the program provides is reported 14 days before, or for a tenth of its validity", () => {
        expect(reported(expiriesOfOwn(until("2031-01-15T00:00:00Z").certPem, ""))).toEqual([
            ["2031-01-01T00:00", "2031-01-01T00:00"],
        ]);
        expect(reported(expiriesOfOwn(until("2030-01-11T00:00:00Z").certPem, ""))).toEqual([
            ["2030-01-10T00:00", "2029-12-28T00:00"],
        ]);
    });

    test("of which the CA expires sooner is reported for the CA", () => {
        const ca = openssl.make({ commonName: "CA", ca: true, ends: date("2040-01-15T00:00:00Z") });
        const { certPem } = until("2050-01-01T00:00:00Z", { issuer: ca });
        expect(expiriesOfOwn(certPem, ca.certPem)[1]).toEqual({
            warnedFrom: at("2040-01-01T00:00:00Z"),
            reportedFrom: at("2040-01-01T00:00:00Z"),
            text: "tls.certificate.caCertPem: is valid until 2040-01-15T00:00:00Z; give a certificate of a CA that is valid for longer",
        });
    });

    test("that an update renews is reported once half of the time for the renewal has passed", () => {
        const { certPem } = until("2031-01-01T00:00:00Z");
        expect(reported(expiryOfIssued(tls, certPem))).toEqual([["2030-12-17T00:00", "2030-12-17T00:00"]]);
        expect(reported(expiryOfIssued({ ...tls, renewBeforeDays: 0 }, certPem))[0]?.[0]).toBe("2031-01-01T00:00");
        // If its CA shortens its validity, the time for its renewal is shortened as well.
        expect(
            reported(expiryOfIssued({ validityDays: 100, renewBeforeDays: 20 }, until("2030-01-11T00:00:00Z").certPem)),
        ).toEqual([["2030-01-10T00:00", "2030-01-10T00:00"]]);
    });

    test("of a CA causes a warning once it shortens the validity of certificates", () => {
        const ca = openssl.make({ commonName: "CA", ca: true, ends: date("2041-01-01T00:00:00Z") });
        expect(reported(expiryOfCa(tls, ca.certPem, true))).toEqual([["2040-12-18T00:00", "2040-01-02T00:00"]]);
        expect(expiryOfCa(tls, ca.certPem, true)[0]?.text).toMatch(
            /^tls\.caVersions: is valid until 2041-01-01T00:00:00Z; /,
        );
        expect(expiryOfCa(tls, ca.certPem, false)[0]?.text).toMatch(
            /^tls\.ca\.certPem: is valid until 2041-01-01T00:00:00Z; /,
        );
        expect(expiryOfCa(tls, "none", false)).toEqual([]);
    });
});

describe("an issued certificate", () => {
    const ca = openssl.make({ commonName: "CA", ca: true, ends: date("2041-01-01T00:00:00Z") });
    const expiry = at("2041-01-01T00:00:00Z");

    test("is valid for the requested time if its CA is", () => {
        expect(issuedFor(tls, ca.certPem, false, expiry - 365 * dayMs)).toEqual({
            validity: 365 * 24,
            renewal: 30 * 24,
        });
        expect(issuedFor(tls, "none")).toEqual({ validity: 365 * 24, renewal: 30 * 24 });
    });

    test("expires no later than its CA, has most of its time, and is not renewed at once", () => {
        const validity = fc.integer({ min: 1, max: 3650 });
        fc.assert(
            fc.property(validity, fc.double({ min: 3, max: 3650 * 24, noNaN: true }), (validityDays, left) => {
                const wanted = { validityDays, renewBeforeDays: Math.floor(validityDays / 2) };
                const issued = issuedFor(wanted, ca.certPem, false, expiry - left * 3600_000);
                // Times are in milliseconds.
                expect(issued.validity).toBeLessThanOrEqual(Math.max(left, 0) + 1e-6);
                expect(issued.validity).toBeGreaterThanOrEqual(Math.min(validityDays * 24, Math.floor(left * 0.74)));
                expect(issued.renewal).toBeLessThan(issued.validity);
            }),
        );
    });

    test("from a generated CA keeps its validity until the CA's last year", () => {
        const longest = { validityDays: 3650, renewBeforeDays: 30 };
        expect(issuedFor(longest, ca.certPem, true, expiry - 366 * dayMs).validity).toBe(3650 * 24);
        expect(issuedFor(longest, ca.certPem, true, expiry - 364 * dayMs).validity).toBeLessThan(364 * 24);
    });

    test("is the same in most updates", () => {
        const days = Array.from({ length: 360 }, (_none, index) =>
            issuedFor(tls, ca.certPem, false, expiry - (index + 2) * dayMs),
        );
        expect(new Set(days.map(({ validity }) => validity)).size).toBeLessThan(20);
    });
});
