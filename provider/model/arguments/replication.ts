/** Who follows whom. */
import { z } from "zod";
import { changeOfList, differences, listed } from "../changes/words";
import { problem } from "../findings";
import { type PlainArguments, argument } from "./definition";
import { engineSchema, flavorSchema } from "./engine";
import { memorySchema } from "./memory";
import { replicaNames } from "./replicaList";
import { boolean, count, host, memberName, object, pem, port, secretText, text, wholeNumber } from "./schemas";

/** What the rows about roles look at. */
export interface InGroup {
    readonly spec: {
        readonly replica?: {
            readonly primary?: { readonly host: string; readonly port: number };
            readonly leads: boolean;
        };
    };
    readonly args: PlainArguments;
}

/** Undefined for what was never a replica. */
export function roleOf({ spec: { replica } }: Pick<InGroup, "spec">) {
    if (!replica) return undefined;
    return replica.primary ? "follows" : replica.leads ? "takes writes" : "is promoted";
}

/** The database's argument `primary`. */
export function primaryName({ primary }: PlainArguments): string | undefined {
    return typeof primary === "string" ? primary : undefined;
}

/** Who takes writes, as far as this component knows. */
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

/** Of a database alone. */
export const groupArguments = {
    // Each is checked as the replica that it is.
    replicas: argument(z.unknown(), {
        doc:
            "Read-only copies on the same Docker host or others: a number, or one entry each. Adding and removing one leaves " +
            "the database's container as it is. They need memory: three sixteenths of `memoryMb` go to replication, and " +
            "`nordb` has no more for data than the other flavors have.",
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
    primary: argument(memberName("one of its replicas"), {
        doc:
            "The name of the replica that takes writes, if it is not the database's own server: changing it exchanges the " +
            "roles. The server that took writes holds them back until the other one has the last of them, hands over and " +
            "follows it; if that takes more than ten seconds the update fails, and it takes writes again. The outputs are " +
            "those of the server that takes writes, so `url` changes. Needs version 6.2 or later, and the others must be " +
            "able to follow that replica: they have its version or a later one, and at least its memory. An error for a " +
            "replica that is new in the same update.",
        defaultDoc: "the database's own server",
        example: "replica-1",
        decides: true,
        changes: [
            {
                row: "switchover",
                label: "`primary`: the replica that takes writes from now on, or none for the database's own server",
                value: leaderOf,
            },
            {
                row: "switchoverRefused",
                label: "`primary`: a replica that is new; the replica that takes writes taken out",
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
                "Names of {@link RedisReplica}s, of this program or another, that may follow. Each gets a user of its own, " +
                "which can do nothing else; before 6.0 they have the database's one password.",
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

/** Of a replica alone. */
export const followingArguments = {
    primary: object(
        "give a RedisDatabase, or what its replicationAccess has for this replica, such as primary: db",
        {
            host: argument(host, {
                doc: "Name or address by which the replica's Docker host reaches the primary's.",
                required: true,
            }),
            tlsPort: argument(port, {
                doc: "The primary's TLS port on its Docker host.",
                required: true,
                example: 6380,
            }),
            caCertPem: argument(pem.optional(), {
                doc: "What the primary's certificate verifies with, in PEM.",
                required: true,
            }),
            user: argument(
                text('give the user\'s name, such as "repl-reader"', (value) => !/[\r\n\0]/.test(value)).optional(),
                {
                    doc: "User by which the replica follows; empty before 6.0.",
                    required: true,
                },
            ),
            password: argument(secretText.optional(), {
                doc: "Its password.",
                required: true,
                secret: true,
            }),
            engine: argument(engineSchema, { doc: "The primary's engine.", defaultDoc: "not checked", type: "Engine" }),
            version: argument(z.string({ error: 'give a version as text, such as "8.6"' }), {
                doc: "Its version; a replica may be of a later one, but before 6.0 only of one before 6.0.",
                defaultDoc: "not checked",
            }),
            flavor: argument(flavorSchema, { doc: "Its flavor.", defaultDoc: '"aof"', type: "Flavor" }),
            memoryMb: argument(memorySchema, {
                doc: "Its memory; a replica needs as much.",
                example: 1024,
                defaultDoc: "not checked",
                unit: "MiB",
            }),
        },
        {
            doc:
                "Whom it follows: a database of the same program, or what the output `replicationAccess` of another " +
                "program's database has for this replica. Required, except with `promoted`.",
            defaultDoc: "none: only with `promoted`",
            type: "ReplicationAccess",
            typeDoc: "What a replica needs to know of its primary to follow it.",
            orType: "FollowedDatabase",
            changes: [
                { row: "switchover", label: "", value: leaderOf },
                {
                    row: "following",
                    label: "a replica's `primary`: another one, or at another address",
                    value: primaryAddress,
                },
            ],
        },
    ),
    promoted: argument(boolean, {
        doc:
            "Whether it takes writes itself and no longer follows. For good: following again would replace what was written " +
            "since, and is refused.",
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
                label: "a replica's `promoted` taken back",
                value: roleOf,
            },
        ],
    }),
    priority: argument(count(), {
        doc: "Which replica to promote first, in redis.conf's terms: the one with the lowest number.",
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
        doc: "Seconds, 1 to 86400, for which an update waits for the first sync.",
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
        "`replicas` is neither a number from 0 to 16 nor a list of so many objects.",
        'give a number from 0 to 16, such as 2, or a list such as [{ name: "reader" }]',
    ),
    replicaName: problem(
        "replica-name-unusable",
        "The name of a replica cannot be a part of the names of its resources.",
        "give lower-case letters, digits and hyphens, a letter first",
    ),
    replicaNameTwice: problem("replica-name-twice", "Two replicas have the same name.", "give another"),
    replicasBesideClientAuth: problem(
        "replicas-beside-client-auth",
        "Replicas have no certificate that the CA in `tls.clientAuth` signed.",
        "leave one of them out",
    ),
    primaryMissing: problem(
        "primary-missing",
        "A `RedisReplica` has no `primary`, and is not `promoted`.",
        "give a RedisDatabase, or what its replicationAccess has for this replica; or promoted: true, if it is to take writes itself for good",
    ),
    primaryOutOfReach: problem(
        "primary-out-of-reach",
        "The primary's `host` is a name that only its own Docker host knows it by.",
        "give the primary a bindAddress that this Docker host reaches, and its host",
    ),
    otherNetwork: problem(
        "replica-on-other-network",
        "The replica reaches its primary on the same Docker host directly, which takes a network that both are on.",
        "give both the same network, or leave it out to have the database's",
    ),
    replicaTooOld: problem(
        "replica-cannot-read",
        "The replica's version cannot read what its primary sends.",
        "leave version out to have the primary's, or give a later version",
    ),
    replicaFollowsOtherwise: problem(
        "replica-follows-otherwise",
        "From 6.0 a replica follows over TLS by a user of its own; the primary, before 6.0, knows neither.",
        "leave version out to have the primary's, or give the primary 6.0 or later, too",
    ),
    replicaTooSmall: problem(
        "replica-too-small",
        "The replica has less memory than its primary, whose data may not fit.",
        "give at least the primary's memoryMb, or leave it out",
    ),
    noAccess: problem(
        "no-replication-access",
        "The primary lets no replica of this name follow.",
        "add the replica's name to replicationAccess of the primary",
    ),
    primaryUnknown: problem(
        "primary-unknown",
        "`primary` names none of the database's replicas.",
        "give the name of one of them, or leave it out",
    ),
    primaryPromoted: problem(
        "primary-promoted",
        "The replica that `primary` names is promoted, and no longer belongs to the database.",
        "leave out primary, or promoted of that replica",
    ),
    importingBesidePrimary: problem(
        "importing-beside-primary",
        "`importing` is true, but the database's own server follows the replica that `primary` names.",
        "leave one of them out",
    ),
    noSwitchover: problem(
        "no-switchover",
        "The version cannot hand over to a replica.",
        "give version 6.2 or later, or leave primary out",
    ),
};

interface Waited {
    readonly memoryMb: number;
    readonly startTimeoutSeconds?: number;
    readonly replica?: { readonly syncTimeoutSeconds: number };
}

/** Seconds for which an update waits for a server, whether or not it is a replica. 50 MiB a second is slow for a disk. */
export function startTimeoutOf(waited: Waited): number {
    const least = followingArguments.syncTimeoutSeconds.default;
    return (
        waited.replica?.syncTimeoutSeconds ??
        waited.startTimeoutSeconds ??
        Math.max(least, Math.ceil(waited.memoryMb / 50))
    );
}

/** A replica's place in the group of its database: no argument, since the database decides on it. */
export interface Role {
    /** Whether the server that takes writes is on the same Docker host. */
    readonly nearby: boolean;
    /** Whether the replica takes writes itself, and its database's own server follows. */
    readonly leads: boolean;
    /** Names of the others in its group, which may follow it once it takes writes. */
    readonly peers: readonly string[];
}
