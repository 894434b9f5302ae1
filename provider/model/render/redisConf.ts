/** Renders redis.conf for a database. */
import { type DatabaseSpec } from "../databaseSpec";
import { legacyProtocols } from "../catalog/tlsProtocols";
import { configDirectives, directivesOf } from "../catalog/directives";
import { type Directives, persistenceDirectives } from "../catalog/flavors";
import { aclPath, dataDir, passwordPath, plaintextPort, socketPath, tlsDir, tlsPort } from "./layout";
import { clientLimits } from "../sizing/clients";
import { maxmemoryOf } from "../sizing/memory";
import { dumpDirectives, primaryDirectives, replicaDirectives } from "./replication";
import { releaseOf, versions } from "../catalog/versions";

/** `publishedPort` is the TLS port for other Docker hosts. */
export function redisConf(spec: DatabaseSpec, publishedPort: number): string {
    const release = releaseOf(spec);
    const { nativeTls, acl, protectedMode } = versions[release];
    const sections: Record<string, Directives> = {
        "Connections: Docker publishes the ports; the agent and the health check use the socket.": [
            ["port", String(spec.plaintext ? plaintextPort : 0)],
            ...(nativeTls ? [["tls-port", String(tlsPort)] as const] : []),
            ["unixsocket", socketPath],
            // HAProxy also uses the socket, as a different user of the same group.
            ["unixsocketperm", nativeTls ? "700" : "770"],
            // Every user has a password. Protected mode would only reject connections that Docker forwards.
            ...(protectedMode ? [["protected-mode", "no"] as const] : []),
        ],
        "TLS: the paths never change; CONFIG SET re-reads the files that the agent replaces.": nativeTls
            ? tlsDirectives(spec)
            : [],
        "Users": acl ? [["aclfile", aclPath]] : [],
        // The password is a secret, so it is in a separate file.
        "Password": acl ? [] : [["include", passwordPath]],
        "Memory": [
            ["maxmemory", `${maxmemoryOf(spec)}mb`],
            ["maxmemory-policy", spec.maxmemoryPolicy],
        ],
        "Clients: limits on their memory": clientDirectives(spec),
        [`Persistence: ${spec.flavor}`]: [["dir", dataDir], ...persistenceDirectives(spec.flavor, spec.savePoints)],
        "Replication": [...primaryDirectives(spec), ...replicaDirectives(spec, publishedPort), ...dumpDirectives(spec)],
        "config": configDirectives(release, spec.config),
    };
    return Object.entries(sections)
        .filter(([, directives]) => directives.length > 0)
        .map(([title, directives]) =>
            [`# ${title}`, ...directives.map(([name, value]) => `${name} ${value}`), ""].join("\n"),
        )
        .join("\n");
}

/**
 * `config` comes later in the file and overrides these limits. Before 7.0, a replica that follows keeps the defaults of
 * Redis for values and query buffers: it must accept everything that its primary accepted, or it would restart its sync.
 * Clients cannot write to it anyway.
 */
export function clientDirectives(spec: DatabaseSpec): Directives {
    const release = releaseOf(spec);
    const { valueMb, queryMb, outputMb, pubsubMb, allMb } = clientLimits(spec);
    const [hard, soft] = pubsubMb;
    const perClientOnly = !versions[release].clientMemoryLimit;
    const keepsDefaults = spec.replica?.primary !== undefined && perClientOnly;
    const directives: Directives = [
        ...(keepsDefaults
            ? []
            : ([
                  ["proto-max-bulk-len", `${valueMb}mb`],
                  ["client-query-buffer-limit", `${queryMb}mb`],
              ] as const)),
        ["client-output-buffer-limit", `normal ${outputMb}mb 0 0`],
        // With a limit for all clients together, the default of Redis is enough.
        ...(perClientOnly ? [["client-output-buffer-limit", `pubsub ${hard}mb ${soft}mb 60`] as const] : []),
        ["maxmemory-clients", `${allMb}mb`],
    ];
    return directives.filter(([name]) => directivesOf(release)[name] !== undefined);
}

function tlsDirectives({ tls }: DatabaseSpec): Directives {
    const legacy = tls.protocols.some((protocol) => legacyProtocols.includes(protocol));
    // Redis calls TLS 1.0 "TLSv1".
    const protocols = tls.protocols.map((protocol) => (protocol === "TLSv1.0" ? "TLSv1" : protocol));
    return [
        ["tls-cert-file", `${tlsDir}/tls.crt`],
        ["tls-key-file", `${tlsDir}/tls.key`],
        ["tls-ca-cert-file", `${tlsDir}/ca.crt`],
        ["tls-protocols", `"${protocols.join(" ")}"`],
        // OpenSSL 3 refuses TLS 1.0 and 1.1 at higher security levels, even if tls-protocols allows them.
        ...(legacy ? [["tls-ciphers", "DEFAULT:@SECLEVEL=0"] as const] : []),
        ["tls-auth-clients", tls.clientAuth ? "yes" : "no"],
    ];
}
