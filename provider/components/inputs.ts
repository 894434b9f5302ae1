/** A component's arguments: checked, resolved to a specification, and recorded in the state. */
import * as pulumi from "@pulumi/pulumi";
import {
    type Definition,
    type Definitions,
    type Kind,
    type PlainArguments,
    resolvedToUndefined,
    unresolved,
} from "../model/arguments/definition";
import { givenPorts } from "../model/arguments/endpoints";
import { definitions, mustBePlain, serverArguments } from "../model/arguments/index";
import { asFarAsKnown, holdsUnresolved } from "../model/arguments/partial";
import { replicaNames } from "../model/arguments/replicaList";
import { checkNames } from "../model/arguments/names";
import { checkArguments, resolveArguments } from "../model/arguments/resolve";
import type { Role } from "../model/arguments/replication";
import { type RequestedServer, listServers } from "../model/arguments/servers";
import { type Release, nameOf, releaseOf, versions } from "../model/catalog/versions";
import { warnings } from "../model/warnings";
import type { Expiry } from "../model/certificates";
import { currentFormat } from "../model/changes/formats";
import type { RecordedFacts } from "../model/changes/recorded";
import type { DatabaseSpec } from "../model/databaseSpec";
import { needsHaproxy } from "../model/plan";
import { withoutValues } from "../model/problems";
import { type Finding, finding, formatFindings } from "../model/findings";
import { type DockerHost, isElsewhere } from "./dockerHost";
import { type About, log } from "./log";
import { runError } from "./runError";
import { takePlace } from "./places";
import { Specification } from "./server/specification";
import { takePorts } from "./takenPorts";
import { asKnown } from "./unknowns";

/** What a component is called, and what a replica is in its group. */
export interface Identity {
    readonly kind: Kind;
    readonly name: string;
    readonly role?: Role;
}

/** Arguments that have been checked as far as they are plain values. */
export interface CheckedArguments {
    /** As the program gives them, with `unresolved` for each Output, at any depth. */
    readonly known: PlainArguments;
    /** Once all Outputs are there, and what is known is found right. Secret only where an argument in it is. */
    readonly spec: Specification;
}

/** Throws all that is wrong with the plain values, before anything is registered. */
export function checkInputs(identity: Identity, args: object, dockerHost?: DockerHost): CheckedArguments {
    const { kind, role } = identity;
    const known = knownArguments(args);
    const plain = plainArguments(known, dockerHost);
    const undecided = [
        ...checkDeciding(definitions[kind], args),
        ...checkDecidingReplicas(args),
        ...checkServers(identity, plain, dockerHost),
    ];
    if (isComplete(args)) {
        const { spec, findings } = resolveArguments(plain, kind, role);
        const all = [...findings, ...undecided, ...checkPlace(identity, plain.data, dockerHost)];
        if (!spec || all.length > 0) throw invalid(identity, all);
        return { known, spec: new Specification(pulumi.output(spec)) };
    }
    const findings = [
        ...checkArguments(plain, kind, role),
        ...undecided,
        ...checkPlace(identity, plain.data, dockerHost),
    ];
    if (findings.length > 0) throw invalid(identity, findings);
    const later = holdsUnresolved(plain.data) ? { dockerHost } : undefined;
    return { known, spec: resolveLater(identity, args, known, later) };
}

/** What is wrong with the names of its servers, and with ports that another server of the program has. */
function checkServers({ kind, name }: Identity, plain: PlainArguments, dockerHost: DockerHost): Finding[] {
    const servers = listServers(kind, name, plain);
    const hostOf = ({ provider = dockerHost }: RequestedServer) => provider as DockerHost;
    return [
        ...checkNames(servers),
        ...servers.flatMap((server) => takePorts(server, givenPorts(server.args), hostOf(server))),
    ];
}

/** What is not a place has a finding of its own; one that is not known yet has its own time. */
function checkPlace({ kind, name }: Identity, data: unknown, dockerHost: DockerHost): Finding[] {
    const isPlace = kind === "RedisDatabase" && isObject(data) && checkArguments({ data }, kind).length === 0;
    return isPlace && !holdsUnresolved(data) ? takePlace(name, data, dockerHost) : [];
}

