/** The output `replicationAccess`: what a replica of another program needs in order to follow a database. */
import * as pulumi from "@pulumi/pulumi";
import type { ReplicationAccess } from "../args";
import type { PreparedServer } from "../server/prepare";

/** Access for each name in the argument `replicationAccess`. Secret. */
export function replicationAccess(
    server: PreparedServer,
    names: readonly string[],
): pulumi.Output<Record<string, ReplicationAccess>> {
    return pulumi.secret(pulumi.all(Object.fromEntries(names.map((name) => [name, accessFor(server, name)]))));
}

/** Each member resolves independently, so that a preview knows as many of them as possible. */
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
