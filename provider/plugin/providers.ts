/**
 * The Docker providers of a program. Pulumi creates a new object each time a component refers to a provider, but
 * components on the same Docker host must recognize that they share it.
 */
import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../components/deferred";
import { perProgram } from "../components/perProgram";
import { valueOf } from "../components/unknowns";

/** Replaces each provider in `value`, at any depth, with the object that stands for it in this program. */
export async function withSharedProviders<T>(value: T): Promise<T> {
    return (await shared(value)) as T;
}

async function shared(value: unknown): Promise<unknown> {
    if (isProvider(value)) return sharedProvider(value);
    if (Array.isArray(value)) return Promise.all(value.map(shared));
    if (!isObject(value)) return value;
    const members = Object.entries(value).map(async ([name, member]) => [name, await shared(member)] as const);
    return Object.fromEntries(await Promise.all(members));
}

function isProvider(value: unknown): value is pulumi.ProviderResource {
    return pulumi.ProviderResource.isInstance(value);
}

async function sharedProvider(provider: pulumi.ProviderResource): Promise<pulumi.ProviderResource> {
    const providers = perProgram("providers", () => new Map<string, pulumi.ProviderResource>());
    const urn = await valueOf(provider.urn);
    const known = providers.get(urn) ?? provider;
    providers.set(urn, known);
    return known;
}
