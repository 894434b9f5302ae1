/**
 * What changes do: one row for each way in which a program can change a database. It is the single source for refusals,
 * for the wording of previews, for docs/changes.md and for the expectations of the engine tests. An argument's definition
 * names the rows that it belongs to.
 */
import { replicaNames } from "../arguments/replicaList";
import { addressOf, primaryName, roleOf } from "../arguments/replication";
import { usersAdded, usersRemoved, usersWithOtherPassword, usersWithOtherRules } from "../arguments/users";
import { canUpgrade, nameOf, releaseOf, versions } from "../catalog/versions";
import type { DatabaseSpec } from "../databaseSpec";
import { type Finding, finding } from "../findings";
import {
    type Losses,
    type Sentences,
    type UrlChange,
    crashLosesLess,
    crashLosesMore,
    fewerBackups,
    hasUsers,
    importStops,
    leftNetwork,
    lost,
    mayEvict,
    mayUseChannels,
    portsChange,
    rejectedOverTls,
    releaseReasons,
    removedNames,
    removedReplicas,
    startsToEvict,
    unreachable,
    untrustedCa,
    withGrace,
    shorterGrace,
    withoutGrace,
} from "./consequences";
import type { Described } from "./describe";
import { changeProblems } from "./problems";
import { listed } from "./words";

/** What a change does to the running server. */
export type Effect = "live" | "resized" | "terminator" | "replaced" | "recorded" | "refused";

/** What an effect means for the server, its data and its clients, as docs/changes.md states it. */
export const effects: Readonly<Record<Effect, { server: string; data: string; clients: string }>> = {
    live: { server: "keeps running", data: "kept", clients: "stay connected" },
    resized: { server: "resized in place", data: "kept", clients: "stay connected" },
    terminator: {
        server: "keeps running; HAProxy is replaced",
        data: "kept",
        clients: "reconnect once over TLS; plaintext clients stay connected",
    },
    replaced: {
        server: "replaced, on the same volume",
        data: "kept; `nordb` hands it over in one dump",
        clients: "reconnect once",
    },
    recorded: { server: "not affected", data: "kept", clients: "stay connected" },
    refused: { server: "not affected; the preview fails", data: "kept", clients: "stay connected" },
};

export interface Row {
    /** The text before and after the arguments in docs/changes.md. */
    readonly prefix?: string;
    readonly suffix?: string;
    readonly effect: Effect;
    /** What clients notice, if the effect's own text is not enough. */
    readonly clients?: string;
    /** What happens to the data, if the effect's own text is not enough. */
    readonly data?: string;
    /** Whether the row applies, if a change of one argument can belong to several rows. */
    readonly when?: (before: Described, after: Described) => boolean;
    /** What is lost, or which clients can no longer connect. The preview states it first. */
    readonly loss?: Losses;
    /** What else the preview should mention. */
    readonly warning?: Sentences;
    /** What changes in the URLs. The preview combines this for all rows. */
    readonly urls?: (before: Described, after: Described) => readonly UrlChange[];
    /** Why the change is refused. */
    readonly refusal?: (before: Described, after: Described) => readonly Finding[];
    /** A value to compare that is not an argument, and its label in docs/changes.md. */
    readonly own?: {
        readonly label: string;
        readonly value: (database: Described) => unknown;
        readonly path?: string;
        readonly words?: (before: Described, after: Described) => readonly string[];
    };
}

const upgrades = (before: Described, after: Described) => canUpgrade(releaseOf(before.spec), releaseOf(after.spec));

/** A replica that followed through its tunnel and would now follow over TLS directly, with a user name. */
function leavesTunnel(before: Described, after: Described): boolean {
    return follows(before) && follows(after) && !hasNativeTls(before) && hasNativeTls(after);
}

/** Without native TLS there is HAProxy. The versions with native TLS are also the ones that support users. */
const hasNativeTls = ({ spec }: Described) => versions[releaseOf(spec)].nativeTls;

const follows = ({ spec }: Described) => roleOf({ spec }) === "follows";

const promoted = ({ spec }: Described) => roleOf({ spec }) === "is promoted";

