/** Reads the arguments that a component has recorded. A preview hides secrets, so some values are missing. */
import { type Definition, type Kind, type PlainArguments, unresolved } from "../model/arguments/definition";
import { definitionAt, definitions, holdsSecret } from "../model/arguments/index";
import { unresolvedPaths } from "../model/arguments/partial";
import { type Recorded, readRecorded } from "../model/changes/recorded";
import { type Properties, isObject, secretValue } from "./reading/values";

export interface ReadArguments {
    readonly recorded: Recorded;
    /** The paths of values that are known only during the update. */
    readonly unknown: readonly string[];
    /** The paths of secrets. */
    readonly secrets: readonly string[];
    /** Whether a value is hidden that explanations usually show. */
    readonly hidesShownValue: boolean;
}

/** `placeholder` stands for secrets. Two states with different ones have different secrets. */
export function readArguments(
    kind: Kind,
    inputs: Properties,
    outputs: Properties = {},
    placeholder: string = secretValue,
): ReadArguments {
    const secrets = Object.entries(inputs).flatMap(([name, value]) => secretPaths(value, name));
    const plain = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
            name,
            comparable(definitionAt(kind, [name]), value, placeholder),
        ]),
    );
    const { version } = outputs;
    const recorded = readRecorded(plain);
    return {
        // The first format does not record the resolved version, but the outputs have it.
        recorded: {
            ...(typeof version === "string" && { resolvedVersion: version }),
            ...withResolvedVersion(recorded),
        },
        unknown: unresolvedPaths(onlyArguments(kind, inputs)),
        secrets,
        hidesShownValue: Object.entries(inputs).some(([name, value]) => {
            const definition = definitionAt(kind, [name]);
            return definition !== undefined && !holdsSecret(definition) && secretPaths(value, name).length > 0;
        }),
    };
}

function onlyArguments(kind: Kind, inputs: Properties): PlainArguments {
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => Object.hasOwn(definitions[kind], name)));
}

/**
 * Without `version` among the arguments, the version that the program's own release of this package chose: this release
 * may have another default. It is recorded, and neither secret nor unknown, unless the preview is damaged.
 */
function withResolvedVersion({ resolvedVersion, args, ...recorded }: Recorded): Recorded {
    if (typeof resolvedVersion !== "string") return { ...recorded, args };
    return { ...recorded, resolvedVersion, args: { version: resolvedVersion, ...args } };
}

/**
 * Placeholders of secrets stay where the model accepts any text, so that whatever surrounds them can be compared.
 * Elsewhere, for example for a private key, the model leaves them out of the comparison.
 */
function comparable(definition: Definition | undefined, value: unknown, placeholder: string): unknown {
    if (value === secretValue) {
        return definition?.secret && definition.schema.safeParse(placeholder).success ? placeholder : unresolved;
    }
    if (Array.isArray(value))
        return value.map((each) => comparable(definition?.element ?? definition, each, placeholder));
    if (!isObject(value)) return value;
    return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [
            name,
            comparable(definition?.members?.[name], member, placeholder),
        ]),
    );
}

function secretPaths(value: unknown, path: string): string[] {
    if (value === secretValue) return [path];
    if (Array.isArray(value)) return value.flatMap((each, index) => secretPaths(each, `${path}[${index}]`));
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([name, member]) => secretPaths(member, `${path}.${name}`));
}
