/** The server's certificate, the CA that signs it, and client certificates. */
import { z } from "zod";
import { defaultProtocols, tlsProtocols, type TlsProtocol } from "../catalog/tlsProtocols";
import { releaseOf, versions } from "../catalog/versions";
import { changeOfList } from "../changes/words";
import { type Finding, finding, problem } from "../findings";
import { canonicalHost } from "../render/canonical";
import {
    type KeyPair,
    certificateProblems,
    checkCa,
    checkChain,
    checkKeyPair,
    isCertificateHost,
} from "./certificateChecks";
import { type Given, type Rule, argument } from "./definition";
import { impliedHost, isEveryAddress } from "./endpoints";
import { choice, count, days, object, pem, text } from "./schemas";

const certificateHost = text(
    'give a DNS name such as "redis.example.com" or "*.example.com", or an IP address, without port or scheme',
    isCertificateHost,
).overwrite(canonicalHost);

type Named = { spec: { host: string; bindAddress: string; tls: { readonly hosts: readonly string[] } } };

/** The names that do not follow from other arguments. */
const moreHosts = ({ spec: { host, bindAddress, tls } }: Named) =>
    tls.hosts.filter((name) => ![host, bindAddress, "localhost", "127.0.0.1"].includes(name));

/** `file` is the start of the names of files and secrets in the examples. */
const keyPair = (file: string) => ({
    certPem: argument(pem, {
        doc: "The certificate in PEM.",
        exampleCode: `readFileSync("${file}.pem", "utf8")`,
        required: true,
    }),
    keyPem: argument(pem, {
        doc: "The certificate's private key in PEM, not encrypted.",
        exampleCode: `config.requireSecret("${file}KeyPem")`,
        required: true,
        secret: true,
    }),
});

