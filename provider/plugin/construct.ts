/** Creates a component for a program in another language. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { inScope } from "../components/hooks/hooks";
import { RedisDatabase } from "../components/redisDatabase";
import { RedisReplica } from "../components/redisReplica";
import type { RedisServer } from "../components/redisServer";
import { valueOf } from "../components/unknowns";
import { withSharedProviders } from "./providers";
import { outputNames } from "./schema";

type Create = (name: string, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) => RedisServer;

const components: Readonly<Record<string, Create>> = {
    "redis-database:index:RedisDatabase": (...all) => new RedisDatabase(...all),
    "redis-database:index:RedisReplica": (...all) => new RedisReplica(...all),
};

/** Pulumi calls this for each component of the program. */
export async function construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
): Promise<pulumi.provider.ConstructResult> {
    const create = components[type];
    if (!create) throw new Error(`the plugin has no component of the type ${type}`);
    const args = await withSharedProviders(inputs);
    const { providers = {}, deletedWith } = options;
    const opts = {
        ...givenOptions(options),
        providers: await withSharedProviders(providers),
        ...(deletedWith && { deletedWith: await resourceOf(deletedWith) }),
    };
    const component = inScope(await scopeIn(options.parent), () => create(name, args, opts));
    const outputs = component as unknown as pulumi.Inputs;
    return { urn: component.urn, state: Object.fromEntries(outputNames(type).map((each) => [each, outputs[each]])) };
}

/** Components of the same type and name have different parents. The stack is the parent of most components. */
async function scopeIn(parent: pulumi.Resource | undefined): Promise<string> {
    const urn = parent ? await valueOf(parent.urn) : "";
    const isStack = urn === "" || urn.includes("::pulumi:pulumi:Stack::");
    return isStack ? "plugin" : `plugin-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

/** Pulumi reads the URN in `deletedWith` as a reference to a provider, and takes its last part for the provider's id. */
async function resourceOf(reference: pulumi.Resource): Promise<pulumi.Resource> {
    const { urn, id } = reference as { readonly urn: pulumi.Output<string>; readonly id?: pulumi.Output<string> };
    const parts = await Promise.all([urn, ...(id ? [id] : [])].map(valueOf));
    return new pulumi.DependencyResource(parts.join("::"));
}

/** The options that the program sets. Timeouts arrive as empty strings if the program sets none. */
function givenOptions({ customTimeouts, ...options }: pulumi.ComponentResourceOptions) {
    const isGiven = Object.values(customTimeouts ?? {}).some((timeout) => timeout !== "");
    return { ...options, ...(isGiven && { customTimeouts }) };
}
