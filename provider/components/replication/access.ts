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

function accessFor({ spec, ports, certificates, passwords }: PreparedServer, replica: string) {
    return pulumi
        .all([spec, ports.tls, certificates.caCertPem, passwords.logins.get(replica)])
        .apply(([{ host, engine, version, flavor, memoryMb }, tlsPort, caCertPem, login]): ReplicationAccess => {
            const { user = "", password = "" } = login ?? {};
            return { host, tlsPort, caCertPem, user, password, engine, version, flavor, memoryMb };
        });
}
