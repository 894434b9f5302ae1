/** The arguments of `RedisDatabase`, as people read them in their editor and in the API reference. */
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import type * as tls from "@pulumi/tls";
import type { TlsProtocol } from "../model/databaseSpec";
import type { ConfigValue } from "../model/catalog/directives";
import type { MaxmemoryPolicy } from "../model/sizing/memory";
import type { Engine, Flavor } from "../model/catalog/versions";
import type { RedisDatabase } from "./redisDatabase";

/**
 * Arguments of {@link RedisDatabase}. All are optional. Wrong or unknown ones are reported all at once, before
 * anything is touched: those that are plain values when the program runs, those that are Outputs as soon as they
 * are known.
 */
export interface RedisDatabaseArgs {
    /**
     * What runs: `"redis"`, or `"valkey"`, which forked from Redis 7.2. A database of Redis up to 7.2 can become one
     * of Valkey on the same data; not the other way.
     * @default "redis"
     */
    readonly engine?: pulumi.Input<Engine>;
    /**
     * Version of the engine, alone or with a flavor as in `"7.2-aof"`, `"7.2-rdb"` or `"7.2-nordb"`. Redis: `"2.8"`,
     * `"3.0"`, `"3.2"`, `"4.0"`, `"5.0"`, `"6.0"`, `"6.2"`, `"7.0"`, `"7.2"`, `"7.4"`, `"8.0"`, `"8.2"`, `"8.4"`,
     * `"8.6"`, `"8.8"`; Valkey: `"7.2"`, `"8.0"`, `"8.1"`, `"9.0"`, `"9.1"`. One that gets no fixes any more brings a
     * warning. Quote it: YAML reads `7.0` as the number 7.
     * @default "8.0", of Valkey "8.1"
     */
    readonly version?: pulumi.Input<string>;
    /**
     * How data is kept. `"aof"` logs each write and syncs the log every second, and dumps after 900 s with 1 change,
     * 300 s with 10 or 60 s with 10,000. `"rdb"` only dumps, by the same schedule. `"nordb"` keeps data in memory
     * only: a restart loses all of it. An error if `version` names another one.
     * @default the flavor in `version`, else "aof"
     */
    readonly flavor?: pulumi.Input<Flavor>;
    /**
     * Memory of the server's container in MiB, at least 32; swap is not used. `maxmemory` is derived from it:
     * 44 % of what is left beside the server itself for `aof` and `rdb`, which may need every page twice while they
     * dump, and 75 % for `nordb`; less where there are `replicas`.
     * @default 512
     */
    readonly memoryMb?: pulumi.Input<number>;
    /**
     * What the data may take on the disk, in GiB (2^30 bytes; fractions are fine), 0.01 to 1048576. One that is smaller
     * than what the files can take at once, for this version, flavor, `memoryMb` and `config`, is an error that names
     * the smallest. The health check fails while no room is left in it for the next dump. Where Docker's `local`
     * driver can hold a quota (XFS with `pquota`), the volume is made with one; it stays as it is when this is changed.
     * @default no limit; the health check fails while the disk itself has no room for the next dump
     */
    readonly diskSizeGb?: pulumi.Input<number>;
    /**
     * What happens when data reaches `maxmemory`, in redis.conf's words.
     * @default "noeviction": writes fail, nothing is lost
     */
    readonly maxmemoryPolicy?: pulumi.Input<MaxmemoryPolicy>;
    /**
     * Whether an up that makes `maxmemory` smaller than the data may have Redis evict keys, by `maxmemoryPolicy`. If
     * not, such an up is refused with the least `memoryMb`.
     * @default false
     */
    readonly evictToFit?: pulumi.Input<boolean>;
    /**
     * When to dump, in place of the schedule that `flavor` names. An error beside flavor `"nordb"`.
     * @default 900 s with 1 change, 300 s with 10, 60 s with 10,000
     */
    readonly savePoints?: pulumi.Input<pulumi.Input<SavePointArgs>[]>;
    /**
     * Ports on the Docker host. One that is taken fails the up with an error that names it.
     * @default a pair from 20000 to 31999, chosen once at random and kept in the state
     */
    readonly ports?: pulumi.Input<PortsArgs>;
    /**
     * Address of the Docker host on which the ports are published; `"0.0.0.0"` for all, which needs `host`.
     * @default "127.0.0.1"
     */
    readonly bindAddress?: pulumi.Input<string>;
    /**
     * Name or address by which clients reach the Docker host. Stands in the URLs and in the certificate.
     * @default "localhost" if bound to 127.0.0.1, else `bindAddress`
     */
    readonly host?: pulumi.Input<string>;
    /**
     * Whether the plaintext port is open. `false` closes it; then TLS is the only way in and `url` is undefined.
     * @default true
     */
    readonly plaintext?: pulumi.Input<boolean>;
    /**
     * Password of the users `app` and `default`. Any characters but line breaks; URLs carry it percent-encoded.
     * @default 32 random letters and digits
     */
    readonly password?: pulumi.Input<string>;
    /**
     * Counts up to get another random password. An error beside `password`.
     * @default 1
     */
    readonly passwordVersion?: pulumi.Input<number>;
    /**
     * Days, 1 to 3650, after which an up makes another random password. The days are counted from a date of the
     * database's own, so the first may be replaced sooner. An error beside `password`.
     * @default never
     */
    readonly rotatePasswordEvery?: pulumi.Input<number>;
    /**
     * Hours, 0 to 8760, that a password which was replaced goes on to open the door beside the new one. Then the
     * agent drops it, without another up; connections that used it stay.
     * @default 24
     */
    readonly passwordGraceHours?: pulumi.Input<number>;
    /**
     * Whether Pulumi refuses to remove the database or its data. To remove it, set this to false, `pulumi up`, then
     * take it out of the program or `pulumi destroy`.
     * @default true
     */
    readonly deletionProtection?: boolean;
    /**
     * A volume or a directory with data of your own, which stays when the database is removed. Data of Redis that is
     * there already is adopted in place: `dump.rdb` or an append-only file, of this version or an older one. Stop the
     * server that wrote it first.
     * @default a volume of the database's own
     */
    readonly data?: DataArgs;
    /** The certificate, and who may connect. @default a certificate for `host` from a CA of the database's own */
    readonly tls?: TlsArgs;
    /**
     * Image of the server and the agent: Redis of the same version, with `redis-cli` and a shell. Write
     * `name@sha256:…` to pin it.
     * @default "redis:VERSION" or "valkey/valkey:VERSION"
     */
    readonly image?: pulumi.Input<string>;
    /**
     * Name of a Docker network that the server joins, under the database's own name, so that containers there reach
     * it at ports 6379 and 6380 of that name.
     * @default Docker's default network
     */
    readonly network?: pulumi.Input<string>;
    /**
     * Further directives of redis.conf, for example `{ timeout: 300 }`. Each is checked against what a real server of
     * this version knows; those that the component sets itself are errors that name the argument to use.
     * @default none
     */
    readonly config?: pulumi.Input<Record<string, pulumi.Input<ConfigValue>>>;
    /**
     * Read-only copies on the same Docker host or others: a number, or one entry each. Adding and removing one leaves
     * the database's container as it is. They need memory: three sixteenths of `memoryMb` go
     * to replication, and `nordb` has no more for data than the other flavors have.
     * @default none
     */
    readonly replicas?: number | readonly ReplicaArgs[];
    /**
     * The name of the replica that takes writes, where that is not the database's own server: changing it exchanges the
     * roles. The one that took writes holds them back until the other has the last of them, hands over and follows it;
     * if that takes more than ten seconds the up fails, and it takes writes again. The outputs are those of the one that
     * takes writes, so that `url` is another one. Needs version 6.2 or later, and that the others can follow that replica:
     * not of a later version, and with no more memory than they have. An error for a replica that is new in the same up.
     * @default the database's own server
     */
    readonly primary?: string;
    /**
     * Names of {@link RedisReplica}s, of this program or another, that may follow. Each gets a user of its own, which
     * can do nothing else; before 6.0 they have the database's one password.
     * @default none
     */
    readonly replicationAccess?: readonly string[];
    /** Last changes to the arguments of children, for what this component has no argument for. In process only. */
    readonly transform?: DatabaseTransforms;
}

