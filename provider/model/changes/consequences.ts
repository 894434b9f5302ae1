/** What a change takes from somebody, and what else a person should know of it: sentences for the rows of rows.ts. */
import { isDeepStrictEqual } from "node:util";
import { replicaNames } from "../arguments/replicaList";
import { releaseOf, versions } from "../catalog/versions";
import type { DatabaseSpec } from "../databaseSpec";
import { maxmemoryOf } from "../sizing/memory";
import type { Described } from "./describe";
import { canonicalFormat, replacements } from "./formats";
import { differences, listed } from "./words";

/** `mayShow` says whether the values of an argument may be read. */
export type Sentences = (before: Described, after: Described, mayShow: (path: string) => boolean) => readonly string[];

const tlsOf = ({ args }: Described) =>
    (args.tls ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** Who signs, and further CAs that clients trust already. */
function casOf(database: Described): readonly unknown[] {
    const { certificate, ca } = tlsOf(database);
    if (certificate) return [certificate.caCertPem];
    return ca ? [ca.certPem] : database.spec.tls.caVersions;
}

export const anotherCa: Sentences = (before, after) =>
    casOf(before).includes(casOf(after)[0])
        ? []
        : ["clients that verify can connect again only with a caCertPem that has the CA which signs now"];

/** By what names clients can no longer verify the server; one's own certificate has its own. */
export const namesGone: Sentences = (before, after, mayShow) => {
    if (tlsOf(before).certificate ?? tlsOf(after).certificate) return [];
    const [, gone] = differences(before.spec.tls.hosts, after.spec.tls.hosts);
    if (gone.length === 0) return [];
    const names = mayShow("tls.hosts") ? listed(gone) : gone.length === 1 ? "one of its names" : "some of its names";
    return [`the certificate is no longer valid for ${names}`];
};

const byPolicy = ({ maxmemoryPolicy }: DatabaseSpec, mayShow: (path: string) => boolean) =>
    mayShow("maxmemoryPolicy") ? ` (${maxmemoryPolicy})` : "";

/** Less memory, or a flavor or replicas that leave less of it for data. */
export const mayEvict: Sentences = ({ spec: before }, { spec }, mayShow) =>
    maxmemoryOf(spec) < maxmemoryOf(before) && spec.evictToFit && spec.maxmemoryPolicy !== "noeviction"
        ? [`Redis evicts keys${byPolicy(spec, mayShow)} if the data does not fit`]
        : [];

/** Where the policy was to refuse writes. */
export const startsToEvict: Sentences = ({ spec: before }, { spec }, mayShow) =>
    before.maxmemoryPolicy === "noeviction" && spec.maxmemoryPolicy !== "noeviction"
        ? [`from then on Redis evicts keys${byPolicy(spec, mayShow)} when the data reaches maxmemory`]
        : [];

/** The writes that a crash can lose, in seconds of them. */
function secondsLost({ flavor, savePoints }: DatabaseSpec): number {
    if (flavor === "nordb") return Infinity;
    if (flavor === "aof") return 1;
    // Where each save point waits for more than one change, no time is long enough for a dump.
    const seconds = savePoints.filter(({ changes }) => changes === 1).map((point) => point.seconds);
    return seconds.length > 0 ? Math.min(...seconds) : Number.MAX_VALUE;
}

/** What a crash can lose from then on, where it is more (or less) than before. */
export const crashLoses =
    (wanted: "more" | "less"): Sentences =>
    ({ spec: before }, { spec }, mayShow) => {
        const [old, now] = [secondsLost(before), secondsLost(spec)];
        if (wanted === "more" ? now <= old : now >= old) return [];
        const bySavePoints =
            now === Number.MAX_VALUE || !mayShow("savePoints")
                ? "all writes since the last dump"
                : `up to ${now % 60 === 0 ? `${now / 60} minutes` : `${now} seconds`} of writes`;
        const lost = {
            nordb: "all data, which is in memory only, and so can a restart",
            rdb: bySavePoints,
            aof: "the last second of writes, two where the disk is slow",
        }[spec.flavor];
        return [`from then on a crash can lose ${lost}`];
    };

export const hasUsers = ({ spec }: Described) => versions[releaseOf(spec)].acl;

export const withoutGrace = (_before: Described, { spec }: Described) =>
    spec.passwordGraceHours === 0 ? ["the old password stops working at once (passwordGraceHours 0)"] : [];

export const withGrace: Sentences = (before, { spec: { passwordGraceHours: hours } }, mayShow) => {
    if (hours === 0 || !hasUsers(before)) return [];
    const time = !mayShow("passwordGraceHours") ? "passwordGraceHours" : hours === 1 ? "1 hour" : `${hours} hours`;
    return [`the old password is still accepted for ${time}`];
};

/** Who cannot make another connection over TLS. */
export function shutOutOverTls(before: Described, after: Described): string[] {
    const gone = before.spec.tls.protocols.filter((protocol) => !after.spec.tls.protocols.includes(protocol));
    const asks = tlsOf(after).clientAuth;
    return [
        ...(gone.length > 0 ? [`clients that accept no more than ${gone.join(" and ")} can no longer connect`] : []),
        ...(asks && !isDeepStrictEqual(asks, tlsOf(before).clientAuth)
            ? ["clients can connect again only with a certificate that the CA in tls.clientAuth signed"]
            : []),
    ];
}

export const otherPorts = ({ spec: { ports: before } }: Described, { spec: { ports } }: Described) =>
    isDeepStrictEqual(before, ports) ? [] : ["the URLs change, and clients need the new ones"];

/** Who no longer finds the server where it was. */
export function shutOut({ spec: before }: Described, { spec }: Described): string[] {
    return [
        ...(before.plaintext && !spec.plaintext
            ? ["clients in plaintext can no longer connect, and there is no plaintext URL"]
            : []),
        ...(before.bindAddress === spec.bindAddress ? [] : ["the server listens on the new address only"]),
        ...leftNetwork(before, spec),
    ];
}

export const leftNetwork = (before: DatabaseSpec, spec: DatabaseSpec) =>
    before.network === undefined || before.network === spec.network
        ? []
        : ["containers on its old network can no longer reach it"];

/** An import is known to the server alone, and not to the container that takes its place. */
export const importEnds = ({ spec: before }: Described, { spec }: Described) =>
    before.importing && spec.importing ? ["an import (REPLICAOF) ends, and must be started again"] : [];

export const mayUseChannels = ({ spec: { users } }: Described, user: string) =>
    users.some(({ name, rules }) => name === user && /&|allchannels/i.test(rules));

/** A replica that the program no longer names is removed with its copy. */
export const replicasGone: Sentences = ({ args: before }, { args }) => {
    const [, gone] = differences(replicaNames(before.replicas), replicaNames(args.replicas));
    if (gone.length === 0) return [];
    const [which, its] = gone.length === 1 ? ["replica", "its"] : ["replicas", "their"];
    return [`${which} ${listed(gone)}: ${its} copy of the data is removed, and ${its} connections close`];
};

/** Why a release replaces a server: also where it spells an address as Docker does, and the one before did not. */
export function reasonsOfRelease(
    { format: from, args, spec }: Described,
    { format: to, spec: { bindAddress } }: Described,
) {
    const respelled = from < canonicalFormat && to >= canonicalFormat && spec.bindAddress === bindAddress;
    return [
        ...replacements(from, to),
        ...(respelled && args.bindAddress !== undefined && args.bindAddress !== bindAddress
            ? ["this release spells bindAddress as Docker does, which replaces the server this once"]
            : []),
    ];
}
