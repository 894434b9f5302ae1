/** Reads a stack's state: which containers, volumes and networks belong to the stack, and which values are secret. */

export interface StackResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly provider?: string;
    readonly inputs?: Record<string, unknown>;
    readonly outputs?: Record<string, unknown>;
}

export interface StackState {
    readonly resources: StackResource[];
    /** Operations that were running when the update was killed. */
    readonly pending_operations?: readonly { readonly resource: StackResource }[];
}

/** A container by its id, a volume or a network by its name. */
export interface DockerObject {
    readonly kind: "container" | "volume" | "network";
    readonly key: string;
    /** The value for `docker --host`; undefined with the default provider. */
    readonly host: string | undefined;
}

/** Every Docker object that the stack has created, or was creating when the update was interrupted. */
export function dockerObjects({ resources, pending_operations: pending = [] }: StackState): DockerObject[] {
    const hostOf = ({ provider = "" }: StackResource) => {
        const urn = provider.replace(/::[^:]*$/, "");
        return resources.find((each) => each.urn === urn)?.inputs?.host as string | undefined;
    };
    return [...resources, ...pending.map(({ resource }) => resource)].flatMap((resource) => {
        const kind = /^docker:index\/(container|volume|network):/.exec(resource.type)?.[1] as
            DockerObject["kind"] | undefined;
        const name = resource.inputs?.name as string | undefined;
        const key = kind === "container" ? resource.id : name;
        return kind && key ? [{ kind, key, host: hostOf(resource) }] : [];
    });
}

/** How Pulumi marks a secret value, whose plaintext is JSON. */
const [markName, markValue] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;

/** Whether the value is a secret of a state that was exported with its secrets. */
export const isSecret = (value: unknown): value is { readonly plaintext: string } =>
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[markName] === markValue;

/**
 * Every line of every secret in a state that was exported with its secrets. Lines of fewer than eight characters are
 * ignored.
 */
export function secretLines(exported: unknown): string[] {
    const lines = new Set<string>();
    const visit = (value: unknown, secret: boolean): void => {
        if (typeof value === "string" && secret) {
            for (const line of value.split("\n")) if (line.trim().length >= 8) lines.add(line.trim());
        }
        if (typeof value !== "object" || value === null) return;
        if (isSecret(value)) visit(JSON.parse(value.plaintext), true);
        else for (const member of Object.values(value)) visit(member, secret);
    };
    visit(exported, false);
    // Longest first: a secret may contain a shorter one.
    return [...lines].sort((one, other) => other.length - one.length);
}