const isSwitchover = (before: Described, after: Described) => !promoted(before) && !promoted(after);

/** A switchover needs both servers: the new primary must exist already, and the old one must not be removed yet. */
function switchoverProblems({ args: before }: Described, { args: after }: Described): Finding[] {
    const [had, has] = [replicaNames(before.replicas), replicaNames(after.replicas)];
    const [old, now] = [primaryName(before), primaryName(after)];
    return [
        ...(now !== undefined && !had.includes(now)
            ? [finding(changeProblems.newPrimary, "primary", `is "${now}", which does not exist yet`)]
            : []),
        ...(old !== undefined && !has.includes(old)
            ? [finding(changeProblems.primaryRemoved, "replicas", `lacks "${old}", which is the current primary`)]
            : []),
    ];
}

/** Only the record of a completed update has `madeAs`, the server's name on a network. */
const isRenamed = ({ name: before }: Described, { name: after, madeAs }: Described) =>
    before !== undefined && madeAs !== undefined && before !== after;

/** On a network a server keeps the name with which it was created. For servers of earlier releases that is the current name. */
const isRenamedOnNetwork = (before: Described, after: Described) =>
    isRenamed(before, after) && after.spec.network !== undefined && (before.madeAs ?? before.name) !== after.madeAs;

const renaming = ({ name: before }: Described, { name }: Described) => [`name ${before ?? ""} → ${name ?? ""}`];

const staysTheSame = "data, passwords, ports and CA stay the same";

function locationOf(data: DatabaseSpec["data"]): string {
    return data?.volume ?? data?.hostPath ?? "the database's own volume";
}

