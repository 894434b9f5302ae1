/** Converts values that the engine passes to hooks to plain values. */
import * as pulumi from "@pulumi/pulumi";
import { unresolved } from "../../model/arguments/definition";
import { asKnown } from "../unknowns";

/** Secrets arrive as Outputs, and unknown values as marker objects. */
export async function plain(value: unknown): Promise<unknown> {
    if (pulumi.Output.isInstance(value)) return plain(await new Promise((resolve) => asKnown(value, resolve)));
    if (typeof value !== "object" || value === null) return value;
    if ("__pulumiUnknown" in value) return unresolved;
    if (Array.isArray(value)) return Promise.all(value.map(plain));
    const members = Object.entries(value).map(async ([name, member]) => [name, await plain(member)] as const);
    return Object.fromEntries(await Promise.all(members));
}
