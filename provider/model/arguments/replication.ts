/** Replicas and their primary. */
import { z } from "zod";
import { changeOfList, differences, listed } from "../changes/words";
import { problem } from "../findings";
import { type PlainArguments, argument } from "./definition";
import { engineSchema, flavorSchema } from "./engine";
import { memorySchema } from "./memory";
import { replicaNames } from "./replicaList";
import { boolean, count, host, memberName, object, pem, port, secretText, text, wholeNumber } from "./schemas";

/** What the change table's rows about replication read. */
export interface InGroup {
    readonly spec: {
        readonly replica?: {
            readonly primary?: { readonly host: string; readonly port: number };
            readonly leads: boolean;
        };
    };
    readonly args: PlainArguments;
}

/** The server's role in words; undefined for a server that was never a replica. */
export function roleOf({ spec: { replica } }: Pick<InGroup, "spec">) {
    if (!replica) return undefined;
    return replica.primary ? "follows" : replica.leads ? "takes writes" : "is promoted";
}

/** The database's argument `primary`. */
export function primaryName({ primary }: PlainArguments): string | undefined {
    return typeof primary === "string" ? primary : undefined;
}

/** The server that takes writes, as far as this component's arguments determine it. */
const leaderOf = (database: InGroup) => roleOf(database) ?? primaryName(database.args) ?? "the database's own server";

export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
    return `${host}:${port}`;
}

const primaryAddress = ({ spec: { replica } }: InGroup) => replica?.primary && addressOf(replica.primary);

const accessOf = ({ args }: InGroup) => (args.replicationAccess ?? []) as readonly string[];

/** As "2 replicas added (near, far)". */
function replicaWords(before: PlainArguments, after: PlainArguments): string[] {
    const [added, removed] = differences(replicaNames(before.replicas), replicaNames(after.replicas));
    const words = (names: readonly string[], done: string) =>
        names.length === 0
            ? []
            : [`${names.length} ${names.length === 1 ? "replica" : "replicas"} ${done} (${listed(names)})`];
    const all = [...words(added, "added"), ...words(removed, "removed")];
    return all.length > 0 ? all : ["replicas in another order"];
}

const aboutReplicas =
    "Adding and removing replicas does not replace the database's container. Replication takes three sixteenths of the " +
    "database's `memoryMb`, and `nordb` then has the same share for data as the other flavors. See the guide " +
    '"Replicas and switchover".';

/** Arguments of `RedisDatabase` alone. */
export const groupArguments = {
    // groupChecks.ts validates each entry as the arguments of a replica.
    replicas: argument(z.unknown(), {
        doc:
            "Read-only copies of the database: a number from 0 to 16, or a list with an entry for each replica. An entry " +
            "has a `name`, any argument of `RedisReplica` except `primary`, and, for another Docker host, its `provider` and " +
            'a `bindAddress` there: `[{ name: "near" }, { name: "far", provider, bindAddress: "10.0.0.2" }]`. ' +
            aboutReplicas,
        docElsewhere:
            "Read-only copies of the database: a list with an entry for each of up to 16 replicas, which may be empty. An " +
            "entry has a `name`, any argument of `RedisReplica` except `primary`, and, for another Docker host, its " +
            `\`provider\` and a \`bindAddress\` there. ${aboutReplicas}`,
        defaultDoc: "none",
        example: 2,
        decides: true,
        type: "number | readonly ReplicaArgs[]",
        changes: [
            {
                row: "replicas",
                value: ({ args }: InGroup) => replicaNames(args.replicas),
                words: (before: InGroup, after: InGroup) => replicaWords(before.args, after.args),
            },
        ],
    }),
    primary: argument(memberName("one of the database's replicas"), {
        doc:
            "Name of the replica that takes writes instead of the database's own server. Changing it causes a switchover: the " +
            "current primary pauses writes until the replica has all of them, and then follows it. If this takes more than " +
            "ten seconds, the update fails and the current primary takes writes again. The outputs, such as `url`, are " +
            "those of the server that takes writes. Needs version 6.2 or later. Every other server of the database must have " +
            "the version of that replica or a later one, and at least its memory. The replica must exist before the update. " +
            'See the guide "Replicas and switchover".',
        defaultDoc: "the database's own server",
        example: "replica-1",
        exampleWith: { replicas: 2 },
        decides: true,
        changes: [
            {
                row: "switchover",
                label: "`primary`: another replica, or none for the database's own server",
                value: leaderOf,
            },
            {
                row: "switchoverRefused",
                label: "`primary` names a replica that is new in the same update; the replica in `primary` is removed",
                value: leaderOf,
            },
        ],
    }),
    replicationAccess: argument(
        z
            .array(memberName("a replica"), { error: 'give a list of names such as ["reader"]' })
            .refine((names) => new Set(names).size === names.length, { error: "give each name once" }),
        {
            doc:
                "Names of {@link RedisReplica}s, in this program or others, that may follow the database. Each replica has its " +
                "own user, which has no other rights; before 6.0, replicas use the database's password. The output of the " +
                "same name contains what replicas in other programs need.",
            defaultDoc: "none",
            example: ["archive"],
            decides: true,
            type: "string[]",
            changes: [
                {
                    row: "replicas",
                    value: accessOf,
                    words: (before: InGroup, after: InGroup) =>
                        changeOfList("replicationAccess", accessOf(before), accessOf(after), true),
                },
            ],
        },
    ),
};

