/** The certificate that the TLS port shows, and the CA that clients verify it with. */
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { defaults } from "../../model/arguments/resolve";
import { splitHosts } from "../../model/arguments/certificateChecks";
import type { DatabaseSpec } from "../../model/databaseSpec";
import type { CertificateArgs, KeyPairArgs, RedisDatabaseArgs, TlsArgs } from "../args";
import type { MakeChild } from "./children";
import type { Primary } from "../replication/replication";

export interface Certificates {
    readonly certPem: pulumi.Output<string>;
    /** Secret. */
    readonly keyPem: pulumi.Output<string>;
    /** What clients verify `certPem` with. */
    readonly caCertPem: pulumi.Output<string>;
    /** What the server verifies others with: its primary, and clients where it asks them for certificates. */
    readonly trustedCaCertPem: pulumi.Output<string>;
    /** The children that made them, as far as the program did not bring its own. */
    readonly nodes: CertificateNodes;
}

export interface CertificateNodes {
    /** Of the CA that signs. */
    readonly caKey?: tls.PrivateKey;
    readonly ca?: tls.SelfSignedCert;
    readonly key?: tls.PrivateKey;
    readonly request?: tls.CertRequest;
    readonly certificate?: tls.LocallySignedCert;
}

/** P-256 keys are made in an instant and every client since TLS 1.2 knows them. */
const keyType = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/** Clients keep the CA for long; the certificate that it signs is the one that is renewed. */
const caValidityYears = 10;

const hoursADay = 24;

export function createCertificates(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    { tls = {} }: Pick<RedisDatabaseArgs, "tls">,
    primary?: Primary,
): Certificates {
    const made = tls.certificate ? ownCertificate(tls.certificate) : issueCertificate(child, database, spec, tls);
    const clientCaCertPem = pulumi.output(tls.clientAuth?.caCertPem ?? made.caCertPem);
    // Redis has one file for both: whom it follows must be verified by it, too.
    const trustedCaCertPem = primary
        ? pulumi.interpolate`${clientCaCertPem.apply((own) => own.trimEnd())}\n${primary.caCertPem}`
        : clientCaCertPem;
    return { ...made, trustedCaCertPem };
}

type Issued = Omit<Certificates, "trustedCaCertPem">;

function ownCertificate(own: CertificateArgs): Issued {
    return {
        certPem: pulumi.output(own.certPem),
        keyPem: pulumi.secret(own.keyPem),
        caCertPem: pulumi.output(own.caCertPem),
        nodes: {},
    };
}

function issueCertificate(
    child: MakeChild,
    database: string,
    spec: pulumi.Output<DatabaseSpec>,
    args: TlsArgs,
): Issued {
    const ca = args.ca ? ownCa(args.ca) : createCas(child, database, args.caVersions ?? defaults.caVersions);
    const key = child("key", "key", tls.PrivateKey, { ...keyType });
    // Containers on its network know the server by the database's name.
    const hosts = spec.apply(({ tls, network }) => splitHosts(network ? [...tls.hosts, database] : tls.hosts));
    const request = child("request", "request", tls.CertRequest, {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: spec.host },
        dnsNames: hosts.dnsNames,
        ipAddresses: hosts.ipAddresses,
    });
    const certificate = child("certificate", "certificate", tls.LocallySignedCert, {
        caCertPem: ca.certPem,
        caPrivateKeyPem: ca.keyPem,
        certRequestPem: request.certRequestPem,
        allowedUses: ["digital_signature", "server_auth"],
        // OpenSSL's strict mode, which Python 3.13 turns on, refuses a chain without key identifiers.
        setSubjectKeyId: true,
        validityPeriodHours: spec.apply(({ tls }) => tls.validityDays * hoursADay),
        earlyRenewalHours: spec.apply(({ tls }) => tls.renewBeforeDays * hoursADay),
    });
    return {
        certPem: certificate.certPem,
        keyPem: key.privateKeyPem,
        caCertPem: ca.published,
        nodes: { ...ca.nodes, key, request, certificate },
    };
}

/** A CA that signs, and all that clients should trust. */
interface Ca {
    readonly certPem: pulumi.Output<string>;
    /** Secret. */
    readonly keyPem: pulumi.Output<string>;
    readonly published: pulumi.Output<string>;
    readonly nodes: CertificateNodes;
}

/** The PEM text may hold further CAs after the one that signs, for clients to learn of. */
function ownCa({ certPem, keyPem }: KeyPairArgs): Ca {
    const published = pulumi.output(certPem);
    return { certPem: published, keyPem: pulumi.secret(keyPem), published, nodes: {} };
}

function createCas(child: MakeChild, database: string, [signing, ...others]: readonly number[]): Ca {
    const ca = createCa(child, database, signing ?? 1);
    const further = others.map((version) => createCa(child, database, version).certPem);
    return { ...ca, published: pulumi.all([ca.certPem, ...further]).apply((all) => all.join("")) };
}

function createCa(child: MakeChild, database: string, version: number): Omit<Ca, "published"> {
    const numbered = (name: string) => (version === 1 ? name : `${name}-${version}`);
    const caKey = child("caKey", numbered("ca-key"), tls.PrivateKey, { ...keyType });
    const ca = child("ca", numbered("ca"), tls.SelfSignedCert, {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: `CA of Redis database ${numbered(database)}` },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
        setAuthorityKeyId: true,
        validityPeriodHours: caValidityYears * 365 * hoursADay,
    });
    return { certPem: ca.certPem, keyPem: caKey.privateKeyPem, nodes: { caKey, ca } };
}