/**
 * Arguments of {@link RedisReplica}: those of a database, without `data`, `replicas` and `replicationAccess`. Where
 * they say nothing, engine, version, flavor, `memoryMb` are the primary's; of a primary of the same program
 * `maxmemoryPolicy`, `savePoints`, `config` and, on the same Docker host, `network`, `bindAddress` and `host`, too.
 * `deletionProtection` is off while it follows: what it holds is a copy.
 */
export interface RedisReplicaArgs extends Omit<
    RedisDatabaseArgs,
    "data" | "replicas" | "replicationAccess" | "primary"
> {
    /**
     * Whom it follows: a database of the same program, or of another program what its output `replicationAccess` has
     * for this replica. Taken away, the replica takes writes from then on, as with `promoted`.
     */
    readonly primary?: RedisDatabase | pulumi.Input<ReplicationAccess>;
    /**
     * Whether it takes writes itself and follows nobody any more. For good: following again would replace what was
     * written since, and is refused.
     * @default false
     */
    readonly promoted?: boolean;
    /**
     * Which replica to promote first, in redis.conf's terms: the one with the lowest number.
     * @default 100
     */
    readonly priority?: pulumi.Input<number>;
    /**
     * Seconds, 1 to 86400, that an up waits for the first sync.
     * @default 600
     */
    readonly syncTimeoutSeconds?: pulumi.Input<number>;
}

