/** The certificate that the TLS port shows, the CA that signs it, and who may connect. */
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

/** Without those that follow from other arguments. */
const moreHosts = ({ spec: { host, bindAddress, tls } }: Named) =>
    tls.hosts.filter((name) => ![host, bindAddress, "localhost", "127.0.0.1"].includes(name));

const keyPair = {
    certPem: argument(pem, { doc: "The certificate in PEM.", required: true }),
    keyPem: argument(pem, { doc: "Its private key in PEM, not encrypted.", required: true, secret: true }),
};

export const tlsArguments = {
    tls: object(
        ({ input }) =>
            typeof input === "boolean"
                ? "leave it out: TLS is always on and cannot be turned off; plaintext can, by plaintext: false"
                : 'give an object such as { hosts: ["redis.example.com"] }',
        {
            hosts: argument(
                z.array(certificateHost, {
                    error: 'give a list of DNS names and IP addresses, such as ["redis.example.com"]',
                }),
                {
                    doc:
                        "Names and addresses that the certificate is valid for, in addition to `host`, `bindAddress`, localhost, 127.0.0.1 " +
                        "and, on a `network`, the database's name.",
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
                doc: "Days for which the certificate is valid, 1 to 3650; fewer where its CA ends sooner.",
                default: 365,
                unit: "days",
                changes: [{ row: "certificate" }],
            }),
            renewBeforeDays: argument(days(0, 3649), {
                doc:
                    "Days before its end from which an update renews the certificate; less than `validityDays`, and fewer in the same " +
                    "proportion where its CA ends sooner.",
                default: 30,
                unit: "days",
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
                        "warning, and lower OpenSSL's security level for this port. SSLv2 and SSLv3 are always refused. " +
                        "Before 6.0 there must be no gap between them.",
                    default: defaultProtocols,
                    example: ["TLSv1.3"],
                    type: "TlsProtocol[]",
                    changes: [{ row: "tls" }, { row: "terminator" }],
                },
            ),
            clientAuth: object(
                "give { caCertPem } with the CA that signs your clients' certificates",
                {
                    caCertPem: argument(pem, {
                        doc: "Certificate of the CA that signs the clients' certificates, in PEM.",
                        required: true,
                    }),
                },
                {
                    doc:
                        "Ask clients for a certificate (mTLS) that this CA signed. A CA that has expired is refused where it is new; " +
                        "nothing reports that it ends later.",
                    defaultDoc: "clients need none",
                    decides: true,
                    type: "ClientAuthArgs",
                    typeDoc: "Whose clients may connect.",
                    changes: [{ row: "tls" }, { row: "terminator" }],
                },
            ),
            caVersions: argument(
                z
                    .array(count(), { error: "give a list such as [1], or [1, 2] while clients learn of 2" })
                    .min(1, { error: "give at least one, or leave it out" })
                    .refine((numbers) => new Set(numbers).size === numbers.length, { error: "give each number once" }),
                {
                    doc:
                        "Numbers of the database's own CAs that clients should trust: the first signs, `caCertPem` has all. " +
                        "To change the CA without breaking a client go from `[1]` to `[1, 2]`, then to `[2, 1]` once all " +
                        "clients have the new `caCertPem`, then to `[2]`. Cannot be combined with `ca` and `certificate`.",
                    default: [1],
                    example: [1, 2],
                    decides: true,
                    type: "number[]",
                    changes: [{ row: "ca" }],
                },
            ),
            ca: object("give { certPem, keyPem } of your CA", keyPair, {
                doc:
                    "A CA of your own that signs the certificate. Its PEM may hold further CAs after it: those above it up to " +
                    "the root, which an intermediate CA needs, and others, which clients then trust before they sign.",
                defaultDoc: "a CA made for this database alone",
                secret: true,
                decides: true,
                type: "KeyPairArgs",
                typeDoc: "A certificate and its key.",
                changes: [{ row: "ca" }],
            }),
            certificate: object(
                "give { certPem, keyPem, caCertPem }",
                {
                    ...keyPair,
                    caCertPem: argument(pem, {
                        doc: "The CA that clients verify it with, in PEM: becomes the output `caCertPem`.",
                        required: true,
                    }),
                },
                {
                    doc: "A certificate of your own, valid for `host`.",
                    defaultDoc: "one signed by the CA",
                    secret: true,
                    decides: true,
                    type: "CertificateArgs",
                    typeDoc: "A server certificate of your own.",
                    changes: [{ row: "certificate" }],
                },
            ),
        },
        {
            doc: "The certificate, and who may connect.",
            default: {},
            defaultDoc: "a certificate for `host` from a CA of the database's own",
            example: { hosts: ["redis.example.com"] },
            decides: true,
            type: "TlsArgs",
            typeDoc: "The certificate, and who may connect.",
        },
    ),
};

