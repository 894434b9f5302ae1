/** Checks a database's arguments: at once what is known when the program runs, the rest as soon as it is. */
import * as pulumi from "@pulumi/pulumi";
import { type PlainArguments, checkEach, resolveArguments } from "../spec/arguments";
import type { DatabaseSpec } from "../spec/databaseSpec";
import { type Finding, formatFindings } from "../spec/findings";
import type { RedisDatabaseArgs } from "./args";

/** Throws all that is wrong with the plain values. Runs before the component is registered. */
export function checkKnown(name: string, args: RedisDatabaseArgs): void {
    const { known, complete } = dropOutputs({ ...args, transform: undefined });
    throwFindings(name, complete ? resolveArguments(known).findings : checkEach(known).findings);
}

/** The specification, once all Outputs are known and found right. Secret only where an argument in it is. */
export function resolveSpec(name: string, args: RedisDatabaseArgs): pulumi.Output<DatabaseSpec> {
    const { transform: _transform, password: _password, ...all } = args;
    const { ca: _ca, certificate: _certificate, ...tls } = args.tls ?? {};
    // The keys make the whole check secret, its result says nothing about them.
    const checked = pulumi.unsecret(
        pulumi.output({ ...args, transform: undefined } as PlainArguments).apply((plain) => {
            throwFindings(name, resolveArguments(plain).findings);
            return true;
        }),
    );
    return pulumi
        .all([pulumi.output({ ...all, ...(args.tls && { tls }) } as PlainArguments), checked])
        .apply(([plain]) => resolveArguments(plain).spec!);
}

/** The inputs that the component itself keeps in the state: all that can be kept, keys and password as secrets. */
export function recordedInputs({ transform: _transform, ...args }: RedisDatabaseArgs): pulumi.Inputs {
    const hide = <T extends { readonly keyPem: pulumi.Input<string> }>(pair: T | undefined) =>
        pair && { ...pair, keyPem: pulumi.secret(pair.keyPem) };
    return {
        ...args,
        ...(args.password !== undefined && { password: pulumi.secret(args.password) }),
        ...(args.tls && { tls: { ...args.tls, ca: hide(args.tls.ca), certificate: hide(args.tls.certificate) } }),
    };
}

/** A `RunError` ends the program with its message alone; a stack trace would say nothing about the arguments. */
function throwFindings(name: string, findings: readonly Finding[]): void {
    if (findings.length > 0) throw new pulumi.RunError(formatFindings(name, findings));
}

/** The arguments that hold no Output and no Promise anywhere; `complete` if that is all of them. */
function dropOutputs(args: object): { known: PlainArguments; complete: boolean } {
    const entries = Object.entries(args).filter(([, value]) => value !== undefined);
    const known = entries.filter(([, value]) => isPlain(value));
    return { known: Object.fromEntries(known), complete: known.length === entries.length };
}

function isPlain(value: unknown): boolean {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
    return typeof value !== "object" || value === null || Object.values(value).every(isPlain);
}