/** One of a database's `replicas`. */
export interface ReplicaArgs extends Omit<RedisReplicaArgs, "primary"> {
    /**
     * Its name: the component is called DATABASE-NAME. Lower-case letters, digits and hyphens.
     * @default "replica-1", "replica-2", … by its place in the list
     */
    readonly name?: string;
    /**
     * Another Docker host, which must reach the database's TLS port: set the database's `bindAddress` and `host`.
     * @default the database's own
     */
    readonly provider?: docker.Provider;
}

/** What a replica needs to know of its primary to follow it. */
export interface ReplicationAccess {
    /** Name or address by which the replica's Docker host reaches the primary's. */
    readonly host: pulumi.Input<string>;
    /** The primary's TLS port on its Docker host. */
    readonly tlsPort: pulumi.Input<number>;
    /** What the primary's certificate verifies with, in PEM. */
    readonly caCertPem: pulumi.Input<string>;
    /** User by which the replica follows; empty before 6.0. */
    readonly user: pulumi.Input<string>;
    /** Its password. Kept secret. */
    readonly password: pulumi.Input<string>;
    /** What the primary runs. @default not checked */
    readonly engine?: pulumi.Input<Engine>;
    /** Its version; a replica may be of a later one, but before 6.0 only of one before 6.0. @default not checked */
    readonly version?: pulumi.Input<string>;
    /** Its flavor. @default "aof" */
    readonly flavor?: pulumi.Input<Flavor>;
    /** Its memory in MiB; a replica needs as much. @default not checked */
    readonly memoryMb?: pulumi.Input<number>;
}

/** Dump after so many seconds with at least so many changes. */
export interface SavePointArgs {
    /** Seconds since the last dump, at least 1. */
    readonly seconds: pulumi.Input<number>;
    /** Changes since the last dump, at least 1. */
    readonly changes: pulumi.Input<number>;
}

/** A place for data that was there before the database: one of `volume` and `hostPath`. */
export interface DataArgs {
    /** Name of a Docker volume. */
    readonly volume?: pulumi.Input<string>;
    /** Absolute path of a directory on the Docker host. */
    readonly hostPath?: pulumi.Input<string>;
    /**
     * Which files hold the data, where there are both a dump and an append-only file when the database first sees
     * them.
     * @default the kind that is there
     */
    readonly files?: pulumi.Input<"aof" | "rdb">;
}

