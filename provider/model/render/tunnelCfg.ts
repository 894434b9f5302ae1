/**
 * The configuration of the tunnel, HAProxy: replicas before 6.0 connect to their primary in plaintext, so the tunnel adds
 * TLS for the connection to the other Docker host.
 */
import { isIP } from "node:net";
import type { PrimarySpec } from "../databaseSpec";
import { withoutComments } from "./comments";
import { tunnelPort, tunnelSocketPath, nearbySocketPath, primaryCaPath } from "./layout";

/** The memory limit of its container in MiB. It uses 4 (measured) for one connection and the health checks. */
export const tunnelMemoryMb = 32;

/** Renders link.cfg. */
export function tunnelCfg(primary: PrimarySpec): string {
    return withoutComments(`global
    log stdout format raw local0 notice
    nbthread 1
    maxconn 64
    stats socket unix@${tunnelSocketPath} mode 600 level user
    # Stop at once, because the connection of a replica never ends.
    hard-stop-after 100ms
defaults
    mode tcp
    log global
    # Detect a dead primary after 5 minutes of silence; the replica detects it after one.
    option srvtcpka
    srvtcpka-idle 300s
    srvtcpka-intvl 100s
    srvtcpka-cnt 3
    timeout connect 5s
    retries 1
    # Primary and replica ping each other, so these are the longest timeouts that HAProxy accepts.
    timeout client 24d
    timeout server 24d
    timeout check 5s
# The address of a name can change.
resolvers system
    parse-resolv-conf
frontend replica
    bind :${tunnelPort}
    default_backend primary
backend primary
    option tcp-check
    tcp-check send "PING\\r\\n"
    # An error that asks for the password also shows that Redis answers.
    tcp-check expect rstring ^(-NOAUTH|[+]PONG)
    server primary ${[addressOf(primary), ...verification(primary)].join(" ")} check inter 5s fastinter 500ms downinter 500ms rise 1 fall 2
`);
}

function addressOf({ host, port, nearby }: PrimarySpec): string {
    if (nearby) return `unix@${nearbySocketPath}`;
    if (isIP(host) === 6) return `ipv6@[${host}]:${port}`;
    return isIP(host) === 4 ? `${host}:${port}` : `${host}:${port} resolvers system init-addr libc,none`;
}

/** On one Docker host there is no network traffic to protect. HAProxy can verify host names, but not IP addresses. */
function verification({ host, nearby }: PrimarySpec): string[] {
    if (nearby) return [];
    const chain = `ssl verify required ca-file ${primaryCaPath}`;
    return isIP(host) === 0 ? [chain, `verifyhost ${host} sni str(${host}) check-sni ${host}`] : [chain];
}
