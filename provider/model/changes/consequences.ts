/** What a change costs clients or data, and what else the preview should mention: sentences for the rows of rows.ts. */
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { isEveryAddress } from "../arguments/endpoints";
import { replicaNames } from "../arguments/replicaList";
import { releaseOf, versions } from "../catalog/versions";
import { type BackupSpec, keepOf, locationNames, locationOf } from "../backup/repositories";
import type { DatabaseSpec } from "../databaseSpec";
import { maxmemoryOf } from "../sizing/memory";
import type { Described } from "./describe";
import { canonicalFormat, replacements } from "./formats";
import { differences, listed } from "./words";

/** `mayShow` says whether the values of an argument may be shown. */
type About<T> = (before: Described, after: Described, mayShow: (path: string) => boolean) => readonly T[];

export type Sentences = About<string>;

/** What is lost, or which clients can no longer connect. */
export interface Loss {
    /** The rule of the PR check (`provider/review/rules`) that reports it. */
    readonly code: LossCode;
    readonly text: string;
}

export type LossCode =
    | "backup-repository-changed"
    | "backup-retention-shortened"
    | "backups-turned-off"
    | "ca-changed"
    | "certificate-names-removed"
    | "clients-cannot-connect"
    | "crash-loses-more"
    | "import-replaces-data"
    | "import-stops"
    | "keys-evicted"
    | "password-stops-working"
    | "primary-changed"
    | "protection-lifted"
    | "replica-removed"
    | "replication-ends"
    | "urls-changed"
    | "user-removed";

export type Losses = About<Loss>;

export function lost(code: LossCode, text: string): Loss[] {
    return [{ code, text }];
}

/** A part of the URLs that changes. */
export interface UrlChange {
    readonly part: "password" | "host" | "ports" | "user app" | "primary";
    /** The clients that can no longer use the old URLs. */
    readonly breaks?: "all clients" | "clients that write";
}