/** As `checkInputs`, of a replica whose database has checked it among its own arguments. */
export function resolveInputs(identity: Identity, args: object): CheckedArguments {
    const known = knownArguments(args);
    return { known, spec: resolveLater(identity, args, known) };
}

/**
 * The specification once all Outputs are there, in a preview as far as they are known. With `place`, where the data is has
 * not been looked at before.
 */
function resolveLater(
    identity: Identity,
    args: object,
    known: PlainArguments,
    place?: { readonly dockerHost: DockerHost },
): Specification {
    const { kind, role } = identity;
    const given = withoutLateUserPasswords(withNamedReplicas(withoutFunctions(args)));
    const visible = pulumi.output(withoutSecrets(definitions[kind], given));
    // Secrets make the whole check secret; its result does not contain them.
    const resolved = pulumi.unsecret(
        asKnown(pulumi.output(given), async (values) => {
            const all = withoutUndefined(given, values) as PlainArguments;
            const { spec, findings } = resolveArguments(all, kind, role);
            const shared = place ? checkPlace(identity, all.data, place.dockerHost) : [];
            const found = [...findings, ...shared, ...(spec ? checkHaproxy(kind, known, spec) : [])];
            if (!spec || found.length > 0) {
                throw invalid(identity, (await pulumi.isSecret(visible)) ? found.map(withoutValues) : found);
            }
            return spec;
        }),
    );
    return new Specification(asKnown(pulumi.all([resolved, visible]), ([spec]) => spec));
}

/** Whether there is an HAProxy was decided when the program ran. */
function checkHaproxy(kind: Kind, known: PlainArguments, spec: DatabaseSpec): Finding[] {
    const release = asFarAsKnown(spec, releaseOf) as Release | typeof unresolved;
    if (release === unresolved || versions[release].nativeTls || needsHaproxy(kind, known)) return [];
    const path = known.version === undefined && known.primary !== undefined ? "primary.version" : "version";
    const text = `is an Output, but ${nameOf(release)} needs a resource more than others: HAProxy`;
    return [finding(mustBePlain, path, text, "give engine and version themselves")];
}

/** Where the program gives an Output and there is no value, `resolvedToUndefined`. */
function withoutUndefined(given: unknown, value: unknown): unknown {
    if (isDeferred(given)) return value === undefined ? resolvedToUndefined : value;
    if (Array.isArray(given)) {
        return given.map((entry, index) => withoutUndefined(entry, (value as readonly unknown[])[index]));
    }
    if (!isObject(given)) return value;
    return Object.fromEntries(
        Object.entries(given).map(([name, member]) => [
            name,
            withoutUndefined(member, (value as PlainArguments)[name]),
        ]),
    );
}

/** With `unresolved` for each Output and Promise, at any depth. */
function knownArguments(args: object): PlainArguments {
    return Object.fromEntries(
        Object.entries(args).flatMap(([name, value]: [string, unknown]) =>
            value === undefined ? [] : [[name, knownValue(value)]],
        ),
    );
}

function knownValue(value: unknown): unknown {
    if (isDeferred(value)) return unresolved;
    if (isPlain(value)) return value;
    return Array.isArray(value) ? value.map(knownValue) : knownArguments(value as object);
}

/** A list whose entries have members, with what `change` makes of each entry. Undefined for everything else. */
function mapEntries(
    definition: Definition | undefined,
    list: unknown,
    change: (members: Definitions, entry: object) => object,
): unknown[] | undefined {
    const members = definition?.element?.members;
    if (!members || !Array.isArray(list)) return undefined;
    return list.map((entry: unknown) => (isObject(entry) ? change(members, entry) : entry));
}

/** The replicas on the database's own Docker host name no provider. */
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

/** Whether there is no Output among the arguments. What the replicas are like is theirs to check. */
function isComplete(args: object): boolean {
    return Object.entries(args).every(([name, value]) => isPlain(value, name === "replicas" ? 0 : Infinity));
}

