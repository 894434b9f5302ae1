/** Checks certificates and keys that users provide. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { certificatesIn, chainOf, earliestExpiry, reachesRoot } from "../certificates";
import { type Finding, finding, problem } from "../findings";
import type { PlainArguments } from "./definition";

/** Splits hosts into DNS names and IP addresses, which a certificate lists separately. */
export function splitHosts(hosts: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
    return {
        dnsNames: hosts.filter((host) => isIP(host) === 0),
        ipAddresses: hosts.filter((host) => isIP(host) !== 0),
    };
}

/** Whether a text is a DNS name or an IP address. A name with a numeric last label is a mistyped IP address. */
export function isHost(text: string): boolean {
    const label = "[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?";
    const isName = text.length <= 253 && new RegExp(`^(${label}\\.)*(?!\\d+$)${label}$`).test(text);
    return isName || (isIP(text) !== 0 && !text.includes("%"));
}

/** Whether a text is a host that a certificate may list: the first label may be a wildcard. */
export function isCertificateHost(text: string): boolean {
    const domain = /^\*\.(.*)$/.exec(text)?.[1];
    return domain === undefined ? isHost(text) : isHost(domain) && isIP(domain) === 0;
}

const completePem = "give the text from BEGIN CERTIFICATE to END CERTIFICATE, with both lines";

export const certificateProblems = {
    notACertificate: problem("not-a-certificate", "The text is not a certificate in PEM.", completePem),
    notAKey: problem(
        "not-a-private-key",
        "The text is not an unencrypted private key in PEM.",
        "give the text from BEGIN PRIVATE KEY to END PRIVATE KEY, with both lines",
    ),
    keyOfAnother: problem(
        "key-of-another-certificate",
        "The private key does not belong to the certificate.",
        "give the key for which the certificate was issued",
    ),
    expired: problem("certificate-expired", "The certificate has expired.", "give a certificate that is valid now"),
    notACa: problem(
        "certificate-of-no-ca",
        "The certificate is not a CA certificate.",
        "give a certificate with basicConstraints CA:TRUE, or use tls.certificate",
    ),
    otherHost: problem(
        "certificate-for-another-host",
        "The certificate is not valid for the `host` of the database.",
        "issue it with the subject alternative names that the message lists",
    ),
    chainBroken: problem(
        "certificate-of-another-ca",
        "`tls.certificate.caCertPem` did not sign the certificate.",
        "give the CA that signed it; put intermediate certificates into certPem, after the server's own",
    ),
    rootMissing: problem(
        "root-certificate-missing",
        "The CA is an intermediate CA and the text does not contain its root, so OpenSSL cannot verify certificates with it.",
        "add the certificates of the CAs above it to the same text, the root's last",
    ),
};

export interface KeyPair {
    readonly certPem: string;
    readonly keyPem: string;
}

/** Checks a CA or server certificate with its key. `path` is the path of the pair. */
export function checkKeyPair(path: string, pair: KeyPair, use: "ca" | "server", hosts: readonly string[]): Finding[] {
    const [certPath, keyPath] = [`${path}.certPem`, `${path}.keyPem`];
    const certificate = attempt(() => new X509Certificate(pair.certPem));
    const key = attempt(() => createPrivateKey(pair.keyPem));
    const findings: Finding[] = [];
    if (!certificate) {
        findings.push(finding(certificateProblems.notACertificate, certPath, "is not a certificate in PEM"));
    }
    if (!key) {
        const text = "is not an unencrypted private key in PEM (its value is not shown)";
        findings.push(finding(certificateProblems.notAKey, keyPath, text));
    }
    if (!certificate) return findings;
    if (key && !certificate.checkPrivateKey(key)) {
        findings.push(finding(certificateProblems.keyOfAnother, keyPath, "does not belong to the certificate"));
    }
    if (use === "ca" && !certificate.ca) {
        findings.push(finding(certificateProblems.notACa, certPath, "is not a CA certificate"));
    }
    const missing = hosts.filter(
        (host) => !(isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host, { subject: "never" })),
    );
    if (use === "server" && missing.length > 0) {
        const text = `is not valid for ${missing.join(", ")}`;
        const remedy = "issue it with these subject alternative names";
        findings.push(finding(certificateProblems.otherHost, certPath, text, remedy));
    }
    return findings;
}

