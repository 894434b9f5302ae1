/** Finds the databases and replicas in a preview, with the steps of their resources. */
import type { Kind } from "../model/arguments/definition";
import { changes, replaces } from "./operations";
import type { ResourceState, Step } from "./preview";
import { parseUrn } from "./reading/steps";

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

const kinds: ReadonlyMap<string, Kind> = new Map([
    ["redis-database:index:RedisDatabase", "RedisDatabase"],
    ["redis-database:index:RedisReplica", "RedisReplica"],
]);

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
        const owner = kinds.has(step.type) ? step.urn : ownerOf(step, parents);
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
    const { type = "", name = "" } = parseUrn(urn) ?? {};
    const kind = kinds.get(type);
    return kind && { kind, name };
}

/** The step of a child, by its suffix, such as `server`. */
export function child({ name, children }: Component, suffix: string): Step | undefined {
    return children.find((step) => step.name === `${name}-${suffix}` && changes(step));
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
