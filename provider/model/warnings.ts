/** What previews and updates warn about: versions past their end of life, and TLS protocols that can be broken. */
import { hasEnded } from "./catalog/listVersions";
import { legacyProtocols } from "./catalog/tlsProtocols";
import { canUpgrade, nameOf, releaseNames, releaseOf, versions } from "./catalog/versions";
import type { DatabaseSpec } from "./databaseSpec";

/** What is possible but not advisable, as previews and updates log it. */
export function warnings(database: string, spec: DatabaseSpec, today: Date = new Date()): string[] {
    const release = releaseOf(spec);
    const found = [];
    if (hasEnded(release, today)) {
        const next = releaseNames.filter(
            (other) => versions[other].engine === spec.engine && canUpgrade(release, other) && !hasEnded(other, today),
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
    const kind = spec.replica ? "RedisReplica" : "RedisDatabase";
    return found.map((text) => `${kind} "${database}": ${text}.`);
}
