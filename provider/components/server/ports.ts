/** The ports on the Docker host: set by the program, or chosen once and kept in the state so that URLs never change. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { formatFindings } from "../../model/findings";
import type { ServerPlan } from "../../model/plan";
import { plaintextPort, tlsPort } from "../../model/render/layout";
import { checkFree } from "../hooks/freePorts";
import { supportsHooks } from "../hooks/hooks";
import type { Owner } from "../hooks/owner";
import { runError } from "../runError";
import { choosePair, claimPorts } from "../takenPorts";
import { knownOr } from "../unknowns";
import type { Children } from "./children";
import type { Specification } from "./specification";

export interface Ports {
    /** Undefined if the plaintext port is closed. */
    readonly plaintext: pulumi.Output<number | undefined>;
    readonly tls: pulumi.Output<number>;
    /** The random choice; absent if the program sets the ports. */
    readonly choice?: random.RandomInteger;
}

/** Pairs start at even ports from 12000 to 29998, below the port ranges of Kubernetes and Linux's ephemeral ports. */
const pairs: random.RandomIntegerArgs = { min: 6000, max: 14999 };

export function choosePorts(children: Children, plan: ServerPlan, spec: Specification, owner: Owner): Ports {
    const choice = plan.randomPorts ? choose(children, spec, owner) : undefined;
    const first = choice ? choice.result.apply((pair) => pair * 2) : pulumi.output(0);
    const ports = {
        plaintext: spec.with(first, ({ plaintext, ports }, port) =>
            plaintext ? (ports.plaintext ?? otherThan(ports.tls, port, port + 1)) : undefined,
        ),
        tls: spec.with(first, ({ ports }, port) => ports.tls ?? otherThan(ports.plaintext, port + 1, port)),
    };
    const chosen = pulumi.all([ports.plaintext, ports.tls]);
    const taken = spec.with(chosen, (known, [plaintext, tls]) => {
        // A transform may publish other ports.
        if (!children.isTransformed) checkTaken(plan.name, known, { plaintext, tls }, owner);
    });
    // In a preview, an unknown check must not make the ports unknown.
    const checked = knownOr(taken, undefined);
    return {
        plaintext: pulumi.all([ports.plaintext, checked]).apply(([port]) => port),
        tls: pulumi.all([ports.tls, checked]).apply(([port]) => port),
        ...(choice && { choice }),
    };
}

/** Chooses free ports, once: neither a later release nor another server changes them. A transform may set the range. */
function choose(children: Children, spec: Specification, owner: Owner): random.RandomInteger {
    const hooks = { beforeCreate: checkFree(owner, spec) };
    const { args, options, create } = children.plan("port", "port", { ...pairs }, { hooks });
    const own = (["min", "max", "seed"] as const).filter((name) => args[name] === pairs[name]);
    options.ignoreChanges = [...(options.ignoreChanges ?? []), ...own];
    // The choice of a preview would be discarded.
    if (own.length < 3 || pulumi.runtime.isDryRun() || !supportsHooks()) return create(random.RandomInteger);
    const range = { min: Number(pairs.min), max: Number(pairs.max) };
    return choosePair(range, owner, (pair) => create(random.RandomInteger, { min: pair, max: pair }));
}

/** Throws if another server of the program uses one of the ports. Needed for ports that are Outputs. */
function checkTaken(
    name: string,
    { bindAddress: ip, replica }: DatabaseSpec,
    { plaintext, tls }: { readonly plaintext: number | undefined; readonly tls: number },
    owner: Owner,
): void {
    const kind = replica ? "RedisReplica" : "RedisDatabase";
    const published = [
        ...(plaintext === undefined ? [] : [{ internal: plaintextPort, external: plaintext, ip }]),
        { internal: tlsPort, external: tls, ip },
    ];
    const findings = claimPorts({ kind, name, path: "" }, published, owner.dockerHost);
    if (findings.length > 0) throw runError(formatFindings(name, findings, kind, "no container"));
}

/** The first port, unless the program sets the same port for the other protocol. */
function otherThan(given: number | undefined, port: number, spare: number): number {
    return given === port ? spare : port;
}
