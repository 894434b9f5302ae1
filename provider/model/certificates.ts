/** Certificates in PEM: their chains, when they expire, and when their expiry is reported. */
import { X509Certificate } from "node:crypto";

const dayMs = 24 * 3600 * 1000;
const hourMs = 3600 * 1000;

/** The certificates in a text; anything else in it is skipped. In tests with Pulumi mocks the text is undefined. */
export function certificatesIn(pem: string | undefined): X509Certificate[] {
    const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.flatMap((block) => {
        try {
            return [new X509Certificate(block)];
        } catch {
            return [];
        }
    });
}

function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whether a certificate is self-signed, which clients require of the last certificate of a chain. */
export function isRoot(certificate: X509Certificate): boolean {
    return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

/** The chain from a certificate to its root, or as far as `others` contains it. */
export function chainOf(certificate: X509Certificate, others: readonly X509Certificate[]): X509Certificate[] {
    if (isRoot(certificate)) return [certificate];
    const chains = others
        .filter((issuer) => signedBy(certificate, issuer))
        .map((issuer) =>
            chainOf(
                issuer,
                others.filter((other) => other !== issuer),
            ),
        )
        // There can be two certificates of a CA with the same key.
        .sort(
            (one, other) =>
                Number(reachesRoot(other)) - Number(reachesRoot(one)) || earliestExpiry(other) - earliestExpiry(one),
        );
    return [certificate, ...(chains[0] ?? [])];
}

export function reachesRoot(chain: readonly X509Certificate[]): boolean {
    const last = chain.at(-1);
    return last !== undefined && isRoot(last);
}

/** The certificates that the server must send after its own, which the first of these CAs signed: all CAs but the root. */
export function intermediatesIn(caPem: string): string {
    const [signer, ...others] = certificatesIn(caPem);
    if (!signer) return "";
    return chainOf(signer, others)
        .filter((ca) => !isRoot(ca))
        .map((ca) => ca.toString())
        .join("");
}

/** When the first certificate of a chain to expire does so, in milliseconds. */
export function earliestExpiry(chain: readonly X509Certificate[]): number {
    return Math.min(...chain.map(({ validTo }) => Date.parse(validTo)));
}

/** A time in ISO 8601 with a precision of one second, as in certificates. */
function iso(ms: number): string {
    return new Date(ms).toISOString().replace(".000", "");
}

/** When the first certificate in a text expires; empty if the text has none. */
export function expiryOfFirst(pem: string): string {
    const [first] = certificatesIn(pem);
    return first ? iso(earliestExpiry([first])) : "";
}

/** From when on a certificate's expiry is reported, in milliseconds. */
export interface Expiry {
    /** By previews and updates. */
    readonly warnedFrom: number;
    /** By the health check, which does not fail while there is enough time for an update to renew the certificate. */
    readonly reportedFrom: number;
    /** What is wrong, and what to do. */
    readonly text: string;
}

/** Days before its expiry from which there is a warning for a certificate that no update renews. */
const warningDays = 14;
/** Days before its expiry from which a generated CA shortens the validity of certificates that it signs. */
const lastYearDays = 365;

/** For a certificate that users must replace. The health check reports it for at most a tenth of its validity. */
function replacedByUser(
    path: string,
    [first, ...others]: readonly X509Certificate[],
    remedy: string,
    warnDays = warningDays,
): Expiry[] {
    if (!first) return [];
    const expiry = earliestExpiry([first, ...others]);
    const validity = expiry - Date.parse(first.validFrom);
    return [
        {
            warnedFrom: expiry - warnDays * dayMs,
            reportedFrom: expiry - Math.min(warningDays * dayMs, validity / 10),
            text: `${path}: is valid until ${iso(expiry)}; ${remedy}`,
        },
    ];
}

/** For a certificate that the program provides, and for the CAs up to its root. */
export function expiriesOfOwn(certPem: string, caCertPem: string): Expiry[] {
    const [certificate, ...intermediates] = certificatesIn(certPem);
    if (!certificate) return [];
    const [, ...cas] = chainOf(certificate, [...intermediates, ...certificatesIn(caCertPem)]);
    return [
        ...replacedByUser("tls.certificate.certPem", [certificate], "give one that is valid for longer"),
        ...replacedByUser("tls.certificate.caCertPem", cas, "give a certificate of a CA that is valid for longer"),
    ];
}

/** The values of the argument `tls` for a certificate that the component issues. */
interface Validity {
    readonly validityDays: number;
    readonly renewBeforeDays: number;
}

/** For the CA that signs, the first in the text. `generated`: whether the component created it. */
export function expiryOfCa(tls: Validity, caPem: string, generated: boolean): Expiry[] {
    const [path, remedy] = generated
        ? ["tls.caVersions", "replace the CA: set [1, 2], then [2, 1] once all clients have the new caCertPem"]
        : ["tls.ca.certPem", "give a CA that is valid for longer"];
    const [signer, ...others] = certificatesIn(caPem);
    if (!signer) return [];
    const shortDays = Math.max(warningDays, generated ? Math.min(tls.validityDays, lastYearDays) : tls.validityDays);
    const short = `${remedy}; until then, the server's certificates expire with the CA and sooner than tls.validityDays`;
    return replacedByUser(path, chainOf(signer, others), short, shortDays);
}

/** For the certificate that the CA signed. It is reported once half of the time for its renewal has passed. */
export function expiryOfIssued(tls: Validity, certPem: string): Expiry[] {
    const [certificate] = certificatesIn(certPem);
    if (!certificate) return [];
    const expiry = earliestExpiry([certificate]);
    const renewal = (expiry - Date.parse(certificate.validFrom)) * (tls.renewBeforeDays / tls.validityDays);
    const from = expiry - Math.min(renewal, tls.renewBeforeDays * dayMs) / 2;
    const text = `the server's certificate is valid until ${iso(expiry)}; run pulumi up, which renews it`;
    return [{ warnedFrom: from, reportedFrom: from, text }];
}

/** How long a certificate is valid, and how long before its expiry an update renews it, in hours. */
export interface IssuedFor {
    readonly validity: number;
    readonly renewal: number;
}

/**
 * A certificate expires no later than its CA. The validity is shortened in few steps, since each step issues a new
 * certificate; it is at least three quarters of the CA's remaining time.
 */
export function issuedFor(tls: Validity, caPem: string, generated = false, now: number = Date.now()): IssuedFor {
    const wanted: IssuedFor = { validity: tls.validityDays * 24, renewal: tls.renewBeforeDays * 24 };
    const [signer, ...others] = certificatesIn(caPem);
    const left = signer ? (earliestExpiry(chainOf(signer, others)) - now) / hourMs : Infinity;
    // If the CA expires within two hours or has expired, a shorter certificate is no improvement.
    if (left >= wanted.validity || left < 2) return wanted;
    // A generated CA is valid for ten years, the maximum of validityDays. Until its last year, certificates stay the same.
    if (generated && left > lastYearDays * 24) return wanted;
    const share = 0.75 ** Math.ceil(Math.log(left / wanted.validity) / Math.log(0.75));
    return { validity: Math.floor(wanted.validity * share), renewal: Math.floor(wanted.renewal * share) };
}
