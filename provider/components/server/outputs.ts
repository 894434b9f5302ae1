/** The outputs of a server. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { persistenceLabel } from "../../model/catalog/flavors";
import { expiryOfFirst } from "../../model/certificates";
import { type Engine, type Flavor, type Version, releaseOf } from "../../model/catalog/versions";
import { type Credential, type Login, connectionUrl, credentials, userOf } from "../../model/render/urls";
import { maxmemoryOf } from "../../model/sizing/memory";
import type { PreparedServer } from "./prepare";

/** The connection URLs of a database, by protocol. */
export interface ConnectionUrls {
    /** `redis://`; absent if the plaintext port is closed. */
    readonly plaintext?: string;
    /** `rediss://`. */
    readonly tls: string;
}

/** How clients log in as one of `users`. */
export interface UserAccess {
    /** `redis://NAME:PASSWORD@HOST:PORT`; absent if the plaintext port is closed. */
    readonly url?: string;
    /** `rediss://NAME:PASSWORD@HOST:PORT`; verify it with `caCertPem`. */
    readonly tlsUrl: string;
    readonly password: string;
}

/** The outputs of both `RedisDatabase` and `RedisReplica`. */
export interface ServerOutputs {
    /**
     * `redis://app:PASSWORD@HOST:PORT`, without a user before 6.0. Secret. Undefined if the plaintext port is closed.
     */
    readonly url: pulumi.Output<string | undefined>;
    /** `rediss://app:PASSWORD@HOST:PORT`, without a user before 6.0; verify it with `caCertPem`. Secret. */
    readonly tlsUrl: pulumi.Output<string>;
    /** Both URLs, by protocol. Secret. */
    readonly connectionUrls: pulumi.Output<ConnectionUrls>;
    /** Both URLs as a list of `{ type, default, connectionUrl }`. The plaintext URL is the default while that port is open. Secret. */
    readonly credentials: pulumi.Output<Credential[]>;
    /** Password of the users `app` and `default`; before 6.0, the one password. Secret. */
    readonly password: pulumi.Output<string>;
    /** URLs and password of each user in the argument `users`, by name. Secret. */
    readonly users: pulumi.Output<Record<string, UserAccess>>;
    /** Name or address at which clients reach the Docker host. */
    readonly host: pulumi.Output<string>;
    /** Plaintext port on the Docker host. Undefined if it is closed. */
    readonly port: pulumi.Output<number | undefined>;
    /** TLS port on the Docker host. */
    readonly tlsPort: pulumi.Output<number>;
    /**
     * Unique name at which containers on `network` reach the server, on ports 6379 and 6380. The certificate includes
     * it. For a server that an earlier release created, the name of the database. Undefined without `network`.
     */
    readonly networkName: pulumi.Output<string | undefined>;
    /** Certificate of the CA that verifies the server's certificate, in PEM. */
    readonly caCertPem: pulumi.Output<string>;
    /** When the server's certificate expires, in ISO 8601. */
    readonly certificateExpires: pulumi.Output<string>;
    /** `redis` or `valkey`. */
    readonly engine: pulumi.Output<Engine>;
    /** The version, without the flavor. */
    readonly version: pulumi.Output<Version>;
    /** How data is persisted: `aof`, `rdb` or `nordb`. */
    readonly flavor: pulumi.Output<Flavor>;
    /**
     * How much data fits, in MiB: Redis's `maxmemory`, which follows from `memoryMb`, `flavor`, the replicas and
     * `config`. A server that an earlier release created has a larger one until `memoryMb`, the flavor or the number of
     * replicas changes.
     */
    readonly maxmemoryMb: pulumi.Output<number>;
    /** Label for user interfaces: `RDB-Only Persistence`, `NO PERSISTENCE`, undefined for `aof`. */
    readonly persistenceLabel: pulumi.Output<string | undefined>;
    /** Name of the server's container, for example for `docker logs`. */
    readonly containerName: pulumi.Output<string>;
}

/** @internal */
export function serverOutputs(
    { spec, volumes, ports, passwords, certificates }: PreparedServer,
    server: docker.Container,
): ServerOutputs {
    const { password } = passwords;
    const user = spec.apply((known) => userOf(releaseOf(known)));
    const endpoints = pulumi.all([spec.get("host"), ports.plaintext, ports.tls]);
    const known = pulumi.secret(pulumi.all([endpoints, user, password]));
    const all = known.apply(([[host, port, tlsPort], user, password]) =>
        urlsFor(host, port, tlsPort, { user, password }),
    );
    const url = all.apply((urls) => urls.url);
    const tlsUrl = all.apply((urls) => urls.tlsUrl);
    const users = pulumi.secret(pulumi.all([endpoints, pulumi.all(Object.fromEntries(passwords.users))]));
    const urls = pulumi.all([url, tlsUrl]);
    return {
        url,
        tlsUrl,
        connectionUrls: urls.apply(([url, tls]) => ({ ...(url !== undefined && { plaintext: url }), tls })),
        credentials: urls.apply(([url, tlsUrl]) => credentials({ ...(url !== undefined && { url }), tlsUrl })),
        password,
        users: users.apply(([[host, port, tlsPort], all]) =>
            Object.fromEntries(
                Object.entries(all).map(([user, password]) => [
                    user,
                    { ...urlsFor(host, port, tlsPort, { user, password }), password },
                ]),
            ),
        ),
        host: spec.get("host"),
        port: ports.plaintext,
        tlsPort: ports.tls,
        networkName: spec.with(volumes.aliases, ({ network }, names) =>
            network === undefined ? undefined : names.at(-1),
        ),
        caCertPem: certificates.caCertPem,
        certificateExpires: pulumi.unsecret(certificates.certPem).apply(expiryOfFirst),
        engine: spec.get("engine"),
        version: spec.get("version"),
        flavor: spec.get("flavor"),
        maxmemoryMb: spec.apply(maxmemoryOf),
        persistenceLabel: spec.apply(({ flavor }) => persistenceLabel(flavor)),
        containerName: server.name,
    };
}

function urlsFor(host: string, port: number | undefined, tlsPort: number, login: Login) {
    return {
        ...(port !== undefined && { url: connectionUrl("redis", { host, port }, login) }),
        tlsUrl: connectionUrl("rediss", { host, port: tlsPort }, login),
    };
}
