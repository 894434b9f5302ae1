/** Finds the databases and replicas in a preview, with the steps of their resources. */
import type { Kind } from "../model/arguments/definition";
import type { ResourceState, Step } from "./preview";

export interface Component {
    readonly kind: Kind;
    readonly name: string;
    readonly urn: string;
    /** For a replica that is an entry of `replicas`: the URN of its database. */
    readonly database?: string;
    /** The step of the component itself; absent if it stays the same. */
    readonly own?: Step;
    /** The step of its record of completed updates. */
    readonly record?: Step;
    /** The steps of its other resources. */
    readonly children: readonly Step[];
}

const kinds: Readonly<Record<string, Kind>> = {
    "redis-database:index:RedisDatabase": "RedisDatabase",
    "redis-database:index:RedisReplica": "RedisReplica",
};

const recordType = "redis-database:index:CompletedUpdate";

export interface Grouped {
    readonly components: readonly Component[];
    /** The steps of resources outside of all components. */
    readonly others: readonly Step[];
}

/** Steps that change nothing are included: only some of Pulumi's outputs have them. */
export function groupByComponent(steps: readonly Step[]): Grouped {
    const parents = new Map(steps.flatMap(({ urn, old, next }) => parentOf(urn, next ?? old)));
    const owners = new Map<string, { kind: Kind; name: string; steps: Step[] }>();
    const others: Step[] = [];
    for (const step of steps) {
        const owner = kinds[step.type] ? step.urn : ownerOf(step, parents);
        const address = owner === undefined ? undefined : kindAndName(owner);
        if (owner === undefined || !address) {
            others.push(step);
            continue;
        }
        const found = owners.get(owner) ?? { ...address, steps: [] };
        found.steps.push(step);
        owners.set(owner, found);
    }
    const components = [...owners].map(([urn, { kind, name, steps: all }]) => {
        const own = all.find((step) => step.urn === urn);
        const record = all.find(({ type }) => type === recordType);
        const parent = parents.get(urn);
        return {
            kind,
            name,
            urn,
            ...(parent !== undefined && kindAndName(parent) && { database: parent }),
            ...(own && { own }),
            ...(record && { record }),
            children: all.filter((step) => step !== own && step !== record),
        };
    });
    return { components, others };
}

function parentOf(urn: string, state: ResourceState | undefined): [string, string][] {
    return state?.parent === undefined ? [] : [[urn, state.parent]];
}

/** The nearest component above a resource. The component itself may stay the same and have no step. */
function ownerOf(step: Step, parents: ReadonlyMap<string, string>): string | undefined {
    const seen = new Set<string>();
    let at = (step.next ?? step.old)?.parent;
    while (at !== undefined && !seen.has(at)) {
        if (kindAndName(at)) return at;
        seen.add(at);
        at = parents.get(at);
    }
    return undefined;
}

function kindAndName(urn: string): { kind: Kind; name: string } | undefined {
    const found = /^urn:pulumi:.*?::.*?::(?:[^:]*(?::[^:]+)*\$)?(redis-database:index:\w+)::(.*)$/s.exec(urn);
    const kind = kinds[found?.[1] ?? ""];
    return kind && { kind, name: found?.[2] ?? "" };
}

/** The step of a child, by its suffix, such as `server`. */
export function child({ name, children }: Component, suffix: string): Step | undefined {
    return children.find((step) => step.name === `${name}-${suffix}` && changes(step));
}

/** Operations that leave the resource as it is, and those that only read it. */
const unchanging = ["same", "read", "refresh", "discard", "read-discard"];

export function changes({ operation }: Step): boolean {
    return !unchanging.includes(operation);
}

/** Also for operations that only a later version of Pulumi has, as far as their names say it. */
export function replaces({ operation }: Step): boolean {
    return operation.includes("replace");
}

export function deletes(step: Step): boolean {
    return step.operation.includes("delete") && !replaces(step);
}

const known = [
    ...unchanging,
    "create",
    "update",
    "delete",
    "replace",
    "create-replacement",
    "delete-replaced",
    "read-replacement",
    "discard-replaced",
    "remove-pending-replace",
    "import",
    "import-replacement",
];

export function isKnown({ operation }: Step): boolean {
    return known.includes(operation);
}

/** Whether a certificate or a CA is issued again. */
export function renewsCertificate({ children }: Component): boolean {
    return children.some(
        (step) => step.type.startsWith("tls:") && /-(certificate|ca(-\d+)?)$/.test(step.name) && replaces(step),
    );
}

/** Whether a new password is generated. */
export function rotatesPassword(component: Component): boolean {
    const password = child(component, "password");
    return password !== undefined && replaces(password);
}
