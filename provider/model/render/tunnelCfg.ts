/**
 * The tunnel of a replica before 6.0, HAProxy: Redis follows in plaintext there, so this stands between it and its primary
 * and speaks TLS to the other Docker host.
 */
import { isIP } from "node:net";
import type { PrimarySpec } from "../databaseSpec";
import { tunnelPort, tunnelSocketPath, nearbySocketPath, primaryCaPath } from "./layout";

/** MiB that its container may use: it holds 4 (measured), and has the one connection and its own questions. */
export const tunnelMemoryMb = 32;

/** The text of link.cfg. */
export function tunnelCfg(primary: PrimarySpec): string {
    return `global
    log stdout format raw local0 notice
    nbthread 1
    maxconn 64
    stats socket unix@${tunnelSocketPath} mode 600 level user
    # Who is told to stop stops: a replica is never done.
    hard-stop-after 100ms
defaults
    mode tcp
    log global
    # A primary whose host is gone without a word is noticed after 5 minutes of silence; Redis does so after one.
    option srvtcpka
    srvtcpka-idle 300s
    srvtcpka-intvl 100s
    srvtcpka-cnt 3
    timeout connect 5s
    retries 1
    # Both ends ask each other every few seconds whether they are there; this is the longest that HAProxy takes.
    timeout client 24d
    timeout server 24d
    timeout check 5s
# A name may come to stand for another address.
resolvers system
    parse-resolv-conf
frontend replica
    bind :${tunnelPort}
    default_backend primary
backend primary
    option tcp-check
    tcp-check send "PING\\r\\n"
    # That it asks for the password is an answer of Redis's own.
    tcp-check expect rstring ^(-NOAUTH|[+]PONG)
    server primary ${[addressOf(primary), ...verification(primary)].join(" ")} check inter 5s fastinter 500ms downinter 500ms rise 1 fall 2
`;
}

function addressOf({ host, port, nearby }: PrimarySpec): string {
    if (nearby) return `unix@${nearbySocketPath}`;
    if (isIP(host) === 6) return `ipv6@[${host}]:${port}`;
    return isIP(host) === 4 ? `${host}:${port}` : `${host}:${port} resolvers system init-addr libc,none`;
}

/** On one Docker host nothing is sent that others could read. HAProxy compares names alone with a certificate. */
function verification({ host, nearby }: PrimarySpec): string[] {
    if (nearby) return [];
    const chain = `ssl verify required ca-file ${primaryCaPath}`;
    return isIP(host) === 0 ? [chain, `verifyhost ${host} sni str(${host}) check-sni ${host}`] : [chain];
}
