/** How Pulumi and Docker treat the database's resources. */
import { z } from "zod";
import { type PlainArguments, argument } from "./definition";
import { boolean, object, wholeNumber } from "./schemas";

const limits = object(
    "give an object such as { maxSizeMb: 10, files: 3 }, or false",
    {
        maxSizeMb: argument(wholeNumber("a whole number of MiB", 1, 1024 * 1024), {
            doc: "Size of a log file, 1 to 1048576, at which Docker begins the next one.",
            default: 10,
            unit: "MiB",
        }),
        files: argument(wholeNumber("a whole number of files", 1, 1000), {
            doc: "Number of log files that Docker keeps for each container, 1 to 1000, including the current one.",
            default: 3,
        }),
    },
    {
        doc:
            "Limits the logs of the server, the agent and HAProxy, for each container separately. Docker keeps them with its " +
            "`json-file` driver, since not every driver has these limits. `false` leaves the logs to the Docker host's own " +
            "configuration. Changing it replaces the server.",
        default: {},
        defaultDoc: "{ maxSizeMb: 10, files: 3 }",
        example: { maxSizeMb: 50, files: 2 },
        type: "LogsArgs | false",
        typeDoc: "How much of a container's log Docker keeps.",
        introduced: {
            format: 2,
            before: false,
            reason: "this release limits the logs of all containers; logs: false leaves them as they were",
        },
        changes: [{ row: "container" }],
    },
);

export const operationArguments = {
    logs: {
        ...limits,
        schema: z.union([limits.schema, z.literal(false)]),
        // A union would hide which of the limits is wrong.
        schemaFor: ({ logs }: PlainArguments) => (logs === false ? z.literal(false) : limits.schema),
    },
    deletionProtection: argument(boolean, {
        doc:
            "Whether Pulumi refuses to remove the database or its data. To remove it, set this to false, run `pulumi up`, " +
            "then remove it from the program or run `pulumi destroy`.",
        default: true,
        example: false,
        decides: true,
        changes: [{ row: "recorded" }],
    }),
    transform: argument(z.unknown(), {
        doc: "Last-minute changes to the children's arguments, for settings that this component has no argument for. In process only.",
        decides: true,
        inProcess: true,
        type: "DatabaseTransforms",
    }),
};
