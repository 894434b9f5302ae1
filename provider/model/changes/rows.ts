/**
 * What changes do: one row for each way in which a program can change a database. The single source for what is refused,
 * for the preview's words, for docs/changes.md and for what the engine tests expect. The arguments of a row name it in
 * their definitions.
 */
import { replicaNames } from "../arguments/replicaList";
import { addressOf, primaryName, roleOf } from "../arguments/replication";
import { usersAdded, usersRemoved, usersWithOtherPassword, usersWithOtherRules } from "../arguments/users";
import { canUpgrade, nameOf, releaseOf, versions } from "../catalog/versions";
import type { DatabaseSpec } from "../databaseSpec";
import { type Finding, finding } from "../findings";
import {
    type Sentences,
    anotherCa,
    crashLoses,
    hasUsers,
    importEnds,
    leftNetwork,
    mayEvict,
    mayUseChannels,
    namesGone,
    otherPorts,
    reasonsOfRelease,
    replicasGone,
    shutOut,
    shutOutOverTls,
    startsToEvict,
    withGrace,
    withoutGrace,
} from "./consequences";
import type { Described } from "./describe";
import { changeProblems } from "./problems";
import { listed } from "./words";

/** What a change does to the server that runs. */
export type Effect = "live" | "resized" | "terminator" | "replaced" | "recorded" | "refused";

/** What an effect means for the server, its data and its clients, in the words of docs/changes.md. */
export const effects: Readonly<Record<Effect, { server: string; data: string; clients: string }>> = {
    live: { server: "untouched", data: "kept", clients: "stay connected" },
    resized: { server: "resized in place", data: "kept", clients: "stay connected" },
    terminator: {
        server: "untouched; HAProxy is replaced",
        data: "kept",
        clients: "reconnect once over TLS, stay connected in plaintext",
    },
    replaced: {
        server: "replaced on its volume",
        data: "kept; `nordb` hands it over in one dump",
        clients: "reconnect once",
    },
    recorded: { server: "untouched", data: "kept", clients: "stay connected" },
    refused: { server: "untouched; the preview fails", data: "kept", clients: "stay connected" },
};

export interface Row {
    /** What stands before and after the arguments in docs/changes.md. */
    readonly prefix?: string;
    readonly suffix?: string;
    readonly effect: Effect;
    /** What clients see, where the effect does not say it all. */
    readonly clients?: string;
    /** What happens to the data, where the effect does not say it all. */
    readonly data?: string;
    /** Whether it was changed in this way, where one argument can be changed in several. */
    readonly when?: (before: Described, after: Described) => boolean;
    /** What is lost, or who is shut out: the preview says it first. */
    readonly loss?: Sentences;
    /** What else a person should know before the update. */
    readonly warning?: Sentences;
    /** Why it is refused, if it is. */
    readonly refusal?: (before: Described, after: Described) => readonly Finding[];
    /** A value to compare that is no argument, and the row's name then. */
    readonly own?: {
        readonly label: string;
        readonly value: (database: Described) => unknown;
        readonly path?: string;
        readonly words?: (before: Described, after: Described) => readonly string[];
    };
}

const upgrades = (before: Described, after: Described) => canUpgrade(releaseOf(before.spec), releaseOf(after.spec));

/** A replica that is to follow over TLS by itself, and by a user, where it followed through its tunnel. */
function leavesTunnel(before: Described, after: Described): boolean {
    return follows(before) && follows(after) && !speaksTls(before) && speaksTls(after);
}

/** Whether the server does it itself, so that there is no HAProxy. The same versions know users. */
const speaksTls = ({ spec }: Described) => versions[releaseOf(spec)].nativeTls;

const follows = ({ spec }: Described) => roleOf({ spec }) === "follows";

const promoted = ({ spec }: Described) => roleOf({ spec }) === "is promoted";

const isSwitchover = (before: Described, after: Described) => !promoted(before) && !promoted(after);

/** No server can hand over to a replica that is not there, or when it is removed in the same moment. */
function untimely({ args: before }: Described, { args: after }: Described): Finding[] {
    const [had, has] = [replicaNames(before.replicas), replicaNames(after.replicas)];
    const [old, now] = [primaryName(before), primaryName(after)];
    return [
        ...(now !== undefined && !had.includes(now)
            ? [finding(changeProblems.primaryNotThere, "primary", `is "${now}", which is not there yet`)]
            : []),
        ...(old !== undefined && !has.includes(old)
            ? [finding(changeProblems.primaryRemoved, "replicas", `lacks "${old}", which takes writes`)]
            : []),
    ];
}

/** Only what is to be recorded as completed says what its server is called on a network. */
const isRenamed = ({ name: before }: Described, { name: after, madeAs }: Described) =>
    before !== undefined && madeAs !== undefined && before !== after;

