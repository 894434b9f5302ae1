/** Connection URLs as every Redis client reads them. */

import { type Release, versions } from "../catalog/versions";

/** The user that URLs name. `redis://:PASSWORD@…` fails against ACL servers in redis-cli 7, so a name is needed. */
export const clientUser = "app";

/** The user in the URLs of a version: none before 6.0, which refuses a login with a name. */
export function userOf(release: Release): string {
    return versions[release].acl ? clientUser : "";
}

export interface Endpoint {
    readonly host: string;
    readonly port: number;
}

export interface Login {
    /** Empty where the server knows no users. */
    readonly user: string;
    readonly password: string;
}

/** `redis://` or, over TLS, `rediss://`; user and password are percent-encoded, an IPv6 host is bracketed. */
export function connectionUrl(scheme: "redis" | "rediss", { host, port }: Endpoint, { user, password }: Login): string {
    return `${scheme}://${user}:${encodeURIComponent(password)}@${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** One way to log in, in the managed service's shape. */
export interface Credential {
    readonly type: "redis" | "redis+ssl";
    /** Whether this is the one to use when nothing else decides: TLS is, wherever the plaintext port is closed. */
    readonly default: boolean;
    readonly connectionUrl: string;
}

/** The credentials of a database: plaintext (while that port is open) and TLS. */
export function credentials(urls: { readonly url?: string; readonly tlsUrl: string }): Credential[] {
    const tls: Credential = { type: "redis+ssl", default: urls.url === undefined, connectionUrl: urls.tlsUrl };
    return urls.url === undefined ? [tls] : [{ type: "redis", default: true, connectionUrl: urls.url }, tls];
}
