/** How data is kept on disk: dumps, the size that it may take, and data that is there already. */
import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { ConfigValue } from "../catalog/directives";
import { type SavePoint, defaultSavePoints } from "../catalog/flavors";
import { type Flavor, releaseOf } from "../catalog/versions";
import { changeOf } from "../changes/words";
import { type Finding, finding, problem } from "../findings";
import { checkDiskSize } from "../sizing/disk";
import { type Given, type Rule, argument } from "./definition";
import { checkConfig } from "./directiveChecks";
import { boolean, choice, count, numberBetween, object, text, wholeNumber } from "./schemas";

/** Save points as far as they are not the flavor's own: another flavor is its own row. */
const ownSavePoints = ({ spec }: { spec: { flavor: Flavor; savePoints: readonly SavePoint[] } }) =>
    spec.flavor === "nordb" || isDeepStrictEqual(spec.savePoints, defaultSavePoints) ? undefined : spec.savePoints;

const savePoint = object(
    "give an object such as { seconds: 900, changes: 1 }",
    {
        seconds: argument(count("a whole number of seconds"), {
            doc: "Seconds since the last dump, at least 1.",
            example: 900,
            required: true,
        }),
        changes: argument(count("a whole number of changes"), {
            doc: "Changes since the last dump, at least 1.",
            example: 1,
            required: true,
        }),
    },
    { doc: "", type: "SavePointArgs", typeDoc: "Dump after so many seconds with at least so many changes." },
);

export const persistenceArguments = {
    diskSizeGb: argument(numberBetween("give a number of GiB from 0.01 to 1048576, such as 4 or 0.5", 0.01, 2 ** 20), {
        doc:
            "What the data may take on the disk (1 GiB is 2^30 bytes; fractions are fine), 0.01 to 1048576. It must cover " +
            "what the files can take at once, for this version, flavor, `memoryMb` and `config`; the error states the " +
            "minimum. The health check fails while no room is left in it for the next dump. Where Docker's `local` driver " +
            "can hold a quota (XFS with `pquota`), the volume is made with one; it stays as it is when this is changed.",
        defaultDoc: "no limit; the health check fails while the disk itself has no room for the next dump",
        unit: "GiB",
        example: 8,
        changes: [{ row: "disk", unset: "no limit" }],
    }),
    savePoints: argument(
        z
            .array(savePoint.schema, { error: "give a list such as [{ seconds: 900, changes: 1 }]" })
            .min(1, { error: 'give at least one, or flavor: "nordb" to keep nothing' }),
        {
            doc: 'When to dump, in place of the schedule that `flavor` names. An error with flavor `"nordb"`.',
            defaultDoc: "900 s with 1 change, 300 s with 10, 60 s with 10,000",
            example: [{ seconds: 600, changes: 100 }],
            type: "SavePointArgs[]",
            changes: [{ row: "settings", value: ownSavePoints }],
            element: savePoint,
        },
    ),
};

export type Place = { readonly volume?: string; readonly hostPath?: string };

type Placed = { spec: { data?: Place } };

const placeOf = ({ spec }: Placed) => [spec.data?.volume, spec.data?.hostPath];

const nameOfPlace = ({ spec }: Placed) => spec.data?.volume ?? spec.data?.hostPath;

/** Of a database alone: what a replica holds is a copy. */
export const dataArguments = {
    data: object(
        'give an object such as { volume: "redis-data" } or { hostPath: "/srv/redis" }',
        {
            volume: argument(
                text("give the name of a Docker volume", (value) => /^[\w][\w.-]*$/.test(value)),
                { doc: "Name of a Docker volume.", example: "redis-data" },
            ),
            hostPath: argument(
                text("give an absolute path on the Docker host, without a colon", (value) =>
                    /^\/[^:\r\n\0]+$/.test(value),
                ),
                { doc: "Absolute path of a directory on the Docker host.", example: "/srv/redis" },
            ),
            files: argument(choice(["aof", "rdb"]), {
                doc:
                    "Which files hold the data, where there are both a dump and an append-only file when the database " +
                    "first sees them.",
                defaultDoc: "the kind that is there",
                type: '"aof" | "rdb"',
                changes: [{ row: "recorded" }],
            }),
        },
        {
            doc:
                "A volume or a directory with data of your own, which stays when the database is removed. Data of Redis " +
                "that is there already is adopted in place: `dump.rdb`, `appendonly.aof` or `appendonlydir`, of this version " +
                "or an older one, and without data of modules, which are not available here. Stop the server that wrote it " +
                "first.",
            defaultDoc: "a volume of the database's own",
            example: { volume: "redis-data" },
            decides: true,
            type: "DataArgs",
            typeDoc: "A place for data that was there before the database: one of `volume` and `hostPath`.",
            changes: [
                {
                    row: "dataLocation",
                    label: "`data`: another volume or directory",
                    value: placeOf,
                    words: (before: Placed, after: Placed, shown: boolean) => [
                        changeOf("data", nameOfPlace(before), nameOfPlace(after), shown, "its own volume"),
                    ],
                },
            ],
        },
    ),
    startTimeoutSeconds: argument(wholeNumber("a whole number of seconds", 1, 86400), {
        doc: "Seconds, 1 to 86400, for which an update waits until a new container of the server has loaded the data.",
        defaultDoc: "600, or one for each 50 MiB of `memoryMb` where that is more",
        unit: "seconds",
        example: 3600,
        changes: [{ row: "recorded" }],
    }),
    importing: argument(boolean, {
        doc:
            "Whether the server may follow another one that somebody names with `REPLICAOF`, to copy its data. While it is " +
            "true, the agent leaves alone whom it follows and the directives `masteruser`, `masterauth`, `tls-replication`, " +
            "`tls-ca-cert-*` and `tls-client-*`. Set back to false, it makes the server take writes and puts these back. " +
            "Otherwise a server that somebody has follow another one is unhealthy, and the agent makes it take writes again " +
            "within a minute. Cannot be combined with `primary`.",
        default: false,
        example: true,
        changes: [{ row: "importing" }],
    }),
};

