/** The server: holds no secret and no setting of its own, so that only what Redis cannot change live replaces it. */
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
 * Seconds that a stop may take before Docker kills the server: its last dump must fit in. Ten minutes hold 10 GB on
 * a disk that writes 20 MB a second; a server that is done sooner stops sooner.
 */
const stopSeconds = 600;

/** The server's container before it is created: the agent must know first whether it will be replaced. */
export interface PlannedServer {
    readonly container: PlannedChild<docker.ContainerArgs>;
    /** Another container has another one. */
    readonly fingerprint: pulumi.Output<string>;
}

interface Around {
    readonly volumes: Volumes;
    readonly ports: Ports;
    readonly hooks: ContainerHooks;
    readonly owner: Owner;
}

export function planServerContainer(
    children: Children,
    spec: Specification,
    { volumes, ports, hooks, owner }: Around,
): PlannedServer {
    const container = children.plan(
        "server",
        "server",
        {
            ...containerOf(spec, {
                memoryMb: ({ memoryMb }) => memoryMb,
                health: ["sh", `${currentDir}/health.sh`],
                // Loading its data is part of that, or its first sync. The same whatever its role is, so that a preview
                // of another role shows nothing of the server.
                waitSeconds: startTimeoutOf,
            }),
            image: spec.get("image"),
            user: `${redisUid}:${redisUid}`,
            stopTimeout: stopSeconds,
            destroyGraceSeconds: stopSeconds,
            ports: publishedPorts(spec, ports),
            // Where HAProxy terminates TLS, both ports of the server's name are its.
            networksAdvanced: spec.apply((known) =>
                known.network && speaksTls(known) ? [{ name: known.network, aliases: volumes.aliases }] : [],
            ),
            // What a running server cannot take over is a label, so that a change of it replaces the server.
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

/** What Docker changes on a container that runs, and what says only how Pulumi goes about it. */
const changedInPlace: readonly string[] = [
    ...["memory", "memorySwap", "memoryReservation", "cpuSet", "cpuShares", "restart", "maxRetryCount"],
    ...["stopTimeout", "destroyGraceSeconds", "wait", "waitTimeout"],
];

function fingerprintOf(replacing: readonly (readonly [string, unknown])[]): string {
    const given = replacing.filter(([, value]) => value !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
    return createHash("sha256").update(JSON.stringify(given)).digest("hex").slice(0, 16);
}

/** In the order in which Docker reports them, or every refresh would see a change. */
function publishedPorts(spec: Specification, ports: Ports): docker.ContainerArgs["ports"] {
    const published = (internal: number, external: number, ip: string) => ({ internal, external, ip });
    return spec.with(pulumi.all([ports.plaintext, ports.tls]), (known, [plaintext, tls]) => [
        ...(plaintext === undefined ? [] : [published(plaintextPort, plaintext, known.bindAddress)]),
        ...(speaksTls(known) ? [published(tlsPort, tls, known.bindAddress)] : []),
    ]);
}

function speaksTls(spec: DatabaseSpec): boolean {
    return versions[releaseOf(spec)].nativeTls;
}
