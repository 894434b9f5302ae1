/** The ports on the Docker host: given, or chosen once and kept in the state so that URLs never change. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ServerPlan } from "../../model/plan";
import type { Children } from "./children";
import type { Specification } from "./specification";

export interface Ports {
    /** Undefined where the plaintext port is closed. */
    readonly plaintext: pulumi.Output<number | undefined>;
    readonly tls: pulumi.Output<number>;
    /** The random choice; absent where the program gives the ports. */
    readonly choice?: random.RandomInteger;
}

/** Pairs start at even ports from 20000: below Linux's ephemeral range, above what services usually listen on. */
const pairs = { min: 10000, max: 15999 };

export function choosePorts(children: Children, plan: ServerPlan, spec: Specification): Ports {
    const choice = plan.randomPorts ? children.create("port", "port", random.RandomInteger, { ...pairs }) : undefined;
    const first = choice ? choice.result.apply((pair) => pair * 2) : pulumi.output(0);
    return {
        plaintext: spec.with(first, ({ plaintext, ports }, port) =>
            plaintext ? (ports.plaintext ?? otherThan(ports.tls, port, port + 1)) : undefined,
        ),
        tls: spec.with(first, ({ ports }, port) => ports.tls ?? otherThan(ports.plaintext, port + 1, port)),
        ...(choice && { choice }),
    };
}

/** The first port, unless the program gives just that one to the other protocol. */
function otherThan(given: number | undefined, port: number, spare: number): number {
    return given === port ? spare : port;
}
