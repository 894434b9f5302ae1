/** A component's arguments: checked, resolved to a specification, and recorded in the state. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Definitions, type Kind, type PlainArguments, unresolved } from "../model/arguments/definition";
import { givenPorts } from "../model/arguments/endpoints";
import { definitions, mustBePlain, serverArguments } from "../model/arguments/index";
import { asFarAsKnown, holdsUnresolved } from "../model/arguments/partial";
import { replicaNames } from "../model/arguments/replicaList";
import { checkNames } from "../model/arguments/names";
import { checkArguments, resolveArguments } from "../model/arguments/resolve";
import { type Role, replicationProblems } from "../model/arguments/replication";
import { type RequestedServer, listServers } from "../model/arguments/servers";
import { type Release, nameOf, releaseOf, versions } from "../model/catalog/versions";
import { currentFormat } from "../model/changes/formats";
import type { RecordedFacts } from "../model/changes/recorded";
import type { DatabaseSpec } from "../model/databaseSpec";
import { needsHaproxy } from "../model/plan";
import { withoutValues } from "../model/problems";
import { type Finding, finding, formatFindings, wrongValue } from "../model/findings";
import { claimLocation } from "./dataLocations";
import { isDeferred, isObject, isPlain, knownArguments, markUndefined } from "./deferred";
import type { DockerHost } from "./dockerHost";
import { runError } from "./runError";
import { mapEntries, withMarkedSecrets, withoutSecrets } from "./secretArguments";
import { Specification } from "./server/specification";
import { claimPorts } from "./takenPorts";
import { asKnown } from "./unknowns";

/** The component's kind and name, and a replica's role in its group. */
export interface Identity {
    readonly kind: Kind;
    readonly name: string;
    readonly role?: Role;
}

/** Arguments whose plain values have been checked. */
export interface CheckedArguments {
    /** The program's arguments with `unresolved` for each Output, at any depth. */
    readonly known: PlainArguments;
    /** Resolves once all Outputs are known and valid. Secret only where an argument that it contains is secret. */
    readonly spec: Specification;
}

/** Checks the plain values before anything is registered. Throws an error that reports every problem. */
export function checkInputs(identity: Identity, args: object, dockerHost?: DockerHost): CheckedArguments {
    const { kind, role } = identity;
    const known = knownArguments(args);
    const plain = plainArguments(known, dockerHost);
    const ofProgram = [
        ...checkDeciding(definitions[kind], args),
        ...checkDecidingReplicas(args),
        ...checkProviders(args),
        ...checkServers(identity, plain, dockerHost),
    ];
    if (isComplete(args)) {
        const { spec, findings } = resolveArguments(plain, kind, role);
        const all = [...findings, ...ofProgram, ...checkLocation(identity, plain.data, dockerHost)];
        if (!spec || all.length > 0) throw invalid(identity, all);
        return { known, spec: new Specification(pulumi.output(spec)) };
    }
    const findings = [
        ...checkArguments(plain, kind, role),
        ...ofProgram,
        ...checkLocation(identity, plain.data, dockerHost),
    ];
    if (findings.length > 0) throw invalid(identity, findings);
    const uncheckedLocation = holdsUnresolved(plain.data) ? { dockerHost } : undefined;
    return { known, spec: resolveOutputs(identity, args, known, uncheckedLocation) };
}

/** Problems with the names of the component's servers, and with ports that another server of the program uses. */
function checkServers({ kind, name }: Identity, plain: PlainArguments, dockerHost: DockerHost): Finding[] {
    const servers = listServers(kind, name, plain);
    const hostOf = ({ provider = dockerHost }: RequestedServer) => provider as DockerHost;
    return [
        ...checkNames(servers),
        ...servers.flatMap((server) => claimPorts(server, givenPorts(server.args), hostOf(server))),
    ];
}

/**
 * Problems with a location that another database of the program uses. An invalid location has its own finding; an
 * unresolved one is checked once it is known.
 */
function checkLocation({ kind, name }: Identity, data: unknown, dockerHost: DockerHost): Finding[] {
    const isLocation = kind === "RedisDatabase" && isObject(data) && checkArguments({ data }, kind).length === 0;
    return isLocation && !holdsUnresolved(data) ? claimLocation(name, data, dockerHost) : [];
}

/** Like `checkInputs`, for a replica that its database has checked among its own arguments. */
export function resolveInputs(identity: Identity, args: object): CheckedArguments {
    const known = knownArguments(args);
    return { known, spec: resolveOutputs(identity, args, known) };
}

/**
 * The specification once all Outputs are known; in a preview, as far as they are known. `uncheckedLocation` is set if
 * the location of the data has not been checked yet.
 */
function resolveOutputs(
    identity: Identity,
    args: object,
    known: PlainArguments,
    uncheckedLocation?: { readonly dockerHost: DockerHost },
): Specification {
    const { kind, role } = identity;
    const given = withoutDeferredUserPasswords(withReplicaNamesOnly(withoutTransform(args)));
    const visible = pulumi.output(withoutSecrets(definitions[kind], given));
    // Secrets make the whole check secret, but the specification does not contain them.
    const resolved = pulumi.unsecret(
        asKnown(pulumi.output(given), async (values) => {
            const all = markUndefined(given, values) as PlainArguments;
            const { spec, findings } = resolveArguments(all, kind, role);
            const shared = uncheckedLocation ? checkLocation(identity, all.data, uncheckedLocation.dockerHost) : [];
            const found = [...findings, ...shared, ...(spec ? checkHaproxy(kind, known, spec) : [])];
            if (!spec || found.length > 0) {
                throw invalid(identity, (await pulumi.isSecret(visible)) ? found.map(withoutValues) : found);
            }
            return spec;
        }),
    );
    return new Specification(asKnown(pulumi.all([resolved, visible]), ([spec]) => spec));
}