/** Arguments of `RedisReplica` alone. */
export const followingArguments = {
    primary: object(
        "give a RedisDatabase, or the entry for this replica in its output replicationAccess, such as primary: db",
        {
            host: argument(host, {
                doc: "Name or address by which the replica's Docker host reaches the primary's.",
                example: "redis.example.com",
                required: true,
            }),
            tlsPort: argument(port, {
                doc: "The primary's TLS port on its Docker host.",
                required: true,
                example: 6380,
            }),
            caCertPem: argument(pem.optional(), {
                doc: "The CA with which the replica verifies the primary's certificate, in PEM.",
                exampleCode: 'readFileSync("ca.pem", "utf8")',
                required: true,
            }),
            user: argument(
                text('give the user\'s name, such as "repl-reader"', (value) => !/[\r\n\0]/.test(value)).optional(),
                {
                    doc: "User with which the replica logs in to the primary; empty before 6.0.",
                    example: "repl-archive",
                    required: true,
                },
            ),
            password: argument(secretText.optional(), {
                doc: "The user's password; before 6.0, the primary's only password.",
                exampleCode: 'config.requireSecret("archivePassword")',
                required: true,
                secret: true,
            }),
            engine: argument(engineSchema, {
                doc: "The primary's engine.",
                defaultDoc: "not checked",
                example: "redis",
                type: "Engine",
            }),
            version: argument(z.string({ error: 'give a version as a string, such as "8.6"' }), {
                doc:
                    "The primary's version. A replica may have a later version, but if the primary's is before 6.0, the " +
                    "replica's must be too.",
                defaultDoc: "not checked",
                example: "8.6",
            }),
            flavor: argument(flavorSchema, {
                doc: "The primary's flavor, which the replica has unless it sets its own.",
                defaultDoc: '"aof"',
                example: "rdb",
                type: "Flavor",
            }),
            memoryMb: argument(memorySchema, {
                doc: "The primary's memory. A replica needs at least as much.",
                example: 1024,
                defaultDoc: "not checked",
                unit: "MiB",
            }),
        },
        {
            doc:
                "The database that the replica follows: a `RedisDatabase` of the same program, or an entry of the output " +
                "`replicationAccess` of a database in another program. Required unless `promoted` is true.",
            docElsewhere:
                "The database that the replica follows: an entry of the output `replicationAccess` of a database in this " +
                "program or another one. Required unless `promoted` is true.",
            defaultDoc: "none, which is only valid with `promoted`",
            exampleCode: "db",
            type: "ReplicationAccess",
            typeDoc: "What a replica needs to follow its primary.",
            orType: "FollowedDatabase",
            changes: [
                { row: "switchover", label: "", value: leaderOf },
                {
                    row: "following",
                    label: "a replica's `primary`: another database, or another address",
                    value: primaryAddress,
                },
            ],
        },
    ),
    promoted: argument(boolean, {
        doc:
            "Whether the replica is a primary of its own that takes writes and no longer follows. This is permanent: setting " +
            "it back to false is refused, since following again would replace the data written since the promotion.",
        default: false,
        example: true,
        decides: true,
        changes: [
            {
                row: "promotion",
                label: "a replica's `promoted: true`",
                value: roleOf,
                words: () => ["promoted false → true"],
            },
            {
                row: "demotion",
                label: "a replica's `promoted` set back to false",
                value: roleOf,
            },
        ],
    }),
    priority: argument(count(), {
        doc: "The directive `replica-priority` of redis.conf: the replica with the lowest number is to be promoted first.",
        default: 100,
        example: 10,
        changes: [
            {
                row: "following",
                value: ({ spec }: { spec: { replica?: { priority: number } } }) => spec.replica?.priority,
            },
        ],
    }),
    syncTimeoutSeconds: argument(wholeNumber("a whole number of seconds", 1, 86400), {
        doc: "Seconds, 1 to 86400, for which an update waits for the replica's first sync.",
        default: 600,
        unit: "seconds",
        example: 3600,
        changes: [
            {
                row: "recorded",
                value: ({ spec }: { spec: { replica?: { syncTimeoutSeconds: number } } }) =>
                    spec.replica?.syncTimeoutSeconds,
            },
        ],
    }),
};

