/**
 * What changing an argument does. The one source for what is refused, for the words in a preview, for the README's
 * table and for what the engine tests expect.
 */
import { isDeepStrictEqual } from "node:util";
import type { DatabaseSpec, PrimarySpec } from "../databaseSpec";
import { startupOnly } from "../catalog/directives";
import type { Finding } from "../findings";
import { defaultSavePoints } from "../catalog/flavors";
import { maxmemoryOf } from "../sizing/memory";
import type { PlainArguments } from "../arguments/properties";
import { replicaNames } from "../arguments/replicas";
import { canUpgrade, nameOf, releaseOf, versions } from "../catalog/versions";

/** What a change does to the server that runs. */
export type Effect = "live" | "resized" | "terminator" | "replaced" | "recorded" | "refused";

/** What an effect means for the server, its data and its clients, in the README's words. */
export const effects: Readonly<Record<Effect, { server: string; data: string; clients: string }>> = {
    live: { server: "untouched", data: "kept", clients: "stay connected" },
    resized: { server: "resized in place", data: "kept", clients: "stay connected" },
    terminator: {
        server: "untouched; its TLS terminator is replaced",
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

/** A database as its arguments describe it, and the arguments that the description leaves out. */
export interface Described {
    readonly spec: DatabaseSpec;
    readonly args: PlainArguments;
}

export interface ChangeRow {
    /** What tests and findings call it. */
    readonly id: string;
    /** What is changed, as the README names it. */
    readonly change: string;
    /** The arguments that it is about, by path. */
    readonly arguments: readonly string[];
    readonly effect: Effect;
    /** What clients see, where the effect does not say it all. */
    readonly clients?: string;
    /** What happens to the data, where the effect does not say it all. */
    readonly data?: string;
    /** The values of these arguments, in the same order: one of them differs when this was changed. */
    readonly of: (database: Described) => readonly unknown[];
    /** Whether it was changed in this way, where one argument can be changed in several. */
    readonly when?: (before: Described, after: Described) => boolean;
    /** What else a person should know before the up. */
    readonly warning?: (before: Described, after: Described) => string | undefined;
    /** Why it is refused, if it is. */
    readonly refusal?: (before: Described, after: Described) => Finding | readonly Finding[];
}

const upgrades = (before: Described, after: Described) => canUpgrade(releaseOf(before.spec), releaseOf(after.spec));

/** A replica that is to follow over TLS by itself, and by a user, where it followed through its link. */
function leavesLink(before: Described, after: Described): boolean {
    return follows(before) && follows(after) && !speaksTls(before) && speaksTls(after);
}

const isStartupOnly = ({ spec }: Described, directive: string) =>
    startupOnly(releaseOf(spec), spec.config).includes(directive);

const configWhere = (database: Described, startup: boolean) =>
    Object.fromEntries(
        Object.entries(database.spec.config).filter(([name]) => isStartupOnly(database, name) === startup),
    );

/** Whether the server does it itself, so that there is no terminator. The same versions know users. */
const speaksTls = ({ spec }: Described) => versions[releaseOf(spec)].nativeTls;

/** An argument that the specification leaves out, since it may be secret: in a list, which is never shown. */
const hidden = (value: unknown) => (value === undefined ? undefined : [value]);

const hiddenTls = ({ args }: Described, name: "certificate" | "ca" | "clientAuth") =>
    hidden((args.tls as Readonly<Record<string, unknown>> | undefined)?.[name]);

/** Who signs, and further CAs that clients know already. */
function casOf({ spec, args }: Described): readonly unknown[] {
    const { certificate, ca } = (args.tls ?? {}) as Readonly<
        Record<string, Readonly<Record<string, unknown>> | undefined>
    >;
    if (certificate) return [certificate.caCertPem];
    return ca ? [ca.certPem] : spec.tls.caVersions;
}

const anotherCa = (before: Described, after: Described) =>
    casOf(before).includes(casOf(after)[0])
        ? undefined
        : "clients that verify can connect again only with a caCertPem that has the CA which signs now";

/** Less memory, or a flavor that leaves less of it for data. */
function mayEvict({ spec: before }: Described, { spec }: Described): string | undefined {
    const lessRoom = maxmemoryOf(spec) < maxmemoryOf(before);
    return lessRoom && spec.evictToFit && spec.maxmemoryPolicy !== "noeviction"
        ? `Redis evicts keys (${spec.maxmemoryPolicy}) if the data does not fit`
        : undefined;
}

/** Who cannot make another connection over TLS. */
function shutOutOverTls(before: Described, after: Described): string | undefined {
    const gone = before.spec.tls.protocols.filter((protocol) => !after.spec.tls.protocols.includes(protocol));
    const asks = hiddenTls(after, "clientAuth");
    const warnings = [
        ...(gone.length > 0 ? [`clients that speak no more than ${gone.join(" and ")} cannot connect again`] : []),
        ...(asks && !isDeepStrictEqual(asks, hiddenTls(before, "clientAuth"))
            ? ["clients can connect again only with a certificate that the CA in tls.clientAuth signed"]
            : []),
    ];
    return warnings.length > 0 ? warnings.join("; ") : undefined;
}

/** Who finds the server no longer where it was. */
function shutOut({ spec: before }: Described, { spec }: Described): string | undefined {
    const warnings = [
        ...(isDeepStrictEqual(before.ports, spec.ports) ? [] : ["the URLs change, and clients need the new ones"]),
        ...(before.plaintext && !spec.plaintext ? ["clients in plaintext cannot connect again"] : []),
        ...(before.bindAddress === spec.bindAddress ? [] : ["the server listens on the new address only"]),
        ...(before.network === undefined || before.network === spec.network
            ? []
            : ["containers on its old network reach it no longer"]),
    ];
    return warnings.length > 0 ? warnings.join("; ") : undefined;
}

/** Save points as far as they are not the flavor's own: another flavor is its own row. */
const savePointsOf = ({ spec }: Described) =>
    spec.flavor === "nordb" || isDeepStrictEqual(spec.savePoints, defaultSavePoints) ? undefined : spec.savePoints;

/** The image as far as it is not the version's own: another version is its own row. */
const imageOf = ({ spec }: Described) => (spec.image === versions[releaseOf(spec)].image ? undefined : spec.image);

/** What the server's container has of the row `container` where there is a terminator. */
const ofServerAlone = (database: Described) => [
    imageOf(database),
    database.spec.ports.plaintext,
    database.spec.bindAddress,
    database.spec.plaintext,
];

/** Every way in which a program can change a database. A unit test fails when an argument is missing. */
export const changeRows: readonly ChangeRow[] = [
    {
        id: "password",
        change: "`password`, `passwordVersion`, `rotatePasswordEvery`",
        arguments: ["password", "passwordVersion", "rotatePasswordEvery"],
        effect: "live",
        clients:
            "stay connected; old and new password both open the door for `passwordGraceHours`, before 6.0 only the new one",
        of: ({ spec, args }) => [hidden(args.password), spec.rotation.version, spec.rotation.everyDays],
        warning: (before, { spec }) =>
            !speaksTls(before)
                ? `${nameOf(releaseOf(before.spec))} knows one password only: a password that is replaced opens the door no longer, whatever passwordGraceHours is`
                : spec.rotation.graceSeconds === 0
                  ? "a password that is replaced opens the door no longer (passwordGraceHours 0)"
                  : undefined,
    },
    {
        id: "grace",
        change: "`passwordGraceHours`",
        arguments: ["passwordGraceHours"],
        effect: "live",
        clients:
            "stay connected; counts for replaced passwords that still open the door, too; before 6.0 there are none",
        of: ({ spec }) => [spec.rotation.graceSeconds / 3600],
    },
    {
        id: "certificate",
        change: "certificate: renewal, `tls.hosts`, `tls.validityDays`, `tls.renewBeforeDays`, `tls.certificate`, `host`",
        arguments: ["tls.hosts", "tls.validityDays", "tls.renewBeforeDays", "tls.certificate", "host"],
        effect: "live",
        clients: "stay connected; new handshakes see it",
        of: (database) => [
            database.spec.tls.hosts,
            database.spec.tls.validityDays,
            database.spec.tls.renewBeforeDays,
            hiddenTls(database, "certificate"),
            database.spec.host,
        ],
        warning: anotherCa,
    },
    {
        id: "ca",
        change: "CA: `tls.caVersions`, `tls.ca`",
        arguments: ["tls.caVersions", "tls.ca"],
        effect: "live",
        clients: "stay connected; new handshakes need a `caCertPem` that has the new CA: publish both first",
        of: (database) => [database.spec.tls.caVersions, hiddenTls(database, "ca")],
        warning: anotherCa,
    },
    {
        id: "tls",
        change: "`tls.protocols`, `tls.clientAuth`",
        arguments: ["tls.protocols", "tls.clientAuth"],
        effect: "live",
        clients: "stay connected; new handshakes follow it",
        of: (database) => [database.spec.tls.protocols, hiddenTls(database, "clientAuth")],
        when: (before, after) => speaksTls(before) && speaksTls(after),
        warning: shutOutOverTls,
    },
    {
        id: "terminator",
        change: "before 6.0: `tls.protocols`, `tls.clientAuth`, `ports.tls`, `network`",
        arguments: ["tls.protocols", "tls.clientAuth", "ports.tls", "network"],
        effect: "terminator",
        of: (database) => [
            database.spec.tls.protocols,
            hiddenTls(database, "clientAuth"),
            database.spec.ports.tls,
            database.spec.network,
        ],
        when: (before, after) => !speaksTls(before) && !speaksTls(after),
        warning: shutOutOverTls,
    },
    {
        id: "settings",
        change: "`maxmemoryPolicy`, `savePoints`, directives in `config` that Redis takes live",
        arguments: ["maxmemoryPolicy", "savePoints", "config"],
        effect: "live",
        of: (database) => [database.spec.maxmemoryPolicy, savePointsOf(database), configWhere(database, false)],
    },
    {
        id: "flavor",
        change: "`flavor`, from any to any",
        arguments: ["flavor"],
        effect: "live",
        data: "kept; with `nordb` in memory only",
        of: ({ spec }) => [spec.flavor],
        warning: (before, after) =>
            after.spec.flavor === "nordb"
                ? "from then on data is in memory only, and a restart loses it"
                : mayEvict(before, after),
    },
    {
        id: "memory",
        change: "`memoryMb`",
        arguments: ["memoryMb"],
        effect: "resized",
        data: "kept; refused if it would not fit, unless `evictToFit` lets an evicting policy make room",
        of: ({ spec }) => [spec.memoryMb],
        warning: mayEvict,
    },
    {
        id: "disk",
        change: "`diskSizeGb`",
        arguments: ["diskSizeGb"],
        effect: "live",
        data: "kept on its volume; refused if more is in use",
        of: ({ spec }) => [spec.diskSizeGb],
        warning: ({ spec: before }, { spec }) =>
            before.diskSizeGb !== undefined && spec.data === undefined
                ? "a volume that was made with a quota keeps it"
                : undefined,
    },
    {
        id: "versionUp",
        change: "`version` up; `engine` from Redis up to 7.2 to Valkey",
        arguments: ["engine", "version"],
        effect: "replaced",
        of: ({ spec }) => [spec.engine, spec.version],
        when: (before, after) => upgrades(before, after) && !leavesLink(before, after),
    },
    {
        id: "replicaUp",
        change: "a replica's `version` (or `engine`) from before 6.0 to 6.0 or later, while it follows",
        arguments: ["engine", "version"],
        effect: "refused",
        of: ({ spec }) => [spec.engine, spec.version],
        when: leavesLink,
        refusal: ({ spec: before }, { spec: { version } }) => ({
            path: "version",
            problem: `is "${version}", but a replica of ${nameOf(releaseOf(before))} follows in another way than one of ${version}`,
            remedy: "take the replica out in the up that changes the version; make it anew in the next one",
        }),
    },
    {
        id: "versionDown",
        change: "`version` down; any other change of `engine`",
        arguments: ["engine", "version"],
        effect: "refused",
        of: ({ spec }) => [spec.engine, spec.version],
        when: (before, after) => !upgrades(before, after),
        refusal: ({ spec: before }, { spec: after }) => {
            const [wrote, reads] = [nameOf(releaseOf(before)), nameOf(releaseOf(after))];
            const path = before.engine === after.engine ? "version" : "engine";
            return {
                path,
                problem: `is "${after[path]}", but ${wrote} wrote the data, which ${path === "engine" ? reads : after.version} cannot read`,
                remedy: `go back to "${before[path]}"${path === "version" ? " or a later version" : ""}; to leave ${path === "engine" ? wrote : before.version}, copy the data to a new database`,
            };
        },
    },
    {
        id: "container",
        change: "`image`, `ports`, `bindAddress`, `plaintext`, `network`",
        arguments: ["image", "ports", "bindAddress", "plaintext", "network"],
        effect: "replaced",
        of: (database) => [
            imageOf(database),
            [database.spec.ports.plaintext, database.spec.ports.tls],
            database.spec.bindAddress,
            database.spec.plaintext,
            database.spec.network,
        ],
        when: (before, after) => speaksTls(after) || !isDeepStrictEqual(ofServerAlone(before), ofServerAlone(after)),
        warning: shutOut,
    },
    {
        id: "startup",
        change: "directives in `config` that only a start can take",
        arguments: ["config"],
        effect: "replaced",
        of: (database) => [configWhere(database, true)],
    },
    {
        id: "place",
        change: "`data`: another volume or directory",
        arguments: ["data"],
        effect: "refused",
        of: ({ spec }) => [[spec.data?.volume, spec.data?.hostPath]],
        refusal: ({ spec: { data: before } }, { spec: { data: after } }) => ({
            path: "data",
            problem: `names ${placeOf(after)}, but the data is on ${placeOf(before)} and would stay behind`,
            remedy: "leave it as it was; to move data, make a second database and copy it",
        }),
    },
    {
        id: "replicas",
        change: "`replicas`, `replicationAccess`: one more or one less",
        arguments: ["replicas", "replicationAccess"],
        effect: "live",
        of: ({ args }) => [replicaNames(args.replicas), args.replicationAccess ?? []],
    },
    {
        id: "switchover",
        change: "`primary`: the replica that takes writes from now on, or none for the database's own server",
        arguments: ["primary"],
        effect: "live",
        clients:
            "stay connected; writes wait for the last bytes (a moment), then need the new URLs: the old ones answer `READONLY`",
        of: (database) => [leaderOf(database)],
        when: (before, after) => isSwitchover(before, after) && untimely(before, after).length === 0,
        warning: (_before, { spec, args }) =>
            spec.replica
                ? undefined
                : `${primaryName(args) ?? "its own server"} takes writes as soon as it has the last of them; the URLs change, and clients that write need the new ones`,
    },
    {
        id: "untimely",
        change: "`primary`: a replica that is new; the replica that takes writes taken out",
        arguments: ["primary"],
        effect: "refused",
        of: (database) => [leaderOf(database)],
        when: (before, after) => isSwitchover(before, after) && untimely(before, after).length > 0,
        refusal: (before, after) => untimely(before, after),
    },
    {
        id: "following",
        change: "a replica's `primary`: another one, or at another address; `priority`",
        arguments: ["primary", "priority"],
        effect: "live",
        data: "the primary's",
        of: ({ spec: { replica } }) => [replica?.primary && addressOf(replica.primary), replica?.priority],
        when: (before, after) => follows(before) && follows(after),
    },
    {
        id: "promotion",
        change: "a replica's `promoted: true`, or its `primary` taken away",
        arguments: ["promoted"],
        effect: "live",
        data: "kept, its own from then on",
        clients: "stay connected, and may write from then on",
        of: (database) => [roleOf(database)],
        when: (before, after) => !promoted(before) && promoted(after),
        warning: ({ spec: { replica } }) =>
            replica?.primary && `what is written at ${addressOf(replica.primary)} does not reach it any more, for good`,
    },
    {
        id: "demotion",
        change: "a replica's `promoted` taken back, or a `primary` given to one that has none",
        arguments: ["promoted"],
        effect: "refused",
        of: (database) => [roleOf(database)],
        when: (before, after) => promoted(before) && !promoted(after),
        refusal: () => ({
            path: "promoted",
            problem: "is taken back, but following would replace the data that was written since",
            remedy: "leave it promoted; make a new replica to follow the primary",
        }),
    },
    {
        id: "recorded",
        change: "`deletionProtection`, `evictToFit`, `data.files`, `syncTimeoutSeconds`",
        arguments: ["deletionProtection", "evictToFit", "data.files", "syncTimeoutSeconds"],
        effect: "recorded",
        of: ({ spec }) => [
            spec.deletionProtection,
            spec.evictToFit,
            spec.data?.files,
            spec.replica?.syncTimeoutSeconds,
        ],
    },
];

const follows = ({ spec }: Described) => spec.replica?.primary !== undefined;

const promoted = ({ spec: { replica } }: Described) =>
    replica !== undefined && replica.primary === undefined && !replica.leads;

/** Undefined for what was never a replica. */
const roleOf = (database: Described) =>
    database.spec.replica && (follows(database) ? "follows" : promoted(database) ? "goes its own way" : "takes writes");

/** Who takes writes, as far as this one knows. */
const leaderOf = (database: Described) => roleOf(database) ?? primaryName(database.args) ?? "itself";

/** Of a database's arguments. */
const primaryName = ({ primary }: PlainArguments) => (typeof primary === "string" ? primary : undefined);

const isSwitchover = (before: Described, after: Described) => !promoted(before) && !promoted(after);

/** Nobody can hand over to a replica that is not there, or when it goes in the same moment. */
function untimely({ args: before }: Described, { args: after }: Described): Finding[] {
    const [had, has] = [replicaNames(before.replicas), replicaNames(after.replicas)];
    const [old, now] = [primaryName(before), primaryName(after)];
    const findings: Finding[] = [];
    if (now !== undefined && !had.includes(now)) {
        findings.push({
            path: "primary",
            problem: `is "${now}", which is not there yet`,
            remedy: "leave it out in this up; give it in the next one, when the replica has the data",
        });
    }
    if (old !== undefined && !has.includes(old)) {
        findings.push({
            path: "replicas",
            problem: `lacks "${old}", which takes writes`,
            remedy: "keep it in this up; take it out in the next one, when another one takes them",
        });
    }
    return findings;
}

function addressOf({ host, port }: PrimarySpec): string {
    return `${host}:${port}`;
}

function placeOf(data: DatabaseSpec["data"]): string {
    return data?.volume ?? data?.hostPath ?? "the database's own volume";
}

/** The rows that apply between two descriptions of one database, in the table's order. */
export function changesBetween(before: Described, after: Described): ChangeRow[] {
    return changeRows.filter(
        (row) => !isDeepStrictEqual(row.of(before), row.of(after)) && (row.when?.(before, after) ?? true),
    );
}

/** All that is refused among the changes. */
export function refusals(before: Described, after: Described): Finding[] {
    return changesBetween(before, after).flatMap(({ refusal }) => refusal?.(before, after) ?? []);
}
