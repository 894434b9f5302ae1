/** The resources of a server. */
import type * as docker from "@pulumi/docker";
import type * as random from "@pulumi/random";
import type * as tls from "@pulumi/tls";

/** The resources that generate the certificate; absent for what the program provides. */
export interface CertificateNodes {
    /** Key of the signing CA. */
    readonly caKey?: tls.PrivateKey;
    readonly ca?: tls.SelfSignedCert;
    readonly key?: tls.PrivateKey;
    readonly request?: tls.CertRequest;
    readonly certificate?: tls.LocallySignedCert;
}

/** The resources of the backups; absent without the argument `backup`. */
export interface BackupNodes {
    /** Holds restic, its cache and the last results, but no backups. */
    readonly backupVolume?: docker.Volume;
    /** Copies restic to `backupVolume`. */
    readonly restic?: docker.Container;
    readonly backup?: docker.Container;
    /** Absent without `backup.notify`. */
    readonly notifier?: docker.Container;
}

/** The resources of a server without the one that protects them. */
export type UnprotectedNodes = Omit<DatabaseNodes, "deletionProtection">;

/** The resources of a server, for details that are not outputs. Only in TypeScript programs, not a stack output. */
export interface DatabaseNodes extends CertificateNodes, BackupNodes {
    /** Absent if `data` is set. */
    readonly dataVolume?: docker.Volume;
    readonly settingsVolume: docker.Volume;
    /** The random choice of ports; absent if the program sets them. */
    readonly port?: random.RandomInteger;
    /** Absent if the program sets a password. */
    readonly password?: random.RandomPassword;
    /** Restored the data of `restoreFrom` before the first start. */
    readonly restore?: docker.Container;
    readonly agent: docker.Container;
    readonly server: docker.Container;
    /** HAProxy, which terminates TLS before 6.0. Absent from 6.0 on. */
    readonly terminator?: docker.Container;
    /** HAProxy as the tunnel of a replica before 6.0 to its primary. Absent from 6.0 on. */
    readonly tunnel?: docker.Container;
    /** Would be deleted before all other resources, which Pulumi refuses while it is protected. */
    readonly deletionProtection: random.RandomId;
}