export const replicationProblems = {
    replicasInvalid: problem(
        "replicas-not-a-list",
        "`replicas` is neither a number from 0 to 16 nor a list of at most 16 objects.",
        'give a number from 0 to 16, such as 2, or a list such as [{ name: "reader" }]',
    ),
    replicaName: problem(
        "replica-name-unusable",
        "The replica's name is not valid as part of resource names.",
        "give lowercase letters, digits and hyphens, starting with a letter",
    ),
    replicaNameTwice: problem("replica-name-twice", "Two replicas have the same name.", "give another name"),
    replicaProvider: problem(
        "replica-provider-unusable",
        "The replica's `provider` is not a provider of Pulumi's Docker package, or is one of another major version than this package uses.",
        "give a provider of version 5 of Pulumi's package \"docker\" itself, not its id or an Output; leave it out to use the database's",
    ),
    replicasBesideClientAuth: problem(
        "replicas-beside-client-auth",
        "Replicas have no client certificate from the CA in `tls.clientAuth`, so they could not connect.",
        "leave one of them out",
    ),
    primaryMissing: problem(
        "primary-missing",
        "A `RedisReplica` has no `primary` and is not `promoted`.",
        "give a RedisDatabase, or the entry for this replica in its output replicationAccess; or set promoted: true to make it a primary permanently",
    ),
    primaryOutOfReach: problem(
        "primary-out-of-reach",
        "The primary's `host` can only be reached from its own Docker host.",
        "set the primary's bindAddress to an address that the replica's Docker host can reach",
    ),
    otherNetwork: problem(
        "replica-on-other-network",
        "A replica connects to a primary on the same Docker host over a Docker network, so both need the same network.",
        "give both the same network, or leave it out to use the database's",
    ),
    replicaTooOld: problem(
        "replica-cannot-read",
        "The replica's version cannot read the data format of its primary's version.",
        "leave version out to use the primary's, or give a later version",
    ),
    replicaFollowsOtherwise: problem(
        "replica-follows-otherwise",
        "A replica of 6.0 or later follows over TLS with its own user, which a primary before 6.0 does not support.",
        "leave version out to use the primary's, or upgrade the primary to 6.0 or later as well",
    ),
    replicaTooSmall: problem(
        "replica-too-small",
        "The replica has less memory than its primary, so the data may not fit.",
        "give at least the primary's memoryMb, or leave it out",
    ),
    noAccess: problem(
        "no-replication-access",
        "The primary does not allow a replica of this name to follow.",
        "add the replica's name to replicationAccess of the primary",
    ),
    primaryUnknown: problem(
        "primary-unknown",
        "`primary` is not the name of one of the database's replicas.",
        "give the name of a replica, or leave it out",
    ),
    primaryPromoted: problem(
        "primary-promoted",
        "The replica in `primary` is promoted, so it no longer belongs to the database.",
        "leave out primary, or promoted of that replica",
    ),
    importingBesidePrimary: problem(
        "importing-beside-primary",
        "`importing` is true, but with `primary` the database's own server follows a replica.",
        "leave one of them out",
    ),
    noSwitchover: problem(
        "no-switchover",
        "The version does not support a switchover to a replica.",
        "give version 6.2 or later, or leave primary out",
    ),
};

interface Waited {
    readonly memoryMb: number;
    readonly startTimeoutSeconds?: number;
    readonly replica?: { readonly syncTimeoutSeconds: number };
}

/** Seconds for which an update waits for a server. The default assumes that a slow disk loads 50 MiB per second. */
export function startTimeoutOf(waited: Waited): number {
    const least = followingArguments.syncTimeoutSeconds.default;
    return (
        waited.replica?.syncTimeoutSeconds ??
        waited.startTimeoutSeconds ??
        Math.max(least, Math.ceil(waited.memoryMb / 50))
    );
}

/** A replica's role in the group of its database. It is not an argument, since the database's arguments determine it. */
export interface Role {
    /** Whether the server that takes writes is on the same Docker host. */
    readonly nearby: boolean;
    /** Whether the replica takes writes, and its database's own server follows. */
    readonly leads: boolean;
    /** Names of the other replicas in its group, which may follow it once it takes writes. */
    readonly peers: readonly string[];
}