/** The rows, in the order of docs/changes.md. */
export const rows = {
    password: {
        effect: "live",
        clients:
            "stay connected; the old password is still accepted for `passwordGraceHours` (before 6.0, it stops working at once)",
        loss: (before, after) =>
            hasUsers(before)
                ? withoutGrace(before, after)
                : lost(
                      "password-stops-working",
                      `${nameOf(releaseOf(before.spec))} has only one password, so the old one stops working at once (passwordGraceHours has no effect)`,
                  ),
        warning: withGrace,
        urls: () => [{ part: "password" }],
    },
    userAdded: {
        effect: "live",
        clients: "stay connected; an existing user of that name, created by hand, becomes the program's",
        when: (before, after) => usersAdded(before, after).length > 0,
    },
    userRules: {
        effect: "live",
        clients:
            "stay connected, and the new rules apply at once; clients subscribed to a forbidden channel are disconnected",
        when: (before, after) => usersWithOtherRules(before, after).length > 0,
        warning: (before, after) =>
            usersWithOtherRules(before, after).some((name) => mayUseChannels(before, name))
                ? ["clients subscribed to a channel that the new rules forbid are disconnected"]
                : [],
    },
    userPassword: {
        effect: "live",
        clients: "stay connected; the old password is still accepted for `passwordGraceHours`",
        when: (before, after) => usersWithOtherPassword(before, after).length > 0,
        loss: withoutGrace,
        warning: (before, after, mayShow) => {
            const changed = usersWithOtherPassword(before, after);
            return [
                ...withGrace(before, after, mayShow),
                changed.length === 1
                    ? `the URLs of user ${changed.join()} contain the new password`
                    : `the URLs of users ${listed(changed)} contain their new passwords`,
            ];
        },
    },
    userRemoved: {
        effect: "live",
        clients: "that user's clients are disconnected and cannot log in again; other clients stay connected",
        when: (before, after) => usersRemoved(before, after).length > 0,
        loss: (before, after) => {
            const removed = usersRemoved(before, after);
            const text =
                removed.length === 1
                    ? `user ${removed.join()} is deleted, and its connections close`
                    : `users ${listed(removed)} are deleted, and their connections close`;
            return lost("user-removed", text);
        },
    },
    grace: {
        effect: "live",
        clients: "stay connected; also applies to replaced passwords that are still accepted (none before 6.0)",
        loss: shorterGrace,
    },
    certificate: {
        prefix: "certificate: renewal",
        effect: "live",
        clients: "stay connected; new connections get the new certificate",
        loss: (...change) => [...untrustedCa(...change), ...removedNames(...change)],
        urls: ({ spec: before }, { spec }) => (before.host === spec.host ? [] : [{ part: "host" }]),
    },
    ca: {
        prefix: "CA",
        effect: "live",
        clients: "stay connected; new connections need a `caCertPem` with the new CA, so publish both CAs first",
        loss: untrustedCa,
    },
    tls: {
        effect: "live",
        clients: "stay connected; the change applies to new connections",
        when: (before, after) => hasNativeTls(before) && hasNativeTls(after),
        loss: rejectedOverTls,
    },
    terminator: {
        prefix: "before 6.0",
        effect: "terminator",
        when: (before, after) => !hasNativeTls(before) && !hasNativeTls(after),
        loss: (before, after) => [...rejectedOverTls(before, after), ...leftNetwork(before.spec, after.spec)],
        urls: portsChange,
    },
    settings: {
        effect: "live",
        loss: (...change) => [...startsToEvict(...change), ...crashLosesMore(...change)],
        warning: crashLosesLess,
    },
    flavor: {
        effect: "live",
        data: "kept; with `nordb`, in memory only",
        loss: (...change) => [...crashLosesMore(...change), ...mayEvict(...change)],
        warning: crashLosesLess,
    },
    memory: {
        effect: "resized",
        data: "kept; refused if it would not fit, unless `evictToFit` and the policy allow eviction",
        loss: mayEvict,
    },
    disk: {
        effect: "live",
        data: "kept on its volume; refused if it already takes more",
        warning: ({ spec: before }, { spec }) =>
            before.diskSizeGb !== undefined && spec.data === undefined
                ? ["an existing volume keeps the quota it was created with"]
                : [],
    },
    versionUp: {
        effect: "replaced",
        when: (before, after) => upgrades(before, after) && !leavesTunnel(before, after),
        loss: importStops,
        warning: (before) => [`a downgrade to ${nameOf(releaseOf(before.spec))} is not possible afterwards`],
        urls: (before, after) => (hasUsers(before) || !hasUsers(after) ? [] : [{ part: "user app" }]),
    },
    replicaUp: {
        effect: "refused",
        when: leavesTunnel,
        refusal: ({ spec: before }, { spec: { version } }) => [
            finding(
                changeProblems.replicaUp,
                "version",
                `is "${version}", but a replica of ${nameOf(releaseOf(before))} connects to its primary differently than one of ${version}`,
            ),
        ],
    },
    versionDown: {
        effect: "refused",
        when: (before, after) => !upgrades(before, after),
        refusal: ({ spec: before }, { spec: after }) => {
            const [wrote, reads] = [nameOf(releaseOf(before)), nameOf(releaseOf(after))];
            const path = before.engine === after.engine ? "version" : "engine";
            return [
                finding(
                    changeProblems.downgrade,
                    path,
                    `is "${after[path]}", but ${wrote} wrote the data, which ${path === "engine" ? reads : after.version} cannot read`,
                    `keep "${before[path]}"${path === "version" ? " or use a later version" : ""}; to use ${path === "engine" ? reads : after.version}, restore a copy that it can read into a new database`,
                ),
            ];
        },
    },
    container: {
        effect: "replaced",
        clients: "reconnect once; with other `ports` or another `bindAddress`, only by the new URL",
        loss: (before, after) => [...unreachable(before, after), ...importStops(before, after)],
        urls: portsChange,
    },
    startup: { effect: "replaced", loss: importStops },
    release: {
        effect: "replaced",
        own: { label: "a release of this package whose changelog says so", value: ({ format }) => format },
        when: (before, after) => releaseReasons(before, after).length > 0,
        loss: importStops,
        warning: releaseReasons,
    },
    renamed: {
        effect: "recorded",
        own: {
            path: "name",
            words: renaming,
            label: "the database's own name, with `aliases` for the old one",
            value: ({ name }) => name,
        },
        when: (before, after) => isRenamed(before, after) && !isRenamedOnNetwork(before, after),
        warning: () => [staysTheSame],
    },
    renamedOnNetwork: {
        effect: "replaced",
        clients: "reconnect once; on the network only by the new name",
        own: {
            path: "name",
            words: renaming,
            label: "the same on a `network`, for a database created by an earlier release",
            value: ({ name }) => name,
        },
        when: isRenamedOnNetwork,
        loss: () =>
            lost("clients-cannot-connect", "containers on the network can reach the database by its new name only"),
        warning: () => [staysTheSame],
    },
    dataLocation: {
        effect: "refused",
        refusal: ({ spec: { data: before } }, { spec: { data: after } }) => [
            finding(
                changeProblems.dataMoved,
                "data",
                `names ${locationOf(after)}, but the data is on ${locationOf(before)} and would not move`,
            ),
        ],
    },
    restoreRemoved: {
        effect: "recorded",
        when: (_before, { spec }) => spec.restoreFrom === undefined,
        warning: () => ["the restored data stays"],
    },
    restoreChanged: {
        effect: "refused",
        when: (_before, { spec }) => spec.restoreFrom !== undefined,
        refusal: ({ spec: before }) => [
            finding(
                changeProblems.restoreChanged,
                "restoreFrom",
                `is ${before.restoreFrom ? "another source" : "added"}, but the database exists, and restoring would replace its data`,
            ),
        ],
    },
    importing: {
        effect: "live",
        data: "kept; `REPLICAOF`, which it permits, replaces the data with that of the source",
        clients: "stay connected; they can write except while an import runs",
        loss: (_before, { spec }) =>
            spec.importing
                ? lost("import-replaces-data", "a REPLICAOF command on this server will replace its data")
                : [],
        warning: (_before, { spec }) =>
            spec.importing
                ? []
                : ["a running import (REPLICAOF) stops, and the server accepts writes with the data imported so far"],
    },
    replicas: {
        suffix: "an entry added or removed",
        effect: "live",
        loss: (...change) => [...removedReplicas(...change), ...mayEvict(...change)],
    },
    switchover: {
        effect: "live",
        clients:
            "stay connected; writes pause briefly and must then use the new URLs; the old primary answers `READONLY`",
        when: (before, after) => isSwitchover(before, after) && switchoverProblems(before, after).length === 0,
        loss: (_before, { spec, args }) =>
            spec.replica
                ? []
                : lost(
                      "primary-changed",
                      `${primaryName(args) ?? "the database's own server"} becomes the primary once it has received all writes`,
                  ),
        urls: (_before, { spec }) => (spec.replica ? [] : [{ part: "primary", breaks: "clients that write" }]),
    },
    switchoverRefused: {
        effect: "refused",
        when: (before, after) => isSwitchover(before, after) && switchoverProblems(before, after).length > 0,
        refusal: switchoverProblems,
    },
    following: {
        effect: "live",
        data: "the primary's",
        when: (before, after) => follows(before) && follows(after),
    },
    promotion: {
        effect: "live",
        data: "kept; no longer replicated from the primary",
        clients: "stay connected, and can then write",
        when: (before, after) => !promoted(before) && promoted(after),
        loss: ({ spec: { replica } }, _after, mayShow) =>
            replica?.primary
                ? lost(
                      "replication-ends",
                      `it permanently stops replicating from ${mayShow("primary") ? addressOf(replica.primary) : "its primary"}`,
                  )
                : [],
    },
    demotion: {
        effect: "refused",
        when: (before, after) => promoted(before) && !promoted(after),
        refusal: () => [
            finding(
                changeProblems.demotion,
                "promoted",
                "is no longer set, but following the primary again would replace the data written since the promotion",
            ),
        ],
    },
    backup: {
        effect: "live",
        loss: (...change) => [...fewerBackups(...change), ...mayEvict(...change)],
    },
    recorded: {
        effect: "recorded",
        loss: ({ spec: before }, { spec }) =>
            before.deletionProtection && !spec.deletionProtection
                ? lost("protection-lifted", "Pulumi no longer refuses to delete the database and its data")
                : [],
    },
} satisfies Readonly<Record<string, Row>>;

export type RowId = keyof typeof rows;
