/** The functions by which a program changes the arguments of single children. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import type * as tls from "@pulumi/tls";

/** Changes a child's arguments and options in place, or returns other arguments. */
export type Transform<T> =
    | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => T)
    | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => void);

/**
 * One transform for each child; those of a child that does not exist are not called. Containers may have values in any
 * spelling that Docker takes, such as `60s` for `1m0s`. What Docker would never report as it was given is an error.
 */
export interface DatabaseTransforms {
    readonly server?: Transform<docker.ContainerArgs>;
    readonly agent?: Transform<docker.ContainerArgs>;
    /** HAProxy, which terminates TLS before 6.0. */
    readonly terminator?: Transform<docker.ContainerArgs>;
    /** HAProxy as the tunnel of a replica before 6.0 to its primary. */
    readonly tunnel?: Transform<docker.ContainerArgs>;
    readonly dataVolume?: Transform<docker.VolumeArgs>;
    readonly settingsVolume?: Transform<docker.VolumeArgs>;
    readonly port?: Transform<random.RandomIntegerArgs>;
    readonly password?: Transform<random.RandomPasswordArgs>;
    /** One for each of `users` without a password of its own. */
    readonly userPassword?: Transform<random.RandomPasswordArgs>;
    /** One for each replica that may follow. */
    readonly replicationPassword?: Transform<random.RandomPasswordArgs>;
    readonly caKey?: Transform<tls.PrivateKeyArgs>;
    readonly ca?: Transform<tls.SelfSignedCertArgs>;
    readonly key?: Transform<tls.PrivateKeyArgs>;
    readonly request?: Transform<tls.CertRequestArgs>;
    readonly certificate?: Transform<tls.LocallySignedCertArgs>;
    readonly deletionProtection?: Transform<random.RandomIdArgs>;
}
