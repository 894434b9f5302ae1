/** The configuration of HAProxy, which terminates TLS for servers before 6.0, which do not support TLS. */
import { type DatabaseSpec } from "../databaseSpec";
import { legacyProtocols, tlsProtocols } from "../catalog/tlsProtocols";
import { withoutComments } from "./comments";
import { plaintextPort, socketPath, terminatorSocketPath, tlsDir, tlsPort } from "./layout";

export const haproxyImage = "haproxy:2.6";

/**
 * The memory limit of the terminator's container in MiB. It uses 5 MiB without connections, 45 KiB for each idle
 * connection (measured with 1000), and 32 KiB more while data is transferred. A server accepts 10,000 connections unless
 * `maxclients` is set.
 */
export const haproxyMemoryMb = 768;

/** The port for its own end-to-end health check, reachable only inside the container. */
const probePort = 6381;

/** The text of haproxy.cfg. */
export function haproxyCfg(spec: DatabaseSpec): string {
    const certificate = `ssl crt ${tlsDir}/tls.crt`;
    // Containers on the network use one name for both ports, so HAProxy must listen on both.
    const plaintext = spec.network !== undefined && spec.plaintext ? [`    bind :${plaintextPort}`] : [];
    return withoutComments(`global
    log stdout format raw local0 notice
    # Redis is single-threaded as well.
    nbthread 1
    # Most clients resume sessions with tickets. A session cache of the default size would take 4 MiB.
    tune.ssl.cachesize 1000
    # Two per connection. Without a limit, HAProxy allocates tables for the maximum that Docker allows.
    fd-hard-limit 65536
    stats socket unix@${terminatorSocketPath} mode 600 level admin
    # The key of tls.crt is in tls.key.
    ssl-load-extra-del-ext
    # Stop at once, so that clients notice immediately that they must reconnect.
    hard-stop-after 100ms
defaults
    mode tcp
    log global
    # Detect dead peers after 5 minutes of silence, as Redis does from 3.2 on.
    option clitcpka
    clitcpka-idle 300s
    clitcpka-intvl 100s
    clitcpka-cnt 3
    timeout connect 1s
    retries 1
    # Redis handles idle clients (\`timeout\`), so these are the longest timeouts that HAProxy accepts.
    timeout client 24d
    timeout server 24d
    timeout check 5s
frontend clients
    bind :${tlsPort} ${[certificate, ...tlsOptions(spec)].join(" ")}
${[...plaintext, `    bind 127.0.0.1:${probePort} ${certificate}`].join("\n")}
    default_backend redis
backend redis
    server redis unix@${socketPath}
backend probe
    option tcp-check
    tcp-check connect ssl
    tcp-check send "PING\\r\\n"
    # An error that asks for the password also shows that Redis answers.
    tcp-check expect rstring ^(-NOAUTH|[+]PONG)
    server self 127.0.0.1:${probePort} check inter 5s fastinter 500ms downinter 500ms rise 1 fall 2 ssl verify none
`);
}

function tlsOptions({ tls }: DatabaseSpec): string[] {
    const accepted = tlsProtocols.filter((protocol) => tls.protocols.includes(protocol));
    const legacy = accepted.some((protocol) => legacyProtocols.includes(protocol));
    return [
        `ssl-min-ver ${accepted[0] ?? ""}`,
        `ssl-max-ver ${accepted.at(-1) ?? ""}`,
        // OpenSSL 3 refuses TLS 1.0 and 1.1 at higher security levels, even if ssl-min-ver allows them.
        ...(legacy ? ["ciphers DEFAULT:@SECLEVEL=0"] : []),
        ...(tls.clientAuth ? [`ca-file ${tlsDir}/ca.crt verify required`] : []),
    ];
}
