/** Certificates in PEM: who signed whom, when they end, and when that is reported. */
import { X509Certificate } from "node:crypto";

const dayMs = 24 * 3600 * 1000;
const hourMs = 3600 * 1000;

/** The certificates in a text; what is none is left out. Somebody's tests that mock resources have no text. */
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

/** Whether it signed itself, as clients ask of the last certificate of a chain, whatever it may sign. */
export function isRoot(certificate: X509Certificate): boolean {
    return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

/** From a certificate to its root, by way of others; as far as they lead where the root is not among them. */
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
        // A CA can be there twice, with one key.
        .sort((one, other) => Number(endsInRoot(other)) - Number(endsInRoot(one)) || endOf(other) - endOf(one));
    return [certificate, ...(chains[0] ?? [])];
}

export function endsInRoot(chain: readonly X509Certificate[]): boolean {
    const last = chain.at(-1);
    return last !== undefined && isRoot(last);
}

/** What the server must send after the certificate that the first of these CAs signed: all but the root. */
export function intermediatesIn(caPem: string): string {
    const [signer, ...others] = certificatesIn(caPem);
    if (!signer) return "";
    return chainOf(signer, others)
        .filter((ca) => !isRoot(ca))
        .map((ca) => ca.toString())
        .join("");
}

/** When the first of them ends, in milliseconds. */
export function endOf(chain: readonly X509Certificate[]): number {
    return Math.min(...chain.map(({ validTo }) => Date.parse(validTo)));
}

/** A moment in ISO 8601, to the second, as certificates have it. */
function iso(ms: number): string {
    return new Date(ms).toISOString().replace(".000", "");
}

/** When the first certificate in a text ends; empty where there is none. */
export function endOfFirst(pem: string): string {
    const [first] = certificatesIn(pem);
    return first ? iso(endOf([first])) : "";
}

/** A certificate's end, and from when on people must know of it, in milliseconds. */
export interface Expiry {
    /** For previews and updates. */
    readonly warnedFrom: number;
    /** For the health check, which need not fail while an update may yet renew the certificate in time. */
    readonly reportedFrom: number;
    /** What is wrong then, and what to do. */
    readonly text: string;
}

/** Days before its end from which a certificate that no update renews is warned of. */
const warningDays = 14;
/** Days before its end from which a CA that the component made shortens what it signs. */
const lastYearDays = 365;

/** Of a certificate that a person must replace: the health check has a tenth of its validity at most. */
function replacedByPerson(
    path: string,
    [first, ...others]: readonly X509Certificate[],
    remedy: string,
    warnDays = warningDays,
): Expiry[] {
    if (!first) return [];
    const ends = endOf([first, ...others]);
    const validity = ends - Date.parse(first.validFrom);
    return [
        {
            warnedFrom: ends - warnDays * dayMs,
            reportedFrom: ends - Math.min(warningDays * dayMs, validity / 10),
            text: `${path}: is valid until ${iso(ends)}; ${remedy}`,
        },
    ];
}

/** Of a certificate, and of the CAs up to its root, that the program brings. */
export function expiriesOfOwn(certPem: string, caCertPem: string): Expiry[] {
    const [certificate, ...intermediates] = certificatesIn(certPem);
    if (!certificate) return [];
    const [, ...cas] = chainOf(certificate, [...intermediates, ...certificatesIn(caCertPem)]);
    return [
        ...replacedByPerson("tls.certificate.certPem", [certificate], "give one that is valid for longer"),
        ...replacedByPerson("tls.certificate.caCertPem", cas, "give a certificate of a CA that is valid for longer"),
    ];
}

/** What the argument `tls` says of a certificate that is issued here. */
interface Validity {
    readonly validityDays: number;
    readonly renewBeforeDays: number;
}

/** Of the CA that signs here, the first in the text. `made` says whether the component made it. */
export function expiryOfCa(tls: Validity, caPem: string, made: boolean): Expiry[] {
    const [path, remedy] = made
        ? ["tls.caVersions", "have another CA sign: [1, 2] first, [2, 1] once all clients have the new caCertPem"]
        : ["tls.ca.certPem", "give a CA that is valid for longer"];
    const [signer, ...others] = certificatesIn(caPem);
    if (!signer) return [];
    const shortDays = Math.max(warningDays, made ? Math.min(tls.validityDays, lastYearDays) : tls.validityDays);
    const short = `${remedy}; certificates that it signs end before it, whatever tls.validityDays says`;
    return replacedByPerson(path, chainOf(signer, others), short, shortDays);
}

/** Of the certificate that the CA signed: half of the time in which an update renews it has passed without one. */
export function expiryOfIssued(tls: Validity, certPem: string): Expiry[] {
    const [certificate] = certificatesIn(certPem);
    if (!certificate) return [];
    const ends = endOf([certificate]);
    const renewal = (ends - Date.parse(certificate.validFrom)) * (tls.renewBeforeDays / tls.validityDays);
    const from = ends - Math.min(renewal, tls.renewBeforeDays * dayMs) / 2;
    const text = `the server's certificate is valid until ${iso(ends)}; run pulumi up, which renews it`;
    return [{ warnedFrom: from, reportedFrom: from, text }];
}

/** How long a certificate is valid, and how long before its end an update renews it, in hours. */
export interface IssuedFor {
    readonly validity: number;
    readonly renewal: number;
}

/**
 * A certificate does not outlive the CA that signs it. What is shortened is so in few steps, at least to three quarters of
 * what the CA has left: each step issues another certificate.
 */
export function issuedFor(tls: Validity, caPem: string, made = false, now: number = Date.now()): IssuedFor {
    const wanted: IssuedFor = { validity: tls.validityDays * 24, renewal: tls.renewBeforeDays * 24 };
    const [signer, ...others] = certificatesIn(caPem);
    const left = signer ? (endOf(chainOf(signer, others)) - now) / hourMs : Infinity;
    // One that is about to end, or has ended, cannot sign what is any better.
    if (left >= wanted.validity || left < 2) return wanted;
    // The ten years of a CA that the component made are what validityDays can be: what it signed before its last year stays.
    if (made && left > lastYearDays * 24) return wanted;
    const share = 0.75 ** Math.ceil(Math.log(left / wanted.validity) / Math.log(0.75));
    return { validity: Math.floor(wanted.validity * share), renewal: Math.floor(wanted.renewal * share) };
}
