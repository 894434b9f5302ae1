/** The server certificate of the TLS port, and the CA with which clients verify it. */
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { splitHosts } from "../../model/arguments/certificateChecks";
import { tlsArguments } from "../../model/arguments/tls";
import {
    type Expiry,
    expiriesOfOwn,
    expiryOfCa,
    expiryOfIssued,
    intermediatesIn,
    issuedFor,
} from "../../model/certificates";
import { type ServerPlan, caNames } from "../../model/plan";
import { knownOr } from "../unknowns";
import type { Children } from "./children";
import type { CertificateNodes } from "./nodes";
import type { Specification } from "./specification";

export interface Certificates {
    /** The server certificate, followed by the intermediate CAs that the server sends with it. */
    readonly certPem: pulumi.Output<string>;
    /** Secret. */
    readonly keyPem: pulumi.Output<string>;
    /** The CA certificates with which clients verify `certPem`. */
    readonly caCertPem: pulumi.Output<string>;
    /** When they expire. Each Output resolves as soon as its certificate is known. */
    readonly expiries: readonly pulumi.Output<readonly Expiry[]>[];
    /** The child resources that generated them; none for what the program provides. */
    readonly nodes: CertificateNodes;
}

interface KeyPair {
    readonly certPem: pulumi.Input<string>;
    readonly keyPem: pulumi.Input<string>;
}

interface CertificateWithCa extends KeyPair {
    readonly caCertPem: pulumi.Input<string>;
}

/** The CA or the certificate that the program provides. */
export interface OwnCertificates {
    readonly ca?: KeyPair;
    readonly certificate?: CertificateWithCa;
}

/** P-256 keys are generated instantly, and every client since TLS 1.2 supports them. */
const keyType = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/** Clients keep the CA for a long time. Only the certificate that it signs is renewed. */
const caValidityYears = 10;

const hoursADay = 24;

export function createCertificates(
    children: Children,
    plan: ServerPlan,
    spec: Specification,
    own: OwnCertificates,
    aliases: pulumi.Output<string[]>,
): Certificates {
    return own.certificate
        ? ownCertificate(own.certificate)
        : issueCertificate(children, spec, aliases, own.ca ? ownCa(own.ca) : createCas(children, plan));
}

/**
 * The CA certificates with which the server verifies its primary and, with `clientAuth`, its clients. Redis has one
 * file for both.
 */
export function trustedCaCertPem(
    spec: Specification,
    { caCertPem }: Certificates,
    primaryCaCertPem: pulumi.Output<string> | undefined,
): pulumi.Output<string> {
    return spec.with(pulumi.all([caCertPem, primaryCaCertPem]), ({ tls }, [ownCa, primaryCa]) => {
        const ofClients = tls.clientAuth?.caCertPem ?? ownCa;
        return primaryCa === undefined ? ofClients : `${ofClients.trimEnd()}\n${primaryCa}`;
    });
}

function ownCertificate(own: CertificateWithCa): Certificates {
    const [certPem, caCertPem] = [pulumi.output(own.certPem), pulumi.output(own.caCertPem)];
    return {
        certPem,
        keyPem: pulumi.secret(own.keyPem),
        caCertPem,
        expiries: [pulumi.all([certPem, caCertPem]).apply(([certificate, ca]) => expiriesOfOwn(certificate, ca))],
        nodes: {},
    };
}

