/** What previews and updates warn about: what is possible, but mostly a mistake or a risk. */
import { isEveryAddress, isThisHostAlone, mayBePublic } from "./arguments/endpoints";
import { isPastEndOfLife } from "./catalog/listVersions";
import { legacyProtocols } from "./catalog/tlsProtocols";
import { canUpgrade, nameOf, releaseNames, releaseOf, versions } from "./catalog/versions";
import type { DatabaseSpec } from "./databaseSpec";

/** What only the component knows. */
interface Circumstances {
    readonly today?: Date;
    /** Whether the program leaves `bindAddress` out, and the Docker host is another machine. */
    readonly boundElsewhere?: boolean;
}

/** As previews and updates log it. No value is shown that may be secret. */
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
            `tls.protocols allows ${legacy.join(" and ")}, which can be broken into; leave it out once no client needs it`,
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
                  `plaintext is open on ${everywhere ? "every address of the Docker host" : "a public address (bindAddress)"}, so whoever is on the way can read passwords and data; set plaintext: false, or give a private ${everywhere ? "bindAddress" : "one"}`,
              ]
            : []),
        ...(isEveryAddress(host)
            ? [
                  "host is every address, to which no client can connect; give the name or address by which clients reach the Docker host",
              ]
            : []),
        ...(boundElsewhere && !isThisHostAlone(host)
            ? [
                  'host is given without bindAddress, so the server listens on 127.0.0.1 of the Docker host, where no other machine reaches it; give bindAddress an address of that Docker host, or "127.0.0.1" if that is meant',
              ]
            : []),
    ];
}