export const tlsArguments = {
    tls: object(
        ({ input }) =>
            typeof input === "boolean"
                ? "leave it out: TLS is always on; to close the plaintext port, set plaintext: false"
                : 'give an object such as { hosts: ["redis.example.com"] }',
        {
            hosts: argument(
                z.array(certificateHost, {
                    error: 'give a list of DNS names and IP addresses, such as ["redis.example.com"]',
                }),
                {
                    doc:
                        "Additional names and addresses for which the certificate is valid. It is always valid for `host`, " +
                        "`bindAddress`, localhost, 127.0.0.1 and, on a `network`, the database's name.",
                    defaultDoc: "none",
                    example: ["redis.example.com"],
                    type: "string[]",
                    changes: [
                        {
                            row: "certificate",
                            words: (before: Named, after: Named, shown: boolean) =>
                                changeOfList("tls.hosts", moreHosts(before), moreHosts(after), shown),
                        },
                    ],
                },
            ),
            validityDays: argument(days(1, 3650), {
                doc: "Days, 1 to 3650, for which the certificate is valid; fewer if its CA expires sooner.",
                default: 365,
                unit: "days",
                example: 90,
                changes: [{ row: "certificate" }],
            }),
            renewBeforeDays: argument(days(0, 3649), {
                doc:
                    "Days before the certificate's expiry from which an update renews it. Must be less than `validityDays`. " +
                    "If the CA's expiry shortens the validity, this time is shortened in proportion.",
                default: 30,
                unit: "days",
                example: 60,
                changes: [{ row: "certificate" }],
            }),
            protocols: argument(
                z
                    .array(choice(tlsProtocols), {
                        error: `give a list such as [${defaultProtocols.map((name) => `"${name}"`).join(", ")}]`,
                    })
                    .min(1, { error: "give at least one protocol, or leave it out for TLSv1.2 and TLSv1.3" }),
                {
                    doc:
                        'Protocols that the TLS port accepts. `"TLSv1.0"` and `"TLSv1.1"` are for old clients: they log a ' +
                        "warning and lower OpenSSL's security level for this port. SSLv2 and SSLv3 are never accepted. " +
                        "Before 6.0 the protocols must be consecutive.",
                    default: defaultProtocols,
                    example: ["TLSv1.3"],
                    type: "TlsProtocol[]",
                    changes: [{ row: "tls" }, { row: "terminator" }],
                },
            ),
            clientAuth: object(
                "give { caCertPem } with the certificate of the CA that signs your clients' certificates",
                {
                    caCertPem: argument(pem, {
                        doc: "Certificate of the CA that signs the clients' certificates, in PEM.",
                        exampleCode: 'readFileSync("clients-ca.pem", "utf8")',
                        required: true,
                    }),
                },
                {
                    doc:
                        "Requires clients to present a certificate from this CA (mTLS). A new CA that has expired is refused. " +
                        "The expiry of a CA in use is not reported.",
                    defaultDoc: "clients need no certificate",
                    decides: true,
                    type: "ClientAuthArgs",
                    typeDoc: "Client certificates that the server accepts.",
                    changes: [{ row: "tls" }, { row: "terminator" }],
                },
            ),
            caVersions: argument(
                z
                    .array(count(), { error: "give a list such as [1], or [1, 2] to make clients trust the next CA" })
                    .min(1, { error: "give at least one, or leave it out" })
                    .refine((numbers) => new Set(numbers).size === numbers.length, { error: "give each number once" }),
                {
                    doc:
                        "Numbers of the CAs that the component creates for this database. The first one signs; `caCertPem` " +
                        "contains all of them. To replace the CA without failing connections, change `[1]` to `[1, 2]`. Once all " +
                        "clients have the new `caCertPem`, change it to `[2, 1]`, and finally to `[2]`. Cannot be combined " +
                        'with `ca` and `certificate`. See the guide "Certificates".',
                    default: [1],
                    example: [1, 2],
                    decides: true,
                    type: "number[]",
                    changes: [{ row: "ca" }],
                },
            ),
            ca: object("give { certPem, keyPem } of your CA", keyPair("ca"), {
                doc:
                    "Your own CA, which signs the server's certificate. `certPem` may contain further CA certificates after " +
                    "the CA's own. An intermediate CA requires those above it, up to the root. Add your next CA to make " +
                    "clients trust it before it signs.",
                defaultDoc: "a CA that the component creates for this database alone",
                secret: true,
                decides: true,
                type: "KeyPairArgs",
                typeDoc: "A certificate and its private key.",
                changes: [{ row: "ca" }],
            }),
            certificate: object(
                "give { certPem, keyPem, caCertPem }",
                {
                    ...keyPair("server"),
                    caCertPem: argument(pem, {
                        doc: "The CA with which clients verify the certificate, in PEM. It becomes the output `caCertPem`.",
                        exampleCode: 'readFileSync("ca.pem", "utf8")',
                        required: true,
                    }),
                },
                {
                    doc: "Your own server certificate. It must be valid for `host`.",
                    defaultDoc: "a certificate that the component creates and the CA signs",
                    secret: true,
                    decides: true,
                    type: "CertificateArgs",
                    typeDoc: "Your own server certificate.",
                    changes: [{ row: "certificate" }],
                },
            ),
        },
        {
            doc: "The server's certificate, its CA, the TLS protocols, and client certificates.",
            default: {},
            defaultDoc: "a certificate for `host`, signed by a CA that the component creates for this database",
            example: { hosts: ["redis.example.com"] },
            decides: true,
            type: "TlsArgs",
            typeDoc: "Certificates and protocols of the TLS port.",
        },
    ),
};

export const tlsProblems = {
    ...certificateProblems,
    renewalBeforeValidity: problem(
        "tls-always-renewed",
        "Every update would renew the certificate, since `tls.renewBeforeDays` is not less than `tls.validityDays`.",
        "give less than tls.validityDays",
    ),
    protocolGap: problem(
        "tls-protocol-gap",
        "Before Redis 6.0 HAProxy terminates TLS. It accepts all protocols between a lowest and a highest one.",
        "give all protocols from the lowest to the highest",
    ),
    caBesideCertificate: problem(
        "tls-ca-beside-certificate",
        "`tls.ca` is set together with `tls.certificate`, which is already signed.",
        "leave one of them out",
    ),
    caVersionsOfOwnCa: problem(
        "tls-ca-versions-beside-own",
        "`tls.caVersions` is for CAs that the component creates, but `tls.ca` or `tls.certificate` is set.",
        "leave one of them out; to publish two CAs of your own, put both into one PEM text",
    ),
    decidedByCertificate: problem(
        "tls-decided-by-certificate",
        "`tls.hosts`, `tls.validityDays` or `tls.renewBeforeDays` is set together with `tls.certificate`, which determines it.",
        "leave one of them out",
    ),
};

