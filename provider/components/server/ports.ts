/** The ports on the Docker host: given, or chosen once and kept in the state so that URLs never change. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { formatFindings } from "../../model/findings";
import type { ServerPlan } from "../../model/plan";
import { plaintextPort, tlsPort } from "../../model/render/layout";
import { checkFree } from "../hooks/freePorts";
import { takesHooks } from "../hooks/hooks";
import type { Owner } from "../hooks/owner";
import { runError } from "../runError";
import { choosePair, takePorts } from "../takenPorts";
import { knownOr } from "../unknowns";
import type { Children } from "./children";
import type { Specification } from "./specification";

export interface Ports {
    /** Undefined where the plaintext port is closed. */
    readonly plaintext: pulumi.Output<number | undefined>;
    readonly tls: pulumi.Output<number>;
    /** The choice; absent where the program gives the ports. */
    readonly choice?: random.RandomInteger;
}

/** Pairs start at even ports from 12000 to 29998: below Kubernetes' and Linux's ephemeral range. */
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
        // A transform may publish others.
        if (!children.isTransformed) checkTaken(plan.name, known, { plaintext, tls }, owner);
    });
    // In a preview some of it may not be known, which is no reason to wait for the rest.
    const checked = knownOr(taken, undefined);
    return {
        plaintext: pulumi.all([ports.plaintext, checked]).apply(([port]) => port),
        tls: pulumi.all([ports.tls, checked]).apply(([port]) => port),
        ...(choice && { choice }),
    };
}

/** What a transform does not set is chosen so that the ports are free, once: no release and no other server changes it. */
function choose(children: Children, spec: Specification, owner: Owner): random.RandomInteger {
    const hooks = { beforeCreate: checkFree(owner, spec) };
    const { args, options, create } = children.plan("port", "port", { ...pairs }, { hooks });
    const own = (["min", "max", "seed"] as const).filter((name) => args[name] === pairs[name]);
    options.ignoreChanges = [...(options.ignoreChanges ?? []), ...own];
    // A preview has no use for a choice that the update makes again.
    if (own.length < 3 || pulumi.runtime.isDryRun() || !takesHooks()) return create(random.RandomInteger);
    const range = { min: Number(pairs.min), max: Number(pairs.max) };
    return choosePair(range, owner, (pair) => create(random.RandomInteger, { min: pair, max: pair }));
}

/** Throws if another server of the program has one of them, which only Outputs tell. */
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
    const findings = takePorts({ kind, name, path: "" }, published, owner.dockerHost);
    if (findings.length > 0) throw runError(formatFindings(name, findings, kind, "no container"));
}

/** The first port, unless the program gives just that one to the other protocol. */
function otherThan(given: number | undefined, port: number, spare: number): number {
    return given === port ? spare : port;
}