/** What decides which resources exist must be known when the program runs. */
function checkDeciding(all: Definitions, args: object, parent = ""): Finding[] {
    return Object.entries(all).flatMap(([name, definition]) => {
        const { decides, inProcess, members } = definition;
        const value = (args as PlainArguments)[name];
        const found = (path: string) =>
            finding(mustBePlain, path, "is an Output, but decides which resources there are");
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

/** The inputs that the component itself keeps in the state: all that can be kept, secrets as such. */
export function recordedInputs({ kind, name, role }: Identity, args: object, spec: Specification): pulumi.Inputs {
    const facts: RecordedFacts = {
        name,
        resolvedVersion: spec.get("version"),
        format: currentFormat,
        ...(role && { role }),
    };
    return { ...withMarkedSecrets(definitions[kind], withNamedReplicas(withoutFunctions(args))), ...facts };
}

function withMarkedSecrets(all: Definitions, args: object): PlainArguments {
    return Object.fromEntries(
        Object.entries(args).map(([name, value]: [string, unknown]) => {
            const { secret, members } = all[name] ?? {};
            if (value === undefined || value === null) return [name, value];
            if (members && isObject(value)) return [name, withMarkedSecrets(members, value)];
            return [name, secret ? pulumi.secret(value) : (mapEntries(all[name], value, withMarkedSecrets) ?? value)];
        }),
    );
}

function withoutSecrets(all: Definitions, args: object): PlainArguments {
    return Object.fromEntries(
        Object.entries(args).flatMap(([name, value]: [string, unknown]) => {
            const { secret, members } = all[name] ?? {};
            if (secret) return [];
            if (members && isObject(value)) return [[name, withoutSecrets(members, value)]];
            return [[name, mapEntries(all[name], value, withoutSecrets) ?? value]];
        }),
    );
}

/** Transforms are functions, which neither the state nor a check has a use for. */
function withoutFunctions(args: object): PlainArguments {
    const { transform: _transform, ...all } = args as PlainArguments;
    return all;
}

/**
 * The arguments without the passwords of users that only Outputs know: in a preview one may be unknown, and what
 * servers are like must be known whatever it is. They are checked where they are used (server/passwords.ts).
 */
function withoutLateUserPasswords(args: PlainArguments): PlainArguments {
    const users = mapEntries(serverArguments.users, args.users, (_members, entry) =>
        Object.fromEntries(Object.entries(entry).filter(([name, value]) => name !== "password" || !isDeferred(value))),
    );
    return users ? { ...args, users } : args;
}

/** The arguments with no more of the replicas than their names: the rest is theirs to check and to keep. */
function withNamedReplicas(args: PlainArguments): PlainArguments {
    return args.replicas === undefined
        ? args
        : { ...args, replicas: replicaNames(args.replicas).map((name) => ({ name })) };
}

export function invalid({ kind, name }: Identity, findings: readonly Finding[]): Error {
    return runError(formatFindings(name, findings, kind));
}

/** Logs, in previews and updates, what is possible but not advisable. */
export function warn(
    name: string,
    spec: Specification,
    bindAddress: unknown,
    owner: About & { readonly dockerHost: DockerHost },
): void {
    const boundElsewhere = bindAddress === undefined ? isElsewhere(owner.dockerHost) : Promise.resolve(false);
    spec.with(pulumi.output(boundElsewhere), (known, boundElsewhere) =>
        warnings(name, known, { boundElsewhere }),
    ).apply(async (texts) => {
        for (const text of texts) await log("warn", text, owner);
    });
}

/** The same of certificates that end soon. */
export function warnOfExpiry(
    { kind, name }: Identity,
    expiries: readonly pulumi.Output<readonly Expiry[]>[],
    about: About,
): void {
    for (const known of expiries) {
        pulumi.unsecret(known).apply(async (all) => {
            for (const { warnedFrom, text } of all) {
                if (warnedFrom <= Date.now()) await log("warn", `${kind} "${name}": ${text}.`, about);
            }
        });
    }
}

/** Whether its members can be looked at one by one. */
function isObject(value: unknown): value is object {
    return typeof value === "object" && value !== null && !isDeferred(value) && !pulumi.Resource.isInstance(value);
}

export function isDeferred(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Whether there is no Output and no Promise in it, `depth` levels down. */
function isPlain(value: unknown, depth = Infinity): boolean {
    if (isDeferred(value)) return false;
    // A resource holds its parents and children; given as an argument it is a mistake whatever it holds.
    if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value) || depth === 0) return true;
    return Object.values(value).every((member) => isPlain(member, depth - 1));
}
