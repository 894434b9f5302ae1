/** The TLS versions that a database can accept. */

/** A TLS version. Versions before 1.2 are accepted only if `tls.protocols` lists them. */
export type TlsProtocol = "TLSv1.0" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
export const tlsProtocols = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const satisfies readonly TlsProtocol[];
export const defaultProtocols: readonly TlsProtocol[] = ["TLSv1.2", "TLSv1.3"];
/** Deprecated by RFC 8996. */
export const legacyProtocols: readonly TlsProtocol[] = ["TLSv1.0", "TLSv1.1"];
