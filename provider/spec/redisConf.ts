/** The text of redis.conf for a database. */
import type { DatabaseSpec } from "./databaseSpec";
import { configDirectives } from "./directives";
import { type Directives, persistenceDirectives } from "./flavors";
import { aclPath, dataDir, plaintextPort, socketPath, tlsDir, tlsPort } from "./layout";
import { maxmemoryMb } from "./memory";

export function redisConf(spec: DatabaseSpec): string {
    const { tls } = spec;
    const sections: Record<string, Directives> = {
        "Connections: Docker publishes the ports; the agent and the health check use the socket.": [
            ["port", String(spec.plaintext ? plaintextPort : 0)],
            ["tls-port", String(tlsPort)],
            ["unixsocket", socketPath],
            ["unixsocketperm", "700"],
            // Every user has a password; protected mode would only refuse what Docker forwards.
            ["protected-mode", "no"],
        ],
        "TLS: same paths for ever, so that CONFIG SET re-reads what the agent puts there.": [
            ["tls-cert-file", `${tlsDir}/tls.crt`],
            ["tls-key-file", `${tlsDir}/tls.key`],
            ["tls-ca-cert-file", `${tlsDir}/ca.crt`],
            ["tls-protocols", `"${tls.protocols.join(" ")}"`],
            ["tls-auth-clients", tls.clientAuth ? "yes" : "no"],
        ],
        "Users": [["aclfile", aclPath]],
        "Memory": [
            ["maxmemory", `${maxmemoryMb(spec.memoryMb, spec.flavor)}mb`],
            ["maxmemory-policy", spec.maxmemoryPolicy],
        ],
        [`Persistence: ${spec.flavor}`]: [["dir", dataDir], ...persistenceDirectives(spec.flavor, spec.savePoints)],
        "config": configDirectives(spec.version, spec.config),
    };
    return Object.entries(sections)
        .filter(([, directives]) => directives.length > 0)
        .map(([title, directives]) =>
            [`# ${title}`, ...directives.map(([name, value]) => `${name} ${value}`), ""].join("\n"),
        )
        .join("\n");
}
