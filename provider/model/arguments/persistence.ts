/** Data on disk: dumps, the disk size, and existing data. */
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

/** Save points that differ from the flavor's own. A change of the flavor has its own row. */
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
    {
        doc: "",
        type: "SavePointArgs",
        typeDoc: "A dump is written after this many seconds if there were at least this many changes.",
    },
);

export const persistenceArguments = {
    diskSizeGb: argument(numberBetween("give a number of GiB from 0.01 to 1048576, such as 4 or 0.5", 0.01, 2 ** 20), {
        doc:
            "Disk space for the data, 0.01 to 1048576 (1 GiB is 2^30 bytes; fractions are accepted). It must cover the " +
            "worst case of the files, which depends on version, flavor, `memoryMb` and `config`; the error states the " +
            "minimum. The health check fails while the space left is not enough for the next dump. Where Docker's `local` " +
            "driver supports quotas (XFS with `pquota`), a new volume gets a quota of this size. The quota of an existing " +
            'volume does not change. See the guide "Memory and disk".',
        defaultDoc: "no limit; the health check fails while the disk has not enough space for the next dump",
        unit: "GiB",
        example: 8,
        changes: [{ row: "disk", unset: "no limit" }],
    }),
    savePoints: argument(
        z
            .array(savePoint.schema, { error: "give a list such as [{ seconds: 900, changes: 1 }]" })
            .min(1, { error: 'give at least one, or flavor: "nordb" to keep nothing' }),
        {
            doc: 'When to write a dump, in place of the default schedule. Cannot be combined with flavor `"nordb"`.',
            defaultDoc: "900 s with 1 change, 300 s with 10, 60 s with 10,000",
            example: [{ seconds: 600, changes: 100 }],
            type: "SavePointArgs[]",
            changes: [{ row: "settings", value: ownSavePoints }],
            element: savePoint,
        },
    ),
};

export type DataLocation = { readonly volume?: string; readonly hostPath?: string };

type WithData = { spec: { data?: DataLocation } };

const locationOf = ({ spec }: WithData) => [spec.data?.volume, spec.data?.hostPath];

const locationName = ({ spec }: WithData) => spec.data?.volume ?? spec.data?.hostPath;

/** Arguments that a replica does not have, since its data is a copy. */
export const dataArguments = {
    data: object(
        'give an object such as { volume: "redis-data" } or { hostPath: "/srv/redis" }',
        {
            volume: argument(
                text("give the name of a Docker volume", (value) => /^[\w][\w.-]*$/.test(value)),
                {
                    doc: "Name of a Docker volume. Exactly one of `volume` and `hostPath` is required.",
                    example: "redis-data",
                },
            ),
            hostPath: argument(
                text("give an absolute path on the Docker host, without a colon", (value) =>
                    /^\/[^:\r\n\0]+$/.test(value),
                ),
                {
                    doc: "Absolute path of a directory on the Docker host. Exactly one of `volume` and `hostPath` is required.",
                    example: "/srv/redis",
                },
            ),
            files: argument(choice(["aof", "rdb"]), {
                doc:
                    'Which files to adopt if the location has both a dump and an append-only file: `"aof"` if the old ' +
                    'server ran with `appendonly yes`, else `"rdb"`. It has no effect once the data has been adopted.',
                defaultDoc: "the kind of file that exists; an error if both exist",
                example: "aof",
                exampleWith: { volume: "redis-data" },
                type: '"aof" | "rdb"',
                changes: [{ row: "recorded" }],
            }),
        },
        {
            doc:
                "Your own volume or directory for the data. It is kept when the database is deleted. Existing Redis data " +
                "is adopted in place: `dump.rdb`, `appendonly.aof` or `appendonlydir`, written by this version or an earlier " +
                "one, without values of modules, which are not supported. Redis then rewrites the files in the format of " +
                "`version`, which earlier versions cannot read, and their owner becomes user 999. First stop the server that " +
                'wrote the data. See the guide "Adopt data".',
            defaultDoc: "a volume that the component creates",
            example: { volume: "redis-data" },
            decides: true,
            type: "DataArgs",
            typeDoc: "The location of the data: one of `volume` and `hostPath`.",
            changes: [
                {
                    row: "dataLocation",
                    label: "`data`: another volume or directory",
                    value: locationOf,
                    words: (before: WithData, after: WithData, shown: boolean) => [
                        changeOf("data", locationName(before), locationName(after), shown, "its own volume"),
                    ],
                },
            ],
        },
    ),
    startTimeoutSeconds: argument(wholeNumber("a whole number of seconds", 1, 86400), {
        doc: "Seconds, 1 to 86400, for which an update waits until a new server container has loaded the data.",
        defaultDoc: "600, or one second for each 50 MiB of `memoryMb` if that is more",
        unit: "seconds",
        example: 3600,
        changes: [{ row: "recorded" }],
    }),
    importing: argument(boolean, {
        doc:
            "Whether you may run `REPLICAOF` on the server, to copy the data of another server. While true, the agent does " +
            "not restore replication or the directives `masteruser`, `masterauth`, `tls-replication`, `tls-ca-cert-*` and " +
            "`tls-client-*`. When it is set back to false, the agent restores them and makes the server accept writes. While " +
            "false, a server that was made a replica by hand is unhealthy, and the agent makes it accept writes within a " +
            'minute. Cannot be combined with `primary`. See the guide "Adopt data".',
        default: false,
        example: true,
        changes: [{ row: "importing" }],
    }),
};