function issueCertificate(
    children: Children,
    spec: Specification,
    aliases: pulumi.Output<string[]>,
    ca: Ca,
): Certificates {
    const key = children.create("key", "key", tls.PrivateKey, { ...keyType });
    // Containers on the same network reach the server by these names.
    const hosts = spec.with(aliases, ({ tls, network }, names) =>
        splitHosts(network ? [...tls.hosts, ...names] : tls.hosts),
    );
    const request = children.create("request", "request", tls.CertRequest, {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: spec.get("host") },
        dnsNames: hosts.dnsNames,
        ipAddresses: hosts.ipAddresses,
    });
    // A CA certificate is not secret, even if the program passes it as a secret. In a preview, a CA that the update
    // will create is unknown; it will outlive the certificate.
    const chain = pulumi.unsecret(knownOr(ca.chain, ""));
    const periods = pulumi
        .all([days(spec, "validityDays"), days(spec, "renewBeforeDays"), chain])
        .apply(([validityDays, renewBeforeDays, pem]) =>
            issuedFor({ validityDays, renewBeforeDays }, pem, ca.nodes.ca !== undefined),
        );
    const certificate = children.create("certificate", "certificate", tls.LocallySignedCert, {
        caCertPem: ca.certPem,
        caPrivateKeyPem: ca.keyPem,
        certRequestPem: request.certRequestPem,
        allowedUses: ["digital_signature", "server_auth"],
        // OpenSSL's strict mode, which Python 3.13 enables, rejects a chain without key identifiers.
        setSubjectKeyId: true,
        validityPeriodHours: periods.validity,
        earlyRenewalHours: periods.renewal,
    });
    return {
        certPem: pulumi
            .all([certificate.certPem, ca.chain])
            .apply(([own, chain]) => (own ? `${own}${intermediatesIn(chain)}` : own)),
        keyPem: key.privateKeyPem,
        caCertPem: ca.published,
        expiries: [
            spec.with(certificate.certPem, ({ tls }, pem) => expiryOfIssued(tls, pem)),
            spec.with(ca.chain, ({ tls }, pem) => expiryOfCa(tls, pem, ca.nodes.ca !== undefined)),
        ],
        nodes: { ...ca.nodes, key, request, certificate },
    };
}

/** The CA that signs the certificate, and the CAs that clients should trust. */
interface Ca {
    readonly certPem: pulumi.Output<string>;
    /** Secret. */
    readonly keyPem: pulumi.Output<string>;
    /** The signing CA, followed by the CAs up to its root if it is an intermediate. */
    readonly chain: pulumi.Output<string>;
    readonly published: pulumi.Output<string>;
    readonly nodes: CertificateNodes;
}

/**
 * The PEM text may contain further CAs after the signing one: the CAs above it, or CAs that clients should trust before
 * they are used for signing.
 */
function ownCa({ certPem, keyPem }: KeyPair): Ca {
    const published = pulumi.output(certPem);
    return { certPem: published, keyPem: pulumi.secret(keyPem), chain: published, published, nodes: {} };
}

/**
 * The default replaces an unknown value, since the provider accepts no unknown periods. In a preview, the arguments may
 * be unknown.
 */
function days(spec: Specification, name: "validityDays" | "renewBeforeDays"): pulumi.Output<number> {
    return knownOr(
        spec.apply(({ tls }) => tls[name]),
        tlsArguments.tls.members[name].default,
    );
}

function createCas(children: Children, { name, caVersions: [signing = 1, ...further] }: ServerPlan): Ca {
    const ca = createCa(children, name, signing);
    const furtherCas = further.map((version) => createCa(children, name, version).certPem);
    return { ...ca, published: pulumi.all([ca.certPem, ...furtherCas]).apply((all) => all.join("")) };
}

function createCa(children: Children, server: string, version: number): Omit<Ca, "published"> {
    const names = caNames(version);
    const caKey = children.create("caKey", names.caKey, tls.PrivateKey, { ...keyType });
    const ca = children.create(
        "ca",
        names.ca,
        tls.SelfSignedCert,
        {
            privateKeyPem: caKey.privateKeyPem,
            subject: { commonName: `CA of Redis database ${version === 1 ? server : `${server}-${version}`}` },
            isCaCertificate: true,
            allowedUses: ["cert_signing", "crl_signing"],
            setSubjectKeyId: true,
            setAuthorityKeyId: true,
            validityPeriodHours: caValidityYears * 365 * hoursADay,
        },
        // Renaming the component must not change the subject: that would create a new CA, which no client trusts.
        { kept: ["subject"] },
    );
    return { certPem: ca.certPem, keyPem: caKey.privateKeyPem, chain: ca.certPem, nodes: { caKey, ca } };
}
