/** When certificates end, who gets a warning when, and what a CA that ends soon signs. */
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import {
    certificatesIn,
    chainOf,
    endOfFirst,
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
const until = (ends: string, more = {}) =>
    openssl.make({ commonName: "one", starts: date("2030-01-01T00:00:00Z"), ends: date(ends), ...more });
const tls = { validityDays: 365, renewBeforeDays: 30 };

const root = openssl.make({ commonName: "root", ca: true });
const intermediate = openssl.make({ commonName: "intermediate", ca: true, issuer: root });
const lower = openssl.make({ commonName: "lower", ca: true, issuer: intermediate });
const server = openssl.make({ commonName: "server", issuer: lower });
const names = (pem: string) => certificatesIn(pem).map(({ subject }) => subject);

test("a chain goes up to its root, whatever the order and whatever else there is", () => {
    const others = certificatesIn([root, lower, server, intermediate].map(({ certPem }) => certPem).join("\n"));
    const chain = chainOf(new X509Certificate(server.certPem), others);
    expect(chain.map(({ subject }) => subject)).toEqual(["CN=server", "CN=lower", "CN=intermediate", "CN=root"]);
});

test("what a server sends along are the CAs below the root, and none that are only trusted", () => {
    expect(intermediatesIn(root.certPem)).toBe("");
    expect(intermediatesIn(`${root.certPem}\n${intermediate.certPem}`)).toBe("");
    expect(names(intermediatesIn([lower, root, intermediate].map(({ certPem }) => certPem).join("\n")))).toEqual([
        "CN=lower",
        "CN=intermediate",
    ]);
    expect(names(intermediatesIn(lower.certPem))).toEqual(["CN=lower"]);
});

test("a moment is in ISO 8601", () => {
    expect(endOfFirst(until("2030-01-31T01:02:03Z").certPem)).toBe("2030-01-31T01:02:03Z");
    expect(endOfFirst("none")).toBe("");
});

describe("a certificate that ends", () => {
    const reported = (expiries: readonly { reportedFrom: number; warnedFrom: number }[]) =>
        expiries.map(({ reportedFrom, warnedFrom }) => [
            new Date(reportedFrom).toISOString().slice(0, 16),
            new Date(warnedFrom).toISOString().slice(0, 16),
        ]);

    test("of a person's own is reported 14 days before, or for a tenth of its validity", () => {
        expect(reported(expiriesOfOwn(until("2031-01-15T00:00:00Z").certPem, ""))).toEqual([
            ["2031-01-01T00:00", "2031-01-01T00:00"],
        ]);
        expect(reported(expiriesOfOwn(until("2030-01-11T00:00:00Z").certPem, ""))).toEqual([
            ["2030-01-10T00:00", "2029-12-28T00:00"],
        ]);
    });

    test("so are the CAs above it, of which the first to end counts", () => {
        const ca = openssl.make({ commonName: "CA", ca: true, ends: date("2040-01-15T00:00:00Z") });
        const { certPem } = until("2050-01-01T00:00:00Z", { issuer: ca });
        expect(expiriesOfOwn(certPem, ca.certPem)[1]).toEqual({
            warnedFrom: at("2040-01-01T00:00:00Z"),
            reportedFrom: at("2040-01-01T00:00:00Z"),
            text: "tls.certificate.caCertPem: is valid until 2040-01-15T00:00:00Z; give a certificate of a CA that is valid for longer",
        });
    });

    test("that an update renews is reported once half of the time for that is over", () => {
        const { certPem } = until("2031-01-01T00:00:00Z");
        expect(reported(expiryOfIssued(tls, certPem))).toEqual([["2030-12-17T00:00", "2030-12-17T00:00"]]);
        expect(reported(expiryOfIssued({ ...tls, renewBeforeDays: 0 }, certPem))[0]?.[0]).toBe("2031-01-01T00:00");
        // One that its CA has shortened is renewed later, too.
        expect(
            reported(expiryOfIssued({ validityDays: 100, renewBeforeDays: 20 }, until("2030-01-11T00:00:00Z").certPem)),
        ).toEqual([["2030-01-10T00:00", "2030-01-10T00:00"]]);
    });

    test("of a CA is warned of as soon as it shortens what it signs", () => {
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

describe("a certificate that is issued", () => {
    const ca = openssl.make({ commonName: "CA", ca: true, ends: date("2041-01-01T00:00:00Z") });
    const end = at("2041-01-01T00:00:00Z");

    test("is valid for as long as the program says, as long as its CA is", () => {
        expect(issuedFor(tls, ca.certPem, false, end - 365 * dayMs)).toEqual({ validity: 365 * 24, renewal: 30 * 24 });
        expect(issuedFor(tls, "none")).toEqual({ validity: 365 * 24, renewal: 30 * 24 });
    });

    test("does not outlive its CA, has most of its time, and is not renewed at once", () => {
        const validity = fc.integer({ min: 1, max: 3650 });
        fc.assert(
            fc.property(validity, fc.double({ min: 3, max: 3650 * 24, noNaN: true }), (validityDays, left) => {
                const wanted = { validityDays, renewBeforeDays: Math.floor(validityDays / 2) };
                const issued = issuedFor(wanted, ca.certPem, false, end - left * 3600_000);
                expect(issued.validity).toBeLessThanOrEqual(Math.max(left, 0));
                expect(issued.validity).toBeGreaterThanOrEqual(Math.min(validityDays * 24, Math.floor(left * 0.74)));
                expect(issued.renewal).toBeLessThan(issued.validity);
            }),
        );
    });

    test("of a CA that the component made stays as it is until the last year of that", () => {
        const most = { validityDays: 3650, renewBeforeDays: 30 };
        expect(issuedFor(most, ca.certPem, true, end - 366 * dayMs).validity).toBe(3650 * 24);
        expect(issuedFor(most, ca.certPem, true, end - 364 * dayMs).validity).toBeLessThan(364 * 24);
    });

    test("is the same one in most updates", () => {
        const days = Array.from({ length: 360 }, (_none, index) =>
            issuedFor(tls, ca.certPem, false, end - (index + 2) * dayMs),
        );
        expect(new Set(days.map(({ validity }) => validity)).size).toBeLessThan(20);
    });
});