/** There a server is called what it was made as; one that an earlier release made, what it is called now. */
const isRenamedOnNetwork = (before: Described, after: Described) =>
    isRenamed(before, after) && after.spec.network !== undefined && (before.madeAs ?? before.name) !== after.madeAs;

const otherName = ({ name: before }: Described, { name }: Described) => [`name ${before ?? ""} → ${name ?? ""}`];

const staysTheSame = "data, passwords, ports and CA stay the same";

function placeOf(data: DatabaseSpec["data"]): string {
    return data?.volume ?? data?.hostPath ?? "the database's own volume";
}

/** The rows, in the order of docs/changes.md. */
export const rows = {
    password: {
        effect: "live",
        clients:
            "stay connected; the old password is accepted too for `passwordGraceHours`, before 6.0 only the new one is",
        loss: (before, after) =>
            hasUsers(before)
                ? withoutGrace(before, after)
                : [
                      `${nameOf(releaseOf(before.spec))} has only one password: the old password stops working at once; passwordGraceHours has no effect`,
                  ],
        warning: (...change) => [...withGrace(...change), "the URLs have the new password"],
    },
    userAdded: {
        effect: "live",
        clients: "stay connected; a user of that name that somebody made becomes the program's",
        when: (before, after) => usersAdded(before, after).length > 0,
    },
    userRules: {
        effect: "live",
        clients: "stay connected, under the new rules at once; who subscribes to a forbidden channel is disconnected",
        when: (before, after) => usersWithOtherRules(before, after).length > 0,
        warning: (before, after) =>
            usersWithOtherRules(before, after).some((name) => mayUseChannels(before, name))
                ? ["who subscribes to a channel that the new rules forbid is disconnected"]
                : [],
    },
    userPassword: {
        effect: "live",
        clients: "stay connected; the old password is accepted too for `passwordGraceHours`",
        when: (before, after) => usersWithOtherPassword(before, after).length > 0,
        loss: withoutGrace,
        warning: (before, after, mayShow) => [
            ...withGrace(before, after, mayShow),
            `the URLs of ${listed(usersWithOtherPassword(before, after))} have the new password`,
        ],
    },
    userRemoved: {
        effect: "live",
        clients: "of that user are disconnected and cannot log in again; others stay connected",
        when: (before, after) => usersRemoved(before, after).length > 0,
        loss: (before, after) => {
            const gone = usersRemoved(before, after);
            return [
                gone.length === 1
                    ? `user ${gone.join()} is deleted, and its connections close`
                    : `users ${listed(gone)} are deleted, and their connections close`,
            ];
        },
    },
    grace: {
        effect: "live",
        clients:
            "stay connected; also applies to replaced passwords that are still accepted; before 6.0 there are none",
    },
    certificate: {
        prefix: "certificate: renewal",
        effect: "live",
        clients: "stay connected; new handshakes see it",
        loss: (...change) => [...anotherCa(...change), ...namesGone(...change)],
        warning: ({ spec: before }, { spec }) => (before.host === spec.host ? [] : ["the URLs have the new host"]),
    },
    ca: {
        prefix: "CA",
        effect: "live",
        clients: "stay connected; new handshakes need a `caCertPem` that has the new CA: publish both first",
        loss: anotherCa,
    },
    tls: {
        effect: "live",
        clients: "stay connected; new handshakes follow it",
        when: (before, after) => speaksTls(before) && speaksTls(after),
        loss: shutOutOverTls,
    },
    terminator: {
        prefix: "before 6.0",
        effect: "terminator",
        when: (before, after) => !speaksTls(before) && !speaksTls(after),
        loss: (before, after) => [
            ...shutOutOverTls(before, after),
            ...otherPorts(before, after),
            ...leftNetwork(before.spec, after.spec),
        ],
    },
    settings: {
        effect: "live",
        loss: (...change) => [...startsToEvict(...change), ...crashLoses("more")(...change)],
        warning: crashLoses("less"),
    },
    flavor: {
        effect: "live",
        data: "kept; with `nordb` in memory only",
        loss: (...change) => [...crashLoses("more")(...change), ...mayEvict(...change)],
        warning: crashLoses("less"),
    },
    memory: {
        effect: "resized",
        data: "kept; refused if it would not fit, unless `evictToFit` lets an evicting policy make room",
        loss: mayEvict,
    },
    disk: {
        effect: "live",
        data: "kept on its volume; refused if more is in use",
        warning: ({ spec: before }, { spec }) =>
            before.diskSizeGb !== undefined && spec.data === undefined
                ? ["a volume that was made with a quota keeps it"]
                : [],
    },
    versionUp: {
        effect: "replaced",
        when: (before, after) => upgrades(before, after) && !leavesTunnel(before, after),
        loss: importEnds,
        warning: (before, after) => [
            `afterwards it cannot go back to ${nameOf(releaseOf(before.spec))}`,
            ...(hasUsers(before) || !hasUsers(after)
                ? []
                : ["the URLs name the user app, and the old ones go on to work"]),
        ],
    },
    replicaUp: {
        effect: "refused",
        when: leavesTunnel,
        refusal: ({ spec: before }, { spec: { version } }) => [
            finding(
                changeProblems.replicaUp,
                "version",
                `is "${version}", but a replica of ${nameOf(releaseOf(before))} follows in another way than one of ${version}`,
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
                    `go back to "${before[path]}"${path === "version" ? " or a later version" : ""}; to leave ${path === "engine" ? wrote : before.version}, copy the data to a new database`,
                ),
            ];
        },
    },
    container: {
        effect: "replaced",
        loss: (before, after) => [
            ...otherPorts(before, after),
            ...shutOut(before, after),
            ...importEnds(before, after),
        ],
    },
    startup: { effect: "replaced", loss: importEnds },
    release: {
        effect: "replaced",
        own: { label: "a release of this package that says so in its changelog", value: ({ format }) => format },
        when: (before, after) => reasonsOfRelease(before, after).length > 0,
        loss: importEnds,
        warning: reasonsOfRelease,
    },
    renamed: {
        effect: "recorded",
        own: {
            path: "name",
            words: otherName,
            label: "the database's own name, with `aliases` for the old one",
            value: ({ name }) => name,
        },
        when: (before, after) => isRenamed(before, after) && !isRenamedOnNetwork(before, after),
        warning: () => [staysTheSame],
    },
    renamedOnNetwork: {
        effect: "replaced",
        clients: "reconnect once, on the network by the new name",
        own: {
            path: "name",
            words: otherName,
            label: "the same on a `network`, if an earlier release made the database",
            value: ({ name }) => name,
        },
        when: isRenamedOnNetwork,
        loss: () => ["containers on the network reach it by the new name only"],
        warning: () => [staysTheSame],
    },
    place: {
        effect: "refused",
        refusal: ({ spec: { data: before } }, { spec: { data: after } }) => [
            finding(
                changeProblems.dataMoved,
                "data",
                `names ${placeOf(after)}, but the data is on ${placeOf(before)} and would stay behind`,
            ),
        ],
    },
    importing: {
        effect: "live",
        data: "kept, until somebody has the server follow another one: then it is that one's",
        clients: "stay connected; they can write whenever it follows nobody",
        loss: (_before, { spec }) =>
            spec.importing ? ["whoever has the server follow another one (REPLICAOF) replaces its data"] : [],
        warning: (_before, { spec }) =>
            spec.importing
                ? []
                : ["a server that follows another one stops that and takes writes, with the data that it has then"],
    },
    replicas: {
        suffix: "one more or one less",
        effect: "live",
        loss: (...change) => [...replicasGone(...change), ...mayEvict(...change)],
    },
    switchover: {
        effect: "live",
        clients:
            "stay connected; writes pause for a moment, then must go to the new URLs; the old ones answer `READONLY`",
        when: (before, after) => isSwitchover(before, after) && untimely(before, after).length === 0,
        loss: (_before, { spec, args }) =>
            spec.replica
                ? []
                : [
                      `${primaryName(args) ?? "its own server"} takes writes as soon as it has the last of them`,
                      "the URLs change, and clients that write need the new ones",
                  ],
    },
    untimely: {
        effect: "refused",
        when: (before, after) => isSwitchover(before, after) && untimely(before, after).length > 0,
        refusal: untimely,
    },
    following: {
        effect: "live",
        data: "the primary's",
        when: (before, after) => follows(before) && follows(after),
    },
    promotion: {
        effect: "live",
        data: "kept, its own from then on",
        clients: "stay connected, and may write from then on",
        when: (before, after) => !promoted(before) && promoted(after),
        loss: ({ spec: { replica } }, _after, mayShow) =>
            replica?.primary
                ? [
                      `it no longer receives what is written at ${mayShow("primary") ? addressOf(replica.primary) : "its primary"}, for good`,
                  ]
                : [],
    },
    demotion: {
        effect: "refused",
        when: (before, after) => promoted(before) && !promoted(after),
        refusal: () => [
            finding(
                changeProblems.demotion,
                "promoted",
                "is taken back, but following would replace the data that was written since",
            ),
        ],
    },
    recorded: {
        effect: "recorded",
        loss: ({ spec: before }, { spec }) =>
            before.deletionProtection && !spec.deletionProtection
                ? ["from then on Pulumi no longer refuses to remove the database and its data"]
                : [],
    },
} satisfies Readonly<Record<string, Row>>;

export type RowId = keyof typeof rows;
