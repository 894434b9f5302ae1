/** Connection URLs in the format that all Redis clients support. */

import { type Release, versions } from "../catalog/versions";

/** The user in the URLs. It is necessary because redis-cli 7 cannot log in to servers with ACLs by `redis://:PASSWORD@…`. */
export const clientUser = "app";

/** The user in the URLs of a version. Empty before 6.0, which rejects a login with a user name. */
export function userOf(release: Release): string {
    return versions[release].acl ? clientUser : "";
}

export interface Endpoint {
    readonly host: string;
    readonly port: number;
}

export interface Login {
    /** Empty if the server does not support users. */
    readonly user: string;
    readonly password: string;
}

/** `redis://`, or `rediss://` with TLS. The password is percent-encoded, and an IPv6 address is in brackets. */
export function connectionUrl(scheme: "redis" | "rediss", { host, port }: Endpoint, { user, password }: Login): string {
    return `${scheme}://${user}:${encodeURIComponent(password)}@${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A connection URL with its type, as platforms list credentials. */
export interface Credential {
    readonly type: "redis" | "redis+ssl";
    /** Whether to use this login by default: plaintext if its port is open, otherwise TLS. */
    readonly default: boolean;
    readonly connectionUrl: string;
}

/** The credentials of a database: plaintext (if the port is open) and TLS. */
export function credentials(urls: { readonly url?: string; readonly tlsUrl: string }): Credential[] {
    const tls: Credential = { type: "redis+ssl", default: urls.url === undefined, connectionUrl: urls.tlsUrl };
    return urls.url === undefined ? [tls] : [{ type: "redis", default: true, connectionUrl: urls.url }, tls];
}