export const tlsProblems = {
    ...certificateProblems,
    renewalBeforeValidity: problem(
        "tls-always-renewed",
        "The certificate would be renewed before it is valid: `tls.renewBeforeDays` is not less than `tls.validityDays`.",
        "give less than tls.validityDays, else every update would renew it",
    ),
    protocolGap: problem(
        "tls-protocol-gap",
        "Before Redis 6.0 HAProxy terminates TLS, and takes a lowest and a highest protocol: none between them can be left out.",
        "give all protocols from the lowest to the highest",
    ),
    caBesideCertificate: problem(
        "tls-ca-beside-certificate",
        "`tls.ca` is given together with `tls.certificate`, which needs no CA to sign it.",
        "leave one of them out",
    ),
    caVersionsOfOwnCa: problem(
        "tls-ca-versions-beside-own",
        "`tls.caVersions` counts the database's own CAs, but `tls.ca` or `tls.certificate` is given.",
        "leave one of them out; to publish two CAs of yours, put both into one PEM text",
    ),
    decidedByCertificate: problem(
        "tls-decided-by-certificate",
        "`tls.hosts`, `tls.validityDays` or `tls.renewBeforeDays` is given together with `tls.certificate`, which decides it.",
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
        const text = `is ${renewBeforeDays}, but the certificate is valid for ${validityDays} days only`;
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
                      "is given beside tls.certificate, which needs no CA to sign it",
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
                      `is given beside tls.${ca ? "ca" : "certificate"}, but counts the database's own CAs`,
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
                        "is given beside tls.certificate, which decides it",
                    ),
                ),
            ...checkKeyPair("tls.certificate", tls.certificate, "server", knownHost(given)),
            ...checkChain("tls.certificate", tls.certificate),
        ];
    }),
    rule(({ ca }) => (ca ? checkKeyPair("tls.ca", ca, "ca", []) : [])),
    rule(({ clientAuth }) => (clientAuth ? checkCa("tls.clientAuth.caCertPem", clientAuth.caCertPem) : [])),
];

/** The host, unless it is wrong or unresolved: then it has its own finding or its own time. */
function knownHost({ values, filled, args }: Given<Values, Filled>): string[] {
    if (args.host !== undefined) return values.host === undefined ? [] : [values.host];
    if (args.bindAddress !== undefined && values.bindAddress === undefined) return [];
    return isEveryAddress(impliedHost(filled)) ? [] : [impliedHost(filled)];
}

/** HAProxy takes a lowest and a highest protocol; what lies between them cannot be left out. */
export function checkProtocolRange(protocols: readonly TlsProtocol[]): Finding[] {
    const places = protocols.map((protocol) => tlsProtocols.indexOf(protocol));
    const between = tlsProtocols.slice(Math.min(...places), Math.max(...places) + 1);
    const missing = between.filter((protocol) => !protocols.includes(protocol));
    if (missing.length === 0) return [];
    return [
        finding(
            tlsProblems.protocolGap,
            "tls.protocols",
            `has no ${missing.join(" and ")} between others, and such a gap is not possible before Redis 6.0`,
            `give [${between.map((protocol) => `"${protocol}"`).join(", ")}]`,
        ),
    ];
}