export const persistenceProblems = {
    savePointsWithoutFiles: problem(
        "save-points-with-nordb",
        '`savePoints` is given, but flavor "nordb" keeps nothing.',
        "leave one of them out",
    ),
    dataWithoutPlace: problem(
        "data-without-place",
        "`data` has neither `volume` nor `hostPath`.",
        "give either volume or hostPath",
    ),
    dataInTwoPlaces: problem(
        "data-in-two-places",
        "`data` has both `volume` and `hostPath`.",
        "give either volume or hostPath",
    ),
    dataShared: problem(
        "data-shared",
        "`data` of two databases names the same place, or a directory inside the other's.",
        "give each database a place of its own",
    ),
    dataInUse: problem(
        "data-in-use",
        "A container that is not the database's runs on the place in `data`, which would have two servers write the same files.",
        "stop that container and keep it from starting again, or give another place",
    ),
};

export const placePath = ({ volume }: Place) => (volume === undefined ? "data.hostPath" : "data.volume");

/** Whether two directories are one ("same"), or the first is "below" or "above" the second. */
export function relation(one: string, other: string): "same" | "below" | "above" | undefined {
    const [a, b] = [one, other].map((path) => posix.join(path, "/")) as [string, string];
    return a === b ? "same" : a.startsWith(b) ? "below" : b.startsWith(a) ? "above" : undefined;
}

/** What is wrong with a place where another database of the same Docker host has its data. */
export function sharedPlace(place: Place, { name, place: other }: { name: string; place: Place }): Finding[] {
    const { volume, hostPath } = place;
    const how =
        volume !== undefined
            ? volume === other.volume && "same"
            : hostPath !== undefined && other.hostPath !== undefined && relation(hostPath, other.hostPath);
    if (!how) return [];
    const text =
        how === "same"
            ? `is ${JSON.stringify(volume ?? hostPath)}, where the database "${name}" has its data`
            : `is ${JSON.stringify(hostPath)}, ${how} ${JSON.stringify(other.hostPath)}, where the database "${name}" has its data`;
    return [finding(persistenceProblems.dataShared, placePath(place), text)];
}

export const persistenceRules: readonly Rule[] = [
    ({ values, wanted }: Given<{ savePoints?: unknown; flavor?: Flavor }>) =>
        values.savePoints && (values.flavor ?? wanted?.flavor) === "nordb"
            ? [
                  finding(
                      persistenceProblems.savePointsWithoutFiles,
                      "savePoints",
                      'is given, but flavor "nordb" keeps nothing',
                  ),
              ]
            : [],
    ({ values: { data } }: Given<{ data?: Place }>) => {
        if (!data || (data.volume === undefined) !== (data.hostPath === undefined)) return [];
        return data.volume === undefined
            ? [finding(persistenceProblems.dataWithoutPlace, "data", "has neither volume nor hostPath")]
            : [finding(persistenceProblems.dataInTwoPlaces, "data", "has both volume and hostPath")];
    },
    diskRule,
];

type Sizing = {
    readonly diskSizeGb?: number;
    readonly flavor?: Flavor;
    readonly memoryMb?: number;
    readonly config?: Readonly<Record<string, ConfigValue>>;
};

/** What decides on the size and is wrong or unresolved has its own finding or its own time. */
function diskRule({ values, filled, args, wanted }: Given<Sizing, Required<Sizing>>): readonly Finding[] {
    const { diskSizeGb } = values;
    const { memoryMb, config } = filled;
    const known = (["flavor", "memoryMb", "config"] as const).every(
        (name) => args[name] === undefined || values[name] !== undefined,
    );
    if (diskSizeGb === undefined || !wanted || !known || checkConfig(releaseOf(wanted), config).length > 0) return [];
    const flavor = wanted.flavor ?? filled.flavor;
    return checkDiskSize({ ...wanted, flavor, memoryMb, config }, diskSizeGb);
}