/** Whether the plan includes HAProxy was decided when the program ran, so the version must have been known by then. */
function checkHaproxy(kind: Kind, known: PlainArguments, spec: DatabaseSpec): Finding[] {
    const release = asFarAsKnown(spec, releaseOf) as Release | typeof unresolved;
    if (release === unresolved || versions[release].nativeTls || needsHaproxy(kind, known)) return [];
    const path = known.version === undefined && known.primary !== undefined ? "primary.version" : "version";
    const text = `is an Output, but ${nameOf(release)} needs an additional resource: HAProxy`;
    return [finding(mustBePlain, path, text, "give engine and version as plain values")];
}

/** The arguments with `provider` removed from each replica on the database's own Docker host. */
function plainArguments(known: PlainArguments, dockerHost: DockerHost): PlainArguments {
    const { replicas } = known;
    if (!Array.isArray(replicas)) return known;
    return {
        ...known,
        replicas: replicas.map((replica: unknown) => {
            if (!isObject(replica)) return replica;
            const { provider, ...entry } = replica as PlainArguments;
            return { ...entry, ...(provider !== dockerHost && provider !== undefined && { provider }) };
        }),
    };
}

/** Whether the arguments contain no Output. Each replica checks its own. */
function isComplete(args: object): boolean {
    return Object.entries(args).every(([name, value]) => isPlain(value, name === "replicas" ? 0 : Infinity));
}

/** Arguments that decide which resources exist must be known when the program runs. */
function checkDeciding(all: Definitions, args: object, parent = ""): Finding[] {
    return Object.entries(all).flatMap(([name, definition]) => {
        const { decides, inProcess, members } = definition;
        const value = (args as PlainArguments)[name];
        const found = (path: string) => finding(mustBePlain, path, "is an Output, but decides which resources exist");
        if (decides && !inProcess && isDeferred(value)) return [found(`${parent}${name}`)];
        if (decides && Array.isArray(value)) {
            return value.flatMap((entry: unknown, index) => {
                const path = `${parent}${name}[${index}]`;
                if (isDeferred(entry)) return [found(path)];
                const inside = definition.element?.members;
                return inside && isObject(entry) ? checkDeciding(inside, entry, `${path}.`) : [];
            });
        }
        return members && isObject(value) ? checkDeciding(members, value, `${parent}${name}.`) : [];
    });
}

function checkDecidingReplicas(args: object): Finding[] {
    const { replicas } = args as PlainArguments;
    if (!Array.isArray(replicas)) return [];
    return replicas.flatMap((entry: unknown, index) =>
        typeof entry === "object" && entry !== null
            ? checkDeciding(definitions.RedisReplica, entry, `replicas[${index}].`)
            : [],
    );
}

/** Replicas whose `provider` is not one. In a plugin, that of another major version arrives as a string. */
function checkProviders(args: object): Finding[] {
    const { replicas } = args as PlainArguments;
    if (!Array.isArray(replicas)) return [];
    return replicas.flatMap((entry: unknown, index) => {
        const { provider } = (isObject(entry) ? entry : {}) as PlainArguments;
        if (provider === undefined || docker.Provider.isInstance(provider)) return [];
        const text = isDeferred(provider)
            ? "is an Output"
            : pulumi.Resource.isInstance(provider)
              ? "is a resource, but not a provider of Docker hosts"
              : wrongValue(provider, { isWrongType: true });
        return [finding(replicationProblems.replicaProvider, `replicas[${index}].provider`, text)];
    });
}

/** The inputs that the component records in the state: every argument that can be stored, with secrets marked. */
export function recordedInputs({ kind, name, role }: Identity, args: object, spec: Specification): pulumi.Inputs {
    const facts: RecordedFacts = {
        name,
        resolvedVersion: spec.get("version"),
        format: currentFormat,
        ...(role && { role }),
    };
    return { ...withMarkedSecrets(definitions[kind], withReplicaNamesOnly(withoutTransform(args))), ...facts };
}

/** Transforms are functions: the state cannot store them, and no check reads them. */
function withoutTransform(args: object): PlainArguments {
    const { transform: _transform, ...all } = args as PlainArguments;
    return all;
}

/**
 * The arguments without the passwords of `users` that are Outputs. One may be unknown in a preview, and the
 * specification must not depend on it. These passwords are checked where they are used (server/passwords.ts).
 */
function withoutDeferredUserPasswords(args: PlainArguments): PlainArguments {
    const users = mapEntries(serverArguments.users, args.users, (_members, entry) =>
        Object.fromEntries(Object.entries(entry).filter(([name, value]) => name !== "password" || !isDeferred(value))),
    );
    return users ? { ...args, users } : args;
}

/** The arguments with only the names of the replicas. Each replica checks and records the rest itself. */
function withReplicaNamesOnly(args: PlainArguments): PlainArguments {
    return args.replicas === undefined
        ? args
        : { ...args, replicas: replicaNames(args.replicas).map((name) => ({ name })) };
}

export function invalid({ kind, name }: Identity, findings: readonly Finding[]): Error {
    return runError(formatFindings(name, findings, kind));
}
