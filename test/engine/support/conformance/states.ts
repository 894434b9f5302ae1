/** Compares what two updates recorded. */
import { createHash } from "node:crypto";
import { isSecret } from "../stackState";
import type { TestStack } from "../stack";

export type Recorded = Readonly<Record<string, unknown>>;

/** The resources of each component by its name, and under `""` all others, such as the stack with its outputs. */
export type RecordedStack = Readonly<Record<string, Readonly<Record<string, Recorded>>>>;

/** When the update was, and where the code of the resource is. */
const ofUpdate = ["created", "modified", "sourcePosition", "stackTrace"];

/** What a stack records about its resources, in a form that is equal if and only if it means the same. */
export async function recordedIn(stack: TestStack, components: readonly string[]): Promise<RecordedStack> {
    const { resources } = await stack.state();
    const all: Record<string, Record<string, Recorded>> = Object.fromEntries(
        ["", ...components].map((name) => [name, {}]),
    );
    for (const resource of resources) {
        // The default provider of the plugin is the only resource that exists for the plugin alone.
        if (resource.type === "pulumi:providers:redis-database") continue;
        const name = resource.urn.split("::").at(-1) ?? "";
        (all[ownerOf(name, components)] ??= {})[resource.urn] = normal(resource) as Recorded;
    }
    return all;
}

/** The component to which the resource `name` belongs: the names of children start with that of their component. */
export const ownerOf = (name: string, components: readonly string[]): string =>
    components.filter((each) => name === each || name.startsWith(`${each}-`)).sort(byLength)[0] ?? "";

const byLength = (one: string, other: string) => other.length - one.length;

function normal(value: unknown, key = ""): unknown {
    if (isSecret(value)) return { secret: hash(value.plaintext) };
    if (typeof value === "string") return key === "resourceHooks" ? withoutScope(value) : value;
    if (typeof value !== "object" || value === null) return value;
    const isHooks = key === "resourceHooks";
    if (Array.isArray(value)) {
        const all = value.map((each: unknown) => normal(each, isHooks ? key : ""));
        // Dependencies are recorded in the order in which they resolved. Outputs of a component in a plugin also depend on
        // the component itself.
        return /dependencies/i.test(key) ? all.filter((each) => !isComponent(each)).sort() : all;
    }
    const below = (name: string) => (isHooks || key === "propertyDependencies" ? key : name);
    return Object.fromEntries(
        Object.entries(value)
            .filter(([name]) => !ofUpdate.includes(name))
            .map(([name, member]) => [name, normal(member, below(name))]),
    );
}

const isComponent = (urn: unknown) => /::redis-database:index:Redis(Database|Replica)::/.test(String(urn));

/** So that a failed test shows no secret. */
const hash = (plaintext: string) => createHash("sha256").update(plaintext).digest("hex").slice(0, 12);

/** The names of hooks differ on purpose. */
const withoutScope = (hook: string) => hook.replace(/^(redis-database(-\d+)?:)plugin(-\w+)?:/, "$1");

/** The number of values, and of secrets among them, in what `recordedIn` returns. */
export function countIn(value: unknown): { readonly values: number; readonly secrets: number } {
    if (typeof value !== "object" || value === null) return { values: 1, secrets: 0 };
    if ("secret" in value) return { values: 1, secrets: 1 };
    const members = Object.values(value).map(countIn);
    const sum = (of: "values" | "secrets") => members.reduce((all, each) => all + each[of], 0);
    return { values: sum("values"), secrets: sum("secrets") };
}