/** Ports on the Docker host, 1 to 65535. */
export interface PortsArgs {
    /** Plaintext port. @default chosen once at random */
    readonly plaintext?: pulumi.Input<number>;
    /** TLS port. @default chosen once at random */
    readonly tls?: pulumi.Input<number>;
}

/** The certificate, and who may connect. */
export interface TlsArgs {
    /** Names and addresses that the certificate is valid for, besides `host`, localhost and 127.0.0.1. */
    readonly hosts?: pulumi.Input<pulumi.Input<string>[]>;
    /** Days that the certificate is valid, 1 to 3650. @default 365 */
    readonly validityDays?: pulumi.Input<number>;
    /** Days before its end from which an up renews the certificate; less than `validityDays`. @default 30 */
    readonly renewBeforeDays?: pulumi.Input<number>;
    /**
     * Protocols that the TLS port speaks. `"TLSv1.0"` and `"TLSv1.1"` are for clients that can do no better: they
     * bring a warning, and lower OpenSSL's security level for this port. SSLv2 and SSLv3 are always refused. Before 6.0
     * they must follow one another.
     * @default ["TLSv1.2", "TLSv1.3"]
     */
    readonly protocols?: pulumi.Input<pulumi.Input<TlsProtocol>[]>;
    /** Ask clients for a certificate (mTLS) that this CA signed. @default clients need none */
    readonly clientAuth?: ClientAuthArgs;
    /**
     * Numbers of the database's own CAs that clients should trust: the first signs, `caCertPem` has all. To change the
     * CA without breaking a client go from `[1]` to `[1, 2]`, then to `[2, 1]` once all clients have the new
     * `caCertPem`, then to `[2]`. An error beside `ca` and `certificate`.
     * @default [1]
     */
    readonly caVersions?: readonly number[];
    /**
     * A CA of your own that signs the certificate. Its PEM may hold further CAs after it, for clients to learn of
     * before they sign.
     * @default a CA made for this database alone
     */
    readonly ca?: KeyPairArgs;
    /** A certificate of your own, valid for `host`. @default one signed by the CA */
    readonly certificate?: CertificateArgs;
}

/** Whose clients may connect. */
export interface ClientAuthArgs {
    /** Certificate of the CA that signs the clients' certificates, in PEM. */
    readonly caCertPem: pulumi.Input<string>;
}

/** A certificate and its key. */
export interface KeyPairArgs {
    /** The certificate in PEM. */
    readonly certPem: pulumi.Input<string>;
    /** Its private key in PEM, not encrypted. Kept secret. */
    readonly keyPem: pulumi.Input<string>;
}

/** A server certificate of one's own. */
export interface CertificateArgs extends KeyPairArgs {
    /** The CA that clients verify it with, in PEM: becomes the output `caCertPem`. */
    readonly caCertPem: pulumi.Input<string>;
}

/** Changes a child's arguments and options in place, or returns other arguments. */
export type Transform<T> =
    | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => T)
    | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => void);

/** One transform a child; those of a child that does not exist are not called. */
export interface DatabaseTransforms {
    readonly server?: Transform<docker.ContainerArgs>;
    readonly agent?: Transform<docker.ContainerArgs>;
    /** There only before 6.0. */
    readonly terminator?: Transform<docker.ContainerArgs>;
    /** There only for replicas before 6.0. */
    readonly link?: Transform<docker.ContainerArgs>;
    readonly dataVolume?: Transform<docker.VolumeArgs>;
    readonly settingsVolume?: Transform<docker.VolumeArgs>;
    readonly port?: Transform<random.RandomIntegerArgs>;
    readonly password?: Transform<random.RandomPasswordArgs>;
    /** One for each replica that may follow. */
    readonly replicationPassword?: Transform<random.RandomPasswordArgs>;
    readonly caKey?: Transform<tls.PrivateKeyArgs>;
    readonly ca?: Transform<tls.SelfSignedCertArgs>;
    readonly key?: Transform<tls.PrivateKeyArgs>;
    readonly request?: Transform<tls.CertRequestArgs>;
    readonly certificate?: Transform<tls.LocallySignedCertArgs>;
    readonly deletionProtection?: Transform<random.RandomIdArgs>;
}