interface Tls {
    readonly hosts?: readonly string[];
    readonly validityDays?: number;
    readonly renewBeforeDays?: number;
    readonly protocols?: readonly TlsProtocol[];
    readonly caVersions?: readonly number[];
    readonly clientAuth?: { readonly caCertPem: string };
    readonly ca?: KeyPair;
    readonly certificate?: KeyPair & { readonly caCertPem: string };
}

interface Values {
    readonly tls?: Tls;
    readonly bindAddress?: string;
    readonly host?: string;
}

interface Filled {
    readonly tls: { readonly validityDays: number; readonly renewBeforeDays: number };
    readonly bindAddress: string;
}

const rule =
    (check: (tls: Tls, given: Given<Values, Filled>) => readonly Finding[]): Rule =>
    (given: Given<Values, Filled>) =>
        given.values.tls ? check(given.values.tls, given) : [];

export const tlsRules: readonly Rule[] = [
    rule((_tls, { filled }) => {
        const { validityDays, renewBeforeDays } = filled.tls;
        if (renewBeforeDays < validityDays) return [];
        const text = `is ${renewBeforeDays}, but the certificate is valid for only ${validityDays} days, so every update would renew it`;
        return [finding(tlsProblems.renewalBeforeValidity, "tls.renewBeforeDays", text)];
    }),
    rule(({ protocols }, { wanted }) =>
        protocols && wanted && !versions[releaseOf(wanted)].nativeTls ? checkProtocolRange(protocols) : [],
    ),
    rule(({ ca, certificate }) =>
        ca && certificate
            ? [
                  finding(
                      tlsProblems.caBesideCertificate,
                      "tls.ca",
                      "is set together with tls.certificate, which is already signed",
                  ),
              ]
            : [],
    ),
    rule(({ caVersions, ca, certificate }) =>
        caVersions && (ca ?? certificate)
            ? [
                  finding(
                      tlsProblems.caVersionsOfOwnCa,
                      "tls.caVersions",
                      `is set together with tls.${ca ? "ca" : "certificate"}, but is for CAs that the component creates`,
                  ),
              ]
            : [],
    ),
    rule((tls, given) => {
        if (!tls.certificate) return [];
        return [
            ...(["hosts", "validityDays", "renewBeforeDays"] as const)
                .filter((name) => tls[name] !== undefined)
                .map((name) =>
                    finding(
                        tlsProblems.decidedByCertificate,
                        `tls.${name}`,
                        "is set together with tls.certificate, which determines it",
                    ),
                ),
            ...checkKeyPair("tls.certificate", tls.certificate, "server", knownHost(given)),
            ...checkChain("tls.certificate", tls.certificate),
        ];
    }),
    rule(({ ca }) => (ca ? checkKeyPair("tls.ca", ca, "ca", []) : [])),
    rule(({ clientAuth }) => (clientAuth ? checkCa("tls.clientAuth.caCertPem", clientAuth.caCertPem) : [])),
];

/** The host; none while it is invalid, which is its own finding, or unresolved. */
function knownHost({ values, filled, args }: Given<Values, Filled>): string[] {
    if (args.host !== undefined) return values.host === undefined ? [] : [values.host];
    if (args.bindAddress !== undefined && values.bindAddress === undefined) return [];
    return isEveryAddress(impliedHost(filled)) ? [] : [impliedHost(filled)];
}

/** Checks that protocols are consecutive: HAProxy's configuration has only a lowest and a highest one. */
export function checkProtocolRange(protocols: readonly TlsProtocol[]): Finding[] {
    const indexes = protocols.map((protocol) => tlsProtocols.indexOf(protocol));
    const between = tlsProtocols.slice(Math.min(...indexes), Math.max(...indexes) + 1);
    const missing = between.filter((protocol) => !protocols.includes(protocol));
    if (missing.length === 0) return [];
    return [
        finding(
            tlsProblems.protocolGap,
            "tls.protocols",
            `has a gap, which is not possible before Redis 6.0: ${missing.join(" and ")} must be in the list`,
            `give [${between.map((protocol) => `"${protocol}"`).join(", ")}]`,
        ),
    ];
}
