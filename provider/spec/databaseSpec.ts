/** A database as the program wants it: every default filled in, every value checked, no secret inside. */
import type { ConfigValue } from "./directives";
import type { MaxmemoryPolicy } from "./memory";
import type { Flavor, Version } from "./versions";

/** A version of TLS, in the spelling of Redis. */
export type TlsProtocol = "TLSv1.2" | "TLSv1.3";
export const tlsProtocols = ["TLSv1.2", "TLSv1.3"] as const satisfies readonly TlsProtocol[];

export interface DatabaseSpec {
    readonly version: Version;
    readonly flavor: Flavor;
    readonly image: string;
    readonly memoryMb: number;
    readonly maxmemoryPolicy: MaxmemoryPolicy;
    readonly plaintext: boolean;
    /** Host ports; absent where they are to be chosen once at random. */
    readonly ports: { readonly plaintext?: number; readonly tls?: number };
    readonly bindAddress: string;
    readonly host: string;
    readonly network?: string;
    readonly tls: {
        /** Every name and address that the certificate is valid for. */
        readonly hosts: readonly string[];
        readonly validityDays: number;
        readonly renewBeforeDays: number;
        readonly protocols: readonly TlsProtocol[];
        readonly clientAuth: boolean;
    };
    readonly config: Readonly<Record<string, ConfigValue>>;
}
