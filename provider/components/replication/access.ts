/** What a replica of another program needs to follow a database. */
import * as pulumi from "@pulumi/pulumi";
import type { ReplicationAccess } from "../args";
import type { PreparedServer } from "../server/prepare";

/** By the names that may follow, besides the database's own replicas. Secret. */
export function replicationAccess(
    server: PreparedServer,
    names: readonly string[],
): pulumi.Output<Record<string, ReplicationAccess>> {
    return pulumi.secret(pulumi.all(Object.fromEntries(names.map((name) => [name, accessFor(server, name)]))));
}

/** Each of them is known as soon as it can be. */
function accessFor({ spec, ports, certificates, passwords }: PreparedServer, replica: string) {
    const login = pulumi.output(passwords.logins.get(replica));
    const access: { readonly [K in keyof ReplicationAccess]: pulumi.Output<ReplicationAccess[K]> } = {
        host: spec.get("host"),
        tlsPort: ports.tls,
        caCertPem: certificates.caCertPem,
        user: login.apply((known) => known?.user ?? ""),
        password: login.apply((known) => known?.password ?? ""),
        engine: spec.get("engine"),
        version: spec.get("version"),
        flavor: spec.get("flavor"),
        memoryMb: spec.get("memoryMb"),
    };
    return pulumi.output(access) as unknown as pulumi.Output<ReplicationAccess>;
}
