/** Checks a database's arguments: at once what is known when the program runs, the rest as soon as it is. */
import * as pulumi from "@pulumi/pulumi";
import { checkArguments, resolveArguments } from "../model/arguments/resolve";
import type { DatabaseSpec } from "../model/databaseSpec";
import { type Finding, formatFindings } from "../model/findings";
import { warnings } from "../model/catalog/listVersions";
import { type Kind, type PlainArguments, later } from "../model/arguments/properties";
import { replicaNames } from "../model/arguments/replicas";
import { nameOf, releaseOf, versions } from "../model/catalog/versions";
import type { RedisDatabaseArgs, RedisReplicaArgs, ReplicaArgs } from "./args";
import { dockerProviderOf } from "./server/containers";
import type { PrimaryFacts } from "./replication/replication";

/** The arguments of either component. */
export interface ServerArgs
    extends Omit<RedisDatabaseArgs, "primary">, Omit<RedisReplicaArgs, "primary" | keyof RedisDatabaseArgs> {
    /** For a database the name of a replica, for a replica what it knows of the one that it follows. */
    readonly primary?: string | pulumi.Input<PrimaryFacts>;
}

/** Throws all that is wrong with the plain values. Runs before the component is registered. */
export function checkKnown(
    kind: Kind,
    name: string,
    args: ServerArgs,
    opts: pulumi.ComponentResourceOptions = {},
): void {
    const known = { ...knownOf(args), ...(args.replicas !== undefined && { replicas: replicasOf(args, opts) }) };
    throwFindings(kind, name, [...checkArguments(known, kind), ...checkDeciding(kind, args)]);
}

/** The arguments that are there already. */
function knownOf(args: object): Record<string, unknown> {
    const entries: [string, unknown][] = Object.entries(args);
    return Object.fromEntries(entries.map(([property, value]) => [property, isPlain(value) ? value : later]));
}

/** With a provider only where that is another than the database's. */
function replicasOf({ replicas }: ServerArgs, opts: pulumi.ComponentResourceOptions): unknown {
    if (!Array.isArray(replicas)) return isPlain(replicas) ? replicas : later;
    return replicas.map((replica: unknown) => {
        if (typeof replica !== "object" || replica === null || !isPlain(replica)) return replica;
        const { provider, ...args } = replica as ReplicaArgs;
        return { ...knownOf(args), ...(provider !== dockerProviderOf(opts) && provider && { provider }) };
    });
}

/** What decides which resources there are must be there when the program asks for them. */
function checkDeciding(
    kind: Kind,
    { deletionProtection, data, tls, replicas, primary, replicationAccess, promoted }: ServerArgs,
): Finding[] {
    const deciding = {
        deletionProtection,
        data,
        "tls.caVersions": tls?.caVersions,
        replicas,
        ...(kind === "RedisDatabase" && { primary }),
        replicationAccess,
        promoted,
    };
    return Object.entries(deciding).flatMap(([path, value]) =>
        pulumi.Output.isInstance(value) || (value as unknown) instanceof Promise
            ? [
                  {
                      path,
                      problem: "is an Output, but decides which resources there are",
                      remedy: "give the value itself",
                  },
              ]
            : [],
    );
}

/** The specification, once all Outputs are known and found right. Secret only where an argument in it is. */
export function resolveSpec(kind: Kind, name: string, args: ServerArgs): pulumi.Output<DatabaseSpec> {
    const named = withNamedReplicas(args);
    const { transform: _transform, password: _password, ...all } = named;
    const { ca: _ca, certificate: _certificate, ...tls } = args.tls ?? {};
    // The keys make the whole check secret, its result says nothing about them.
    const checked = pulumi.unsecret(
        pulumi.output({ ...named, transform: undefined } as PlainArguments).apply((plain) => {
            throwFindings(kind, name, checkArguments(plain, kind));
            return true;
        }),
    );
    return pulumi
        .all([pulumi.output({ ...all, ...(args.tls && { tls }) } as PlainArguments), checked])
        .apply(([plain]) => {
            const { spec, findings } = resolveArguments(plain, kind);
            if (!spec) throw invalid(name, findings, kind);
            if (!versions[releaseOf(spec)].nativeTls && !needsTerminator(args)) {
                const problem = `is an Output, but ${nameOf(releaseOf(spec))} needs a resource more than others: a terminator`;
                const path = args.version === undefined && args.primary !== undefined ? "primary.version" : "version";
                throw invalid(name, [{ path, problem, remedy: "give engine and version themselves" }], kind);
            }
            return spec;
        });
}

/** Whether TLS is somebody else's business than the server's, as far as can be told when the program runs. */
export function needsTerminator({ engine, version }: Pick<ServerArgs, "engine" | "version">): boolean {
    const { spec } = resolveArguments(isPlain([engine, version]) ? { engine, version } : {});
    return spec !== undefined && !versions[releaseOf(spec)].nativeTls;
}

/** Says in previews and ups what was asked for and may be had, but perhaps should not. */
export function warn(name: string, spec: pulumi.Output<DatabaseSpec>): void {
    spec.apply(async (known) => {
        for (const text of warnings(name, known)) await pulumi.log.warn(text);
    });
}

/** The inputs that the component itself keeps in the state: all that can be kept, keys and password as secrets. */
export function recordedInputs({ transform: _transform, ...all }: ServerArgs): pulumi.Inputs {
    const args = withNamedReplicas(all);
    const hide = <T extends { readonly keyPem: pulumi.Input<string> }>(pair: T | undefined) =>
        pair && { ...pair, keyPem: pulumi.secret(pair.keyPem) };
    return {
        ...args,
        ...(args.password !== undefined && { password: pulumi.secret(args.password) }),
        ...(args.tls && { tls: { ...args.tls, ca: hide(args.tls.ca), certificate: hide(args.tls.certificate) } }),
    };
}

/** The arguments with no more of the replicas than their names: the rest is theirs to check and to keep. */
function withNamedReplicas<T extends ServerArgs>(args: T): T {
    return args.replicas === undefined
        ? args
        : { ...args, replicas: replicaNames(args.replicas).map((name) => ({ name })) };
}

function throwFindings(kind: Kind, name: string, findings: readonly Finding[]): void {
    if (findings.length > 0) throw invalid(name, findings, kind);
}

/** A `RunError` ends the program with its message alone; a stack trace would say nothing about the arguments. */
export function invalid(name: string, findings: readonly Finding[], kind: Kind): Error {
    const message = formatFindings(name, findings, kind);
    const error = new pulumi.RunError(message);
    // Pulumi formats the stack even of errors that it shows without one, which takes Node 22 a quarter of a minute.
    error.stack = "";
    // And it writes the name of each property that waits for the arguments in front of the message.
    return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}

/** Whether there is no Output and no Promise anywhere in it. */
function isPlain(value: unknown): boolean {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
    // A resource holds its parents and children; given as an argument it is a mistake whatever it holds.
    if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return true;
    return Object.values(value).every(isPlain);
}