export const persistenceProblems = {
    savePointsWithoutFiles: problem(
        "save-points-with-nordb",
        '`savePoints` is set, but flavor "nordb" writes no dumps.',
        "leave one of them out",
    ),
    dataWithoutLocation: problem(
        "data-without-place",
        "`data` has neither `volume` nor `hostPath`.",
        "give either volume or hostPath",
    ),
    dataInTwoLocations: problem(
        "data-in-two-places",
        "`data` has both `volume` and `hostPath`.",
        "give either volume or hostPath",
    ),
    dataShared: problem(
        "data-shared",
        "`data` of two databases is the same location, or one is a directory inside the other.",
        "give each database its own location",
    ),
    dataInUse: problem(
        "data-in-use",
        "Another container uses the location in `data`, so two servers would write the same files.",
        "stop that container and keep it from starting again, or give another location",
    ),
};

export const locationPath = ({ volume }: DataLocation) => (volume === undefined ? "data.hostPath" : "data.volume");

/** Whether two directories are the "same", or the first is "below" or "above" the second. */
export function relation(one: string, other: string): "same" | "below" | "above" | undefined {
    const [a, b] = [one, other].map((path) => posix.join(path, "/")) as [string, string];
    return a === b ? "same" : a.startsWith(b) ? "below" : b.startsWith(a) ? "above" : undefined;
}

/** Findings for a location that another database on the same Docker host uses, too. */
export function sharedLocation(
    location: DataLocation,
    { name, location: other }: { name: string; location: DataLocation },
): Finding[] {
    const { volume, hostPath } = location;
    const how =
        volume !== undefined
            ? volume === other.volume && "same"
            : hostPath !== undefined && other.hostPath !== undefined && relation(hostPath, other.hostPath);
    if (!how) return [];
    const text =
        how === "same"
            ? `is ${JSON.stringify(volume ?? hostPath)}, where the database "${name}" has its data`
            : `is ${JSON.stringify(hostPath)}, ${how} ${JSON.stringify(other.hostPath)}, where the database "${name}" has its data`;
    return [finding(persistenceProblems.dataShared, locationPath(location), text)];
}

export const persistenceRules: readonly Rule[] = [
    ({ values, wanted }: Given<{ savePoints?: unknown; flavor?: Flavor }>) =>
        values.savePoints && (values.flavor ?? wanted?.flavor) === "nordb"
            ? [
                  finding(
                      persistenceProblems.savePointsWithoutFiles,
                      "savePoints",
                      'is set, but flavor "nordb" writes no dumps',
                  ),
              ]
            : [],
    ({ values: { data } }: Given<{ data?: DataLocation }>) => {
        if (!data || (data.volume === undefined) !== (data.hostPath === undefined)) return [];
        return data.volume === undefined
            ? [finding(persistenceProblems.dataWithoutLocation, "data", "has neither volume nor hostPath")]
            : [finding(persistenceProblems.dataInTwoLocations, "data", "has both volume and hostPath")];
    },
    diskRule,
];

type Sizing = {
    readonly diskSizeGb?: number;
    readonly flavor?: Flavor;
    readonly memoryMb?: number;
    readonly config?: Readonly<Record<string, ConfigValue>>;
};

/** Skipped while an argument that it needs is invalid, which is its own finding, or unresolved. */
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
