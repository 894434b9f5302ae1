/** Functions with which a program changes the arguments of individual child resources. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import type * as tls from "@pulumi/tls";

/** Changes a child's arguments and options in place, or returns new arguments. */
export type Transform<T> =
    | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => T)
    | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => void);

/**
 * One transform per child. The transform of a child that does not exist is not called. Container values may use any
 * spelling that Docker accepts, such as `60s` for `1m0s`. A value that Docker never reports back as given is an error.
 */
export interface DatabaseTransforms {
    readonly server?: Transform<docker.ContainerArgs>;
    readonly agent?: Transform<docker.ContainerArgs>;
    /** The container that restores the data of `restoreFrom`. */
    readonly restore?: Transform<docker.ContainerArgs>;
    /** HAProxy, which terminates TLS before 6.0. */
    readonly terminator?: Transform<docker.ContainerArgs>;
    /** HAProxy as the tunnel of a replica before 6.0 to its primary. */
    readonly tunnel?: Transform<docker.ContainerArgs>;
    readonly backup?: Transform<docker.ContainerArgs>;
    /** Copies restic to the volume of the backup container. */
    readonly restic?: Transform<docker.ContainerArgs>;
    /** Reports failed backups to `backup.notify`. */
    readonly notifier?: Transform<docker.ContainerArgs>;
    readonly backupVolume?: Transform<docker.VolumeArgs>;
    readonly dataVolume?: Transform<docker.VolumeArgs>;
    readonly settingsVolume?: Transform<docker.VolumeArgs>;
    readonly port?: Transform<random.RandomIntegerArgs>;
    readonly password?: Transform<random.RandomPasswordArgs>;
    /** Called for each entry of `users` without a password. */
    readonly userPassword?: Transform<random.RandomPasswordArgs>;
    /** Called for each replica that may follow. */
    readonly replicationPassword?: Transform<random.RandomPasswordArgs>;
    readonly caKey?: Transform<tls.PrivateKeyArgs>;
    readonly ca?: Transform<tls.SelfSignedCertArgs>;
    readonly key?: Transform<tls.PrivateKeyArgs>;
    readonly request?: Transform<tls.CertRequestArgs>;
    readonly certificate?: Transform<tls.LocallySignedCertArgs>;
    readonly deletionProtection?: Transform<random.RandomIdArgs>;
}
