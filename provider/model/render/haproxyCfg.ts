/** The TLS terminator, HAProxy: what stands in front of servers that do not speak TLS themselves, before 6.0. */
import { type DatabaseSpec } from "../databaseSpec";
import { legacyProtocols, tlsProtocols } from "../catalog/tlsProtocols";
import { plaintextPort, socketPath, terminatorSocketPath, tlsDir, tlsPort } from "./layout";

export const haproxyImage = "haproxy:2.6";

/**
 * MiB that the terminator's container may use. It holds 5 before its first connection and 45 KiB for each that is idle
 * (measured with 1000 of them), and 32 more while one is read and written; a server takes 10,000 unless `maxclients`
 * says otherwise.
 */
export const haproxyMemoryMb = 768;

/** Where it asks itself, end to end, whether it works; nobody else reaches it. */
const probePort = 6381;

/** The text of haproxy.cfg. */
export function haproxyCfg(spec: DatabaseSpec): string {
    const certificate = `ssl crt ${tlsDir}/tls.crt`;
    // Who is on a network with the database knows one name for both ports, so both must lead here.
    const plaintext = spec.network !== undefined && spec.plaintext ? [`    bind :${plaintextPort}`] : [];
    return `global
    log stdout format raw local0 notice
    # Redis has one thread, too.
    nbthread 1
    # Clients that come back mostly bring their session along; room for the default number of others is 4 MiB.
    tune.ssl.cachesize 1000
    # Two a connection. Without a bound, tables for all that Docker allows would take memory from the start.
    fd-hard-limit 65536
    stats socket unix@${terminatorSocketPath} mode 600 level admin
    # tls.crt has its key in tls.key.
    ssl-load-extra-del-ext
    # Who is told to stop stops: clients learn at once that they must connect again.
    hard-stop-after 100ms
defaults
    mode tcp
    log global
    # As Redis does it from 3.2 on: who is gone without a word is noticed after 5 minutes of silence.
    option clitcpka
    clitcpka-idle 300s
    clitcpka-intvl 100s
    clitcpka-cnt 3
    timeout connect 1s
    retries 1
    # Idle clients are Redis's business (its \`timeout\`); this is the longest that HAProxy takes.
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
    # That it asks for the password is an answer of Redis's own.
    tcp-check expect rstring ^(-NOAUTH|[+]PONG)
    server self 127.0.0.1:${probePort} check inter 5s fastinter 500ms downinter 500ms rise 1 fall 2 ssl verify none
`;
}

function tlsOptions({ tls }: DatabaseSpec): string[] {
    const wanted = tlsProtocols.filter((protocol) => tls.protocols.includes(protocol));
    const legacy = wanted.some((protocol) => legacyProtocols.includes(protocol));
    return [
        `ssl-min-ver ${wanted[0] ?? ""}`,
        `ssl-max-ver ${wanted.at(-1) ?? ""}`,
        // OpenSSL 3 refuses 1.0 and 1.1 at any higher level, however low the minimum.
        ...(legacy ? ["ciphers DEFAULT:@SECLEVEL=0"] : []),
        ...(tls.clientAuth ? [`ca-file ${tlsDir}/ca.crt verify required`] : []),
    ];
}
