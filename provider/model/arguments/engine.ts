/** The software that runs: engine, version, flavor and image. */
import { z } from "zod";
import {
    type Engine,
    type Flavor,
    type Version,
    defaultVersions,
    engineLabels,
    engineNames,
    findRelease,
    flavorNames,
    nearestVersions,
    parseVersion,
    releaseOf,
    versions,
    versionsOf,
} from "../catalog/versions";
import { changeOf } from "../changes/words";
import { finding, problem } from "../findings";
import { isShortImageId } from "../render/canonical";
import { type Given, type PlainArguments, type Rule, argument } from "./definition";
import { choice, text } from "./schemas";

export const defaultEngine: Engine = "redis";

export const engineSchema = choice(engineNames);
export const flavorSchema = choice(flavorNames);

const quoted = (names: readonly string[]) => names.map((name) => `\`"${name}"\``).join(", ");

type WithImage = { spec: { engine: Engine; version: Version; image: string } };

/** The image, if it is not the version's default: a change of the version alone is not a change of `image`. */
const ownImage = ({ spec }: WithImage) => (spec.image === versions[releaseOf(spec)].image ? undefined : spec.image);

export const engineArguments = {
    engine: argument(engineSchema, {
        doc:
            'The software that runs: `"redis"`, or `"valkey"`, which is a fork of Redis 7.2. A database can switch from ' +
            "Redis 7.2 or earlier to Valkey and keep its data. The opposite is not possible.",
        default: defaultEngine,
        example: "valkey",
        type: "Engine",
        changes: [
            { row: "versionUp", label: "`engine` from Redis up to 7.2 to Valkey" },
            { row: "replicaUp", label: "" },
            { row: "versionDown", label: "any other change of `engine`" },
        ],
    }),
    version: argument(z.string(), {
        doc:
            'Version of the engine, alone or with a flavor as in `"7.2-aof"`, `"7.2-rdb"` or `"7.2-nordb"`. Redis: ' +
            `${quoted(versionsOf("redis"))}. Valkey: ${quoted(versionsOf("valkey"))}. A version past its end of life logs ` +
            "a warning. Write it in quotes, since YAML reads `8.10` as the number 8.1. A later release of this package may " +
            "have a later default. That never upgrades an existing database without `version`: its preview fails and asks " +
            'for a version. See the guide "Upgrade".',
        defaultDoc: `"${defaultVersions.redis}", for Valkey "${defaultVersions.valkey}"`,
        example: "8.6",
        changes: [
            { row: "versionUp", label: "a later `version`" },
            {
                row: "replicaUp",
                label: "a replica's `version` (or `engine`) from before 6.0 to 6.0 or later, while it follows",
            },
            { row: "versionDown", label: "an earlier `version`" },
        ],
        schemaFor: versionSchema,
    }),
    flavor: argument(flavorSchema, {
        doc:
            'How data is persisted. `"aof"` appends each write to a log that is synced every second, and also writes dumps ' +
            'after 900 s with 1 change, 300 s with 10 or 60 s with 10,000. `"rdb"` only writes dumps, on the same schedule. ' +
            '`"nordb"` keeps data in memory only, so a restart loses all data. It must match the flavor in `version`, if ' +
            'that has one. See the guide "Persistence flavors".',
        default: "aof",
        defaultDoc: 'the flavor in `version`, else "aof"',
        example: "rdb",
        type: "Flavor",
        changes: [{ row: "flavor" }],
    }),
    image: argument(
        text(
            'give an image reference such as "redis:8.6", or a complete image ID',
            (value) => /^[\w][\w.:/@-]*$/.test(value) && !isShortImageId(value),
        ),
        {
            doc:
                "Image of the server and the agent. It must contain the engine in the same version, `redis-cli` and a shell. A newer " +
                "image under the same tag never reaches an existing server. To control when the server is replaced, pin a " +
                "digest (`name@sha256:…`).",
            defaultDoc: '"redis:VERSION" or "valkey/valkey:VERSION"',
            example: "redis:8.6",
            changes: [
                {
                    row: "container",
                    value: ownImage,
                    words: (before: WithImage, after: WithImage, shown: boolean) => [
                        changeOf("image", before.spec.image, after.spec.image, shown),
                    ],
                },
            ],
        },
    ),
};

/** The valid versions are those of the engine, or of all engines while the engine is unresolved or invalid. */
function versionSchema({ engine, flavor }: PlainArguments): z.ZodType {
    const engines = engine === undefined ? [defaultEngine] : engineNames.filter((known) => known === engine);
    const candidates = engines.length > 0 ? engines : engineNames;
    return z
        .unknown()
        .refine(
            (value) =>
                typeof value === "string" && candidates.some((known) => parseVersion(value, known) !== undefined),
            { error: ({ input }) => versionRemedy(input, candidates, flavor) },
        );
}

const anyFlavor = "alone or with -aof, -rdb or -nordb";

function versionRemedy(value: unknown, engines: readonly Engine[], flavor: unknown): string {
    const written = String(value);
    const near = engines.flatMap((engine) => nearestVersions(written, engine)).map((version) => `"${version}"`);
    const all = engines.map((engine) => `${engineLabels[engine]} has ${versionsOf(engine).join(", ")}`).join("; ");
    if (typeof value === "number") {
        // As a number, 8.10 is 8.1.
        const equal = engines.flatMap(versionsOf).filter((version) => Number(version) === value);
        const meant = equal.length > 0 ? equal.map((version) => `"${version}"`) : near;
        // A YAML program reads a number from its configuration even if it is in quotes there.
        const suffix = flavorNames.find((name) => name === flavor) ?? "aof";
        const inConfiguration = meant.map((version) => version.replace(/"$/, `-${suffix}"`)).join(" or ");
        if (meant.length > 0)
            return `give it in quotes, as a string: ${meant.join(" or ")}; in a YAML program's configuration, give it with its flavor: ${inConfiguration}; ${all}`;
    }
    if (near.length === 0 || typeof value !== "string")
        return `give a version as a string, such as "${defaultVersions[engines[0] ?? defaultEngine]}", ${anyFlavor}; ${all}`;
    const other = engineNames.find(
        (engine) => !engines.includes(engine) && findRelease(engine, written.split("-")[0] ?? ""),
    );
    const elsewhere = other ? `; or, for ${engineLabels[other]}, set engine: "${other}"` : "";
    return `give ${near.join(" or ")}, ${anyFlavor}${elsewhere}; ${all}`;
}

export const engineProblems = {
    flavorContradictsVersion: problem(
        "flavor-contradicts-version",
        "`flavor` and the suffix of `version` name different flavors.",
        "leave one of them out",
    ),
};

export const engineRules: readonly Rule[] = [
    ({ values, wanted }: Given<{ flavor?: Flavor }>) => {
        if (!wanted?.flavor || !values.flavor || wanted.flavor === values.flavor) return [];
        const { version, flavor } = wanted;
        return [
            finding(
                engineProblems.flavorContradictsVersion,
                "flavor",
                `is "${values.flavor}", but version "${version}-${flavor}" has the flavor "${flavor}"`,
                `leave one of them out, or write version: "${version}-${values.flavor}"`,
            ),
        ];
    },
];