/** Checks a CA certificate that is only used to verify other certificates. */
export function checkCa(path: string, pem: string): Finding[] {
    return attempt(() => new X509Certificate(pem))
        ? []
        : [finding(certificateProblems.notACertificate, path, "is not a certificate in PEM")];
}

/** The texts of a chain by path. The chain starts with the first certificate of all texts. The last text is trusted. */
type Chain = Readonly<Record<string, unknown>>;

function chainsIn({ tls }: PlainArguments): Chain[] {
    const { ca, certificate, clientAuth } = (tls ?? {}) as Readonly<Record<string, PlainArguments | undefined>>;
    return [
        { "tls.ca.certPem": ca?.certPem },
        { "tls.certificate.certPem": certificate?.certPem, "tls.certificate.caCertPem": certificate?.caCertPem },
        { "tls.clientAuth.caCertPem": clientAuth?.caCertPem },
    ];
}

/**
 * Checks certificates that are new in this update. Existing certificates are not checked, so that they do not block other
 * changes of the database.
 */
export function checkNewCertificates(after: PlainArguments, before: PlainArguments = {}): Finding[] {
    const previous = chainsIn(before);
    return chainsIn(after).flatMap((texts, index) =>
        isDeepStrictEqual(texts, previous[index]) ? [] : checkNewChain(texts),
    );
}

function checkNewChain(texts: Chain): Finding[] {
    const found = Object.entries(texts).map(
        ([path, pem]) => [path, typeof pem === "string" ? certificatesIn(pem) : []] as const,
    );
    const [first, ...others] = found.flatMap(([, certificates]) => certificates);
    const [trustedPath, trusted] = found.at(-1) ?? ["", []];
    if (!first || trusted.length === 0) return [];
    const chain = chainOf(first, others);
    const expired = found.flatMap(([path, certificates]) =>
        certificates
            .filter((certificate) => chain.includes(certificate) && earliestExpiry([certificate]) < Date.now())
            .map((certificate) => finding(certificateProblems.expired, path, `expired on ${certificate.validTo}`)),
    );
    const root = chain.at(-1);
    const isTrusted = trusted.some(({ fingerprint256 }) => fingerprint256 === root?.fingerprint256);
    if (reachesRoot(chain) && isTrusted) return expired;
    const text = "has an intermediate CA but not its root CA, without which OpenSSL cannot verify certificates";
    return [...expired, finding(certificateProblems.rootMissing, trustedPath, text)];
}

/** Checks that clients that trust `caCertPem` trust the certificate through the intermediate certificates in `certPem`. */
export function checkChain(path: string, { certPem, caCertPem }: { certPem: string; caCertPem: string }): Finding[] {
    const findings = checkCa(`${path}.caCertPem`, caCertPem);
    const [certificate, ...intermediates] = certificatesIn(certPem);
    if (findings.length > 0 || !certificate || leadsTo(certificate, intermediates, certificatesIn(caCertPem))) {
        return findings;
    }
    return [finding(certificateProblems.chainBroken, `${path}.caCertPem`, `did not sign ${path}.certPem`)];
}

function leadsTo(
    certificate: X509Certificate,
    intermediates: readonly X509Certificate[],
    trusted: readonly X509Certificate[],
): boolean {
    const signedBy = (issuer: X509Certificate) =>
        certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    if (trusted.some((ca) => ca.fingerprint256 === certificate.fingerprint256 || signedBy(ca))) return true;
    return intermediates.some(
        (next) =>
            signedBy(next) &&
            leadsTo(
                next,
                intermediates.filter((other) => other !== next),
                trusted,
            ),
    );
}

function attempt<T>(make: () => T): T | undefined {
    try {
        return make();
    } catch {
        return undefined;
    }
}
