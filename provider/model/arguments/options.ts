/** Pulumi's options for resources that a component does not take: what would happen, and what to use. */
import { problem } from "../findings";

export const optionProblems = {
    unusable: problem(
        "option-without-effect",
        "Pulumi's option would not do to a database what it does to a single resource.",
        "leave it out, or use what the message names",
    ),
};

interface Unusable {
    readonly problem: string;
    readonly remedy: string;
}

const onChildren = (option: string) => `set opts.${option} of single children in \`transform\``;

const replacing = (option: string): Unusable => ({
    problem: "would replace no server, since a component's inputs are only a record",
    remedy: `run \`pulumi up --replace\` with the URN of a container, or ${onChildren(option)}`,
});

const ofCustomResources: Unusable = {
    problem: "is an option of single resources, and has no effect on a component",
    remedy: "leave it out",
};

/** By the option's name. All others do for a database what Pulumi says of them. */
export const unusable: Readonly<Record<string, Unusable>> = {
    ignoreChanges: {
        problem: "would hide changes from the review in the preview, and the servers would change all the same",
        remedy: `give the arguments the values that they should keep, or ${onChildren("ignoreChanges")}`,
    },
    retainOnDelete: {
        problem: "would leave the old container running whenever an update replaces one",
        remedy: "to keep the data when the database is removed, put it on a volume of your own (`data`), or set opts.retainOnDelete in `transform.dataVolume`",
    },
    replaceOnChanges: replacing("replaceOnChanges"),
    replacementTrigger: replacing("replacementTrigger"),
    replaceWith: replacing("replaceWith"),
    customTimeouts: {
        problem: "would have no effect on the containers",
        remedy: "use the argument `startTimeoutSeconds`, or for replicas `syncTimeoutSeconds`",
    },
    version: {
        problem: "is the version of a provider plugin",
        remedy: "leave it out; the version of Redis is the argument `version`",
    },
    pluginDownloadURL: ofCustomResources,
    envVarMappings: ofCustomResources,
    additionalSecretOutputs: {
        ...ofCustomResources,
        remedy: "leave it out, and make the output secret where it is used, with `pulumi.secret`",
    },
    deleteBeforeReplace: ofCustomResources,
    id: { problem: "names a resource to read, which a component is not", remedy: "leave it out" },
    urn: { problem: "names a component to read, which this one cannot be", remedy: "leave it out" },
    import: {
        problem: "names a resource to import, which a component is not",
        remedy: "to take over existing data, use the argument `data`",
    },
};
