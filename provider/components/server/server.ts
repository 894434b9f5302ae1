/**
 * The server's container. It contains no secrets and no settings, so only changes that Redis cannot make at run time
 * replace it.
 */
import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { startupOnly } from "../../model/catalog/directives";
import { releaseOf, versions } from "../../model/catalog/versions";
import type { DatabaseSpec } from "../../model/databaseSpec";
import { startTimeoutOf } from "../../model/arguments/replication";
import { currentDir, plaintextPort, redisUid, tlsPort } from "../../model/render/layout";
import type { Owner } from "../hooks/owner";
import { notifyResized } from "../hooks/resized";
import type { After, Children, PlannedChild } from "./children";
import { type ContainerHooks, containerOf } from "./container";
import type { Ports } from "./ports";
import type { Specification } from "./specification";
import type { Volumes } from "./volumes";

/**
 * Seconds before Docker kills a server that is stopping. The server needs this time to write its last dump: ten minutes
 * are enough for 10 GB on a disk that writes 20 MB per second. A server that has finished stops earlier.
 */
const stopSeconds = 600;

/** A server's container that has not been created yet. The agent must know beforehand whether it will be replaced. */
export interface PlannedServer {
    readonly container: PlannedChild<docker.ContainerArgs>;
    /** Identifies the container: it changes whenever the container is replaced. */
    readonly fingerprint: pulumi.Output<string>;
}

interface ServerParts {
    readonly volumes: Volumes;
    readonly ports: Ports;
    readonly hooks: ContainerHooks;
    readonly owner: Owner;
}

export function planServerContainer(
    children: Children,
    spec: Specification,
    { volumes, ports, hooks, owner }: ServerParts,
): PlannedServer {
    const container = children.plan(
        "server",
        "server",
        {
            ...containerOf(spec, {
                memoryMb: ({ memoryMb }) => memoryMb,
                health: ["sh", `${currentDir}/health.sh`],
                // Includes loading the data, or the first sync. Independent of the role, so that a change of roles does
                // not change the server.
                waitSeconds: startTimeoutOf,
            }),
            image: spec.get("image"),
            user: `${redisUid}:${redisUid}`,
            stopTimeout: stopSeconds,
            destroyGraceSeconds: stopSeconds,
            ports: publishedPorts(spec, ports),
            // If HAProxy terminates TLS, it serves both ports under the server's name.
            networksAdvanced: spec.apply((known) =>
                known.network && hasNativeTls(known) ? [{ name: known.network, aliases: volumes.aliases }] : [],
            ),
            // Directives that cannot change at run time are labels, so that changing one replaces the server.
            labels: spec.apply((known) =>
                startupOnly(releaseOf(known), known.config).map((name) => ({
                    label: `redis.${name}`,
                    value: String(known.config[name]),
                })),
            ),
            volumes: volumes.mounts,
        },
        { hooks: { ...hooks, afterUpdate: notifyResized(owner) } },
    );
    const replacing = Object.entries(container.args).filter(([name]) => !changedInPlace.includes(name));
    return { container, fingerprint: pulumi.output(replacing).apply(fingerprintOf) };
}

export function createServer({ container, fingerprint }: PlannedServer, after: After): docker.Container {
    const command = pulumi.all(["sh", `${currentDir}/start.sh`, fingerprint]);
    return container.create(docker.Container, { command }, after);
}

/** Arguments that Docker can change on a running container, and arguments that only control how the provider works. */
const changedInPlace: readonly string[] = [
    "memory",
    "memorySwap",
    "memoryReservation",
    "cpuSet",
    "cpuShares",
    "restart",
    "maxRetryCount",
    "stopTimeout",
    "destroyGraceSeconds",
    "wait",
    "waitTimeout",
];

function fingerprintOf(replacing: readonly (readonly [string, unknown])[]): string {
    const given = replacing.filter(([, value]) => value !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
    return createHash("sha256").update(JSON.stringify(given)).digest("hex").slice(0, 16);
}

/** In the order in which Docker reports them; otherwise every refresh would detect a change. */
function publishedPorts(spec: Specification, ports: Ports): docker.ContainerArgs["ports"] {
    const published = (internal: number, external: number, ip: string) => ({ internal, external, ip });
    return spec.with(pulumi.all([ports.plaintext, ports.tls]), (known, [plaintext, tls]) => [
        ...(plaintext === undefined ? [] : [published(plaintextPort, plaintext, known.bindAddress)]),
        ...(hasNativeTls(known) ? [published(tlsPort, tls, known.bindAddress)] : []),
    ]);
}

function hasNativeTls(spec: DatabaseSpec): boolean {
    return versions[releaseOf(spec)].nativeTls;
}
