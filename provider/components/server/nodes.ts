/** The resources behind a server. */
import type * as docker from "@pulumi/docker";
import type * as random from "@pulumi/random";
import type * as tls from "@pulumi/tls";

/** What its certificate is made of, as far as the program did not bring its own. */
export interface CertificateNodes {
    /** Of the CA that signs. */
    readonly caKey?: tls.PrivateKey;
    readonly ca?: tls.SelfSignedCert;
    readonly key?: tls.PrivateKey;
    readonly request?: tls.CertRequest;
    readonly certificate?: tls.LocallySignedCert;
}

/** The resources that a server is made of, for what its outputs do not give. In process only. */
export interface DatabaseNodes extends CertificateNodes {
    /** Absent where `data` names another place. */
    readonly dataVolume?: docker.Volume;
    readonly settingsVolume: docker.Volume;
    /** The random choice of ports; absent where the program gives them. */
    readonly port?: random.RandomInteger;
    /** Absent where the program gives a password. */
    readonly password?: random.RandomPassword;
    readonly agent: docker.Container;
    readonly server: docker.Container;
    /** HAProxy, which terminates TLS before 6.0; absent from 6.0 on. */
    readonly terminator?: docker.Container;
    /** HAProxy as the tunnel of a replica before 6.0 to its primary. Absent from 6.0 on. */
    readonly tunnel?: docker.Container;
    /** Goes before all others do, which Pulumi refuses while it is protected. */
    readonly deletionProtection: random.RandomId;
}
