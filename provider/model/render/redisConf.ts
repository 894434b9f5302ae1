/** The text of redis.conf for a database. */
import { type DatabaseSpec } from "../databaseSpec";
import { legacyProtocols } from "../catalog/tlsProtocols";
import { configDirectives, directivesOf } from "../catalog/directives";
import { type Directives, persistenceDirectives } from "../catalog/flavors";
import { aclPath, dataDir, passwordPath, plaintextPort, socketPath, tlsDir, tlsPort } from "./layout";
import { clientLimits } from "../sizing/clients";
import { maxmemoryOf } from "../sizing/memory";
import { primaryDirectives, replicaDirectives } from "./replication";
import { releaseOf, versions } from "../catalog/versions";

/** `publishedPort` is where other Docker hosts find it over TLS. */
export function redisConf(spec: DatabaseSpec, publishedPort: number): string {
    const release = releaseOf(spec);
    const { nativeTls, acl, protectedMode } = versions[release];
    const sections: Record<string, Directives> = {
        "Connections: Docker publishes the ports; the agent and the health check use the socket.": [
            ["port", String(spec.plaintext ? plaintextPort : 0)],
            ...(nativeTls ? [["tls-port", String(tlsPort)] as const] : []),
            ["unixsocket", socketPath],
            // Where there is a terminator, it comes in by the socket, too: as another user of the same group.
            ["unixsocketperm", nativeTls ? "700" : "770"],
            // Every user has a password; protected mode would only refuse what Docker forwards.
            ...(protectedMode ? [["protected-mode", "no"] as const] : []),
        ],
        "TLS: same paths for ever, so that CONFIG SET re-reads what the agent puts there.": nativeTls
            ? tlsDirectives(spec)
            : [],
        "Users": acl ? [["aclfile", aclPath]] : [],
        // The one password is a secret, so it is not in this file but in one of its own.
        "Password": acl ? [] : [["include", passwordPath]],
        "Memory": [
            ["maxmemory", `${maxmemoryOf(spec)}mb`],
            ["maxmemory-policy", spec.maxmemoryPolicy],
        ],
        "Clients: what they may take of the memory": clientDirectives(spec),
        [`Persistence: ${spec.flavor}`]: [["dir", dataDir], ...persistenceDirectives(spec.flavor, spec.savePoints)],
        "Replication": [...primaryDirectives(spec), ...replicaDirectives(spec, publishedPort)],
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
 * What `config` sets comes later in the file, and so instead. Before 7.0 a replica that follows must take what its primary
 * took, or it starts over, and clients cannot write to it.
 */
export function clientDirectives(spec: DatabaseSpec): Directives {
    const release = releaseOf(spec);
    const { valueMb, queryMb, outputMb, pubsubMb, allMb } = clientLimits(spec);
    const [hard, soft] = pubsubMb;
    const alone = !versions[release].clientMemoryLimit;
    const follows = spec.replica?.primary !== undefined && alone;
    const directives: Directives = [
        ...(follows
            ? []
            : ([
                  ["proto-max-bulk-len", `${valueMb}mb`],
                  ["client-query-buffer-limit", `${queryMb}mb`],
              ] as const)),
        ["client-output-buffer-limit", `normal ${outputMb}mb 0 0`],
        // Redis's own is enough where all clients together have a limit.
        ...(alone ? [["client-output-buffer-limit", `pubsub ${hard}mb ${soft}mb 60`] as const] : []),
        ["maxmemory-clients", `${allMb}mb`],
    ];
    return directives.filter(([name]) => directivesOf(release)[name] !== undefined);
}

function tlsDirectives({ tls }: DatabaseSpec): Directives {
    const legacy = tls.protocols.some((protocol) => legacyProtocols.includes(protocol));
    // Redis's word for 1.0 has no number.
    const protocols = tls.protocols.map((protocol) => (protocol === "TLSv1.0" ? "TLSv1" : protocol));
    return [
        ["tls-cert-file", `${tlsDir}/tls.crt`],
        ["tls-key-file", `${tlsDir}/tls.key`],
        ["tls-ca-cert-file", `${tlsDir}/ca.crt`],
        ["tls-protocols", `"${protocols.join(" ")}"`],
        // OpenSSL 3 refuses 1.0 and 1.1 at any higher level, whatever tls-protocols says.
        ...(legacy ? [["tls-ciphers", "DEFAULT:@SECLEVEL=0"] as const] : []),
        ["tls-auth-clients", tls.clientAuth ? "yes" : "no"],
    ];
}
