/** Settings for the resources themselves: logs, deletion protection, transforms. */
import { z } from "zod";
import { type PlainArguments, argument } from "./definition";
import { boolean, object, wholeNumber } from "./schemas";

const limits = object(
    "give an object such as { maxSizeMb: 10, files: 3 }, or false",
    {
        maxSizeMb: argument(wholeNumber("a whole number of MiB", 1, 1024 * 1024), {
            doc: "Size, 1 to 1048576, at which Docker rotates a log file.",
            default: 10,
            unit: "MiB",
            example: 50,
        }),
        files: argument(wholeNumber("a whole number of files", 1, 1000), {
            doc: "Number of log files, 1 to 1000, that Docker keeps for each container, including the current one.",
            default: 3,
            example: 2,
        }),
        limited: argument(boolean, {
            doc:
                "Whether Docker limits the logs. False leaves logging to the Docker host's configuration, as `logs: false` " +
                "does in TypeScript. It cannot be combined with the limits.",
            docElsewhere:
                "Whether Docker limits the logs. False leaves logging to the Docker host's configuration, and cannot be " +
                "combined with the limits.",
            defaultDoc: "true",
            example: false,
        }),
    },
    {
        doc:
            "Limits the logs of the server, the agent and HAProxy, for each container separately. Logs then use Docker's " +
            "`json-file` driver, since not every driver supports these limits. `false` leaves logging to the Docker host's " +
            "configuration.",
        docElsewhere:
            "Limits the logs of the server, the agent and HAProxy, for each container separately. Logs then use Docker's " +
            "`json-file` driver, since not every driver supports these limits.",
        default: {},
        defaultDoc: "{ maxSizeMb: 10, files: 3 }",
        example: { maxSizeMb: 50, files: 2 },
        type: "LogsArgs | false",
        typeDoc: "Limits for the log of each container.",
        introduced: {
            format: 2,
            before: false,
            reason: "this release limits the logs of all containers; logs: false leaves them as they were",
        },
        changes: [{ row: "container" }],
    },
);

/** The limits, or false. `limited: false` is for languages in which an argument has one type. */
const limitsOrFalse = limits.schema
    .refine(({ limited, ...given }) => limited !== false || Object.keys(given).length === 0, {
        error: "give the limits, or limited: false alone",
    })
    .transform(({ limited, ...given }) => limited !== false && given);

const ofFunctions =
    "give an object of functions such as { server: (args) => args }, which only programs in TypeScript can";
const functionOnly = z.custom<object>((value) => typeof value === "function", { error: ofFunctions });

export const operationArguments = {
    logs: {
        ...limits,
        schema: z.union([limitsOrFalse, z.literal(false)]),
        // A union would not report which of the limits is invalid.
        schemaFor: ({ logs }: PlainArguments) => (logs === false ? z.literal(false) : limitsOrFalse),
    },
    deletionProtection: argument(boolean, {
        doc:
            "Whether Pulumi refuses to delete the database and its data. To delete them, set this to false and run `pulumi up`. " +
            "Then remove the database from the program, or run `pulumi destroy`. It is always off for a replica that " +
            'follows, since its data is a copy. See the guide "Destroy a database".',
        default: true,
        example: false,
        decides: true,
        changes: [{ row: "recorded" }],
    }),
    transform: argument(z.record(z.string(), functionOnly, { error: ofFunctions }), {
        doc:
            "Functions that change the arguments or options of individual child resources before they are created, for settings " +
            "without an argument here. Only programs in TypeScript can use it. " +
            'See the guide "Rename and Pulumi options".',
        exampleCode: "{ server: (args) => ({ ...args, cpuShares: 512 }) }",
        decides: true,
        inProcess: true,
        type: "DatabaseTransforms",
    }),
};
