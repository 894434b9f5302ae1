/** Pulumi's resource options that a component refuses, with the reason and what to use instead. */
import { problem } from "../findings";

export const optionProblems = {
    unusable: problem(
        "option-without-effect",
        "The Pulumi option does not have the effect on a component that it has on a single resource.",
        "leave it out, or use what the message names",
    ),
};

interface Unusable {
    readonly problem: string;
    readonly remedy: string;
}

const onChildren = (option: string) => `set opts.${option} of individual children in \`transform\``;

const replacing = (option: string): Unusable => ({
    problem: "would not replace any server, since a component's inputs are only recorded",
    remedy: `run \`pulumi up --replace\` with the URN of a container, or ${onChildren(option)}`,
});

const ofCustomResources: Unusable = {
    problem: "is an option of single resources and has no effect on a component",
    remedy: "leave it out",
};

/** By the option's name. All other options have the effect on a component that Pulumi documents. */
export const unusable: Readonly<Record<string, Unusable>> = {
    ignoreChanges: {
        problem: "would hide changes from the preview, but the servers would still change",
        remedy: `give the arguments the values that they should keep, or ${onChildren("ignoreChanges")}`,
    },
    retainOnDelete: {
        problem: "would leave the old container running whenever an update replaces a container",
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
        remedy: "leave it out; where the output is used, mark it as secret with `pulumi.secret`",
    },
    deleteBeforeReplace: ofCustomResources,
    id: { problem: "names a resource to read, which a component is not", remedy: "leave it out" },
    urn: { problem: "names a component to read, which this component does not support", remedy: "leave it out" },
    import: {
        problem: "names a resource to import, which a component is not",
        remedy: "to adopt existing data, use the argument `data`",
    },
};