const tlsOf = ({ args }: Described) =>
    (args.tls ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** The CA that signs, followed by further CAs that clients already trust. */
function casOf(database: Described): readonly unknown[] {
    const { certificate, ca } = tlsOf(database);
    if (certificate) return [certificate.caCertPem];
    return ca ? [ca.certPem] : database.spec.tls.caVersions;
}

export const untrustedCa: Losses = (before, after) =>
    casOf(before).includes(casOf(after)[0])
        ? []
        : lost("ca-changed", "new connections that verify the certificate need a caCertPem with the new CA");

/** The names that the certificate loses. A certificate from the program is left out: its names are not compared. */
export const removedNames: Losses = (before, after, mayShow) => {
    if (tlsOf(before).certificate ?? tlsOf(after).certificate) return [];
    const [, removed] = differences(before.spec.tls.hosts, after.spec.tls.hosts);
    if (removed.length === 0) return [];
    const names = mayShow("tls.hosts")
        ? listed(removed)
        : removed.length === 1
          ? "one of its names"
          : "some of its names";
    return lost("certificate-names-removed", `the certificate is no longer valid for ${names}`);
};

const byPolicy = ({ maxmemoryPolicy }: DatabaseSpec, mayShow: (path: string) => boolean) =>
    mayShow("maxmemoryPolicy") ? ` (${maxmemoryPolicy})` : "";

/** Less memory, or a flavor or replicas that leave less of it for data. */
export const leavesLess = ({ spec: before }: Described, { spec }: Described) => maxmemoryOf(spec) < maxmemoryOf(before);

const evictsToFit = ({ evictToFit, maxmemoryPolicy }: DatabaseSpec) => evictToFit && maxmemoryPolicy !== "noeviction";

export const mayEvict: Losses = (before, after, mayShow) =>
    leavesLess(before, after) && evictsToFit(after.spec)
        ? lost("keys-evicted", `Redis evicts keys${byPolicy(after.spec, mayShow)} if the data does not fit`)
        : [];

/** Only the running server can tell whether the data fits. The agent asks it during the update. */
export const mustFit = (before: Described, after: Described) =>
    leavesLess(before, after) && !evictsToFit(after.spec) ? ["the update is refused if the data does not fit"] : [];

/** With the old policy, Redis refuses writes instead. */
export const startsToEvict: Losses = ({ spec: before }, { spec }, mayShow) =>
    before.maxmemoryPolicy === "noeviction" && spec.maxmemoryPolicy !== "noeviction"
        ? lost(
              "keys-evicted",
              `after this change Redis evicts keys${byPolicy(spec, mayShow)} when the data reaches maxmemory`,
          )
        : [];

/** When the append-only file reaches the disk, by `appendfsync`. With `no`, Linux decides: usually after 30 seconds. */
const afterSeconds: Readonly<Record<string, number>> = { always: 0, everysec: 1, no: 30 };

/** How many seconds of writes a crash can lose. */
function secondsLost({ flavor, savePoints, config }: DatabaseSpec): number {
    if (flavor === "nordb") return Infinity;
    if (flavor === "aof") return afterSeconds[String(config.appendfsync ?? "everysec").toLowerCase()] ?? 1;
    // If every save point needs more than one change, a single write may never be dumped.
    const seconds = savePoints.filter(({ changes }) => changes === 1).map((point) => point.seconds);
    return seconds.length > 0 ? Math.min(...seconds) : Number.MAX_VALUE;
}

export const crashLosesMore: Losses = (...change) =>
    crashLoses("more")(...change).map((text) => ({ code: "crash-loses-more", text }));

export const crashLosesLess: Sentences = (...change) => crashLoses("less")(...change);

/** What a crash can lose after the change, if that is more (or less) than before. */
const crashLoses =
    (direction: "more" | "less"): Sentences =>
    ({ spec: before }, { spec }, mayShow) => {
        const [old, now] = [secondsLost(before), secondsLost(spec)];
        if (direction === "more" ? now <= old : now >= old) return [];
        const bySavePoints =
            now === Number.MAX_VALUE || !mayShow("savePoints")
                ? "all writes since the last dump"
                : `up to ${inWords(now)} of writes`;
        const loss = {
            nordb: "a crash or a restart loses all data, which is kept in memory only",
            rdb: `a crash can lose ${bySavePoints}`,
            aof: aofLosses[now] ?? "a crash can lose the last second of writes, or two seconds if the disk is slow",
        }[spec.flavor];
        return [`after this change ${loss}`];
    };

const aofLosses: Readonly<Record<number, string>> = {
    0: "a crash loses no write that was acknowledged",
    30: "a crash of the host can lose the last 30 seconds of writes, or more (appendfsync no)",
};

function inWords(seconds: number): string {
    if (seconds % 3600 === 0) return seconds === 3600 ? "1 hour" : `${seconds / 3600} hours`;
    return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}

export const hasUsers = ({ spec }: Described) => versions[releaseOf(spec)].acl;

export const withoutGrace = (_before: Described, { spec }: Described): Loss[] =>
    spec.passwordGraceHours === 0
        ? lost("password-stops-working", "the old password stops working at once (passwordGraceHours 0)")
        : [];

export const withGrace: Sentences = (before, { spec: { passwordGraceHours: hours } }, mayShow) => {
    if (hours === 0 || !hasUsers(before)) return [];
    const time = !mayShow("passwordGraceHours") ? "passwordGraceHours" : hours === 1 ? "1 hour" : `${hours} hours`;
    return [`the old password is still accepted for ${time}`];
};

/** Replaced passwords that stop working earlier than announced. */
export function shorterGrace(before: Described, after: Described): Loss[] {
    const { passwordGraceHours: hours } = after.spec;
    if (!hasUsers(before) || !(hours < before.spec.passwordGraceHours)) return [];
    return lost(
        "password-stops-working",
        `replaced passwords that are still accepted stop working ${hours === 0 ? "at once" : "earlier"}`,
    );
}

const cannotConnect = (text: string) => lost("clients-cannot-connect", text);

/** The clients that can no longer connect over TLS. */
export function rejectedOverTls(before: Described, after: Described): Loss[] {
    const removed = before.spec.tls.protocols.filter((protocol) => !after.spec.tls.protocols.includes(protocol));
    const { clientAuth } = tlsOf(after);
    return [
        ...(removed.length > 0 ? [`clients that support only ${removed.join(" and ")} can no longer connect`] : []),
        ...(clientAuth && !isDeepStrictEqual(clientAuth, tlsOf(before).clientAuth)
            ? ["new connections need a client certificate signed by the CA in tls.clientAuth"]
            : []),
    ].flatMap(cannotConnect);
}

export const portsChange = ({ spec: { ports: before } }: Described, { spec: { ports } }: Described): UrlChange[] =>
    isDeepStrictEqual(before, ports) ? [] : [{ part: "ports", breaks: "all clients" }];

/** Whether an address that stands for all of them includes another one. */
const includes = (all: string, address: string) => isEveryAddress(all) && isIP(all) === isIP(address);

/** The clients that can no longer reach the server at its address. */
export function unreachable({ spec: before }: Described, { spec }: Described): Loss[] {
    return [
        ...(before.plaintext && !spec.plaintext
            ? cannotConnect("plaintext clients can no longer connect, and there is no plaintext URL")
            : []),
        ...(before.bindAddress === spec.bindAddress || includes(spec.bindAddress, before.bindAddress)
            ? []
            : cannotConnect("the server listens on the new address only")),
        ...leftNetwork(before, spec),
    ];
}

export const leftNetwork = (before: DatabaseSpec, spec: DatabaseSpec): Loss[] =>
    before.network === undefined || before.network === spec.network
        ? []
        : cannotConnect("containers on the old network can no longer reach the database");

/** The running server alone knows about an import; the container that replaces it does not. */
export const importStops = ({ spec: before }: Described, { spec }: Described): Loss[] =>
    before.importing && spec.importing
        ? lost("import-stops", "a running import (REPLICAOF) stops and must be started again")
        : [];

export const mayUseChannels = ({ spec: { users } }: Described, user: string) =>
    users.some(({ name, rules }) => name === user && /&|allchannels/i.test(rules));

/** A replica that the program no longer lists is removed with its copy of the data. */
export const removedReplicas: Losses = ({ args: before }, { args }) => {
    const [, removed] = differences(replicaNames(before.replicas), replicaNames(args.replicas));
    if (removed.length === 0) return [];
    const text =
        removed.length === 1
            ? `replica ${removed.join()} is removed with its copy of the data, and its connections close`
            : `replicas ${listed(removed)} are removed with their copies of the data, and their connections close`;
    return lost("replica-removed", text);
};

/** Why a release replaces a server. One reason is an address that the earlier release did not write as Docker does. */
export function releaseReasons(
    { format: from, args, spec }: Described,
    { format: to, spec: { bindAddress } }: Described,
) {
    const respelled = from < canonicalFormat && to >= canonicalFormat && spec.bindAddress === bindAddress;
    return [
        ...replacements(from, to),
        ...(respelled && args.bindAddress !== undefined && args.bindAddress !== bindAddress
            ? ["this release writes bindAddress as Docker does, which replaces the server once"]
            : []),
    ];
}

/** Backups that are no longer made, or no longer kept. */
export const fewerBackups: Losses = ({ spec: { backup: before } }, { spec: { backup } }, mayShow) => {
    if (!before) return [];
    if (!backup)
        return lost("backups-turned-off", "no more backups are made; existing ones stay in their repositories");
    const shown = mayShow("backup");
    const [, removed] = differences(locationNames(before), locationNames(backup));
    const moved =
        removed.length === 1
            ? shown
                ? removed.join()
                : "one of the repositories"
            : shown
              ? listed(removed)
              : "some of the repositories";
    return [
        ...(removed.length > 0
            ? lost(
                  "backup-repository-changed",
                  `backups are no longer stored in ${moved}; those that are there stay, and are not copied`,
              )
            : []),
        ...shorterRetention(before, backup, shown),
    ];
};

function shorterRetention(before: BackupSpec, after: BackupSpec, shown: boolean): Loss[] {
    const keepAt = (backup: BackupSpec, location: string) =>
        keepOf(
            backup,
            backup.repositories?.find((each) => locationOf(each)[1] === location),
        );
    const common = locationNames(before).filter((name) => locationNames(after).includes(name));
    const shortened = common.flatMap((location) => {
        const [old, now] = [keepAt(before, location), keepAt(after, location)];
        return (Object.keys(old) as (keyof typeof old)[])
            .filter((name) => now[name] < old[name])
            .map((name) => `${name} ${old[name]} → ${now[name]}`);
    });
    if (shortened.length === 0) return [];
    const how = shown ? `: ${[...new Set(shortened)].join(", ")}` : "";
    return lost("backup-retention-shortened", `the next backup deletes those that keep no longer covers${how}`);
}
