/** Warnings of previews and updates: valid arguments that are usually a mistake or a risk. */
import { isEveryAddress, isThisHostAlone, mayBePublic } from "./arguments/endpoints";
import { isPastEndOfLife } from "./catalog/listVersions";
import { legacyProtocols } from "./catalog/tlsProtocols";
import { canUpgrade, nameOf, releaseNames, releaseOf, versions } from "./catalog/versions";
import type { DatabaseSpec } from "./databaseSpec";

/** Facts that do not follow from the specification. */
interface Circumstances {
    readonly today?: Date;
    /** Whether the program does not set `bindAddress`, and the Docker host is a remote machine. */
    readonly boundElsewhere?: boolean;
}

/** The texts that previews and updates log. They contain no values that may be secret. */
export function warnings(
    database: string,
    spec: DatabaseSpec,
    { today = new Date(), boundElsewhere = false }: Circumstances = {},
): string[] {
    const release = releaseOf(spec);
    const found = [];
    if (isPastEndOfLife(release, today)) {
        const next = releaseNames.filter(
            (other) =>
                versions[other].engine === spec.engine && canUpgrade(release, other) && !isPastEndOfLife(other, today),
        );
        const remedy = next[0] ? `; version: "${versions[next[0]].version}" still gets them` : "";
        found.push(
            `${nameOf(release)} reached end of life on ${versions[release].endOfLife ?? ""} and gets no more security fixes${remedy}`,
        );
    }
    const legacy = spec.tls.protocols.filter((protocol) => legacyProtocols.includes(protocol));
    if (legacy.length > 0) {
        found.push(
            `tls.protocols allows insecure protocols (${legacy.join(", ")}); remove them once no client needs them`,
        );
    }
    found.push(...endpointWarnings(spec, boundElsewhere));
    const kind = spec.replica ? "RedisReplica" : "RedisDatabase";
    return found.map((text) => `${kind} "${database}": ${text}.`);
}

function endpointWarnings({ bindAddress, host, plaintext }: DatabaseSpec, boundElsewhere: boolean): string[] {
    const everywhere = isEveryAddress(bindAddress);
    const isOpen = plaintext && mayBePublic(everywhere ? host : bindAddress);
    return [
        ...(isOpen
            ? [
                  `plaintext is open on ${everywhere ? "all addresses of the Docker host" : "a public address (bindAddress)"}, so anyone on the network path can read passwords and data; set plaintext: false, or a private bindAddress`,
              ]
            : []),
        ...(isEveryAddress(host)
            ? [
                  "host means all addresses, to which no client can connect; set it to the name or address by which clients reach the Docker host",
              ]
            : []),
        ...(boundElsewhere && !isThisHostAlone(host)
            ? [
                  'host is set without bindAddress, so the server listens on 127.0.0.1 of the Docker host, which no other machine can reach; set bindAddress to an address of that Docker host, or to "127.0.0.1" if this is intended',
              ]
            : []),
    ];
}
