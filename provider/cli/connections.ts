/** How a database is reached: its URL, host and port, without showing a password by mistake. */
import type { Connection } from "../platform/index";
import { UsageError } from "./commandErrors";

/** The TLS URL if it is requested or the only one, otherwise the plaintext URL. */
export function urlOf({ url, tlsUrl }: Connection, tls: boolean): string {
    return tls || url === undefined ? tlsUrl : url;
}

/** The URL with another password, which is visible. */
export function masked(url: string): string {
    const parsed = new URL(url);
    parsed.password = "****";
    return parsed.href;
}

export interface Login {
    readonly host: string;
    readonly port: string;
    /** Empty if the server has no users. */
    readonly user: string;
    readonly password: string;
}

export function loginOf(url: string): Login {
    const { hostname, port, username, password } = new URL(url);
    // The brackets of an IPv6 address belong to the URL.
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    return { host, port, user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The same URL by another address. */
export function at(url: string, host: string, port: number): string {
    const parsed = new URL(url);
    parsed.hostname = host;
    parsed.port = String(port);
    return parsed.href;
}

export function unknownField(field: string, suggestion: string | undefined, known: readonly string[]): UsageError {
    return new UsageError(
        `there is no field "${field}"`,
        suggestion === undefined ? `give one of ${known.join(", ")}` : `did you mean "${suggestion}"?`,
    );
}
