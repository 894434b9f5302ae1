/** The secrets among a component's arguments. */
import * as pulumi from "@pulumi/pulumi";
import type { Definition, Definitions, PlainArguments } from "../model/arguments/definition";
import { isObject } from "./deferred";

/** The arguments with each secret marked as such. */
export function withMarkedSecrets(all: Definitions, args: object): PlainArguments {
    return Object.fromEntries(
        Object.entries(args).map(([name, value]: [string, unknown]) => {
            const { secret, members } = all[name] ?? {};
            if (value === undefined || value === null) return [name, value];
            if (members && isObject(value)) return [name, withMarkedSecrets(members, value)];
            return [name, secret ? pulumi.secret(value) : (mapEntries(all[name], value, withMarkedSecrets) ?? value)];
        }),
    );
}

/** The arguments without the secrets. */
export function withoutSecrets(all: Definitions, args: object): PlainArguments {
    return Object.fromEntries(
        Object.entries(args).flatMap(([name, value]: [string, unknown]) => {
            const { secret, members } = all[name] ?? {};
            if (secret) return [];
            if (members && isObject(value)) return [[name, withoutSecrets(members, value)]];
            return [[name, mapEntries(all[name], value, withoutSecrets) ?? value]];
        }),
    );
}

/** Applies `change` to each entry of a list whose entries have members. Returns undefined for any other value. */
export function mapEntries(
    definition: Definition | undefined,
    list: unknown,
    change: (members: Definitions, entry: object) => object,
): unknown[] | undefined {
    const members = definition?.element?.members;
    if (!members || !Array.isArray(list)) return undefined;
    return list.map((entry: unknown) => (isObject(entry) ? change(members, entry) : entry));
}
